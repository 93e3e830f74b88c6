package loopback

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of the server. A response is one small request: nobody honest comes
// near them.
const (
	readHeaderTimeout = 5 * time.Second // also for a connection that sends nothing (browsers open some in advance)
	readTimeout       = 10 * time.Second
	writeTimeout      = 10 * time.Second // of one page; the waiting page sets its own
	idleTimeout       = 15 * time.Second
	maxHeaderBytes    = 16 << 10
	maxConns          = 64
)

const startPrefix = "/start/"

func (r *Receiver) serve() {
	r.server = &http.Server{
		Handler:                      r,
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // "OPTIONS *" meets our rules too
		ErrorLog:                     log.New(io.Discard, "", 0),
		ConnState:                    r.gate.state,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	for _, l := range r.listeners {
		r.serving.Go(func() { _ = r.server.Serve(r.gate.listener(l)) })
	}
}

// security are the headers of every reply, errors included.
var security = []struct{ name, value string }{
	{"Cache-Control", "no-store"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
}

// policy is the Content-Security-Policy of a page whose only style block
// carries nonce; an empty nonce allows nothing at all.
func policy(nonce string) string {
	p := "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	if nonce != "" {
		p += "; style-src 'nonce-" + nonce + "'"
	}
	return p
}

// ServeHTTP applies the rules in their order: who is meant, how it asks, what
// it asks for.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.gate.busy(req.Context())
	h := w.Header()
	for _, s := range security {
		h.Set(s.name, s.value)
	}
	h.Set("Content-Security-Policy", policy(""))

	path := req.URL.EscapedPath()
	switch {
	case !r.hosts[req.Host]:
		// Another name that leads here: DNS rebinding.
		r.plain(w, http.StatusMisdirectedRequest, "This address is not served here.")
	case req.Method == http.MethodPost && path == r.path:
		r.post(w, req)
	case req.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		r.plain(w, http.StatusMethodNotAllowed, "Only GET is answered here.")
	case req.ContentLength != 0:
		r.plain(w, http.StatusBadRequest, "A request here has no body.")
	case path == r.path:
		params, err := parameters(req.URL.RawQuery)
		r.callback(w, req, params, err == nil)
	case strings.HasPrefix(path, startPrefix):
		r.start(w, req, strings.TrimPrefix(path, startPrefix))
	case same(path, r.donePath):
		r.wait(w, req)
	default:
		if params, ok := r.aside(path); ok {
			r.callback(w, req, params, true)
			return
		}
		r.plain(w, http.StatusNotFound, "There is nothing here.")
	}
}

// start sends the browser on to the provider and remembers it by a cookie.
func (r *Receiver) start(w http.ResponseWriter, req *http.Request, value string) {
	r.mu.Lock()
	over := isClosed(r.answered) || isClosed(r.told)
	var e entry
	var cookie, target string
	if !over {
		e, cookie = r.tickets.open(value, req.CookiesNamed(r.tickets.name))
		target = r.attempt.AuthorizationURL
	}
	if e == admitted && !isClosed(r.opened) {
		close(r.opened)
	}
	r.mu.Unlock()

	switch {
	case over:
		r.page(w, req, http.StatusGone, kindOver)
	case e == unknown:
		r.plain(w, http.StatusNotFound, "There is nothing here.")
	case e == turnedAway:
		r.page(w, req, http.StatusGone, kindUsed)
	default:
		r.tickets.set(w, cookie, r.path)
		r.tickets.set(w, cookie, req.URL.EscapedPath())
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
	}
}

// callback takes the response if it is the one, and sends the browser to a page
// whose address holds neither code nor state.
func (r *Receiver) callback(w http.ResponseWriter, req *http.Request, params url.Values, readable bool) {
	r.mu.Lock()
	over := isClosed(r.answered) || isClosed(r.told)
	// State and cookie are both looked at before anything is decided, and what
	// else the response says, an error for instance, is not looked at here.
	stateOK := r.armed && same(r.attempt.State, params.Get("state"))
	browserOK := r.tickets.known(req.CookiesNamed(r.tickets.name))
	accepted := !over && readable && stateOK && browserOK
	if accepted {
		r.answer = params
		close(r.answered)
	}
	r.mu.Unlock()

	switch {
	case over:
		r.page(w, req, http.StatusGone, kindOver)
	case !accepted:
		r.page(w, req, http.StatusBadRequest, kindRefused)
	default:
		r.tickets.clear(w, r.path)
		w.Header().Set("Location", r.donePath)
		w.WriteHeader(http.StatusSeeOther)
	}
}

var errDuplicate = errors.New("a parameter is there twice")

// parameters parses a query. RFC 6749 §3.1: no parameter more than once, since
// two readers could take different ones for true.
func parameters(query string) (url.Values, error) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	for _, all := range v {
		if len(all) > 1 {
			return nil, errDuplicate
		}
	}
	return v, nil
}

// wait is the page that says how it ended. It is sent in two parts: that the
// answer is being checked, at once; the verdict, when it is known. Its address
// was told to nobody but the browser that brought the response, which may load
// it again.
func (r *Receiver) wait(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.watchers++
	provider := r.attempt.ProviderName
	r.mu.Unlock()

	whole := r.stream(w, req, provider)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchers--
	r.shown = r.shown || whole
	if r.shown && r.watchers == 0 && !isClosed(r.served) {
		close(r.served)
	}
}

// stream writes the page and reports whether the verdict went out whole.
func (r *Receiver) stream(w http.ResponseWriter, req *http.Request, provider string) bool {
	rc := http.NewResponseController(w)
	nonce := random(16)
	w.Header().Set("Content-Security-Policy", policy(nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Connection", "close") // so that closing afterwards waits for nobody

	// The server's limit for writing is counted from the request; this page
	// stays open as long as the token request takes.
	part := func(text []byte) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(text); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	words := r.pages.to(req)
	if !part(words.waiting(nonce, provider)) {
		return false
	}
	select {
	case <-r.told:
	case <-req.Context().Done():
		return false
	}
	r.mu.Lock()
	v := r.verdict
	r.mu.Unlock()
	return part(words.verdict(nonce, v))
}

// page refuses with a page that a person may well see.
func (r *Receiver) page(w http.ResponseWriter, req *http.Request, status int, k kind) {
	r.stray()
	nonce := random(16)
	w.Header().Set("Content-Security-Policy", policy(nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(r.pages.to(req).refusal(nonce, k))
}

// plain refuses with one line.
func (r *Receiver) plain(w http.ResponseWriter, status int, line string) {
	r.stray()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if status != http.StatusNotFound {
		w.Header().Set("Connection", "close")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n")
}

func (r *Receiver) stray() {
	if !isClosed(r.answered) && !isClosed(r.told) {
		r.strays.Add(1)
	}
}
