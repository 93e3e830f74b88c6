package resources_test

import (
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/resources"
)

// newPlainBench is a session at a provider of plain OAuth 2.0 whose user API
// answers with body.
func newPlainBench(t *testing.T, status int, body string) *bench {
	t.Helper()
	b := newBench(t, answer(status, body), nil)
	b.userinfo, b.provider.ProfileAPI = "", ""
	b.provider.Plain = &auth.PlainOAuth{User: auth.UserAPI{Endpoint: b.server.URL + "/userinfo", Subject: "id", Login: "login",
		Name: "name", Email: "email", Picture: "avatar_url", Organization: "company"}}
	b.identity.Proof = auth.ProofUserAPI
	return b
}

func TestUserAPI(t *testing.T) {
	b := newPlainBench(t, 200, `{"id":`+sub+`,"login":"ada","name":"Ada, Countess","email":"public@example.com",
		"avatar_url":"https://pictures.example/ada","company":"Analytical Engines Ltd"}`)
	p, err := b.profile()
	if err != nil {
		t.Fatal(err)
	}
	want := resources.Profile{Subject: sub, Name: "Ada, Countess", Email: "ada@example.com", EmailVerified: true,
		Organization: "Analytical Engines Ltd", PictureURL: "https://pictures.example/ada",
		Source: strings.TrimPrefix(b.server.URL, "http://"), Fetched: b.now}
	if p != want {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestUserAPIOfSomebodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   auth.Code
	}{
		"another account":  {200, `{"id":7,"name":"Mallory"}`, auth.CodeUserinfoSubject},
		"nobody":           {200, `{"name":"Ada"}`, auth.CodeProfileUnavailable},
		"the user name":    {200, `{"login":"` + sub + `"}`, auth.CodeProfileUnavailable},
		"another case":     {200, `{"ID":` + sub + `}`, auth.CodeProfileUnavailable},
		"twice":            {200, `{"id":7,"id":` + sub + `}`, auth.CodeProfileUnavailable},
		"no JSON":          {200, `id=` + sub, auth.CodeProfileUnavailable},
		"a page":           {200, `<html>`, auth.CodeProviderHTML},
		"forbidden":        {403, `{}`, auth.CodeProfileForbidden},
		"no such resource": {404, `{}`, auth.CodeProfileUnavailable},
		"refused for good": {401, `{}`, auth.CodeProfileForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newPlainBench(t, c.status, c.body).profile(); auth.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}
