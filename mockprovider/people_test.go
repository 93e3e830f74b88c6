package mockprovider_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// claimsOf reads a token's claims without checking it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(data, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// TestPeople checks that the People API gives what mask and scopes both open.
func TestPeople(t *testing.T) {
	const auth = "https://www.googleapis.com/auth/"
	const all = "names,emailAddresses,photos,locales,organizations,birthdays"
	for _, tt := range []struct {
		name, scope, mask, user string
		want                    []string
	}{
		{"sign-in scopes", "openid email profile", all, "ada", []string{"emailAddresses", "locales", "names", "photos"}},
		{"all scopes", "openid email profile " + auth + "user.birthday.read " + auth + "user.organization.read", all, "ada",
			[]string{"birthdays", "emailAddresses", "locales", "names", "organizations", "photos"}},
		{"mask narrows", "openid email profile", "names", "ada", []string{"names"}},
		{"profile only", "openid profile", all, "ada", []string{"locales", "names", "photos"}},
		{"no picture", "openid email profile", all, "sam", []string{"emailAddresses", "names"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t)
			c.change = func(q url.Values) { q.Set("scope", tt.scope) }
			tokens := c.token(c.codeForm(c.response(c.srv.Person(tt.user)).Get("code")))
			r := c.bearer("/v1/people/me?personFields="+tt.mask, tokens.get("access_token"))
			if r.status != 200 {
				t.Fatalf("%d %s", r.status, r.text)
			}
			var got []string
			for field := range r.json {
				if field != "resourceName" && field != "etag" {
					got = append(got, field)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("fields %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPeopleValues checks the shapes that Google's clients expect.
func TestPeopleValues(t *testing.T) {
	c := newClient(t)
	c.change = func(q url.Values) {
		q.Set("scope", "openid email profile https://www.googleapis.com/auth/user.birthday.read https://www.googleapis.com/auth/user.organization.read")
	}
	r := c.bearer("/v1/people/me?personFields=names,organizations,birthdays,photos,emailAddresses", c.signIn().get("access_token"))
	for _, want := range []string{
		`"resourceName":"people/108204268033311374519"`, `"displayName":"Ada Lovelace"`, `"givenName":"Ada"`,
		`"name":"Analytical Engines Ltd"`, `"title":"Analyst"`, `"day":10`, `"month":12`, `"year":1815`,
		`"url":"` + c.srv.Issuer() + `/picture/ada"`, `"value":"ada@example.com"`, `"verified":true`,
	} {
		if !strings.Contains(r.text, want) {
			t.Errorf("no %s in %s", want, r.text)
		}
	}
}

// TestPeopleErrors checks Google's error envelope.
func TestPeopleErrors(t *testing.T) {
	c := newClient(t)
	token := c.signIn().get("access_token")
	c.change = func(q url.Values) { q.Set("scope", "openid") }
	bare := c.signIn().get("access_token")
	for _, tt := range []struct {
		name, query, token string
		status             int
		code, check        string
	}{
		{"no token", "?personFields=names", "", 401, "UNAUTHENTICATED", "bearer_present"},
		{"unknown token", "?personFields=names", "ya29.unknown", 401, "UNAUTHENTICATED", "bearer_known"},
		{"scopes open nothing", "?personFields=names", bare, 403, "PERMISSION_DENIED", "people_scope"},
		{"no mask", "", token, 400, "INVALID_ARGUMENT", "person_fields"},
		{"unknown mask", "?personFields=names,shoeSize", token, 400, "INVALID_ARGUMENT", "person_fields"},
		{"token in the address", "?personFields=names&access_token=" + token, "", 400, "INVALID_ARGUMENT", "bearer_not_in_query"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			if tt.token != "" {
				header = []string{"Authorization", "Bearer " + tt.token}
			}
			r := c.get("/v1/people/me"+tt.query, header...)
			e, _ := r.json["error"].(map[string]any)
			if r.status != tt.status || e["status"] != tt.code || e["code"] != float64(tt.status) || e["message"] == "" {
				t.Errorf("%d %s", r.status, r.text)
			}
			if got := c.refusedBy(); got != tt.check {
				t.Errorf("refused by %q, want %q", got, tt.check)
			}
		})
	}
}
