package backchannel_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth/backchannel"
)

const secret = "s3cr3t-zqxj9"

// quiet keeps the servers' complaints about clients that turn away.
var quiet = log.New(io.Discard, "", 0)

// client may use http to loopback.
func client(o backchannel.Options) *backchannel.Client {
	o.AllowLoopbackHTTP = true
	return backchannel.New(o)
}

func request(t *testing.T, method, u string, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, u, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestDo(t *testing.T) {
	var agent string
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-A", "b")
		w.WriteHeader(http.StatusBadRequest)
		w.Write(append([]byte("got "), body...))
	})
	c := client(backchannel.Options{UserAgent: "Latchkey/1.2.3"})
	req := request(t, "POST", u, "code=1")
	req.Header.Set("User-Agent", "other")
	res, err := c.Do(t.Context(), req, 0)
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != 400 || string(res.Body) != "got code=1" || res.Header.Get("X-A") != "b" {
		t.Errorf("%+v", res)
	}
	if agent != "Latchkey/1.2.3" || req.Header.Get("User-Agent") != "other" {
		t.Errorf("User-Agent sent %q, request has %q", agent, req.Header.Get("User-Agent"))
	}
}

// TestRedirects: none is followed, by Do or by a library, and the second host
// learns nothing.
func TestRedirects(t *testing.T) {
	var stolen atomic.Int32
	thief := serve(t, func(http.ResponseWriter, *http.Request) { stolen.Add(1) })
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(fmt.Sprint(method, status), func(t *testing.T) {
				u := serve(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", thief+"/?code="+secret)
					w.WriteHeader(status)
				})
				c := client(backchannel.Options{})
				_, err := c.Do(t.Context(), request(t, method, u, "code="+secret), 0)
				var redirect *backchannel.RedirectError
				if !errors.As(err, &redirect) || redirect.Status != status {
					t.Fatalf("Do: %v", err)
				}
				if !strings.Contains(err.Error(), fmt.Sprint(status)) || strings.Contains(err.Error(), secret) {
					t.Errorf("error %q", err)
				}
				if backchannel.IsNetwork(err) {
					t.Error("a redirect is no network error")
				}
				if res, err := c.HTTP().Do(request(t, method, u, "code="+secret)); !errors.As(err, &redirect) {
					t.Errorf("HTTP: %v, %v", res, err)
				}
			})
		}
	}
	if n := stolen.Load(); n > 0 {
		t.Errorf("%d requests reached the second host", n)
	}
}

func TestNotModified(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(304) })
	res, err := client(backchannel.Options{}).Do(t.Context(), request(t, "GET", u, ""), 0)
	if err != nil || res.Status != 304 {
		t.Errorf("%v, %v", res, err)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		name    string
		size    int
		chunked bool
		limit   int64
		ok      bool
	}{
		{"default", 1 << 20, false, 0, true},
		{"one over the default", 1<<20 + 1, false, 0, false},
		{"default, size not told", 1 << 20, true, 0, true},
		{"one over, size not told", 1<<20 + 1, true, 0, false},
		{"own limit", 2 << 20, true, 2 << 20, true},
		{"over the own limit", 11, true, 10, false},
		{"exactly the own limit", 10, true, 10, true},
		{"nothing", 0, false, 10, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			u := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if c.chunked {
					w.(http.Flusher).Flush()
				} else {
					w.Header().Set("Content-Length", fmt.Sprint(c.size))
				}
				w.Write(bytes.Repeat([]byte("x"), c.size))
			})
			res, err := client(backchannel.Options{}).Do(t.Context(), request(t, "GET", u, ""), c.limit)
			if c.ok && (err != nil || len(res.Body) != c.size) {
				t.Fatalf("%v", err)
			}
			if !c.ok && (!errors.Is(err, backchannel.ErrTooLarge) || backchannel.IsNetwork(err)) {
				t.Fatalf("error %v", err)
			}
		})
	}
}

// TestLimitsForLibraries: HTTP never gives a shortened body for a whole one, and
// unpacked bytes count.
func TestLimitsForLibraries(t *testing.T) {
	for name, chunked := range map[string]bool{"told": false, "not told": true} {
		t.Run(name, func(t *testing.T) {
			u := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if chunked {
					w.(http.Flusher).Flush()
				} else {
					w.Header().Set("Content-Length", fmt.Sprint(10<<20))
				}
				w.Write(make([]byte, 10<<20))
			})
			res, err := client(backchannel.Options{}).HTTP().Get(u)
			if err == nil && !chunked {
				t.Error("a size that is told is refused before anything is read")
			}
			if err == nil {
				var n int64
				n, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if n > backchannel.DefaultLimit {
					t.Errorf("%d bytes came through", n)
				}
			}
			if !errors.Is(err, backchannel.ErrTooLarge) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestSchemes uses a transport that answers everything, to see what it is asked.
func TestSchemes(t *testing.T) {
	cases := []struct {
		url     string
		plain   bool
		allowed bool
	}{
		{"https://accounts.example.com/token", false, true},
		{"http://accounts.example.com/token", false, false},
		{"http://accounts.example.com/token", true, false},
		{"http://127.0.0.1:8080/token", false, false},
		{"http://127.0.0.1:8080/token", true, true},
		{"http://127.1.2.3/token", true, true},
		{"http://[::1]:8080/token", true, true},
		{"http://[::ffff:127.0.0.1]/token", true, true},
		{"http://localhost:8080/token", true, true},
		{"http://LOCALHOST/token", true, true},
		{"http://localhost:8080/token", false, false},
		{"http://localhost.example.com/token", true, false},
		{"http://127.0.0.1.example.com/token", true, false},
		{"http://127.0.0.1@example.com/token", true, false},
		{"http://0.0.0.0/token", true, false},
		{"http://10.0.0.1/token", true, false},
		{"http://2130706433/token", true, false},
		{"ftp://127.0.0.1/token", true, false},
		{"file:///etc/passwd", true, false},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.url, c.plain), func(t *testing.T) {
			asked := false
			cl := backchannel.New(backchannel.Options{AllowLoopbackHTTP: c.plain, Transport: roundTrip(
				func(*http.Request) (*http.Response, error) {
					asked = true
					return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
				})})
			_, err := cl.Do(t.Context(), request(t, "POST", c.url+"?x="+secret, "a=b"), 0)
			if asked != c.allowed || (err == nil) != c.allowed {
				t.Fatalf("asked: %v, error %v", asked, err)
			}
			if err != nil && (!errors.Is(err, backchannel.ErrInsecure) || strings.Contains(err.Error(), secret)) {
				t.Errorf("error %v", err)
			}
			if backchannel.IsNetwork(err) {
				t.Error("it is no network error")
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestProxy: the environment's proxy is asked for others, never for loopback.
func TestProxy(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.Host)
		mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
	})
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(v, proxy)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	c := client(backchannel.Options{})
	_, err := c.Do(t.Context(), request(t, "GET", "https://accounts.example.com/x", ""), 0)
	if err == nil {
		t.Error("the proxy refused")
	}
	u := serve(t, func(http.ResponseWriter, *http.Request) {})
	for _, target := range []string{u, strings.Replace(u, "127.0.0.1", "localhost", 1)} {
		if res, err := c.Do(t.Context(), request(t, "GET", target, ""), 0); err != nil || res.Status != 200 {
			t.Errorf("loopback: %v, %v", res, err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 1 || asked[0] != "CONNECT accounts.example.com:443" {
		t.Errorf("the proxy was asked %q", asked)
	}
}

// TestProxyErrors: a proxy's password is in no error.
func TestProxyErrors(t *testing.T) {
	for _, proxy := range []string{"127.0.0.1:1", "127.0.0.1:abc", "pro xy:1/"} {
		for _, v := range []string{"HTTPS_PROXY", "https_proxy"} {
			t.Setenv(v, "http://me:"+secret+"@"+proxy)
		}
		_, err := backchannel.New(backchannel.Options{}).Do(t.Context(), request(t, "GET", "https://accounts.example.com/x", ""), 0)
		if err == nil || strings.Contains(err.Error(), secret) || !backchannel.IsNetwork(err) {
			t.Errorf("%s: %v", proxy, err)
		}
	}
}

func TestTLSVersion(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	s.Config.ErrorLog = quiet
	s.StartTLS()
	defer s.Close()
	_, err := backchannel.New(backchannel.Options{}).Do(t.Context(), request(t, "GET", s.URL, ""), 0)
	if err == nil || !strings.Contains(err.Error(), "tls") || strings.Contains(err.Error(), "certificate") {
		t.Fatalf("error %v", err)
	}
	if backchannel.IsNetwork(err) {
		t.Error("a later try does not mend it")
	}
}

// TestErrorsTellNoQuery goes through the ways in which a request can fail.
func TestErrorsTellNoQuery(t *testing.T) {
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	cut := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte(secret))
	})
	junk := listener(t, func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, "HTTP/1.1 "+strings.Repeat("\x1b[31m\u202e", 500)+"\r\n\r\n")
	})
	reset := listener(t, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) })
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	untrusted.Config.ErrorLog = quiet
	untrusted.StartTLS()
	defer untrusted.Close()
	cases := []struct {
		name, url        string
		network, timeout bool
	}{
		{"nobody there", "http://127.0.0.1:1/x", true, false},
		{"slow", slow, true, true},
		{"cut", cut, true, false},
		{"junk", junk, true, false},
		{"reset", reset, true, false},
		{"unknown certificate", untrusted.URL, false, false},
		{"http behind https", strings.Replace(slow, "http:", "https:", 1), false, false},
		{"no such name", "https://nobody.invalid/x", true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			u, _ := url.Parse(c.url)
			u.User = url.UserPassword("me", secret)
			u.RawQuery = "token=" + secret
			cl := client(backchannel.Options{Timeout: time.Second})
			_, err := cl.Do(t.Context(), request(t, "GET", u.String(), ""), 0)
			if err == nil {
				t.Fatal("no error")
			}
			if strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\x1b\u202e\n") || len(err.Error()) > 800 {
				t.Errorf("error %q", err)
			}
			if !strings.Contains(err.Error(), u.Hostname()) {
				t.Errorf("%q does not name the host", err)
			}
			if backchannel.IsNetwork(err) != c.network || backchannel.IsTimeout(err) != c.timeout {
				t.Errorf("network %v, timeout %v: %v", backchannel.IsNetwork(err), backchannel.IsTimeout(err), err)
			}
			res, err := cl.HTTP().Do(request(t, "GET", u.String(), ""))
			if err != nil {
				err = backchannel.Redact(fmt.Errorf("keys: %w", err))
				if strings.Contains(err.Error(), secret) || !strings.HasPrefix(err.Error(), "keys: ") {
					t.Errorf("redacted: %q", err)
				}
				if backchannel.IsNetwork(err) != c.network {
					t.Errorf("redacting lost the kind: %v", err)
				}
			} else {
				res.Body.Close()
			}
		})
	}
}

// listener accepts connections and gives each to f.
func listener(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { f(c); c.Close() }()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestCancelled(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := client(backchannel.Options{}).Do(ctx, request(t, "GET", u, ""), 0)
	if !errors.Is(err, context.Canceled) || backchannel.IsNetwork(err) || backchannel.IsTimeout(err) {
		t.Errorf("error %v", err)
	}
}

func TestDeadline(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := client(backchannel.Options{}).Do(ctx, request(t, "GET", u, ""), 0)
	if !backchannel.IsTimeout(err) || !backchannel.IsNetwork(err) {
		t.Errorf("error %v", err)
	}
}

// TestSlowBody: the time limit is over the body too.
func TestSlowBody(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	_, err := client(backchannel.Options{Timeout: 100 * time.Millisecond}).Do(t.Context(), request(t, "GET", u, ""), 0)
	if !backchannel.IsTimeout(err) {
		t.Errorf("error %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "x") })
	c := client(backchannel.Options{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := c.Do(t.Context(), request(t, "GET", u, ""), 0); err != nil {
					t.Error(err)
				}
				c.Skew()
				c.Now()
			}
		})
	}
	wg.Wait()
	c.CloseIdle()
}

// TestLocalhostElsewhere: a resolver that names another computer localhost.
func TestLocalhostElsewhere(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:80": true, "127.9.9.9:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		"192.0.2.1:80": false, "[2001:db8::1]:80": false, "0.0.0.0:80": false, "[::]:80": false, "": false,
	} {
		if err := backchannel.OnlyLoopback(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
