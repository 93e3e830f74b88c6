//go:build linux

package keychain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/99designs/keyring"
	olddbus "github.com/godbus/dbus"
	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/store"
)

// Names of the Secret Service API draft 0.2.
const (
	serviceName      = "org.freedesktop.secrets"
	servicePath      = dbus.ObjectPath("/org/freedesktop/secrets")
	collectionPrefix = "/org/freedesktop/secrets/collection/"
	sessionPlace     = collectionPrefix + "session" // in memory, gone at log-out
	ifaceService     = "org.freedesktop.Secret.Service"
	ifaceCollection  = "org.freedesktop.Secret.Collection"
	ifaceItem        = "org.freedesktop.Secret.Item"
	ifacePrompt      = "org.freedesktop.Secret.Prompt"
	noObject         = dbus.ObjectPath("/")
)

// secretService is the keychain of Linux. It looks at the service over a
// connection of its own, which unlike the library's has contexts, sees the
// service go away, and can be closed. The reading and writing is the library's.
type secretService struct {
	cfg     Config
	link    link
	unlocks flights

	mu        sync.Mutex
	label     string // what users call the service that …
	labelOf   string // … has this unique bus name
	listening bool   // the library's connection gets Prompt.Completed
}

func newSecretService(c Config) *secretService { return &secretService{cfg: c} }

func (p *secretService) names() (kind, name string) { return "secret_service", "Secret Service" }
func (p *secretService) maxItem() int               { return 0 }
func (p *secretService) close()                     { p.link.close() }

// look implements platform: which service, which collection, locked or not.
func (p *secretService) look(ctx context.Context, w *worker) (target, store.Status) {
	kind, name := p.names()
	st := store.Status{Kind: kind, Name: name, Persistent: true}
	t, err := p.examine(ctx, w, &st)
	t.cause = err
	if err != nil {
		var e *store.Error
		if errors.As(p.translate(err), &e) {
			st.Outcome, st.Reason = e.Outcome, e.Reason
			st.Detail = tame(errorText(e))
		}
	}
	return t, st
}

// examine fills in st on the way, and returns an error unless the default
// collection is there and unlocked.
func (p *secretService) examine(ctx context.Context, w *worker, st *store.Status) (target, error) {
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	conn, err := p.link.get(probe, w, p.cfg)
	if err != nil {
		return target{}, err
	}
	owner, err := p.owner(ctx, conn)
	if err != nil {
		return target{}, err
	}
	st.Name = p.nameOf(probe, conn, owner)
	place, err := defaultCollection(probe, conn)
	if err != nil {
		return target{}, err
	}
	st.Persistent = place != sessionPlace
	st.Detail = fmt.Sprintf("%s at %s, collection %s", serviceName, owner, place)
	locked, err := isLocked(probe, conn, place)
	if err != nil {
		return target{}, err
	}
	if locked {
		return target{}, &store.Error{Outcome: store.Locked, Err: errors.New("the collection is locked: " + st.Detail)}
	}
	// Services other than GNOME Keyring may ask about single items.
	t := target{place: string(place), owner: owner, prompts: st.Name != gnomeKeyring}
	return t, nil
}

// owner returns the unique bus name of the service, starting it if D-Bus can.
func (p *secretService) owner(ctx context.Context, conn *dbus.Conn) (string, error) {
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	owner, err := nameOwner(probe, conn, serviceName)
	if err == nil {
		return owner, nil
	}
	if !isDBusError(err, "org.freedesktop.DBus.Error.NameHasNoOwner") {
		return "", err
	}
	var startable []string
	if err := conn.BusObject().CallWithContext(probe, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&startable); err != nil {
		return "", err
	}
	found := false
	for _, n := range startable {
		found = found || n == serviceName
	}
	if !found {
		return "", &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoService, Err: errors.New("nothing provides " + serviceName)}
	}
	// D-Bus itself would wait for 120 s.
	start, cancelStart := context.WithTimeout(ctx, 2*p.cfg.OpTimeout)
	defer cancelStart()
	var code uint32
	if err := conn.BusObject().CallWithContext(start, "org.freedesktop.DBus.StartServiceByName", 0, serviceName, uint32(0)).Store(&code); err != nil {
		if isDBusErrorPrefix(err, "org.freedesktop.DBus.Error.Spawn") {
			return "", &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoService, Err: fmt.Errorf("starting %s: %w", serviceName, err)}
		}
		return "", fmt.Errorf("starting %s: %w", serviceName, err)
	}
	return nameOwner(start, conn, serviceName)
}

// errNoDefault: nobody has made a default collection yet. Making one asks for
// a new password, so it takes a click that says so: Unlock.
var errNoDefault = &store.Error{
	Outcome: store.Unavailable, Reason: store.ReasonNoCollection,
	Err: errors.New("the service has no default collection"),
}

// defaultCollection resolves the alias. The library finds a collection only by
// the last element of its path among the service's collections, and creates a
// new one, with a dialog, if that fails; so the same is checked here.
func defaultCollection(ctx context.Context, conn *dbus.Conn) (dbus.ObjectPath, error) {
	var place dbus.ObjectPath
	service := conn.Object(serviceName, servicePath)
	if err := service.CallWithContext(ctx, ifaceService+".ReadAlias", 0, "default").Store(&place); err != nil {
		return "", fmt.Errorf("reading the alias: %w", err)
	}
	if place == noObject {
		return "", errNoDefault
	}
	var all []dbus.ObjectPath
	if err := property(ctx, service, ifaceService+".Collections", &all); err != nil {
		return "", fmt.Errorf("listing the collections: %w", err)
	}
	for _, c := range all {
		if c == place && strings.HasPrefix(string(c), collectionPrefix) {
			return place, nil
		}
	}
	return "", &store.Error{
		Outcome: store.Unavailable, Reason: store.ReasonNoCollection,
		Err: fmt.Errorf("the default collection %q is not among the service's", place),
	}
}

func isLocked(ctx context.Context, conn *dbus.Conn, place dbus.ObjectPath) (bool, error) {
	var locked bool
	if err := property(ctx, conn.Object(serviceName, place), ifaceCollection+".Locked", &locked); err != nil {
		return true, fmt.Errorf("asking whether the collection is locked: %w", err)
	}
	return locked, nil
}

// open implements platform.
func (p *secretService) open(t target) (keyring.Keyring, error) {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
		ServiceName:             p.cfg.Application,
		LibSecretCollectionName: collectionName(t.place),
	})
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		// The library throws away why it could not open what answered us a
		// moment ago. If it is its connection, only a restart helps.
		if errors.Is(askLibraryBus(), olddbus.ErrClosed) {
			return nil, errLost
		}
		return nil, errors.New("the service answers, and the library could not open it")
	}
	return ring, err
}

// collectionName is what the library calls the collection at place: the last
// element of the path with _xx decoded (it decodes both sides and compares).
func collectionName(place string) string {
	name := strings.TrimPrefix(place, collectionPrefix)
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '_' {
			b.WriteByte(name[i])
			continue
		}
		c, ok := hexByte(name[i+1:])
		if !ok {
			return name // as the library does
		}
		b.WriteByte(c)
		i += 2
	}
	return b.String()
}

func hexByte(s string) (byte, bool) {
	if len(s) < 2 {
		return 0, false
	}
	var c byte
	for i := range 2 {
		d := s[i]
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		c = c<<4 | d
	}
	return c, true
}

// beforeWrite implements platform. The library waits for the signal
// Prompt.Completed without having asked the bus for it. GNOME Keyring sends it
// to the caller all the same; KeePassXC broadcasts it, and without this rule
// each write there hangs for ever although it was done.
func (p *secretService) beforeWrite() error {
	p.mu.Lock()
	done := p.listening
	p.mu.Unlock()
	if done {
		return nil
	}
	conn, err := olddbus.SessionBus()
	if err != nil {
		return err
	}
	if err := conn.AddMatchSignal(olddbus.WithMatchInterface(ifacePrompt), olddbus.WithMatchMember("Completed")); err != nil {
		return err
	}
	// For ourselves: the service goes away under its dialog (askFor).
	if err := conn.AddMatchSignal(olddbus.WithMatchInterface("org.freedesktop.DBus"), olddbus.WithMatchMember("NameOwnerChanged"),
		olddbus.WithMatchOption("arg0", serviceName)); err != nil {
		return err
	}
	p.mu.Lock()
	p.listening = true
	p.mu.Unlock()
	return nil
}

// prove implements platform. The library says "not found" for a locked
// KeePassXC and for a collection that is gone; only the service's own word
// counts: the same service as before, no such item, and not locked (asked
// last, since a locked collection may hide its items).
func (p *secretService) prove(ctx context.Context, t target, name string, _ func() ([]string, error)) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	conn, err := p.link.get(ctx, nil, p.cfg)
	if err != nil {
		return p.translate(err)
	}
	var items []dbus.ObjectPath
	place := dbus.ObjectPath(t.place)
	err = conn.Object(t.owner, place).CallWithContext(ctx, ifaceCollection+".SearchItems", dbus.FlagNoAutoStart,
		map[string]string{"profile": name}).Store(&items)
	if err != nil {
		return p.translate(fmt.Errorf("searching: %w", err))
	}
	var locked bool
	if err := property(ctx, conn.Object(t.owner, place), ifaceCollection+".Locked", &locked); err != nil {
		return p.translate(fmt.Errorf("asking whether the collection is locked: %w", err))
	}
	switch {
	case locked:
		return &store.Error{Outcome: store.Locked, Err: errors.New("the collection was locked meanwhile")}
	case len(items) > 0:
		return &store.Error{Outcome: store.Unavailable, Err: errors.New("the service has the item, the library does not find it")}
	}
	return &store.Error{Outcome: store.Absent}
}
