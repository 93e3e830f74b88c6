package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account is who is signed in: issuer and subject, never the e-mail address,
// which changes hands. It holds no secret and is what the index file keeps.
type Account struct {
	Issuer       string    `json:"issuer"`
	Subject      string    `json:"subject"`
	ProviderID   string    `json:"provider_id"`
	ProviderName string    `json:"provider_name"`
	ClientID     string    `json:"client_id"`
	Name         string    `json:"name"`
	Email        string    `json:"email"`
	Key          string    `json:"key"`  // 8 hex of SHA-256(issuer|subject); fit for file names
	Item         string    `json:"item"` // the name in the store, which users read there
	Scopes       []string  `json:"scopes"`
	SignedIn     time.Time `json:"signed_in"`
	Store        string    `json:"store,omitempty"`   // "": Config.Store; "fallback": Config.Fallback
	Leaving      bool      `json:"leaving,omitempty"` // its sign-out has begun
	Identity     Identity  `json:"identity"`          // as proven when the user signed in
}

func newAccount(p Provider, i Identity, scopes []string, application string) Account {
	a := Account{Issuer: i.Issuer, Subject: i.Subject, ProviderID: p.ID, ProviderName: p.Name, ClientID: p.ClientID,
		Name: i.Name, Email: i.Email, Key: accountKey(i.Issuer, i.Subject), Scopes: scopes, Identity: i}
	who := strings.ReplaceAll(firstOf(i.Email, i.Name, i.Subject), "#", "") // "#" separates chunks on Windows
	a.Item = fmt.Sprintf("%s sign-in: %s (%s) %s", application, CleanText(who, 100), CleanText(p.Name, 50), a.Key)
	return a
}

func accountKey(issuer, subject string) string {
	sum := sha256.Sum256([]byte(issuer + "|" + subject))
	return hex.EncodeToString(sum[:4])
}

func (a Account) same(b Account) bool { return a.Issuer == b.Issuer && a.Subject == b.Subject }

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// Holds reports whether a was signed in through p as it is configured now: by
// the same client, at the same issuer (or one of its tenants), and with the same
// kind of proof. An account that an ID token proved is never continued by a
// provider that has none.
func (p Provider) Holds(a Account) bool {
	return p.Issues(a.Issuer) && p.ClientID == a.ClientID && (p.Plain != nil) == (a.Identity.Proof == ProofUserAPI)
}

// Accounts lists the signed-in accounts, latest sign-in first. It reads one
// small file: no keychain, no network. An index that cannot be read is a
// Problem, and is left as it is.
// Accounts whose sign-out was cut off are left out; see FinishSignOuts.
func (c *Client) Accounts() ([]Account, error) {
	list, err := c.index.list()
	switch {
	case errors.Is(err, errNewerIndex):
		err = problem(PhaseStore, CodeIndexNewer, NextDismiss, err)
	case err != nil:
		err = problem(PhaseStore, CodeIndexUnreadable, NextDismiss, err)
	}
	return slices.DeleteFunc(list, func(a Account) bool { return a.Leaving }), err
}

// FinishSignOuts does what a sign-out could not that was cut off by the end of
// the program: the person wanted to be signed out. A program calls it once at
// its start, in the background, with the providers it has, and forgets what it
// keeps itself of the accounts that are returned. A keychain that is locked is
// not opened for it: the next start tries again.
func (c *Client) FinishSignOuts(ctx context.Context, providers []Provider) (gone []Account, err error) {
	list, err := c.index.list()
	for _, a := range list {
		for _, p := range providers {
			if !a.Leaving || !p.Holds(a) {
				continue
			}
			session, resumeErr := c.Resume(a, p)
			if resumeErr == nil {
				resumeErr = session.signOut(ctx, false)
			}
			if now, known := c.index.find(a); !known || !now.Leaving {
				gone = append(gone, a)
			}
			err = errors.Join(err, resumeErr)
			break
		}
	}
	return gone, err
}

// Resume returns the session of an account without touching keychain or
// network: both wait until a token is needed. p must be the provider the
// account was made with.
func (c *Client) Resume(a Account, p Provider) (*Session, error) {
	if !p.Holds(a) {
		return nil, problem(PhaseConfiguration, CodeConfigInvalid, NextSignIn,
			errors.New("the account was signed in through another client or issuer than is configured now"))
	}
	return c.sessionOf(c.site(p), a, c.placeOf(a)), nil
}
