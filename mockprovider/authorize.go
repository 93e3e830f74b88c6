package mockprovider

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"app.latchkey/mockprovider/persona"
)

// authorizationRequest is an authorization request (RFC 6749 §4.1.1, OpenID
// Connect Core §3.1.2.1) as it is checked step by step.
type authorizationRequest struct {
	params
	client      persona.Client
	redirectURI string
	state       string
	nonce       string
	challenge   string
	scopes      []string // short names, in the persona's order
	prompts     []string
	loginHint   string
	// hostedDomain is the domain whose accounts are to be offered (Google's
	// hd): "*" is any organization's, "" anybody's.
	hostedDomain string
	maxAge       int    // seconds; -1: not asked for
	signIn       string // as in the journal
	offline      bool
	userAgent    string
	// responseMode is query or form_post.
	responseMode string
	// hintSubject is who id_token_hint is about, "" without one.
	hintSubject string
	// newConsent says that the person allowed something for the first time.
	newConsent bool
}

// The first checks make sure where a response may go. What they refuse is
// shown on a page and never redirected: that would be an open redirector
// (RFC 6749 §3.1.2.4, RFC 9700 §4.11).
var clientChecks = []check[*authorizationRequest]{
	{"client_id_once", "RFC 6749 §3.1", func(_ *Provider, a *authorizationRequest) *refusal {
		for _, name := range []string{"client_id", "redirect_uri"} {
			if len(a.all(name)) > 1 {
				return refuse("invalid_request", "%s was sent more than once", name)
			}
		}
		return nil
	}},
	{"client_known", "RFC 6749 §4.1.2.1", func(p *Provider, a *authorizationRequest) *refusal {
		c, ok := p.client(a.get("client_id"))
		if !ok {
			return refuse("invalid_client", "no client has the client_id %q", clip(a.get("client_id"), 100)).withStatus(http.StatusUnauthorized)
		}
		a.client = c
		return nil
	}},
	{"redirect_uri_registered", "RFC 6749 §3.1.2.3, RFC 8252 §7.3", func(p *Provider, a *authorizationRequest) *refusal {
		got := a.get("redirect_uri")
		if got == "" && p.persona.RedirectURIOptional && len(a.client.RedirectURIs) > 0 {
			a.redirectURI = a.client.RedirectURIs[0]
			return nil
		}
		for _, registered := range a.client.RedirectURIs {
			if sameRedirect(registered, got) {
				a.redirectURI = got
				return nil
			}
		}
		return refuse("invalid_request", "redirect_uri %q is not registered", clip(got, 200)).
			wanted("one of "+strings.Join(a.client.RedirectURIs, ", ")+" (any port on a loopback IP literal)", clip(got, 200))
	}},
}

// isChallenge says whether s has the form of an S256 challenge: 32 bytes in
// base64url.
func isChallenge(s string) bool { return len(s) == 43 && unreserved(s, "-_") }

// unreserved says whether s has nothing but letters, digits and the others.
func unreserved(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(others, c) >= 0) {
			return false
		}
	}
	return true
}

// requestChecks look at everything else.
var requestChecks = []check[*authorizationRequest]{
	{"user_agent", "RFC 8252 §8.12", func(p *Provider, a *authorizationRequest) *refusal {
		if p.persona.RefuseEmbedded && embedded.MatchString(a.userAgent) {
			return refuse("access_denied", "browsers inside other programs are not allowed").
				wanted("a browser of its own", clip(a.userAgent, 200))
		}
		return nil
	}},
	{"parameters_once", "RFC 6749 §3.1", func(_ *Provider, a *authorizationRequest) *refusal {
		if a.duplicate != "" {
			return refuse("invalid_request", "%s was sent more than once", clip(a.duplicate, 50))
		}
		return nil
	}},
	{"request_object", "OpenID Connect Core §6", func(_ *Provider, a *authorizationRequest) *refusal {
		for _, name := range []string{"request", "request_uri", "registration"} {
			if a.get(name) != "" {
				return refuse(name+"_not_supported", "%s is not supported", name)
			}
		}
		return nil
	}},
	{"response_type", "RFC 6749 §3.1.1", func(_ *Provider, a *authorizationRequest) *refusal {
		switch got := a.get("response_type"); got {
		case "code":
			return nil
		case "":
			return refuse("invalid_request", "response_type is missing")
		default:
			return refuse("unsupported_response_type", "response_type %q: only code is supported", clip(got, 50))
		}
	}},
	{"response_mode", "OAuth 2.0 Multiple Response Types §2.1", func(p *Provider, a *authorizationRequest) *refusal {
		a.responseMode = "query"
		got := a.get("response_mode")
		switch {
		case got == "":
		case slices.Contains(p.responseModes(), got):
			a.responseMode = got
		default:
			return refuse("invalid_request", "response_mode %q is not supported", clip(got, 50)).
				wanted("one of "+strings.Join(p.responseModes(), ", "), clip(got, 50))
		}
		return nil
	}},
	{"scope", "RFC 6749 §3.3", checkScope},
	{"code_challenge_present", "RFC 7636 §4.4.1", func(_ *Provider, a *authorizationRequest) *refusal {
		if a.get("code_challenge") == "" {
			return refuse("invalid_request", "code challenge required")
		}
		return nil
	}},
	{"code_challenge_method", "RFC 7636 §4.3, RFC 9700 §2.1.1", func(_ *Provider, a *authorizationRequest) *refusal {
		switch got := a.get("code_challenge_method"); got {
		case "S256":
			return nil
		case "":
			return refuse("invalid_request", "code_challenge_method is missing, which means plain; only S256 is supported")
		default:
			return refuse("invalid_request", "code_challenge_method %q: only S256 is supported", clip(got, 50))
		}
	}},
	{"code_challenge_form", "RFC 7636 §4.2", func(_ *Provider, a *authorizationRequest) *refusal {
		if !isChallenge(a.get("code_challenge")) {
			return refuse("invalid_request", "code_challenge is not the base64url of a SHA-256 hash")
		}
		a.challenge = a.get("code_challenge")
		return nil
	}},
	{"prompt", "OpenID Connect Core §3.1.2.1", func(_ *Provider, a *authorizationRequest) *refusal {
		a.prompts = strings.Fields(a.get("prompt"))
		for _, prompt := range a.prompts {
			if !slices.Contains([]string{"none", "login", "consent", "select_account"}, prompt) {
				return refuse("invalid_request", "unknown prompt %q", clip(prompt, 50))
			}
		}
		if a.prompted("none") && len(a.prompts) > 1 {
			return refuse("invalid_request", "prompt none does not go with others")
		}
		return nil
	}},
	{"max_age", "OpenID Connect Core §3.1.2.1", func(_ *Provider, a *authorizationRequest) *refusal {
		a.maxAge = -1
		got := a.get("max_age")
		if got == "" {
			return nil
		}
		n, err := strconv.Atoi(got)
		if err != nil || n < 0 {
			return refuse("invalid_request", "max_age %q is not a number of seconds", clip(got, 50))
		}
		a.maxAge = n
		return nil
	}},
	{"id_token_hint", "OpenID Connect Core §3.1.2.1", func(p *Provider, a *authorizationRequest) *refusal {
		hint := a.get("id_token_hint")
		if hint == "" || !p.persona.OpenID {
			return nil
		}
		claims, ok := p.readHint(hint)
		if !ok {
			return refuse("invalid_request", "id_token_hint is not an ID token of this provider")
		}
		a.hintSubject = claims.Subject
		return nil
	}},
	{"access_type", "Google: OAuth 2.0 for installed applications", func(p *Provider, a *authorizationRequest) *refusal {
		if p.persona.Refresh != persona.RefreshAccessType {
			return nil
		}
		switch got := a.get("access_type"); got {
		case "", "online":
		case "offline":
			a.offline = true
		default:
			return refuse("invalid_request", "access_type %q: want online or offline", clip(got, 50))
		}
		return nil
	}},
}

// embedded matches the User-Agent of browsers inside other programs: Android's
// and Apple's web views, and the commonest frameworks around one.
var embedded = regexp.MustCompile(`; wv\)|\b(Electron|CefSharp|QtWebEngine|JavaFX)/|AppleWebKit/[0-9.]+ \(KHTML, like Gecko\) Mobile/\w+$`)

// responseModes are how the authorization response can be sent.
func (p *Provider) responseModes() []string {
	if len(p.persona.ResponseModes) == 0 {
		return []string{"query"}
	}
	return p.persona.ResponseModes
}

// checkScope reads the scopes into their short names.
func checkScope(p *Provider, a *authorizationRequest) *refusal {
	asked := map[string]bool{}
	for _, name := range p.splitScopes(a.get("scope")) {
		s, ok := p.persona.Scope(name)
		if !ok && p.persona.RefuseUnknownScopes {
			return refuse("invalid_scope", "unknown scope %q", clip(name, 100))
		}
		if ok {
			asked[s.Name] = true
		}
	}
	for _, s := range p.persona.Scopes {
		if asked[s.Name] {
			a.scopes = append(a.scopes, s.Name)
		}
	}
	if len(a.scopes) == 0 && !p.persona.EmptyScope {
		return refuse("invalid_scope", "scope is missing or holds nothing that is known here")
	}
	return nil
}

// splitScopes splits a list of scopes. A persona that joins them otherwise
// takes that separator too.
func (p *Provider) splitScopes(list string) []string {
	if s := p.persona.ScopeSeparator; s != "" {
		list = strings.ReplaceAll(list, s, " ")
	}
	return strings.Fields(list)
}

// prompted says whether the request asked for that prompt.
func (a *authorizationRequest) prompted(prompt string) bool {
	return slices.Contains(a.prompts, prompt)
}

// checkAuthorization checks an authorization request. onPage says that the
// refusal must be shown on a page because nobody knows whom to redirect to.
func (p *Provider) checkAuthorization(q params, userAgent string) (a *authorizationRequest, f *refusal, onPage bool) {
	a = &authorizationRequest{params: q, maxAge: -1, userAgent: userAgent, responseMode: p.earlyMode(q)}
	if f := runChecks(p, a, clientChecks); f != nil {
		return a, f, true
	}
	if len(a.all("state")) == 1 {
		a.state = a.get("state")
	}
	f = runChecks(p, a, requestChecks)
	a.nonce, a.loginHint, a.hostedDomain = a.get("nonce"), a.get("login_hint"), a.get("hd")
	if other := p.persona.LoginHint; other != "" && a.loginHint == "" {
		a.loginHint = a.get(other)
	}
	return a, f, false
}

// earlyMode is how errors are sent that are found before response_mode is
// looked at.
func (p *Provider) earlyMode(q params) string {
	if got := q.all("response_mode"); len(got) == 1 && slices.Contains(p.responseModes(), got[0]) {
		return got[0]
	}
	return "query"
}

// serveAuthorize is the authorization endpoint (RFC 6749 §3.1).
func (p *Provider) serveAuthorize(x *exchange) {
	var q params
	var err error
	if x.r.Method == http.MethodPost {
		q, err = x.form()
	} else {
		q, err = x.query()
	}
	if err != nil {
		f := refuse("invalid_request", "%v", err).at("parameters_form", "RFC 6749 §3.1")
		x.refused(f)
		p.errorPage(x, f)
		return
	}
	a, f, onPage := p.checkAuthorization(p.bendParams(x, StageAuthorizeRequest, q), x.r.UserAgent())
	a.signIn = x.entry.SignIn
	x.entry.ClientID = a.client.ID
	switch {
	case f != nil && (onPage || p.persona.ErrorsOnPage):
		x.refused(f)
		p.errorPage(x, f)
	case f != nil:
		x.refused(f)
		p.redirectError(x, a, f)
	case a.prompted("none"):
		p.authorizeSilently(x, a)
	default:
		p.authorizeInBrowser(x, a)
	}
}

// authorizeSilently answers prompt=none: from the session and an earlier
// consent, or with an error, and with no page in any case.
func (p *Provider) authorizeSilently(x *exchange, a *authorizationRequest) {
	u, authTime, ok := p.session(x, a)
	var f *refusal
	p.mu.Lock()
	allowed := p.state.consents[pair{u.Subject, a.client.ID}]
	p.mu.Unlock()
	switch {
	case !ok:
		f = refuse("login_required", "nobody is signed in, or not the one who is hinted at")
	case slices.ContainsFunc(a.scopes, func(s string) bool { return !slices.Contains(allowed, s) }):
		f = refuse("consent_required", "the user has not allowed all of this before")
	}
	if f != nil {
		f = p.inPersona(f.at("prompt_none", "OpenID Connect Core §3.1.2.6"))
		x.refused(f)
		p.redirectError(x, a, f)
		return
	}
	p.redirectCode(x, a, u, authTime, a.scopes)
}

// authorizeInBrowser begins an interaction with the person at the browser.
// The consent page is shown each time: a client on a loopback address can be
// anybody (RFC 8252 §8.6).
func (p *Provider) authorizeInBrowser(x *exchange, a *authorizationRequest) {
	u, authTime, ok := p.session(x, a)
	if p.persona.AlwaysChoose && a.loginHint == "" {
		ok = false
	}
	if a.prompted("login") || a.prompted("select_account") {
		ok = false
	}
	b := p.browserOf(x)
	i := &interaction{request: a, browser: b}
	path := loginPath
	if ok {
		i.user, i.authTime, path = u, authTime, consentPath
	}
	id := p.addInteraction(i)
	p.goTo(x, path+"?i="+id)
}
