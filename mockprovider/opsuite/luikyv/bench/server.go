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
	"runtime/pprof"
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
	command func(algorithm string, args ...string) (*exec.Cmd, error)
	walk    func(*visit) (code string, err error)
	// ours says that the server is Go and can share a process with the client.
	ours bool
}

var servers = []server{
	{"empty", self("empty"), walkEmpty, true},
	{"mock", self("mock"), walkMock, true},
	{"luikyv", self("luikyv"), walkLuikyv, true},
	{"oidc-provider", node, walkPanva, false},
}

// self starts this program as a server.
func self(name string) func(string, ...string) (*exec.Cmd, error) {
	return func(algorithm string, args ...string) (*exec.Cmd, error) {
		path, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return exec.Command(path, append([]string{"-profile", profiles, "-serve", name + ":" + algorithm}, args...)...), nil
	}
}

// node starts op.mjs, which lies beside this module.
func node(algorithm string, _ ...string) (*exec.Cmd, error) {
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

// said is what a server's process prints: its issuer, or the rate.
type said struct {
	Issuer string  `json:"issuer,omitempty"`
	Rate   float64 `json:"rate,omitempty"`
}

func (s said) print() {
	line, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string and a finite number
	}
	fmt.Println(string(line))
}

// serveAlone is the server's process. It ends when its input does, or when the
// client in the same process has signed in for as long as it says.
func serveAlone(what string, drive time.Duration) error {
	runtime.GOMAXPROCS(1)
	name, algorithm := split(what)
	if profiles != "" {
		f, err := os.Create(filepath.Join(profiles, fmt.Sprintf("%s-%s-%d-%d.pprof", name, algorithm, drive.Milliseconds(), os.Getpid())))
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, name, algorithm, issuer, listener) }()
	if drive == 0 {
		said{Issuer: issuer}.print()
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
		return <-ended
	}
	i := slices.IndexFunc(servers, func(s server) bool { return s.name == name })
	if i < 0 {
		return errors.New("unknown server " + name)
	}
	b := newBrowser(issuer)
	n, _, used, err := b.run(ctx, servers[i], drive)
	if err != nil {
		return err
	}
	said{Rate: float64(n) / used.Seconds()}.print()
	b.transport.CloseIdleConnections()
	stop()
	return <-ended
}

// serve serves until ctx ends.
func serve(ctx context.Context, name, algorithm, issuer string, listener net.Listener) error {
	switch name {
	case "mock":
		p, err := newMock(algorithm)
		if err != nil {
			return err
		}
		return p.Serve(ctx, listener)
	case "empty":
		return serveHandler(ctx, listener, emptyHandler(issuer))
	case "luikyv":
		handler, err := luikyv.NewHandler(issuer, algorithm)
		if err != nil {
			return err
		}
		return serveHandler(ctx, listener, handler)
	}
	return errors.New("unknown server " + name)
}

func serveHandler(ctx context.Context, listener net.Listener, handler http.Handler) error {
	s := &http.Server{Handler: handler}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// emptyHandler answers each request of a sign-in with constants, and signs
// nothing: what is left is what net/http and the system cost any Go server.
func emptyHandler(issuer string) http.Handler {
	metadata := []byte(`{"authorization_endpoint":"` + issuer + `/authorize","token_endpoint":"` + issuer + `/token"}`)
	tokens := []byte(`{"access_token":"` + strings.Repeat("a", 43) + `","id_token":"` + strings.Repeat("i", 700) + `"}`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_, _ = w.Write(metadata)
		case "/token":
			_, _ = w.Write(tokens)
		default:
			w.Header().Set("Location", "/page?code=c")
			w.WriteHeader(http.StatusSeeOther)
		}
	})
}

func newMock(algorithm string) (*mockprovider.Provider, error) {
	client := persona.Plain().Client
	client.ID = "public"
	return mockprovider.New(mockprovider.WithPersona(persona.Plain()), mockprovider.WithClients(client), mockprovider.WithSigning(algorithm))
}

// measure is one round: the rate with client and server in one process where
// that can be, then the server's processor time in a process of its own.
func (s server) measure(ctx context.Context, algorithm string, long time.Duration) (figures, error) {
	f, err := s.measureApart(ctx, algorithm, long)
	if err != nil || !s.ours {
		return f, err
	}
	c, err := s.command(algorithm, "-drive", long.String())
	if err != nil {
		return f, err
	}
	c.Stderr = os.Stderr
	line, err := c.Output()
	if err != nil {
		return f, err
	}
	var told said
	if err := json.Unmarshal(line, &told); err != nil {
		return f, err
	}
	f.rate = told.Rate
	return f, nil
}

// measureApart starts a server in a process of its own, signs in for as long
// as it says, and ends it.
func (s server) measureApart(ctx context.Context, algorithm string, long time.Duration) (figures, error) {
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
	var told said
	lines := bufio.NewScanner(out)
	for lines.Scan() && json.Unmarshal(lines.Bytes(), &told) != nil {
	}
	if told.Issuer == "" {
		return figures{}, errors.New("it did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	b := newBrowser(told.Issuer)
	b.pid = c.Process.Pid
	defer b.transport.CloseIdleConnections()
	n, server, used, err := b.run(ctx, s, long)
	if err != nil {
		return figures{}, err
	}
	return figures{s.name, algorithm, float64(n) / (server + used).Seconds(), server / time.Duration(n)}, nil
}

// run warms up for a quarter of the time and then counts sign-ins, the
// processor time of the server's process (0 if it has none of its own) and
// that of this one.
func (b *client) run(ctx context.Context, s server, long time.Duration) (n int, server, used time.Duration, err error) {
	if err := b.discover(ctx); err != nil {
		return 0, 0, 0, err
	}
	if _, err := b.loop(ctx, s, long/4); err != nil {
		return 0, 0, 0, err
	}
	server0, used0, err := b.processorTimes()
	if err != nil {
		return 0, 0, 0, err
	}
	if n, err = b.loop(ctx, s, long); err != nil {
		return 0, 0, 0, err
	}
	server, used, err = b.processorTimes()
	return n, server - server0, used - used0, err
}

func (b *client) processorTimes() (server, here time.Duration, err error) {
	if b.pid != 0 {
		if server, err = processorTime(b.pid); err != nil {
			return 0, 0, err
		}
	}
	here, err = processorTime(os.Getpid())
	return server, here, err
}

// loop signs in for a while, at least once, and returns how often it did.
func (b *client) loop(ctx context.Context, s server, long time.Duration) (int, error) {
	for n, end := 0, time.Now().Add(long); ; {
		if err := b.signIn(ctx, s); err != nil {
			return n, err
		}
		if n++; !time.Now().Before(end) {
			return n, nil
		}
	}
}

// processorTime is what a process has used, to the nanosecond: the first
// number of each thread's schedstat (proc(5)).
func processorTime(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, errors.New("processor time: cannot read /proc")
	}
	var sum time.Duration
	for _, thread := range threads {
		data, err := os.ReadFile(thread)
		if errors.Is(err, os.ErrNotExist) {
			continue // it ended meanwhile
		}
		if err != nil {
			return 0, fmt.Errorf("processor time: %w", err)
		}
		text, _, _ := strings.Cut(string(data), " ")
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("processor time: %w", err)
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// signer makes signatures and nothing else.
type signer struct{ key crypto.Signer }

func newSigner(algorithm string) (signer, error) {
	var key crypto.Signer
	var err error
	if algorithm == "RS256" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return signer{key}, err
}

// time returns the processor time of one signature, as the mean over a while.
func (s signer) time(long time.Duration) (time.Duration, error) {
	sum := sha256.Sum256([]byte("what an ID token is"))
	begin, err := processorTime(os.Getpid())
	if err != nil {
		return 0, err
	}
	n := 0
	for end := time.Now().Add(long); n == 0 || time.Now().Before(end); n++ {
		if _, err := s.key.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
			return 0, err
		}
	}
	end, err := processorTime(os.Getpid())
	return (end - begin) / time.Duration(n), err
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
