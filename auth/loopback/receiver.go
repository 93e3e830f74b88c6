package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of Link and Wait.
var (
	ErrClosed   = errors.New("the redirect receiver is closed")
	ErrAnswered = errors.New("the sign-in has already been answered")
	ErrNotArmed = errors.New("the redirect receiver is not armed")
)

// verdictGrace is how long a receiver stays after Tell for a browser that has
// not fetched the page with the verdict yet.
const verdictGrace = 10 * time.Second

// Config says where the receiver listens and what its pages say. The zero value
// is right for a provider that takes any loopback port.
type Config struct {
	// Host is the host of the redirect URI: "127.0.0.1", "localhost" or
	// "[::1]". Empty means 127.0.0.1, or [::1] where IPv4 has no loopback.
	Host string
	// Path is the path of the redirect URI, compared exactly. Empty means
	// "/callback". Letters, digits and "-._~/" may be in it.
	Path string
	// Ports are tried in order. Empty means any free port, chosen by the
	// system, which is right for every provider that follows RFC 8252 §7.3.
	Ports []int
	// Product is the program's name on the pages. Empty means "Latchkey".
	Product string
	// Language is the pages' language (BCP 47): en, de, es, fr, pt-BR, ru, ja or
	// zh-Hans; others mean English. Empty: the browser's (Accept-Language).
	Language string
}

// Attempt is the sign-in that a receiver serves.
type Attempt struct {
	State            string // the state parameter of the authorization request: a secret until the response came
	AuthorizationURL string // the whole authorization request, http or https
	ProviderName     string // for the pages; may be empty
}

// Receiver receives the response to one authorization request. Its methods may
// be called from several goroutines.
type Receiver struct {
	redirectURI string
	origin      string          // "http://127.0.0.1:41233"
	hosts       map[string]bool // values of the Host header that mean us
	path        string
	pages       *pages
	server      *http.Server
	gate        *gate
	listeners   []net.Listener
	serving     sync.WaitGroup

	opened   chan struct{} // a start page was fetched
	answered chan struct{} // answer is set
	told     chan struct{} // verdict is set
	served   chan struct{} // a page showed the verdict whole
	done     chan struct{} // closed and at rest
	strays   atomic.Int64
	closing  sync.Once

	mu       sync.Mutex
	armed    bool
	attempt  Attempt
	tickets  *tickets
	answer   url.Values
	byHand   bool     // it was pasted: no browser waits for the verdict
	posted   []posted // put aside until the browser shows its cookie
	donePath string
	verdict  Verdict
	watchers int  // pages that wait for the verdict
	shown    bool // one of them has shown it whole
}

// Listen binds the receiver and starts answering. ctx limits the binding only;
// the caller ends the receiver with Close. When all listed ports are taken the
// error is a *PortsError.
func Listen(ctx context.Context, c Config) (*Receiver, error) {
	lc := net.ListenConfig{Control: exclusive, KeepAlive: -1}
	return listen(ctx, c, lc.Listen)
}

func listen(ctx context.Context, c Config, how listenFunc) (*Receiver, error) {
	if c.Path == "" {
		c.Path = "/callback"
	}
	if c.Product == "" {
		c.Product = "Latchkey"
	}
	if err := checkPath(c.Path); err != nil {
		return nil, err
	}
	for _, p := range c.Ports {
		if p < 1 || p > 65535 {
			return nil, fmt.Errorf("redirect port %d is not between 1 and 65535", p)
		}
	}
	ls, err := bind(ctx, how, c.Host, c.Ports)
	if err != nil {
		return nil, err
	}
	r := &Receiver{
		path: c.Path, pages: newPages(c.Product, c.Language),
		gate: newGate(maxConns), listeners: ls, tickets: newTickets(),
		donePath: "/done/" + random(secretBytes),
		opened:   make(chan struct{}), answered: make(chan struct{}), told: make(chan struct{}),
		served: make(chan struct{}), done: make(chan struct{}),
	}
	r.name(c.Host)
	r.serve()
	return r, nil
}

// checkPath keeps to characters that mean themselves in a URL, in a cookie's
// Path and in a request line, and away from the receiver's own paths.
func checkPath(p string) error {
	const own = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
	switch {
	case !strings.HasPrefix(p, "/"), strings.Trim(p, own) != "", len(p) > 200:
		return fmt.Errorf("redirect path %q must begin with / and have only letters, digits and -._~/", p)
	case strings.HasPrefix(p, startPrefix), strings.HasPrefix(p, "/done/"), strings.Contains(p, "//"),
		strings.Contains(p+"/", "/./"), strings.Contains(p+"/", "/../"):
		return fmt.Errorf("redirect path %q cannot be used", p)
	}
	return nil
}

// name derives the redirect URI and the Host values from what was bound.
func (r *Receiver) name(host string) {
	a := r.listeners[0].Addr().(*net.TCPAddr)
	if host == "" {
		host = a.IP.String()
		if a.IP.To4() == nil {
			host = "[" + host + "]"
		}
	}
	authority := fmt.Sprintf("%s:%d", host, a.Port)
	r.origin = "http://" + authority
	r.redirectURI = r.origin + r.path
	r.hosts = map[string]bool{authority: true}
	if a.Port == 80 {
		r.hosts[host] = true // browsers leave the default port out
	}
}

// RedirectURI is the redirect_uri of the authorization and the token request.
func (r *Receiver) RedirectURI() string { return r.redirectURI }

// Origin is where the receiver is: scheme, host and port, without a path.
func (r *Receiver) Origin() string { return r.origin }

// Arm names the attempt. It must be called once, before the first Link; later
// calls are ignored. (It is apart from Listen because the authorization request
// contains the redirect URI.)
func (r *Receiver) Arm(a Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.armed {
		r.armed, r.attempt = true, a
	}
}

// Link makes a fresh start link: whoever opens it first is sent to the provider
// and may bring the response back. Ask for a new one each time a browser is
// opened or the link is copied; those made before stay good.
//
// A link that is opened a second time sends the same browser on again. Any
// other browser is told that it was already used, and from then on neither may
// bring the response: two have seen a link that was meant for one, and which of
// them is the user's cannot be known. The next Link puts that right.
//
// It fails with ErrAnswered once the response came, with ErrClosed once the
// receiver is closed or told the verdict, with ErrNotArmed before Arm, and when
// Attempt has no state or no usable URL.
func (r *Receiver) Link() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case isClosed(r.told), isClosed(r.done):
		return "", ErrClosed
	case isClosed(r.answered):
		return "", ErrAnswered
	case !r.armed:
		return "", ErrNotArmed
	case r.attempt.State == "":
		return "", errors.New("the authorization request has no state")
	}
	u, err := url.Parse(r.attempt.AuthorizationURL)
	// The URL holds the state: neither it nor url.Parse's error, which quotes
	// it, may go into an error of ours.
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", errors.New("the authorization endpoint is not an http(s) URL")
	}
	return r.origin + startPrefix + r.tickets.issue(), nil
}

// Opened is closed when a start link was opened for the first time: a browser
// is really there. (That a browser was started says much less.)
func (r *Receiver) Opened() <-chan struct{} { return r.opened }

// Wait returns the parameters of the one response that carries the attempt's
// state and the cookie of a browser that opened a start link, be it a code or an
// error, or those that were given to Paste. It returns at once with ctx's cause when ctx ends and with ErrClosed
// when the receiver closes. It may be called again and then says the same.
func (r *Receiver) Wait(ctx context.Context) (url.Values, error) {
	select {
	case <-r.answered:
	case <-r.told:
	case <-r.done:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case isClosed(r.answered): // even if the others happened too
		return cloneValues(r.answer), nil
	case isClosed(r.told), isClosed(r.done):
		return nil, ErrClosed
	default:
		return nil, fmt.Errorf("waiting for the authorization response: %w", context.Cause(ctx))
	}
}

// Strays is how many requests were refused while waiting: not the response,
// not a start link, or broken. Requests that are not even HTTP do not count.
func (r *Receiver) Strays() int { return int(r.strays.Load()) }

// Tell gives the verdict to the page that waits for it. The receiver closes
// once a page has shown it, or after 10 seconds. Later calls are ignored, and a
// Tell before the response came ends the wait.
func (r *Receiver) Tell(v Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if isClosed(r.told) {
		return
	}
	r.verdict = v
	close(r.told)
	go r.closeAfterVerdict()
}

func (r *Receiver) closeAfterVerdict() {
	r.mu.Lock()
	wait := verdictGrace
	if r.byHand {
		wait = 0
	}
	r.mu.Unlock()
	grace := time.NewTimer(wait)
	defer grace.Stop()
	select {
	case <-r.served:
	case <-grace.C:
	case <-r.done:
	}
	r.Close()
}

// Done is closed when the receiver has closed, by Close or by itself, and its
// port is free again.
func (r *Receiver) Done() <-chan struct{} { return r.done }

// lastWords is how long Close waits for pages to say that it is over.
const lastWords = 250 * time.Millisecond

// Close frees the port and ends all connections, at once. A page that still
// waits for the verdict says that the sign-in was interrupted. It may be called
// several times and always returns nil.
func (r *Receiver) Close() error {
	r.closing.Do(func() {
		for _, l := range r.listeners {
			l.Close()
		}
		r.mu.Lock()
		if !isClosed(r.told) {
			r.verdict = Verdict{kind: kindInterrupted}
			close(r.told)
		}
		r.mu.Unlock()
		r.gate.closeQuiet()
		ctx, cancel := context.WithTimeout(context.Background(), lastWords)
		defer cancel()
		_ = r.server.Shutdown(ctx) // what it leaves, Close takes
		_ = r.server.Close()
		r.serving.Wait()
		close(r.done)
	})
	<-r.done
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func cloneValues(v url.Values) url.Values {
	c := make(url.Values, len(v))
	for k, s := range v {
		c[k] = append([]string(nil), s...)
	}
	return c
}
