package mockprovider

import (
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
	body  []byte // what was posted, as far as it came
	entry journal.Entry
	// bodyErr is why the body ended early: it was too large, or the client
	// went away.
	bodyErr error
	// The parameters, once they were asked for.
	queryParams, formParams params
	queryErr, formErr       error
	queryRead, formRead     bool
	// taken says that a fault did the sending, silent that the journal need
	// not know.
	taken, silent bool
}

// recorder notes what was sent.
type recorder struct {
	http.ResponseWriter
	status int
	kept   []byte // the first part of the body
	size   int    // of the whole body
}

// maxKept is how much of a response the journal keeps.
const maxKept = 16 << 10

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
	if w.size += len(b); w.kept == nil && len(b) <= maxKept {
		w.kept = b // nobody changes what was sent
	} else if room := maxKept - len(w.kept); room > 0 {
		w.kept = append(w.kept[:len(w.kept):len(w.kept)], b[:min(room, len(b))]...)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refused notes a refusal in the journal's entry.
func (x *exchange) refused(f *refusal) {
	x.entry.Error, x.entry.RefusedBy, x.entry.Spec, x.entry.Detail = f.code, f.check, f.spec, f.detail
	x.entry.Expected, x.entry.Got = f.expected, f.got
	if x.entry.Detail == "" {
		x.entry.Detail = f.description
	}
}

// commonHeaders are in every response unless an endpoint says otherwise.
// Whoever sets one puts another slice in its place.
var commonHeaders = [...]struct {
	name   string
	values []string
}{
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"same-origin"}},
	{"Cache-Control", []string{"no-store"}},
	{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
}

// endpointFunc answers one request.
type endpointFunc func(x *exchange)

// endpoint wraps an endpoint with what all have in common: headers, the Host
// check, allowed methods, a body limit, hooks and the journal.
func (p *Provider) endpoint(name string, f endpointFunc, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{r: r, w: &recorder{ResponseWriter: w}}
		x.entry.Endpoint, x.entry.Method, x.entry.Path = name, clip(r.Method, 16), clip(r.URL.Path, 200)
		defer p.finish(x)
		h := x.w.Header()
		for _, c := range commonHeaders {
			h[c.name] = c.values
		}
		if !p.checkHost(x) {
			return
		}
		if p.allowsOrigin(name) {
			allowOrigin(x)
			if isPreflight(r) {
				preflight(x, methods)
				return
			}
		}
		if !slices.Contains(methods, r.Method) {
			h.Set("Allow", strings.Join(methods, ", "))
			x.refused(refuse("invalid_request", "method %s is not allowed here", clip(r.Method, 16)).at("method", "RFC 9110 §15.5.6"))
			p.plainError(x, http.StatusMethodNotAllowed, "Method not allowed.")
			return
		}
		r.Body = http.MaxBytesReader(x.w, r.Body, maxBodyBytes)
		x.readBody(len(p.hooks) > 0)
		p.follow(x)
		if p.bending() {
			e := &Event{Stage: StageTransport, Params: x.allSent()}
			p.stage(x, e)
			switch {
			case e.Send != nil:
				x.take(e)
				return
			case e.Body != nil || e.Status != 0:
				p.send(x, e.Status, "", e.Body)
				return
			}
		}
		f(x)
	})
}

// finish puts the request into the journal.
func (p *Provider) finish(x *exchange) {
	x.entry.Time, x.entry.Status = p.Now(), x.w.status
	if x.entry.Status == 0 && !x.taken {
		x.entry.Status = http.StatusOK
	}
	if x.silent || x.entry.Endpoint == "health" {
		return // asked every few seconds, and no news
	}
	x.keepMessages()
	p.journal.Add(x.entry)
}

// take lets a fault do the sending.
func (x *exchange) take(e *Event) {
	x.taken = true
	e.Send(x.w)
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
		wanted(host, clip(x.r.Host, 100)))
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
		if body, err = e.Object.MarshalJSON(); err != nil {
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
	if p.bending() {
		e := &Event{Stage: StageWire, Status: status, Body: body}
		p.stage(x, e)
		if e.Send != nil {
			x.take(e)
			return
		}
		status, body = e.Status, e.Body
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead && len(body) > 0 {
		_, _ = x.w.Write(body) // a client that went away is its own affair
	}
}

// goTo sends the browser to another page of this provider.
func (p *Provider) goTo(x *exchange, path string) {
	x.w.Header().Set("Location", p.base+path)
	p.send(x, http.StatusSeeOther, "", nil)
}

// internalError is the mock's own fault; it must not happen.
func (p *Provider) internalError(x *exchange, err error) {
	x.entry.Error, x.entry.RefusedBy, x.entry.Detail = "server_error", "internal", err.Error()
	p.plainError(x, http.StatusInternalServerError, "The test provider failed: "+err.Error())
}

// clip shortens s to n bytes, for what strangers send.
func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
