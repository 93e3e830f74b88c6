package endurance

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

// world is a provider that watches, and the files of one person.
type world struct {
	t      *testing.T
	server *mocktest.Server
	orders orders
	store  store.Store

	mu      sync.Mutex
	used    map[string]int // refresh tokens, and how often each was sent
	refused int            // token requests that brought an error
	issued  [][]byte       // the latest tokens, of every kind
}

// newWorld starts a provider with rotation and reuse detection. kind is the
// store: "vault" or "gnome".
func newWorld(t *testing.T, kind string) *world {
	t.Helper()
	w := &world{t: t, used: map[string]int{}}
	w.server = mocktest.Start(t, mockprovider.WithRotation(true),
		mockprovider.WithHook(mockprovider.StageTokenRequest, w.asked), mockprovider.WithHook(mockprovider.StageToken, w.answered))
	w.orders = orders{Issuer: w.server.Issuer(), PeopleAPI: w.server.PeopleAPI(), ClientID: w.server.ClientID(),
		ClientSecret: w.server.ClientSecret(), Dir: t.TempDir(), Store: kind}
	var err error
	if w.store, err = w.orders.open(); err != nil {
		t.Fatal(err)
	}
	w.ready()
	return w
}

func (w *world) asked(e *mockprovider.Event) {
	if token := e.Params.Get("refresh_token"); token != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.used[token]++
	}
}

func (w *world) answered(e *mockprovider.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		if token, ok := e.Object.Get(name).(string); ok && token != "" {
			w.issued = append(w.issued, []byte(token))
		}
	}
	w.issued = w.issued[max(0, len(w.issued)-30):]
	if e.Object.Get("error") != nil {
		w.refused++
	}
}

// usedTwice is how many refresh tokens were sent more than once.
func (w *world) usedTwice() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, times := range w.used {
		if times > 1 {
			n++
		}
	}
	return n
}

func (w *world) usesOf(token string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used[token]
}

// client is the next start of the program, in this process.
func (w *world) client() *auth.Client {
	w.t.Helper()
	client, err := w.orders.client(w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// signedIn makes sure that somebody is.
func (w *world) signedIn() {
	w.t.Helper()
	if list, err := w.client().Accounts(); err == nil && len(list) == 1 {
		return
	}
	w.signIn()
}

func (w *world) signIn() {
	w.t.Helper()
	session, err := signIn(w.t.Context(), w.client(), w.orders.provider())
	if err != nil {
		w.t.Fatalf("signing in: %v", err)
	}
	if kept := session.Kept(w.t.Context()); kept.UntilQuit() {
		w.t.Fatalf("the sign-in was not kept: %v", kept.Problem)
	}
}

// driver prepares a process.
func (w *world) driver(ctx context.Context, o orders) *exec.Cmd {
	w.t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), driverMark+"="+string(text))
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// storedToken is the refresh token in the store, "" if there is no item.
func (w *world) storedToken(item string) string {
	w.t.Helper()
	data, err := w.store.Get(w.t.Context(), item, store.Options{})
	if store.OutcomeOf(err) == store.Absent {
		return ""
	}
	var r struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil || r.RefreshToken == "" {
		w.t.Errorf("a broken record: %v", err)
	}
	return r.RefreshToken
}

// secretsInFiles names the files that hold a token or the passphrase.
func (w *world) secretsInFiles() (found []string) {
	w.t.Helper()
	w.mu.Lock()
	secrets := append([][]byte{[]byte(passphrase)}, w.issued...)
	w.mu.Unlock()
	err := filepath.WalkDir(w.orders.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, s := range secrets {
			if bytes.Contains(data, s) {
				found = append(found, path)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}
