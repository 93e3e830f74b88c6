package attacks_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

// patience is how long a test waits for what should come at once. A machine
// that is busy must not turn a row red.
const patience = 30 * time.Second

// victim is a client under attack: a provider, and a Client with files and a
// log of its own.
type victim struct {
	t        *testing.T
	server   *mocktest.Server
	provider auth.Provider
	store    *store.Memory
	dir      string
	log      *buffer
	config   auth.Config
	client   *auth.Client
}

// newVictim starts a mock of Google and a client of it.
func newVictim(t *testing.T, options ...mockprovider.Option) *victim {
	t.Helper()
	server := mocktest.Start(t, options...)
	v := &victim{t: t, server: server, store: store.NewMemory(), dir: t.TempDir(), log: &buffer{},
		provider: auth.GoogleAt(server.Issuer(), server.PeopleAPI(), server.ClientID(), server.ClientSecret())}
	v.config = auth.Config{Store: persistent{v.store}, Dir: v.dir, CacheDir: filepath.Join(v.dir, "cache"),
		Logger: slog.New(slog.NewTextHandler(v.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	v.restart()
	return v
}

// restart is another start of the program over the same files and store.
func (v *victim) restart() {
	v.t.Helper()
	v.client = v.another()
}

// another is one more process of the program.
func (v *victim) another() *auth.Client {
	v.t.Helper()
	client, err := auth.New(v.config)
	if err != nil {
		v.t.Fatal(err)
	}
	return client
}

// attempt is a sign-in that waits for the browser.
type attempt struct {
	*auth.Attempt
	v    *victim
	link string
}

// begin starts a sign-in; the browser is not open yet.
func (v *victim) begin() *attempt {
	v.t.Helper()
	a, err := v.client.Begin(v.t.Context(), v.provider, auth.SignInOptions{})
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = a.Close() })
	return &attempt{Attempt: a, v: v, link: v.linkOf(a)}
}

func (v *victim) linkOf(a *auth.Attempt) string {
	v.t.Helper()
	link, err := a.Link()
	if err != nil {
		v.t.Fatal(err)
	}
	return link
}

// host is where the receiver listens: "127.0.0.1:41233".
func (a *attempt) host() string { return a.url().Host }

func (a *attempt) url() *url.URL {
	u, err := url.Parse(a.link)
	if err != nil {
		a.v.t.Fatal(err)
	}
	return u
}

func (a *attempt) callback(query string) string { return "http://" + a.host() + "/callback?" + query }

// state plays a browser as far as the provider and returns what the start page
// sent it there with. It spends the link.
func (a *attempt) request() url.Values {
	a.v.t.Helper()
	_, target := follow(a.v.t, newJar(), a.link)
	return target.Query()
}

// finish lets the user sign in, as if nothing had happened, and returns how it
// ended.
func (a *attempt) finish() (*auth.Pending, error) {
	a.v.t.Helper()
	return a.finishWith(a.v.server.Person("ada"), a.v.linkOf(a.Attempt))
}

func (a *attempt) finishWith(person *mocktest.Person, link string) (*auth.Pending, error) {
	a.v.t.Helper()
	a.browse(person, link)
	return a.wait()
}

// browse opens a link in the background: the last page stays open until the
// verdict is known.
func (a *attempt) browse(person *mocktest.Person, link string) {
	done := make(chan struct{})
	a.v.t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		_, _ = person.Open(a.v.t.Context(), link) // what becomes of it, wait tells
	}()
}

func (a *attempt) wait() (*auth.Pending, error) {
	ctx, cancel := context.WithTimeout(a.v.t.Context(), patience)
	defer cancel()
	return a.Wait(ctx)
}

// unharmed fails the test unless the sign-in still waits and the user's own
// browser still ends it well.
func (a *attempt) unharmed() {
	a.v.t.Helper()
	pending, err := a.finish()
	if err != nil {
		a.v.t.Fatalf("after the attack the user cannot sign in: %v", err)
	}
	if pending.Identity().Email != "ada@example.com" {
		a.v.t.Errorf("signed in as %s", pending.Identity().Email)
	}
	pending.Discard(a.v.t.Context())
}

// signIn signs the user in, without an attack.
func (v *victim) signIn() *auth.Session {
	v.t.Helper()
	pending, err := v.begin().finish()
	if err != nil {
		v.t.Fatal(err)
	}
	session, err := pending.Commit(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	return session
}

// resume is the only account's session in a process.
func (v *victim) resume(client *auth.Client) *auth.Session {
	v.t.Helper()
	list, err := client.Accounts()
	if err != nil || len(list) != 1 {
		v.t.Fatalf("accounts: %v, %v; want one", list, err)
	}
	session, err := client.Resume(list[0], v.provider)
	if err != nil {
		v.t.Fatal(err)
	}
	return session
}

// refused fails the test unless the sign-in ended with a Problem of this code
// and nobody was signed in.
func (v *victim) refused(err error, want auth.Code) {
	v.t.Helper()
	var p *auth.Problem
	if !errors.As(err, &p) || p.Code != want {
		v.t.Fatalf("it ended with %v, want the Problem %s", err, want)
	}
	if list, _ := v.client.Accounts(); len(list) != 0 {
		v.t.Errorf("somebody was signed in: %v", list)
	}
}

// count counts requests in the provider's journal.
func (v *victim) count(endpoint, grantType string) int {
	n := 0
	for _, e := range v.server.Journal().Entries() {
		if e.Endpoint == endpoint && (grantType == "" || e.GrantType == grantType) {
			n++
		}
	}
	return n
}

// persistent is a store in memory that counts as one that keeps.
type persistent struct{ *store.Memory }

func (persistent) Status(context.Context) store.Status {
	return store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: store.Found}
}

// buffer is a log in memory.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// dial opens a socket to the receiver.
func dial(t *testing.T, host string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { c.Close() })
	return c
}

// raw sends bytes and reads one reply.
func raw(t *testing.T, host, request string) (*http.Response, string) {
	t.Helper()
	c := dial(t, host)
	go func() { _, _ = io.WriteString(c, request) }() // the receiver may answer and close before it read everything
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no reply to %.60q: %v", request, err)
	}
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// get is a GET request by a raw socket, with headers "Name: value\r\n".
func get(t *testing.T, host, target, headers string) (*http.Response, string) {
	t.Helper()
	return raw(t, host, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\n"+headers+"\r\n")
}
