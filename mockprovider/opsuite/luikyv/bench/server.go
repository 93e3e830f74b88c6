package main

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/opsuite/luikyv"
	"app.latchkey/mockprovider/persona"
)

// server is a kind of server and how a sign-in walks through it.
type server struct {
	name    string
	command func(algorithm string) (*exec.Cmd, error)
	walk    func(*visit) (code string, err error)
}

var servers = []server{
	{"mock", self("mock"), walkMock},
	{"luikyv", self("luikyv"), walkLuikyv},
	{"oidc-provider", node, walkPanva},
}

// self starts this program as a server.
func self(name string) func(string) (*exec.Cmd, error) {
	return func(algorithm string) (*exec.Cmd, error) {
		path, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return exec.Command(path, "-serve", name+":"+algorithm), nil
	}
}

// node starts op.mjs, which lies beside this module.
func node(algorithm string) (*exec.Cmd, error) {
	for _, dir := range []string{"../panva", "mockprovider/opsuite/panva"} {
		if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
			continue
		}
		c := exec.Command("node", "op.mjs", algorithm)
		c.Dir = dir
		c.Env = append(os.Environ(), "NODE_NO_WARNINGS=1")
		return c, nil
	}
	return nil, errors.New("its packages are not installed: run the tests of opsuite/panva first")
}

// ready is what a server prints when it answers.
type ready struct{ Issuer string }

// serveUntilEOF is the server's process. It ends when its input does.
func serveUntilEOF(what string) error {
	runtime.GOMAXPROCS(1)
	name, algorithm := split(what)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	switch name {
	case "mock":
		p, err := newMock(algorithm)
		if err != nil {
			return err
		}
		announce(issuer)
		return p.Serve(ctx, listener)
	case "luikyv":
		handler, err := luikyv.NewHandler(issuer, algorithm)
		if err != nil {
			return err
		}
		announce(issuer)
		s := &http.Server{Handler: handler}
		defer context.AfterFunc(ctx, func() { s.Close() })()
		if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
	return errors.New("unknown server " + name)
}

func announce(issuer string) {
	line, err := json.Marshal(map[string]string{"issuer": issuer})
	if err != nil {
		panic(err) // a map of strings
	}
	fmt.Println(string(line))
}

func newMock(algorithm string) (*mockprovider.Provider, error) {
	client := persona.Plain().Client
	client.ID = "public"
	return mockprovider.New(mockprovider.WithPersona(persona.Plain()), mockprovider.WithClients(client), mockprovider.WithSigning(algorithm))
}

// measure starts a server, signs in for as long as it says, and ends it.
func measure(ctx context.Context, s server, algorithm string, long time.Duration) (figures, error) {
	c, err := s.command(algorithm)
	if err != nil {
		return figures{}, err
	}
	c.Stderr = io.Discard
	in, err := c.StdinPipe()
	if err != nil {
		return figures{}, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return figures{}, err
	}
	if err := c.Start(); err != nil {
		return figures{}, err
	}
	defer func() {
		in.Close()
		stop := time.AfterFunc(5*time.Second, func() { _ = c.Process.Kill() })
		_ = c.Wait()
		stop.Stop()
	}()
	var r ready
	lines := bufio.NewScanner(out)
	for lines.Scan() && json.Unmarshal(lines.Bytes(), &r) != nil {
	}
	if r.Issuer == "" {
		return figures{}, errors.New("it did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	b := newBrowser(r.Issuer)
	defer b.transport.CloseIdleConnections()
	return b.measure(ctx, s, algorithm, long, c.Process.Pid)
}

// measure warms up for a quarter of the time and then counts.
func (b *client) measure(ctx context.Context, s server, algorithm string, long time.Duration, pid int) (figures, error) {
	if err := b.discover(ctx); err != nil {
		return figures{}, err
	}
	if _, _, err := b.loop(ctx, s, long/4); err != nil {
		return figures{}, err
	}
	before, err := processorTime(pid)
	if err != nil {
		return figures{}, err
	}
	n, took, err := b.loop(ctx, s, long)
	if err != nil {
		return figures{}, err
	}
	after, err := processorTime(pid)
	if err != nil {
		return figures{}, err
	}
	return figures{s.name, algorithm, float64(n) / took.Seconds(), (after - before) / time.Duration(max(n, 1))}, nil
}

func (b *client) loop(ctx context.Context, s server, long time.Duration) (int, time.Duration, error) {
	begin := time.Now()
	for n := 0; ; n++ {
		if took := time.Since(begin); took >= long {
			return n, took, nil
		}
		if err := b.signIn(ctx, s); err != nil {
			return n, 0, err
		}
	}
}

// processorTime is what a process has used: user and system time, in ticks of
// 10 ms (proc(5)).
func processorTime(pid int) (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("processor time: cannot read /proc")
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}

// signingTime is the time of one bare signature.
func signingTime(algorithm string) (time.Duration, error) {
	var key crypto.Signer
	var err error
	if algorithm == "RS256" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256([]byte("what an ID token is"))
	// Processor time, as for the servers: other programs must not count.
	sign := func(long time.Duration) (n int, took time.Duration, err error) {
		begin, err := processorTime(os.Getpid())
		if err != nil {
			return 0, 0, err
		}
		for ; took < long; took -= begin {
			for range 50 {
				if _, err := key.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
					return 0, 0, err
				}
				n++
			}
			if took, err = processorTime(os.Getpid()); err != nil {
				return 0, 0, err
			}
		}
		return n, took, nil
	}
	if _, _, err := sign(200 * time.Millisecond); err != nil {
		return 0, err
	}
	n, took, err := sign(2 * time.Second)
	if err != nil {
		return 0, err
	}
	return took / time.Duration(n), nil
}

// firstAnswer is the median time from New to the first answer.
func firstAnswer() (time.Duration, error) {
	var times []time.Duration
	for range 51 {
		begin := time.Now()
		p, err := mockprovider.New()
		if err != nil {
			return 0, err
		}
		if err := p.Start(context.Background(), "127.0.0.1:0"); err != nil {
			return 0, err
		}
		transport := &http.Transport{DisableKeepAlives: true}
		request, err := http.NewRequest(http.MethodGet, p.Issuer()+"/.well-known/openid-configuration", nil)
		if err != nil {
			return 0, err
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		times = append(times, time.Since(begin))
		if err := errors.Join(err, response.Body.Close(), p.Close()); err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
