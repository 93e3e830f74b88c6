package opsuite_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/opsuite"
	"app.latchkey/mockprovider/persona"
)

// mock is this module's provider in one of its personas.
type mock struct {
	*mocktest.Server
	clients [4]opsuite.Client
}

func newMock(t *testing.T, plays persona.Persona, algorithm string) *mock {
	t.Helper()
	m := &mock{}
	var clients []persona.Client
	for role, name := range map[opsuite.Role]string{opsuite.Basic: "basic", opsuite.Post: "post", opsuite.Public: "public", opsuite.Other: "other"} {
		c := plays.Client
		c.ID, c.Secret = name, ""
		if role == opsuite.Basic || role == opsuite.Post {
			c.RedirectURIs = []string{opsuite.WebRedirect}
			c.Secret = "a secret with odd characters: &=%+/" + name
		}
		if role == opsuite.Public && plays.Paths.EndSession != "" {
			c.PostLogoutRedirectURIs = []string{"http://127.0.0.1/signed-out"}
		}
		clients = append(clients, c)
		m.clients[role] = opsuite.Client{ID: c.ID, Secret: c.Secret, InBody: role == opsuite.Post}
	}
	m.Server = mocktest.Start(t, mockprovider.WithPersona(plays), mockprovider.WithClients(clients...), mockprovider.WithSigning(algorithm))
	return m
}

func (m *mock) Name() string                            { return "mock " + m.Persona().Name }
func (m *mock) Client(role opsuite.Role) opsuite.Client { return m.clients[role] }
func (m *mock) Users() [2]string                        { return [2]string{"ada@example.com", "sam@example.net"} }
func (m *mock) Advance(_ context.Context, d time.Duration) error {
	m.Server.Advance(d)
	return nil
}

// Offline asks as the persona wants it.
func (m *mock) Offline() url.Values {
	if m.Persona().Refresh == persona.RefreshAccessType {
		return url.Values{"access_type": {"offline"}}
	}
	return url.Values{"scope": {"offline_access"}}
}

// Answer presses the buttons of the mock's pages.
func (m *mock) Answer(page *opsuite.Page, p opsuite.Person) *opsuite.Submission {
	login := func(b opsuite.Button) bool {
		if p.Cancel {
			return b.ID == "cancel"
		}
		return b.Name == "user" && b.Value == p.User
	}
	if s := page.Press(opsuite.LoginPage, login); s != nil {
		return s
	}
	if s := page.Press(opsuite.LogoutPage, func(b opsuite.Button) bool { return b.ID == "sign-out" }); s != nil {
		return s
	}
	if s := page.Press(opsuite.LogoutPage, func(b opsuite.Button) bool { return b.ID == "sign-out" }); s != nil {
		return s
	}
	consent := "allow"
	if p.Deny {
		consent = "deny"
	}
	return page.Press(opsuite.ConsentPage, func(b opsuite.Button) bool { return b.ID == consent })
}

// TestMock runs every case against the mock in its OpenID personas.
func TestMock(t *testing.T) {
	for _, plays := range []persona.Persona{persona.Plain(), persona.Google()} {
		t.Run(plays.Name, func(t *testing.T) {
			m := newMock(t, plays, mockprovider.ES256)
			for _, c := range opsuite.Cases() {
				t.Run(c.Name, func(t *testing.T) { run(t, m, c) })
			}
		})
	}
}

// TestMockAlgorithms runs the conformance modules with the other algorithms.
func TestMockAlgorithms(t *testing.T) {
	for _, algorithm := range []string{mockprovider.RS256, mockprovider.EdDSA} {
		t.Run(algorithm, func(t *testing.T) {
			m := newMock(t, persona.Plain(), algorithm)
			for _, c := range opsuite.Conformance() {
				t.Run(c.Name, func(t *testing.T) { run(t, m, c) })
			}
		})
	}
}

func run(t *testing.T, target opsuite.Target, c opsuite.Case) {
	t.Helper()
	table, err := opsuite.Differences()
	if err != nil {
		t.Fatal(err)
	}
	if wrong := opsuite.Compare(target.Name(), c.Run(t.Context(), target), table); wrong != "" {
		t.Error(wrong)
	}
}

// TestPlan checks that the modules are the 38 of the plan, and that names are
// there once.
func TestPlan(t *testing.T) {
	if n := len(opsuite.Conformance()); n != 38 {
		t.Errorf("%d conformance modules", n)
	}
	seen := map[string]bool{}
	for _, c := range opsuite.Cases() {
		if seen[c.Name] || c.Spec == "" {
			t.Errorf("%s is there twice or has no specification", c.Name)
		}
		seen[c.Name] = true
	}
	for _, c := range opsuite.Conformance() {
		if !strings.HasPrefix(c.Name, "oidcc-") {
			t.Errorf("%s is no name of the suite", c.Name)
		}
	}
}
