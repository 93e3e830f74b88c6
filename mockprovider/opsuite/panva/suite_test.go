package panva_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"app.latchkey/mockprovider/opsuite"
	"app.latchkey/mockprovider/opsuite/panva"
)

// target is oidc-provider as the suite sees it; see op.mjs.
type target struct {
	program *panva.Program
	issuer  string
}

var clients = [4]opsuite.Client{
	opsuite.Basic:  {ID: "basic", Secret: "secret with odd characters: &=%+/"},
	opsuite.Post:   {ID: "post", Secret: "secret-of-the-post-client", InBody: true},
	opsuite.Public: {ID: "public"},
	opsuite.Other:  {ID: "other"},
}

func (t *target) Name() string                            { return "oidc-provider" }
func (t *target) Issuer() string                          { return t.issuer }
func (t *target) Client(role opsuite.Role) opsuite.Client { return clients[role] }
func (t *target) Users() [2]string                        { return [2]string{"ada@example.com", "sam@example.net"} }

// Offline asks for consent too: without it the provider ignores offline_access
// (OpenID Connect Core §11).
func (t *target) Offline() url.Values {
	return url.Values{"scope": {"offline_access"}, "prompt": {"consent"}}
}

func (t *target) Advance(_ context.Context, d time.Duration) error {
	var done struct{ Done string }
	if err := t.program.Send(fmt.Appendf(nil, "advance %d", int(d/time.Second))); err != nil {
		return err
	}
	return t.read(&done)
}

// read reads the program's answer.
func (t *target) read(into any) error {
	line, err := t.program.Line()
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// Answer fills in the forms of the provider's development pages.
func (t *target) Answer(page *opsuite.Page, p opsuite.Person) *opsuite.Submission {
	for _, f := range page.Forms {
		switch {
		case f.ID == "op.logoutForm":
			f.Values.Set("logout", "yes")
			return &opsuite.Submission{Page: opsuite.LogoutPage, Action: f.Action, Values: f.Values}
		case f.Values.Get("prompt") == "login":
			f.Values.Set("login", p.User)
			f.Values.Set("password", "any")
			return abortIf(p.Cancel, &opsuite.Submission{Page: opsuite.LoginPage, Action: f.Action, Values: f.Values})
		case f.Values.Get("prompt") == "consent":
			return abortIf(p.Deny, &opsuite.Submission{Page: opsuite.ConsentPage, Action: f.Action, Values: f.Values})
		}
	}
	return nil
}

// abortIf follows the page's link [ Cancel ] instead.
func abortIf(no bool, s *opsuite.Submission) *opsuite.Submission {
	if no {
		return &opsuite.Submission{Page: s.Page, Action: s.Action + "/abort", Get: true}
	}
	return s
}

// TestSuite runs every case.
func TestSuite(t *testing.T) {
	table, err := opsuite.Differences()
	if err != nil {
		t.Fatal(err)
	}
	needNode(t)
	program, err := panva.Start(".", "op.mjs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said := program.Stop(); t.Failed() {
			t.Logf("op.mjs said:\n%s", said)
		}
	})
	op := &target{program: program}
	var ready struct{ Issuer string }
	if err := op.read(&ready); err != nil {
		t.Fatal(err)
	}
	op.issuer = ready.Issuer
	for _, c := range opsuite.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if wrong := opsuite.Compare(op.Name(), c.Run(t.Context(), op), table); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}
