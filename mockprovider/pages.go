package mockprovider

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"app.latchkey/mockprovider/persona"
)

//go:embed pages
var pageFiles embed.FS

// pageTemplates are parsed once per process, when the first page is shown.
var pageTemplates = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(pageFiles, "pages/*.html")
})

// view is what templates draw from.
type view struct {
	words   words
	Locales string // that the request asked for (ui_locales)
	Base    string // what all paths begin with: "", or a tenant's "/t/NAME"
	Title   string // a key of the words
	Persona string
	Client  string
	ID      string // of the interaction
	Path    string // the form's action

	Users        []userView
	Notice       string
	Misbehave    []menuGroup // nil: no menu
	Chosen       []chosenFault
	PasswordForm bool
	Email        string
	Password     string

	User   userView
	Scopes []scopeView

	Fields []Param // of the authorization response
	Nonce  string  // of the page's script, "" if there is none

	Error *refusal
	Code  string
	Text  string // of a refusal; on the page that something is done, a key
	Check string
	Spec  string
	// Expected is what the check wanted, "" if that is a matter of words.
	Expected string

	Issuer    string
	ClientID  string
	Endpoints []endpointView
}

type userView struct {
	Key, Name, Email, Picture, Initials string
	Unverified, Hinted                  bool
}

type scopeView struct {
	Element, Value, Title string
	Parts                 []string // the name, cut where a line may end
	Required              bool
}

type endpointView struct{ Name, URL string }

// page draws a page. redirectURI is where its form may lead in the end, ""
// for nowhere but this provider.
func (p *Provider) page(x *exchange, status int, name string, v view, redirectURI string) {
	templates, err := pageTemplates()
	if err != nil {
		p.internalError(x, err)
		return
	}
	v.Persona, v.Base = p.persona.Title, p.base
	v.words = wordsFor(locales(cmp.Or(v.Locales, x.r.URL.Query().Get("ui_locales")), x.r.Header.Get("Accept-Language")))
	v.Title = v.T(v.Title)
	for i, s := range v.Scopes {
		v.Scopes[i].Title = v.scopeTitle(s.Title)
	}
	if v.Notice == noticeWrong {
		v.Notice = strings.ReplaceAll(v.T(noticeWrong), "{}", SeedPassword)
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, v); err != nil {
		p.internalError(x, err)
		return
	}
	h := x.w.Header()
	policy := "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; form-action 'self'" + formTarget(redirectURI)
	if v.Nonce != "" {
		policy += "; script-src 'nonce-" + v.Nonce + "'"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	p.send(x, status, "text/html; charset=utf-8", b.Bytes())
}

// formTarget returns the CSP source of the client's redirect URI: browsers
// apply form-action to the redirects that follow a form as well. IPv6 literals
// cannot be written there, so the scheme must do.
func formTarget(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	switch {
	case err != nil || u.Scheme == "":
		return ""
	case (u.Scheme != "http" && u.Scheme != "https") || strings.Contains(u.Hostname(), ":"):
		return " " + u.Scheme + ":"
	}
	return " " + u.Scheme + "://" + u.Host
}

// noticeWrong is the key of what is said of a wrong password.
const noticeWrong = "login.wrong"

// loginPage asks who is there. A notice is noticeWrong, or for whoever tests.
func (p *Provider) loginPage(x *exchange, i *interaction, id, notice string) {
	v := view{
		Title: "login.title", Locales: i.request.get("ui_locales"), Client: clientName(i.request.client), ID: id, Path: p.base + loginPath,
		Notice: notice, PasswordForm: p.passwordForm, Email: i.request.loginHint, Password: SeedPassword,
	}
	if p.misbehave {
		v.Misbehave, v.Chosen = faultMenu(), p.chosenFaults(i.request.signIn)
	}
	hinted, _ := p.findUser(i.request.loginHint)
	for _, u := range p.offered(i.request) {
		uv := p.userView(u)
		if uv.Hinted = u.Subject == hinted.Subject; uv.Hinted {
			v.Email = u.Email
			v.Users = append([]userView{uv}, v.Users...)
			continue
		}
		v.Users = append(v.Users, uv)
	}
	status := http.StatusOK
	if notice != "" {
		status = http.StatusUnprocessableEntity
	}
	p.page(x, status, "login.html", v, i.request.redirectURI)
}

// offered lists who is shown on the login page: everybody, or where the persona
// knows of organizations and the request asks for one's accounts, those. It is
// for convenience only: who signs in in another way is let in, and the client
// must look at the claim hd.
func (p *Provider) offered(a *authorizationRequest) []User {
	all := p.users.all()
	if a.hostedDomain == "" || !p.opensClaim(a.scopes, "hd") {
		return all
	}
	var out []User
	for _, u := range all {
		if u.HostedDomain == a.hostedDomain || a.hostedDomain == "*" && u.HostedDomain != "" {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// consentPage asks what the client may have.
func (p *Provider) consentPage(x *exchange, i *interaction, id string) {
	v := view{
		Title: "consent.page", Locales: i.request.get("ui_locales"), Client: clientName(i.request.client), ID: id, Path: p.base + consentPath,
		User: p.userView(i.user),
	}
	for _, name := range i.request.scopes {
		s, _ := p.persona.Scope(name)
		v.Scopes = append(v.Scopes, scopeView{
			Element: "scope-" + elementName(name), Value: name, Title: s.Title, Parts: breakable(name), Required: s.Required,
		})
	}
	p.page(x, http.StatusOK, "consent.html", v, i.request.redirectURI)
}

// errorPage shows a refusal to the person, because there is nobody else whom
// it could safely be sent to.
func (p *Provider) errorPage(x *exchange, f *refusal) {
	status := f.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	p.page(x, status, "error.html", view{
		Title: "error.title", Error: f, Code: f.code, Text: f.description, Check: f.check, Spec: f.spec, Expected: f.expected,
	}, "")
}

// serveHome is a page that says what this is.
func (p *Provider) serveHome(x *exchange) {
	paths := p.persona.Paths
	v := view{Title: "banner.test", Issuer: p.Issuer(), ClientID: p.ClientID(), Client: clientName(p.clients[0])}
	for _, e := range []endpointView{
		{"Discovery", oidcDiscoveryPath}, {"Authorization", paths.Authorization},
		{"Token", paths.Token}, {"Userinfo", paths.Userinfo}, {"People API", paths.People}, {"User API", paths.User},
		{"Revocation", paths.Revocation}, {"Introspection", paths.Introspection}, {"End session", paths.EndSession},
		{"Tokeninfo", paths.Tokeninfo}, {"Keys", paths.JWKS},
	} {
		if e.Name == "Discovery" && !p.persona.OpenID {
			continue
		}
		if e.URL != "" {
			e.URL = p.url(e.URL)
			v.Endpoints = append(v.Endpoints, e)
		}
	}
	for _, u := range p.users.all() {
		v.Users = append(v.Users, p.userView(u))
	}
	p.page(x, http.StatusOK, "home.html", v, "")
}

// serveStyle is the one style sheet.
func (p *Provider) serveStyle(x *exchange) {
	css, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		p.internalError(x, err)
		return
	}
	x.w.Header().Set("Cache-Control", "private, max-age=3600")
	p.send(x, http.StatusOK, "text/css; charset=utf-8", css)
}

func (p *Provider) userView(u User) userView {
	v := userView{Key: u.Key, Name: u.Name, Email: u.Email, Initials: u.initials(), Unverified: !u.EmailVerified}
	if u.Portrait != nil {
		v.Picture = p.base + picturePath(u)
	}
	return v
}

func clientName(c persona.Client) string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

// elementName makes the last part of a scope's name fit for an id:
// "https://…/auth/user.birthday.read" becomes "user-birthday-read".
func elementName(scope string) string {
	scope = scope[strings.LastIndexByte(scope, '/')+1:]
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, scope)
}

// breakable cuts a long name after its dots and slashes, where a line may end.
func breakable(name string) []string {
	var parts []string
	for begin, i := 0, 0; i < len(name); i++ {
		if end := i == len(name)-1; end || (name[i] == '.' || name[i] == '/') && name[i+1] != '/' {
			parts, begin = append(parts, name[begin:i+1]), i+1
		}
	}
	return parts
}
