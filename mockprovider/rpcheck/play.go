package rpcheck

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"app.latchkey/mockprovider/browser"
)

// signIn is the script of most cases: the person signs in, and the client's steps
// follow.
func (c Case) signIn(ctx context.Context, s *Stand) Outcome {
	session, o := c.enter(ctx, s)
	if o.Did != Accepted {
		return o
	}
	for _, step := range c.Steps {
		if o = take(ctx, s, session, step); o.Did != Accepted {
			return o
		}
	}
	return o
}

// enter signs in.
func (c Case) enter(ctx context.Context, s *Stand) (*Session, Outcome) {
	address, err := s.Begin(ctx)
	if err != nil {
		return nil, s.failed()
	}
	visit, err := s.Visit(ctx, address)
	first := s.codesOf(visit)
	if !s.cameBack(visit) && !s.Ended() && !c.Second {
		// Nothing came back, so there is nothing that the client could take.
		_, gaveUp := s.GiveUp()
		if gaveUp == nil {
			return nil, Took("it signed in without an authorization response")
		}
		return nil, Outcome{Did: Refused, Step: SignIn, Text: fmt.Sprintf("nothing came back (%v)", err)}
	}
	var second []string
	if c.Second && visit != nil && !s.Ended() {
		if again := s.authorizeAddress(visit.Trail); again != "" {
			// A client that has given up in the meantime listens no more.
			good, _ := s.Visit(ctx, again)
			second = s.codesOf(good)
		}
	}
	session, err := s.Outcome()
	if err != nil {
		return nil, RefusedBy(SignIn, err)
	}
	redeemed := func(codes []string) bool {
		return slices.ContainsFunc(s.Redeemed(), func(code string) bool { return slices.Contains(codes, code) })
	}
	if redeemed(second) && !redeemed(first) {
		if session.Close != nil {
			session.Close()
		}
		return nil, Outcome{Did: Refused, Step: SignIn, Text: "it waited for the right response"}
	}
	if err := s.rightPerson(c, session.Subject); err != nil {
		return nil, RefusedBy(SignIn, err)
	}
	return session, Outcome{Did: Accepted, Step: SignIn}
}

// rightPerson checks that a client that knows who signed in knows it right. Where
// the provider itself lies about it, the faults say who it is.
func (s *Stand) rightPerson(c Case, subject string) error {
	if subject == "" || len(c.Faults) > 0 || c.Play != nil || !s.Provider.Persona().OpenID { // GitHub's numbers are no subjects
		return nil
	}
	for _, u := range s.Provider.Users() {
		if u.Key == User && u.Subject != subject {
			return fmt.Errorf("it takes the person for %q, who is %q", subject, u.Subject)
		}
	}
	return nil
}

// take lets the client take a step.
func take(ctx context.Context, s *Stand, session *Session, step Step) Outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, Patience, errHung)
	defer cancel()
	err := ErrUnable
	switch step {
	case Refresh:
		if session.Refresh != nil {
			err = session.Refresh(ctx)
		}
	case Profile:
		if session.Profile != nil {
			_, err = session.Profile(ctx)
		}
	case Picture:
		if session.Picture != nil {
			err = takePicture(ctx, session)
		}
	case Revoke:
		if session.Revoke != nil {
			err = session.Revoke(ctx)
		}
	case EndSession:
		return s.endSession(ctx, session, nil)
	}
	if err != nil && errors.Is(context.Cause(ctx), errHung) {
		err = errHung
	}
	return RefusedBy(step, err)
}

// errNoPicture is the outcome of a client that shows none.
var errNoPicture = errors.New("it shows no picture")

func takePicture(ctx context.Context, session *Session) error {
	data, err := session.Picture(ctx)
	if err == nil && len(data) == 0 {
		return errNoPicture
	}
	return err
}

// cameBack says whether the browser arrived at the client.
func (s *Stand) cameBack(v *browser.Visit) bool {
	if v == nil {
		return false
	}
	return slices.ContainsFunc(v.Trail, func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && s.isCallback(u)
	})
}

// codesOf returns the codes that the browser brought to the client.
func (s *Stand) codesOf(v *browser.Visit) []string {
	if v == nil {
		return nil
	}
	var codes []string
	for _, address := range v.Trail {
		if u, err := url.Parse(address); err == nil {
			codes = append(codes, u.Query()["code"]...)
		}
	}
	return codes
}
