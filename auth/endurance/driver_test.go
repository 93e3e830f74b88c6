package endurance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/keychain"
	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
	"app.latchkey/mockprovider/mocktest"
)

// driverMark is in the environment of a driver; its value is its orders.
const driverMark = "LATCHKEY_TEST_DRIVER"

// passphrase is the test vault's.
const passphrase = "correct horse battery staple"

func TestMain(m *testing.M) {
	if text := os.Getenv(driverMark); text != "" {
		var o orders
		err := json.Unmarshal([]byte(text), &o)
		if err == nil {
			err = o.drive(context.Background())
		}
		if err != nil {
			fmt.Println("error", auth.CodeOf(err), err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// orders are what a driver is to do. They hold no user's secret.
type orders struct {
	Issuer, PeopleAPI, ClientID, ClientSecret string
	Dir                                       string // of the program's files
	Store                                     string // "vault" or "gnome"
	Do                                        string // "signin", "refresh", "signout", "move", "full", "readonly"
	Times                                     int    // refreshes
	// The driver kills itself at this write of its store, counted from 1: before
	// it, in the middle of it (vault only) or after it. 0: never.
	DieAt int
	Die   string // "before", "middle", "after"
}

func (o orders) provider() auth.Provider {
	return auth.GoogleAt(o.Issuer, o.PeopleAPI, o.ClientID, o.ClientSecret)
}

// open opens the store that the orders name.
func (o orders) open() (store.Store, error) {
	if o.Store == "gnome" {
		return keychain.Open(keychain.Config{Application: "Latchkey"}), nil
	}
	config := vault.Config{Dir: filepath.Join(o.Dir, "vault"), WorkFactor: 1}
	if o.Die == "middle" {
		config.Write = o.dieInTheMiddle()
	}
	v := vault.Open(config)
	if !v.Exists() {
		return v, v.Create(passphrase)
	}
	return v, v.OpenWith(passphrase)
}

// openFallback opens the vault from which a session moves to the store.
func (o orders) openFallback() (*vault.Vault, error) {
	v := vault.Open(vault.Config{Dir: filepath.Join(o.Dir, "fallback"), WorkFactor: 1})
	if !v.Exists() {
		return v, v.Create(passphrase)
	}
	return v, v.OpenWith(passphrase)
}

// missing is a keychain that this computer does not have.
type missing struct{ store.Store }

func (missing) Status(context.Context) store.Status {
	return store.Status{Kind: "missing", Name: "Keychain", Outcome: store.Unavailable, Reason: store.ReasonNoService}
}

// client is the program without its window.
func (o orders) client(s store.Store) (*auth.Client, error) {
	return auth.New(auth.Config{Store: s, Dir: o.Dir, CacheDir: filepath.Join(o.Dir, "cache"),
		OpenBrowser: func(ctx context.Context, address string) error {
			go func() { _, _ = mocktest.NewPerson("ada").Open(context.WithoutCancel(ctx), address) }()
			return nil
		}})
}

// drive does what was ordered. "go" says that the work begins.
func (o orders) drive(ctx context.Context) error {
	s, err := o.open()
	if err != nil {
		return err
	}
	var deaths *mortal
	if o.DieAt > 0 && o.Die != "middle" {
		deaths = &mortal{Store: s, orders: o, writes: new(int)}
		s = deaths
	}
	client, err := o.client(s)
	if err != nil {
		return err
	}
	if o.Do == "move" {
		opened, err := o.openFallback()
		if err != nil {
			return err
		}
		var fallback store.Store = opened
		if deaths != nil {
			fallback = &mortal{Store: fallback, orders: o, writes: deaths.writes}
		}
		client.SetFallback(fallback)
	}
	fmt.Println("go")
	if o.Do == "signin" {
		_, err := signIn(ctx, client, o.provider())
		return err
	}
	session, err := resume(client, o.provider())
	if err != nil {
		return err
	}
	switch o.Do {
	case "signout":
		return session.SignOut(ctx)
	case "move":
		return session.Move(ctx)
	case "full":
		return onFullDisk(ctx, client, session)
	case "readonly":
		return onReadOnlyDisk(ctx, session)
	}
	for range o.Times {
		token, err := session.Token(ctx)
		if err != nil {
			return err
		}
		session.Expire(token)
	}
	return client.Close(ctx)
}

func signIn(ctx context.Context, client *auth.Client, p auth.Provider) (*auth.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	pending, err := client.SignIn(ctx, p, auth.SignInOptions{})
	if err != nil {
		return nil, err
	}
	return pending.Commit(ctx)
}

var errNobody = errors.New("nobody is signed in")

// resume returns the session of the only account.
func resume(client *auth.Client, p auth.Provider) (*auth.Session, error) {
	list, err := client.Accounts()
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, errNobody
	case len(list) > 1:
		return nil, fmt.Errorf("%d accounts", len(list))
	}
	return client.Resume(list[0], p)
}

// die ends this process as a power cut would.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// mortal is a Store that ends its process at a write.
type mortal struct {
	store.Store
	orders orders
	writes *int
}

func (m *mortal) write(f func() error) error {
	*m.writes++
	now := *m.writes == m.orders.DieAt
	if now && m.orders.Die == "before" {
		die()
	}
	err := f()
	if now {
		die()
	}
	return err
}

// Put implements store.Store. Only one goroutine at a time writes: auth sees to it.
func (m *mortal) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	return m.write(func() error { return m.Store.Put(ctx, name, data, o) })
}

// Delete implements store.Store.
func (m *mortal) Delete(ctx context.Context, name string, o store.Options) error {
	return m.write(func() error { return m.Store.Delete(ctx, name, o) })
}

// dieInTheMiddle writes half of a file beside the one to be replaced, as a
// crash in the middle of an atomic write leaves it.
func (o orders) dieInTheMiddle() func(string, []byte) error {
	writes := 0
	return func(path string, data []byte) error {
		if strings.HasSuffix(path, "identity.age") {
			return vault.WriteFile(path, data)
		}
		if writes++; writes < o.DieAt {
			return vault.WriteFile(path, data)
		}
		_ = os.WriteFile(path+"123456", data[:len(data)/2], 0o600)
		die()
		return nil
	}
}
