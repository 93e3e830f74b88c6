package rpcheck

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"app.latchkey/mockprovider/fault"
)

// script makes the Play of a case.
type script func(Case) func(context.Context, *Stand) Outcome

// comesBackTwice: the browser brings the same response twice.
func comesBackTwice(Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		address, err := s.Begin(ctx)
		if err != nil {
			return s.failed()
		}
		response, err := s.Response(ctx, s.Person, address)
		if err != nil {
			return RefusedBy(SignIn, err)
		}
		for range 2 { // the second meets an error, or nobody
			_, _ = s.Deliver(ctx, s.Person, response.Clone(ctx))
		}
		_, err = s.Outcome()
		if n := len(s.Redeemed()); err == nil && n != 1 {
			return Outcome{Did: Refused, Step: SignIn, Text: "it redeemed the code more than once"}
		}
		return RefusedBy(SignIn, err)
	}
}

// livesWithoutProfile: the profile is refused for good, and the session must go on.
func livesWithoutProfile(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		session, o := c.enter(ctx, s)
		if o.Did != Accepted || session.Profile == nil {
			return o
		}
		take(ctx, s, session, Profile)
		if n := len(s.Requests("userinfo")); n > 1 {
			return Outcome{Did: Refused, Step: Profile, Text: "it asked again for what was refused for good"}
		}
		return take(ctx, s, session, Refresh)
	}
}

// showsNoPicture: the picture must not be shown, and nothing else may fail.
func showsNoPicture(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		session, o := c.enter(ctx, s)
		if o.Did != Accepted {
			return Outcome{Did: Unfit, Step: o.Step, Text: "a picture made the sign-in fail: " + o.Text}
		}
		if session.Picture == nil {
			return Outcome{Did: Unable, Step: Picture}
		}
		if o := take(ctx, s, session, Profile); o.Did != Accepted {
			return Outcome{Did: Unfit, Step: Profile, Text: "a picture made the profile fail: " + o.Text}
		}
		return take(ctx, s, session, Picture)
	}
}

// sendsNothingElsewhere: the endpoint redirects to another host, which must not get
// what the client sent.
func sendsNothingElsewhere(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		got := make(chan string, 16)
		thief, err := newThief(got)
		if err != nil {
			return Outcome{Did: Unfit, Text: err.Error()}
		}
		defer thief.Close()
		spec := c.Faults[0]
		s.Provider.ClearFaults()
		spec.Params = fault.Params{"to": "http://" + thief.Addr().String() + "/steal"}
		if _, err := s.Provider.AddFault(spec); err != nil {
			return Outcome{Did: Unfit, Text: err.Error()}
		}
		o := c.signIn(ctx, s)
		select {
		case secret := <-got:
			return Took("it sent %s to the other host", secret)
		default:
			return o
		}
	}
}

// newThief listens and tells what secrets it is sent.
func newThief(got chan<- string) (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{ReadHeaderTimeout: Patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.Header.Get("Authorization") != "" {
			got <- "its credentials"
		}
		for _, name := range []string{"code", "refresh_token", "client_secret"} {
			if r.Form.Has(name) {
				got <- "the " + name
			}
		}
		http.NotFound(w, r)
	})}
	go func() { _ = server.Serve(listener) }()
	return listener, nil
}

// saysItClean: the sign-in is refused, and what the client says about it holds
// nothing that harms a terminal or a log, and none of the secrets that were sent.
func saysItClean(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		o := c.signIn(ctx, s)
		if o.Did != Refused {
			return o
		}
		if i := strings.IndexFunc(o.Text, harmful); i >= 0 {
			return Took("its error holds the character %U", []rune(o.Text[i:])[0])
		}
		for _, r := range s.Requests("token") {
			for _, name := range []string{"code", "code_verifier", "client_secret", "refresh_token"} {
				if secret := r.Params.Get(name); secret != "" && strings.Contains(o.Text, secret) {
					return Took("its error holds the %s that it sent", name)
				}
			}
		}
		return o
	}
}

// harmful characters are controls other than what an error of several lines has,
// and those that change the direction of what follows.
func harmful(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// asksByBasic: the client must have used HTTP Basic authentication.
func asksByBasic(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		o := c.signIn(ctx, s)
		for _, r := range s.Requests("token") {
			if o.Did == Accepted && !strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
				return Outcome{Did: Refused, Step: SignIn, Text: "it sent the secret in another way"}
			}
		}
		return o
	}
}

// sendsBearerHeader: the access token must have come in the Authorization header.
func sendsBearerHeader(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		o := c.signIn(ctx, s)
		for _, r := range s.Requests("userinfo") {
			scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			if o.Did == Accepted && (!strings.EqualFold(scheme, "Bearer") || r.Params.Has("access_token")) {
				return Outcome{Did: Refused, Step: Profile, Text: "it sent the access token in another way"}
			}
		}
		return o
	}
}

// rotatesBetween: the provider changes its key after the sign-in, and the next ID
// token comes with the refresh.
func rotatesBetween(c Case) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		session, o := c.enter(ctx, s)
		if o.Did != Accepted {
			return o
		}
		if err := s.Provider.RotateKeys(); err != nil {
			return Outcome{Did: Unfit, Text: err.Error()}
		}
		return take(ctx, s, session, Refresh)
	}
}

// logsOut: the client ends the provider's session in the browser, and somebody
// changes the parameters with which the browser returns.
func logsOut(change func(url.Values)) script {
	return func(c Case) func(context.Context, *Stand) Outcome {
		return func(ctx context.Context, s *Stand) Outcome {
			session, o := c.enter(ctx, s)
			if o.Did != Accepted {
				return o
			}
			return s.endSession(ctx, session, change)
		}
	}
}

// endSession lets the person follow the client's logout request, and changes the
// return's parameters if it is told how. A client that answers the return by an
// error has refused it, also if it goes on waiting.
func (s *Stand) endSession(ctx context.Context, session *Session, change func(url.Values)) Outcome {
	if session.EndSession == nil {
		return Outcome{Did: Unable, Step: EndSession}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, Patience, errHung)
	defer cancel()
	address, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- session.EndSession(ctx, func(a string) {
			select {
			case address <- a:
			default:
			}
		})
	}()
	var err error
	select {
	case err = <-done:
		return RefusedBy(EndSession, err)
	case a := <-address:
		if s.comeBack(ctx, a, change) >= http.StatusBadRequest {
			cancel()
			<-done
			return Outcome{Did: Refused, Step: EndSession, Text: "it answered the browser by an error"}
		}
		err = <-done
	}
	if err != nil && errors.Is(context.Cause(ctx), errHung) {
		err = errHung
	}
	return RefusedBy(EndSession, err)
}

// comeBack follows a logout request to the end, and returns the status of the last
// page, 0 if there is none.
func (s *Stand) comeBack(ctx context.Context, address string, change func(url.Values)) int {
	if change != nil {
		s.Person.Stop = func(next *http.Request) bool { return next.URL.Path == s.Setup.PostLogoutPath }
	}
	visit, err := s.Visit(ctx, address)
	s.Person.Stop = nil
	if err == nil && visit.Next != nil {
		q := visit.Next.URL.Query()
		change(q)
		visit.Next.URL.RawQuery = q.Encode()
		visit, err = s.Deliver(ctx, s.Person, visit.Next)
	}
	if err != nil {
		return 0
	}
	return visit.Status
}

// failed is the outcome of a client that ended before it showed an address.
func (s *Stand) failed() Outcome {
	_, err := s.Outcome()
	if err == nil {
		err = errNoAddress
	}
	return RefusedBy(SignIn, err)
}
