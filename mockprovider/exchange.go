package mockprovider

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"app.latchkey/mockprovider/journal"
)

// exchange is one request on its way through the provider.
type exchange struct {
	r     *http.Request
	w     *recorder
	entry journal.Entry
}

// recorder notes the status that was sent.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refused notes a refusal in the journal's entry.
func (x *exchange) refused(f *refusal) {
	x.entry.Error, x.entry.RefusedBy, x.entry.Spec, x.entry.Detail = f.code, f.check, f.spec, f.detail
	if x.entry.Detail == "" {
		x.entry.Detail = f.description
	}
}

// endpointFunc answers one request.
type endpointFunc func(x *exchange)

// routes builds the handler from the persona's paths.
func (p *Provider) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(path, name string, f endpointFunc, methods ...string) {
		if path != "" {
			mux.Handle(p.base+path, p.endpoint(name, f, methods...))
		}
	}
	paths := p.persona.Paths
	add(oidcDiscoveryPath, "discovery", p.serveDiscovery, "GET", "HEAD")
	add(paths.JWKS, "jwks", p.serveJWKS, "GET", "HEAD")
	add(paths.Authorization, "authorize", p.serveAuthorize, "GET", "POST")
	add(paths.Token, "token", p.serveToken, "POST")
	add(paths.Userinfo, "userinfo", p.serveUserinfo, "GET")
	add(paths.People, "people", p.servePeople, "GET")
	if p.persona.RevokeWithoutClient {
		add(paths.Revocation, "revoke", p.serveRevoke, "GET", "POST")
	} else {
		add(paths.Revocation, "revoke", p.serveRevoke, "POST")
	}
	add("/picture/{key}", "picture", p.servePicture, "GET", "HEAD")
	add(loginPath, "login", p.serveLogin, "GET", "POST")
	add(consentPath, "consent", p.serveConsent, "GET", "POST")
	add("/_mock/journal", "journal", p.serveJournal, "GET")
	add("/_mock/style.css", "", p.serveStyle, "GET", "HEAD")
	add("/{$}", "", p.serveHome, "GET", "HEAD")
	add("/", "", p.serveNotFound, "GET", "HEAD", "POST")
	// The well-known part comes before a tenant's path (RFC 8414 §3.1).
	mux.Handle(oauthDiscoveryPath+p.base, p.endpoint("discovery", p.serveDiscovery, "GET", "HEAD"))
	if p.parent == nil {
		p.tenantRoutes(mux)
	}
	return mux
}

// endpoint wraps an endpoint with what all have in common: headers, the Host
// check, allowed methods, a body limit, hooks and the journal.
func (p *Provider) endpoint(name string, f endpointFunc, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{r: r, w: &recorder{ResponseWriter: w}}
		x.entry.Endpoint, x.entry.Method, x.entry.Path = name, clip(r.Method, 16), clip(r.URL.Path, 200)
		defer func() {
			x.entry.Time, x.entry.Status = p.Now(), x.w.status
			if x.entry.Status == 0 {
				x.entry.Status = http.StatusOK
			}
			p.journal.Add(x.entry)
		}()
		h := x.w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if !p.checkHost(x) {
			return
		}
		if !slices.Contains(methods, r.Method) {
			h.Set("Allow", strings.Join(methods, ", "))
			x.refused(refuse("invalid_request", "method %s is not allowed here", clip(r.Method, 16)).at("method", "RFC 9110 §15.5.6"))
			p.plainError(x, http.StatusMethodNotAllowed, "Method not allowed.")
			return
		}
		r.Body = http.MaxBytesReader(x.w, r.Body, maxBodyBytes)
		e := &Event{Stage: StageTransport}
		p.stage(x, e)
		if e.Body != nil || e.Status != 0 {
			p.send(x, e.Status, "", e.Body)
			return
		}
		f(x)
	})
}

// checkHost refuses requests that reached this server under another name: the
// sign of DNS rebinding, by which a web page talks to loopback addresses.
func (p *Provider) checkHost(x *exchange) bool {
	issuer := p.Issuer()
	if issuer == "" {
		x.refused(refuse("temporarily_unavailable", "the issuer is not known yet").at("issuer_known", "OpenID Discovery §3"))
		p.plainError(x, http.StatusServiceUnavailable, "The provider is not serving yet; use Start, Serve or WithIssuer.")
		return false
	}
	_, host, _ := strings.Cut(strings.TrimSuffix(issuer, p.base), "://")
	if x.r.Host == host {
		return true
	}
	x.refused(refuse("invalid_request", "Host is not the issuer's").at("host", "RFC 9110 §15.5.20").
		withDetail("expected %q, got %q", host, clip(x.r.Host, 100)))
	p.plainError(x, http.StatusMisdirectedRequest, "This is a test provider at "+issuer+" and answers under no other name.")
	return false
}

// serveNotFound answers what is no endpoint.
func (p *Provider) serveNotFound(x *exchange) {
	p.plainError(x, http.StatusNotFound, "There is nothing here.")
}

// plainError answers with a line of text.
func (p *Provider) plainError(x *exchange, status int, text string) {
	p.send(x, status, "text/plain; charset=utf-8", []byte(text+"\n"))
}

// sendObject answers with a JSON object, after the hooks of its stage.
func (p *Provider) sendObject(x *exchange, stage Stage, status int, o *Object) {
	e := &Event{Stage: stage, Object: o, Status: status}
	p.stage(x, e)
	contentType := "application/json; charset=utf-8"
	body := e.Body
	if body == nil {
		var err error
		if body, err = json.Marshal(e.Object); err != nil {
			p.internalError(x, fmt.Errorf("encoding the response: %w", err))
			return
		}
	}
	if set := x.w.Header().Get("Content-Type"); set != "" {
		contentType = set
	}
	p.send(x, e.Status, contentType, body)
}

// send writes status, type and body. Status 0 means 200.
func (p *Provider) send(x *exchange, status int, contentType string, body []byte) {
	if contentType != "" {
		x.w.Header().Set("Content-Type", contentType)
	}
	if status == 0 {
		status = http.StatusOK
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(body) // a client that went away is its own affair
	}
}

// internalError is the mock's own fault; it must not happen.
func (p *Provider) internalError(x *exchange, err error) {
	x.entry.Error, x.entry.RefusedBy, x.entry.Detail = "server_error", "internal", err.Error()
	p.plainError(x, http.StatusInternalServerError, "The test provider failed: "+err.Error())
}

// serveJournal answers with all entries. It asks for the control token also
// on loopback: other users of this computer, and web pages, reach loopback.
func (p *Provider) serveJournal(x *exchange) {
	got := x.r.Header.Get("Authorization")
	if subtle.ConstantTimeCompare([]byte(got), []byte("Bearer "+p.controlToken)) != 1 {
		x.refused(refuse("invalid_token", "the control token is missing or wrong").at("control_token", "RFC 6750 §3"))
		x.w.Header().Set("WWW-Authenticate", `Bearer realm="mock control"`)
		p.plainError(x, http.StatusUnauthorized, "The journal needs the control token, which the provider prints when it starts.")
		return
	}
	body, err := json.Marshal(map[string]any{"entries": p.journal.Match(func(e journal.Entry) bool {
		return e.Endpoint != "journal" // asking is no news
	})})
	if err != nil {
		p.internalError(x, err)
		return
	}
	p.send(x, http.StatusOK, "application/json; charset=utf-8", body)
}

// clip shortens s to n bytes, for what strangers send.
func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
