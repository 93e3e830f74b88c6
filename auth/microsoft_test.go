package auth_test

import (
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

const (
	contoso  = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	fabrikam = "0f8fad5b-d9cb-469f-a165-70867728950e"
)

// newMicrosoft is a world whose provider has many tenants, as Microsoft's
// /common has. claims bends the ID token's claims; issuer is the mock's.
func newMicrosoft(t *testing.T, claims func(issuer string, o *mockprovider.Object), options ...mockprovider.Option) *world {
	t.Helper()
	plays := persona.Plain()
	plays.Client.Secret = ""
	plays.Client.RedirectURIs = []string{"http://localhost/callback", "http://127.0.0.1/callback"}
	w := newWorld(t, nil, append(options, mockprovider.WithPersona(plays),
		mockprovider.WithHook(mockprovider.StageDiscovery, func(e *mockprovider.Event) {
			e.Object.Set("issuer", e.Provider.Issuer()+"/{tenantid}/v2.0")
			e.Object.Delete("authorization_response_iss_parameter_supported")
		}),
		mockprovider.WithHook(mockprovider.StageRedirect, func(e *mockprovider.Event) { e.Params.Delete("iss") }),
		mockprovider.WithHook(mockprovider.StageIDTokenClaims, func(e *mockprovider.Event) {
			e.Object.Set("tid", contoso).Set("iss", e.Provider.Issuer()+"/"+contoso+"/v2.0")
			claims(e.Provider.Issuer(), e.Object)
		}))...)
	p := auth.MicrosoftAt(w.server.Issuer(), "common", w.server.ClientID())
	p.Issuer = w.server.Issuer()  // where the mock's discovery document lies
	p.Redirect.Host = "127.0.0.1" // the mock lets the port vary for IP literals only (RFC 8252 §7.3)
	w.provider = p
	return w
}

func TestManyTenants(t *testing.T) {
	w := newMicrosoft(t, func(string, *mockprovider.Object) {})
	session := w.session()
	if want := w.server.Issuer() + "/" + contoso + "/v2.0"; session.Account().Issuer != want || session.Identity().Proof != auth.ProofIDToken {
		t.Errorf("issuer %s by %s, want %s: an account belongs to its tenant", session.Account().Issuer, session.Identity().Proof, want)
	}
	again := w.again()
	if again.Account().Subject != session.Account().Subject {
		t.Error("another account after a restart")
	}
	if token, err := again.Token(t.Context()); err != nil || token.Expiry().IsZero() {
		t.Errorf("refreshing: %v", err)
	}
}

func TestTenantAndIssuerMustAgree(t *testing.T) {
	for name, bend := range map[string]func(string, *mockprovider.Object){
		"the issuer of another tenant": func(i string, o *mockprovider.Object) { o.Set("iss", i+"/"+fabrikam+"/v2.0") },
		"the tenant of another issuer": func(_ string, o *mockprovider.Object) { o.Set("tid", fabrikam) },
		"no tenant":                    func(_ string, o *mockprovider.Object) { o.Delete("tid") },
		"a tenant that is no GUID":     func(i string, o *mockprovider.Object) { o.Set("tid", "x").Set("iss", i+"/x/v2.0") },
		"the template itself":          func(i string, o *mockprovider.Object) { o.Set("tid", "{tenantid}").Set("iss", i+"/{tenantid}/v2.0") },
		"the authority's own name":     func(i string, o *mockprovider.Object) { o.Set("iss", i) },
		"another host": func(_ string, o *mockprovider.Object) {
			o.Set("iss", "https://login.evil.example/"+contoso+"/v2.0")
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newMicrosoft(t, bend).signIn()
			wantCode(t, err, auth.CodeIDTokenIssuer)
		})
	}
}

// TestTemplateIsComparedInTheDocument: a document that names one tenant, or
// another template, is not the one that was configured.
func TestTemplateIsComparedInTheDocument(t *testing.T) {
	w := newMicrosoft(t, func(string, *mockprovider.Object) {})
	w.provider.Quirks.IssuerTemplate = w.server.Issuer() + "/{tenantid}/v1.0"
	_, err := w.signIn()
	wantCode(t, err, auth.CodeMetadataIssuerMismatch)
}

// TestTenantOfARefreshStays: a refreshed ID token of another tenant is another
// account, whatever its subject.
func TestTenantOfARefreshStays(t *testing.T) {
	other := false
	w := newMicrosoft(t, func(i string, o *mockprovider.Object) {
		if other {
			o.Set("tid", fabrikam).Set("iss", i+"/"+fabrikam+"/v2.0")
		}
	})
	w.session()
	other = true
	_, err := w.again().Token(t.Context())
	wantCode(t, err, auth.CodeIDTokenSubject)
}

// TestGitLabPreset: by the book, at whichever address, with or without the slash
// that GitLab's issuer has not.
func TestGitLabPreset(t *testing.T) {
	if p := auth.GitLab("c"); p.Validate() != nil || p.Issuer != "https://gitlab.com" {
		t.Errorf("%+v: %v", p, p.Validate())
	}
	w, _ := newPlainWorld(t, nil)
	w.provider = auth.GitLabAt(w.server.Issuer()+"/", w.server.ClientID())
	if session := w.session(); session.Identity().Proof != auth.ProofIDToken || session.Account().ProviderID != "gitlab" {
		t.Errorf("%+v", session.Account())
	}
}

// TestKeyOfAnotherTenant: keys of all tenants lie in one set; one that signs for
// a single tenant must not speak for another.
func TestKeyOfAnotherTenant(t *testing.T) {
	for name, c := range map[string]struct {
		issuer string // %s is the mock's
		code   auth.Code
	}{
		"a key for every tenant":   {"%s/{tenantid}/v2.0", ""},
		"a key for this tenant":    {"%s/" + contoso + "/v2.0", ""},
		"a key for another tenant": {"%s/" + fabrikam + "/v2.0", auth.CodeIDTokenSignature},
		"a key of another host":    {"https://login.evil.example/{tenantid}/v2.0", auth.CodeIDTokenSignature},
	} {
		t.Run(name, func(t *testing.T) {
			w := newMicrosoft(t, func(string, *mockprovider.Object) {}, mockprovider.WithHook(mockprovider.StageJWKS, func(e *mockprovider.Event) {
				keys := e.Object.Get("keys")
				list := listOf(keys)
				for _, k := range list {
					k.(map[string]any)["issuer"] = strings.ReplaceAll(c.issuer, "%s", e.Provider.Issuer())
				}
				e.Object.Set("keys", list)
			}))
			_, err := w.signIn()
			if c.code == "" && err != nil || c.code != "" && auth.CodeOf(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

func TestMicrosoftPreset(t *testing.T) {
	for tenant, issuer := range map[string]string{
		"common":        "https://login.microsoftonline.com/common/v2.0",
		"organizations": "https://login.microsoftonline.com/organizations/v2.0",
		"consumers":     "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
		contoso:         "https://login.microsoftonline.com/" + contoso + "/v2.0",
	} {
		p := auth.Microsoft(tenant, "client")
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", tenant, err)
		}
		if p.Issuer != issuer || p.Redirect.Host != "localhost" {
			t.Errorf("%s: issuer %s, host %s", tenant, p.Issuer, p.Redirect.Host)
		}
		many := tenant == "common" || tenant == "organizations"
		if many != p.Issues("https://login.microsoftonline.com/"+fabrikam+"/v2.0") {
			t.Errorf("%s: takes accounts of another tenant: %v", tenant, !many)
		}
		if p.Issues("https://login.microsoftonline.com/x/../" + fabrikam + "/v2.0") {
			t.Errorf("%s: takes accounts of a tenant that is no GUID", tenant)
		}
	}
	p := auth.Microsoft("common", "client")
	p.Quirks.IssuerTemplate = "https://login.evil.example/{tenantid}/v2.0"
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "template") {
		t.Errorf("a template of another host: %v", err)
	}
}
