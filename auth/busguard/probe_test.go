//go:build linux

package busguard_test

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"app.latchkey/auth/busguard"
)

// listen serves each connection with serve until the test ends.
func listen(t *testing.T, serve func(net.Conn)) busguard.Socket {
	t.Helper()
	dir, err := os.MkdirTemp("", "bg") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return busguard.Socket(path)
}

// untilClosed reads until the other side hangs up.
func untilClosed(c net.Conn) {
	buf := make([]byte, 64)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve func(net.Conn)
		want  busguard.Bus
	}{
		{"a bus", func(c net.Conn) { c.Write([]byte("REJECTED EXTERNAL\r\n")); untilClosed(c) }, busguard.Live},
		{"a bus in two pieces", func(c net.Conn) {
			c.Read(make([]byte, 64))
			c.Write([]byte("REJ"))
			c.Write([]byte("ECTED EXTERNAL\r\n"))
			untilClosed(c)
		}, busguard.Live},
		{"silent", untilClosed, busguard.Mute},
		{"hangs up", func(net.Conn) {}, busguard.Dead},
		{"something else", func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n")); untilClosed(c) }, busguard.Dead},
		{"never ends its line", func(c net.Conn) { c.Write(make([]byte, 4096)); untilClosed(c) }, busguard.Dead},
		{"drips", func(c net.Conn) {
			for tick := time.Tick(50 * time.Millisecond); ; <-tick {
				if _, err := c.Write([]byte("R")); err != nil {
					return
				}
			}
		}, busguard.Mute},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := listen(t, c.serve)
			start := time.Now()
			if got := busguard.Probe(s); got != c.want {
				t.Errorf("probe = %v, want %v", got, c.want)
			}
			if d := time.Since(start); d > 2*busguard.Patience {
				t.Errorf("took %v, more than twice the limit of %v", d, busguard.Patience)
			}
		})
	}
}

func TestProbeNobodyThere(t *testing.T) {
	for name, s := range map[string]busguard.Socket{
		"no file":      "/nonexistent/bus",
		"no directory": busguard.Socket(t.TempDir()),
		"abstract":     "@latchkey-test-nobody",
		"too long":     busguard.Socket("/" + string(make([]byte, 300))),
	} {
		if got := busguard.Probe(s); got != busguard.Dead {
			t.Errorf("%s: probe = %v, want dead", name, got)
		}
	}
}

// A listener that accepts nobody and whose queue is full makes connect itself
// wait; without a sending limit this test would hang.
func TestProbeFullQueue(t *testing.T) {
	dir, err := os.MkdirTemp("", "bg")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "bus")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	for range 2 { // backlog 0 lets one wait
		c, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(c)
		_ = syscall.Connect(c, &syscall.SockaddrUnix{Name: path})
	}
	if got := busguard.Probe(busguard.Socket(path)); got != busguard.Mute {
		t.Errorf("probe = %v, want mute", got)
	}
}
