package loopback_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth/loopback"
)

// raw sends bytes to the receiver and reads one reply.
func raw(t *testing.T, r *loopback.Receiver, request string) (*http.Response, string) {
	t.Helper()
	c := dial(t, r)
	go c.Write([]byte(request)) // the receiver may answer and close before it read everything
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no reply: %v", err)
	}
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

func dial(t *testing.T, r *loopback.Receiver) net.Conn {
	t.Helper()
	u, _ := url.Parse(r.RedirectURI())
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	t.Cleanup(func() { c.Close() })
	return c
}

// guarded fails the test unless the reply has every header that all have.
func guarded(t *testing.T, res *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control":                "no-store",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := res.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%d: %s is %q, want %q", res.StatusCode, name, got, want)
		}
	}
	csp := res.Header.Values("Content-Security-Policy")
	if len(csp) != 1 || !strings.HasPrefix(csp[0], "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'") {
		t.Errorf("%d: Content-Security-Policy is %q", res.StatusCode, csp)
	}
	for name := range res.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%d: there is a CORS header %s", res.StatusCode, name)
		}
	}
}

// TestRefused sends what is not the response, from a browser that has the
// cookie unless the case says otherwise. After each the wait goes on, and the
// real response still ends it.
func TestRefused(t *testing.T) {
	const marker = "zqxj9"
	cookie := func(c *http.Client, r *loopback.Receiver) string {
		u, _ := url.Parse(r.RedirectURI())
		k := c.Jar.Cookies(u)[0]
		return k.Name + "=" + k.Value
	}
	cases := []struct {
		name    string
		method  string // GET if empty
		target  string // {state} is the right one
		host    string // the right one if empty
		cookie  string // {cookie} is the right one, and the default; "none" is none
		headers string
		status  int
	}{
		{name: "nothing but an error", target: "/callback?error=access_denied", status: 400},
		{name: "no state", target: "/callback?code=" + marker, status: 400},
		{name: "empty state", target: "/callback?code=c&state=", status: 400},
		{name: "forged state", target: "/callback?code=c&state=" + marker, status: 400},
		{name: "forged error with forged state", target: "/callback?error=x&error_description=" + marker + "&state=" + marker, status: 400},
		{name: "state cut short", target: "/callback?code=c&state=" + state[:42], status: 400},
		{name: "state in another case", target: "/callback?code=c&state=" + strings.ToLower(state), status: 400},
		{name: "state twice", target: "/callback?code=c&state={state}&state={state}", status: 400},
		{name: "right state and another", target: "/callback?code=c&state={state}&state=" + marker, status: 400},
		{name: "code twice", target: "/callback?code=c&code=d&state={state}", status: 400},
		{name: "another parameter twice", target: "/callback?code=c&state={state}&iss=a&iss=b", status: 400},
		{name: "broken escape", target: "/callback?code=%zz&state={state}", status: 400},
		{name: "semicolons", target: "/callback?code=c;state={state}", status: 400},
		{name: "right state, no cookie", target: "/callback?code=c&state={state}", cookie: "none", status: 400},
		{name: "right state, forged cookie", target: "/callback?code=c&state={state}", cookie: "{name}=" + marker, status: 400},
		{name: "right state, empty cookie", target: "/callback?code=c&state={state}", cookie: "{name}=", status: 400},
		{name: "right state, right cookie under another name", target: "/callback?code=c&state={state}", cookie: "other={value}", status: 400},
		{name: "right error without the cookie", target: "/callback?error=access_denied&state={state}", cookie: "none", status: 400},
		{name: "another program's Host", target: "/callback?code=c&state={state}", host: "evil.example", status: 421},
		{name: "a name that leads here", target: "/callback?code=c&state={state}", host: "localhost:{port}", status: 421},
		{name: "Host without port", target: "/callback?code=c&state={state}", host: "127.0.0.1", status: 421},
		{name: "Host with another port", target: "/callback?code=c&state={state}", host: "127.0.0.1:1", status: 421},
		{name: "Host with something after it", target: "/callback?code=c&state={state}", host: "127.0.0.1:{port}.evil.example", status: 421},
		{name: "absolute target with another host", target: "http://evil.example/callback?code=c&state={state}", status: 421},
		{name: "HEAD of the callback", method: "HEAD", target: "/callback?code=c&state={state}", status: 405},
		{name: "HEAD of a start link", method: "HEAD", target: "/start/x", status: 405},
		{name: "POST without a form", method: "POST", target: "/callback?code=c&state={state}", headers: "Content-Length: 0\r\n", status: 400},
		{name: "POST elsewhere", method: "POST", target: "/done?code=c&state={state}", headers: "Content-Length: 0\r\n", status: 405},
		{name: "preflight", method: "OPTIONS", target: "/callback?code=c&state={state}",
			headers: "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n", status: 405},
		{name: "OPTIONS *", method: "OPTIONS", target: "*", status: 405},
		{name: "TRACE", method: "TRACE", target: "/callback?state={state}", status: 405},
		{name: "invented method", method: "BREW", target: "/callback?code=c&state={state}", status: 405},
		{name: "GET with a body", target: "/callback?code=c&state={state}", headers: "Content-Length: 1\r\n", status: 400},
		{name: "GET with a chunked body", target: "/callback?code=c&state={state}", headers: "Transfer-Encoding: chunked\r\n", status: 400},
		{name: "favicon", target: "/favicon.ico", status: 404},
		{name: "root", target: "/", status: 404},
		{name: "root with the response", target: "/?code=c&state={state}", status: 404},
		{name: "the path with a slash", target: "/callback/?code=c&state={state}", status: 404},
		{name: "the path with two slashes", target: "//callback?code=c&state={state}", status: 404},
		{name: "the path with dots", target: "/x/../callback?code=c&state={state}", status: 404},
		{name: "the path escaped", target: "/%63allback?code=c&state={state}", status: 404},
		{name: "unknown ticket", target: "/start/" + marker, status: 404},
		{name: "no ticket", target: "/start/", status: 404},
		{name: "unknown verdict page", target: "/done/" + marker, status: 404},
		{name: "script in the target", target: "/callback?error=<script>" + marker + "</script>", status: 400},
		{name: "unknown path with a marker", target: "/" + marker, status: 404},
		{name: "HTTP/2 by prior knowledge", method: "PRI", target: "*", status: 405},
		{name: "an unknown Expect", target: "/callback?code=c&state={state}", headers: "Expect: " + marker + "\r\n", status: 417},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			b := opened(t, r)
			link(t, r) // one that nobody opened, so that it has no cookie
			u, _ := url.Parse(r.RedirectURI())
			right := cookie(b, r)
			name, value, _ := strings.Cut(right, "=")
			fill := strings.NewReplacer("{state}", state, "{port}", u.Port(), "{cookie}", right, "{name}", name, "{value}", value)

			request := or(c.method, "GET") + " " + fill.Replace(c.target) + " HTTP/1.1\r\nHost: " + fill.Replace(or(c.host, u.Host)) + "\r\n"
			if c.cookie != "none" {
				request += "Cookie: " + fill.Replace(or(c.cookie, right)) + "\r\n"
			}
			res, body := raw(t, r, request+c.headers+"\r\n")
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			guarded(t, res)
			if c.status == 405 && res.Header.Get("Allow") != "GET" {
				t.Errorf("Allow is %q", res.Header.Get("Allow"))
			}
			if ct := res.Header.Get("Content-Type"); c.method != "HEAD" && c.status != 417 && !strings.HasSuffix(ct, "; charset=utf-8") {
				t.Errorf("Content-Type is %q", ct)
			}
			var whole bytes.Buffer
			res.Header.Write(&whole)
			whole.WriteString(body)
			for _, secret := range []string{marker, state, value} {
				if strings.Contains(whole.String(), secret) {
					t.Errorf("the reply echoes %q", secret)
				}
			}
			if res.Header.Get("Location") != "" || len(res.Header.Values("Set-Cookie")) > 0 {
				t.Error("a refusal leads somewhere")
			}
			waits(t, r)
			if c.status != 417 && r.Strays() != 1 {
				t.Errorf("%d strays, want 1", r.Strays())
			}
			if got := status(t, b, good(r)); got != 303 {
				t.Fatalf("after it the real response got %d", got)
			}
			if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "c-1" {
				t.Fatalf("Wait: %v, %v", v, err)
			}
		})
	}
}

// TestBroken sends what net/http itself refuses.
func TestBroken(t *testing.T) {
	cases := []struct {
		name, request string
		status        int
	}{
		{"1 MB of header", "GET /callback HTTP/1.1\r\nHost: {host}\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", 431},
		{"1 MB of query", "GET /callback?" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 431},
		{"20,000 headers", "GET /callback HTTP/1.1\r\nHost: {host}\r\n" + strings.Repeat("X: y\r\n", 20000) + "\r\n", 431},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		{"no request line", "hello\r\n\r\n", 400},
		{"no Host", "GET /callback HTTP/1.1\r\n\r\n", 400},
		{"two Hosts", "GET /callback HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n", 400},
		{"unknown coding", "GET /callback HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: zqxj9\r\n\r\n", 501},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			b := opened(t, r)
			res, body := raw(t, r, strings.ReplaceAll(c.request, "{host}", strings.TrimPrefix(origin(r), "http://")))
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			guarded(t, res)
			if strings.Contains(body, "xxxx") || strings.Contains(body, "zqxj9") {
				t.Errorf("the reply echoes the request: %q", body)
			}
			waits(t, r)
			if got := status(t, b, good(r)); got != 303 {
				t.Fatalf("after it the real response got %d", got)
			}
		})
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// TestErrorResponse: an error counts like a code, if it is the real one.
func TestErrorResponse(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	res, _ := get(t, b, r.RedirectURI()+"?error=access_denied&error_description=No&state="+state)
	if res.StatusCode != 303 {
		t.Fatalf("status %d", res.StatusCode)
	}
	v, err := r.Wait(t.Context())
	if err != nil || v.Get("error") != "access_denied" {
		t.Fatalf("Wait: %v, %v", v, err)
	}
}

// TestFlood: a thousand forged responses, several at a time, then the real one.
func TestFlood(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	const forged, lanes = 1000, 8
	fails := make(chan error, lanes)
	for lane := range lanes {
		c := browser(t)
		go func() {
			for i := range forged / lanes {
				res, err := c.Get(fmt.Sprintf("%s?code=%d&state=%d", r.RedirectURI(), i, lane))
				if err != nil {
					fails <- err
					return
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != 400 {
					fails <- fmt.Errorf("status %d", res.StatusCode)
					return
				}
			}
			fails <- nil
		}()
	}
	for range lanes {
		if err := <-fails; err != nil {
			t.Fatal(err)
		}
	}
	if r.Strays() != forged {
		t.Errorf("%d strays, want %d", r.Strays(), forged)
	}
	waits(t, r)
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("the real response got %d", got)
	}
}

// TestOneResponse: of many copies of the real response, at once, one counts.
func TestOneResponse(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	const copies = 16
	codes := make(chan int, copies)
	for i := range copies {
		go func() {
			res, err := b.Get(fmt.Sprintf("%s?code=%d&state=%s", r.RedirectURI(), i, state))
			if err != nil {
				codes <- 0
				return
			}
			res.Body.Close()
			codes <- res.StatusCode
		}()
	}
	count := map[int]int{}
	for range copies {
		count[<-codes]++
	}
	// The first takes the cookie away, so the others are refused as over.
	if count[303] != 1 || count[410] != copies-1 {
		t.Fatalf("replies: %v", count)
	}
	first, err1 := r.Wait(t.Context())
	second, err2 := r.Wait(t.Context())
	if err1 != nil || err2 != nil || first.Get("code") != second.Get("code") {
		t.Fatalf("Wait: %v %v, then %v %v", first, err1, second, err2)
	}
}

func TestSecondCallback(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("status %d", got)
	}
	res, body := get(t, b, good(r))
	if res.StatusCode != 410 || !strings.Contains(body, `data-verdict="over"`) {
		t.Fatalf("%d\n%s", res.StatusCode, body)
	}
	guarded(t, res)
	if r.Strays() != 0 {
		t.Error("what comes after the response is no stray of the wait")
	}
}

func TestNotArmed(t *testing.T) {
	r := listen(t, loopback.Config{})
	if _, err := r.Link(); err != loopback.ErrNotArmed {
		t.Errorf("Link: %v", err)
	}
	for _, q := range []string{"", "?state=", "?state=" + state, "?code=c"} {
		if got := status(t, browser(t), r.RedirectURI()+q); got != 400 {
			t.Errorf("%q: %d", q, got)
		}
	}
	waits(t, r)
}

func TestArmOnce(t *testing.T) {
	r := armed(t, loopback.Config{})
	r.Arm(loopback.Attempt{State: "other", AuthorizationURL: "https://evil.example/"})
	opened(t, r) // checks where it leads
}

func TestUnusableAttempt(t *testing.T) {
	for name, a := range map[string]loopback.Attempt{
		"no state":  {AuthorizationURL: provider},
		"no URL":    {State: state},
		"file":      {State: state, AuthorizationURL: "file:///etc/passwd?state=" + state},
		"no host":   {State: state, AuthorizationURL: "https:///authorize?state=" + state},
		"broken":    {State: state, AuthorizationURL: "https://a b/?state=" + state},
		"a newline": {State: state, AuthorizationURL: "https://a/\r\nX: " + state},
	} {
		t.Run(name, func(t *testing.T) {
			r := listen(t, loopback.Config{})
			r.Arm(a)
			l, err := r.Link()
			if err == nil {
				t.Fatalf("a link %q", l)
			}
			if strings.Contains(err.Error(), state) {
				t.Errorf("the error tells the state: %v", err)
			}
		})
	}
}
