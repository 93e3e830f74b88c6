package loopback_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth/loopback"
)

// TestFullOfOthers fills the receiver with connections that do nothing useful;
// the user's browser is heard at once all the same.
func TestFullOfOthers(t *testing.T) {
	cases := map[string]string{
		"idle":               "",
		"half a request":     "GET /callback HTTP/1.1\r\nHost: ",
		"half a method":      "GE",
		"kept after a reply": "GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
	}
	for name, sent := range cases {
		t.Run(name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			l := link(t, r)
			sent = strings.ReplaceAll(sent, "{host}", strings.TrimPrefix(origin(r), "http://"))
			for range loopback.MaxConns + 20 {
				c := dial(t, r)
				if _, err := io.WriteString(c, sent); err != nil {
					t.Fatal(err)
				}
			}
			began := time.Now()
			b := browser(t)
			if got := status(t, b, l); got != 303 {
				t.Fatalf("start: %d", got)
			}
			if got := status(t, b, good(r)); got != 303 {
				t.Fatalf("callback: %d", got)
			}
			// The header timeout would free places only after 5 s.
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestCap: more connections than the cap are not kept.
func TestCap(t *testing.T) {
	r := armed(t, loopback.Config{})
	first := dial(t, r)
	for range loopback.MaxConns {
		dial(t, r)
	}
	first.SetReadDeadline(time.Now().Add(3 * time.Second))
	if _, err := first.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		t.Errorf("the oldest idle connection is still there: %v", err)
	}
}

// TestIdleIsClosed: a connection that sends nothing ends by itself.
func TestIdleIsClosed(t *testing.T) {
	t.Parallel()
	r := armed(t, loopback.Config{})
	c := dial(t, r)
	c.SetReadDeadline(time.Now().Add(9 * time.Second))
	if _, err := c.Read(make([]byte, 1)); isTimeout(err) {
		t.Error("it was kept over 9 s")
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// TestResets: connections that vanish, at every stage, disturb nobody.
func TestResets(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	for _, sent := range []string{"", "GET /call", "GET " + strings.TrimPrefix(good(r), origin(r)) + " HTTP/1.1\r\nHost: x\r\n\r\n"} {
		for range 50 {
			c := dial(t, r).(*net.TCPConn)
			io.WriteString(c, sent)
			c.SetLinger(0)
			c.Close()
		}
	}
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("the response got %d", got)
	}
}

// TestPreconnect: a browser opens a connection early and uses it later, or
// another one meanwhile.
func TestPreconnect(t *testing.T) {
	r := armed(t, loopback.Config{})
	early := dial(t, r)
	b := opened(t, r)
	io.WriteString(early, "GET / HTTP/1.1\r\nHost: "+strings.TrimPrefix(origin(r), "http://")+"\r\n\r\n")
	buf := make([]byte, 12)
	if _, err := io.ReadFull(early, buf); err != nil || string(buf) != "HTTP/1.1 404" {
		t.Fatalf("%q, %v", buf, err)
	}
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("the response got %d", got)
	}
}

// answeredPage signs in as far as the page that waits for the verdict.
func answeredPage(t *testing.T, r *loopback.Receiver) (*http.Client, string) {
	t.Helper()
	b := opened(t, r)
	res, _ := get(t, b, good(r))
	u, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return b, u.String()
}

// TestPageOutlivesTimeouts: the page stays open longer than any limit of the
// server for reading or writing.
func TestPageOutlivesTimeouts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 12 s")
	}
	t.Parallel()
	r := armed(t, loopback.Config{})
	b, u := answeredPage(t, r)
	res, err := b.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s := &stream{t: t, body: res.Body}
	s.until("Checking")
	<-time.After(12 * time.Second) // over both limits: this is what is tested
	r.Tell(loopback.Failure("The clock is wrong."))
	s.until("</html>")
	if !strings.Contains(s.text.String(), `data-verdict="failure"`) || !strings.Contains(s.text.String(), "The clock is wrong.") {
		t.Error(s.text.String())
	}
}

func TestVerdictBeforeThePage(t *testing.T) {
	r := armed(t, loopback.Config{})
	b, u := answeredPage(t, r)
	r.Tell(loopback.Cancelled())
	res, body := get(t, b, u)
	if res.StatusCode != 200 || !strings.Contains(body, `data-verdict="cancelled"`) || !strings.Contains(body, "</html>") {
		t.Errorf("%d\n%s", res.StatusCode, body)
	}
	guarded(t, res)
	wantDone(t, r, 5*time.Second)
}

// TestPageReloaded: the first of two pages is given up, the second tells.
func TestPageReloaded(t *testing.T) {
	r := armed(t, loopback.Config{})
	b, u := answeredPage(t, r)
	first, err := b.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close()
	second, err := b.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Body.Close()
	s := &stream{t: t, body: second.Body}
	s.until("Checking")
	r.Tell(loopback.Success())
	s.until("</html>")
	wantDone(t, r, 5*time.Second)
}

// TestNobodyComes: without a browser the receiver closes after its grace.
func TestNobodyComes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 10 s")
	}
	t.Parallel()
	r := armed(t, loopback.Config{})
	answeredPage(t, r)
	r.Tell(loopback.Success())
	wantDone(t, r, 13*time.Second)
}

// TestTellWithoutResponse ends the wait; a response that comes later is told so.
func TestTellWithoutResponse(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	r.Tell(loopback.Cancelled())
	if _, err := r.Wait(t.Context()); !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("Wait: %v", err)
	}
	if got := status(t, b, good(r)); got != 410 {
		t.Errorf("the response got %d", got)
	}
	if _, err := r.Link(); !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("Link: %v", err)
	}
}

func wantDone(t *testing.T, r *loopback.Receiver, within time.Duration) {
	t.Helper()
	select {
	case <-r.Done():
	case <-time.After(within):
		t.Fatalf("not closed after %v", within)
	}
	u, _ := url.Parse(r.RedirectURI())
	l, err := net.Listen("tcp4", u.Host)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	l.Close()
}

// TestCloseWhileStreaming: the page says so, the port is free, no goroutine is
// left.
func TestCloseWhileStreaming(t *testing.T) {
	before := runtime.NumGoroutine()
	r := armed(t, loopback.Config{})
	b, u := answeredPage(t, r)
	for range 5 {
		dial(t, r)
	}
	res, err := b.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{t: t, body: res.Body}
	s.until("Checking")
	began := time.Now()
	r.Close()
	if took := time.Since(began); took > time.Second {
		t.Errorf("Close took %v", took)
	}
	s.until("</html>")
	if !strings.Contains(s.text.String(), `data-verdict="interrupted"`) {
		t.Error("the page does not say that it was interrupted")
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Errorf("the page was cut: %v", err)
	}
	res.Body.Close()
	r.Close()
	wantDone(t, r, time.Second)
	b.CloseIdleConnections()
	noMoreGoroutines(t, before)
}

// TestCloseStuckPage: a page whose reader does not read cannot hold Close.
func TestCloseStuckPage(t *testing.T) {
	before := runtime.NumGoroutine()
	r := armed(t, loopback.Config{})
	_, u := answeredPage(t, r)
	target, _ := url.Parse(u)
	for range 20 {
		io.WriteString(dial(t, r), "GET "+target.Path+" HTTP/1.1\r\nHost: "+target.Host+"\r\n\r\n")
	}
	began := time.Now()
	r.Close()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	noMoreGoroutines(t, before+4) // the client's own
}

func noMoreGoroutines(t *testing.T, want int) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for runtime.NumGoroutine() > want {
		select {
		case <-tick.C:
		case <-deadline:
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), want, buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestWaitEnds(t *testing.T) {
	cause := errors.New("the user pressed Cancel")
	cases := map[string]struct {
		end  func(r *loopback.Receiver, cancel context.CancelCauseFunc)
		want error
	}{
		"cancelled": {func(_ *loopback.Receiver, c context.CancelCauseFunc) { c(cause) }, cause},
		"closed":    {func(r *loopback.Receiver, _ context.CancelCauseFunc) { r.Close() }, loopback.ErrClosed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			got := make(chan error, 1)
			go func() {
				_, err := r.Wait(ctx)
				got <- err
			}()
			c.end(r, cancel)
			select {
			case err := <-got:
				if !errors.Is(err, c.want) {
					t.Errorf("Wait: %v", err)
				}
			case <-time.After(2 * time.Second):
				t.Fatal("Wait did not return")
			}
		})
	}
}

func TestLinkAfterClose(t *testing.T) {
	r := armed(t, loopback.Config{})
	r.Close()
	if _, err := r.Link(); !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("Link: %v", err)
	}
}

// TestEverythingAtOnce is for the race detector.
func TestEverythingAtOnce(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	done := make(chan struct{})
	jobs := []func(){
		func() { r.Link() }, func() { r.Strays() }, func() { r.RedirectURI() },
		func() { b.Get(good(r)) }, func() { b.Get(origin(r) + "/favicon.ico") },
		func() {
			if l, err := r.Link(); err == nil {
				b.Get(l)
			}
		},
		func() { r.Wait(t.Context()) },
	}
	for _, job := range jobs {
		go func() {
			for range 20 {
				job()
			}
			done <- struct{}{}
		}()
	}
	for range jobs {
		<-done
	}
	go r.Tell(loopback.Success())
	go r.Close()
	r.Close()
}
