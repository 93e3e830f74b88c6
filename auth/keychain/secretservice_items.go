//go:build linux

package keychain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	olddbus "github.com/godbus/dbus"

	"app.latchkey/auth/store"
)

// KeePassXC, as it comes, asks the person about each item that another process
// wrote, once for each program (by its connection to the bus): so at each of
// our starts. Until it has asked, the item is locked for that connection. All
// questions here are therefore asked over the library's own connection.

// secretItem is an item of the collection as the library's connection sees it.
type secretItem struct {
	path   olddbus.ObjectPath
	name   string // under which the library finds it; "" if it does not
	locked bool
}

// items returns the items of the collection, or only those of one name.
func (p *secretService) items(ctx context.Context, t target, name string) ([]secretItem, error) {
	conn, err := olddbus.SessionBus()
	if err != nil {
		return nil, err
	}
	place := conn.Object(t.owner, olddbus.ObjectPath(t.place))
	var paths []olddbus.ObjectPath
	if name != "" {
		err = place.CallWithContext(ctx, ifaceCollection+".SearchItems", 0, map[string]string{"profile": name}).Store(&paths)
	} else {
		err = libraryProperty(ctx, place, ifaceCollection, "Items", &paths)
	}
	if err != nil {
		return nil, fmt.Errorf("listing the items: %w", err)
	}
	items := make([]secretItem, 0, len(paths))
	for _, path := range paths {
		object := conn.Object(t.owner, path)
		attributes := map[string]string{}
		item := secretItem{path: path, name: name}
		if name == "" {
			err = libraryProperty(ctx, object, ifaceItem, "Attributes", &attributes)
			item.name = attributes["profile"]
		}
		if err == nil {
			err = libraryProperty(ctx, object, ifaceItem, "Locked", &item.locked)
		}
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("asking about an item: %w", err)
		}
		items = append(items, item)
	}
	return items, nil
}

// gone says whether an item was removed since it was listed.
func gone(err error) bool {
	return isDBusError(err, "org.freedesktop.Secret.Error.NoSuchObject") || isDBusErrorPrefix(err, "org.freedesktop.DBus.Error.Unknown")
}

func libraryProperty(ctx context.Context, o olddbus.BusObject, iface, name string, out any) error {
	var v olddbus.Variant
	if err := o.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, iface, name).Store(&v); err != nil {
		return err
	}
	return olddbus.Store([]any{v.Value()}, out)
}

// own are the items of this program.
func (p *secretService) own(ctx context.Context, t target) ([]secretItem, error) {
	all, err := p.items(ctx, t, "")
	if err != nil {
		return nil, err
	}
	var mine []secretItem
	for _, item := range all {
		if strings.HasPrefix(item.name, p.cfg.Application+" sign-in: ") {
			mine = append(mine, item)
		}
	}
	return mine, nil
}

// list implements platform. The library itself lists the labels of every
// program's items, and empty ones where the collection is locked.
func (p *secretService) list(ctx context.Context, _ *worker, t target, _ func() ([]string, error)) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.OpTimeout)
	defer cancel()
	mine, err := p.own(ctx, t)
	if err != nil {
		return nil, p.translate(err)
	}
	// A collection that was locked meanwhile may have hidden some.
	if err := p.stillOpen(ctx, t); err != nil {
		return nil, p.translate(err)
	}
	names := make([]string, len(mine))
	for i, item := range mine {
		names[i] = item.name
	}
	return names, nil
}

func (p *secretService) stillOpen(ctx context.Context, t target) error {
	conn, err := olddbus.SessionBus()
	if err != nil {
		return err
	}
	var locked bool
	err = libraryProperty(ctx, conn.Object(t.owner, olddbus.ObjectPath(t.place)), ifaceCollection, "Locked", &locked)
	if err != nil {
		return fmt.Errorf("asking whether the collection is locked: %w", err)
	}
	if locked {
		return &store.Error{Outcome: store.Locked, Err: errors.New("the collection was locked meanwhile")}
	}
	return nil
}

// errAsks is what background work gets where the service would ask.
var errAsks = &store.Error{Outcome: store.Locked, Err: errors.New("the service asks before it lets this program at the item")}

// admit implements platform.
func (p *secretService) admit(ctx context.Context, t target, name string, o store.Options) error {
	if !t.prompts {
		return nil
	}
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	items, err := p.items(probe, t, name)
	if err != nil {
		return p.translate(err)
	}
	closed := lockedOnes(items)
	switch {
	case len(closed) == 0:
		return nil
	case !o.Interact:
		return errAsks
	}
	ctx, cancelPrompt := context.WithTimeout(ctx, p.cfg.PromptTimeout)
	defer cancelPrompt()
	return p.askFor(ctx, t, closed)
}

func lockedOnes(items []secretItem) (paths []olddbus.ObjectPath) {
	for _, item := range items {
		if item.locked {
			paths = append(paths, item.path)
		}
	}
	return paths
}

// askFor has the service ask the person whether this program may have the
// items, and waits for the answer. The library would wait for ever: it has not
// asked the bus for the signal.
func (p *secretService) askFor(ctx context.Context, t target, items []olddbus.ObjectPath) error {
	conn, err := olddbus.SessionBus()
	if err != nil {
		return p.translate(err)
	}
	if err := p.beforeWrite(); err != nil {
		return p.translate(err)
	}
	signals := make(chan *olddbus.Signal, 32)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	var unlocked []olddbus.ObjectPath
	var prompt olddbus.ObjectPath
	service := conn.Object(t.owner, olddbus.ObjectPath(servicePath))
	if err := service.CallWithContext(probe, ifaceService+".Unlock", 0, items).Store(&unlocked, &prompt); err != nil {
		return p.translate(err)
	}
	if prompt == olddbus.ObjectPath(noObject) {
		return nil
	}
	if err := conn.Object(t.owner, prompt).CallWithContext(probe, ifacePrompt+".Prompt", 0, "").Err; err != nil {
		return p.translate(err)
	}
	for {
		select {
		case <-ctx.Done():
			return unanswered(ctx)
		case s, open := <-signals:
			switch {
			case !open:
				return errLost
			case s.Name == ifacePrompt+".Completed" && s.Path == prompt && s.Sender == t.owner && len(s.Body) > 0:
				if dismissed, _ := s.Body[0].(bool); dismissed {
					return &store.Error{Outcome: store.Locked, Reason: store.ReasonDismissed}
				}
				return p.answered(ctx, t, items)
			case s.Name == "org.freedesktop.DBus.NameOwnerChanged" && s.Sender == "org.freedesktop.DBus":
				return errWentAway
			}
		}
	}
}

// answered looks what the answer was: a person may have allowed some items and
// refused others.
func (p *secretService) answered(ctx context.Context, t target, items []olddbus.ObjectPath) error {
	conn, err := olddbus.SessionBus()
	if err != nil {
		return p.translate(err)
	}
	probe, cancel := context.WithTimeout(ctx, p.cfg.ProbeTimeout)
	defer cancel()
	for _, path := range items {
		var locked bool
		if err := libraryProperty(probe, conn.Object(t.owner, path), ifaceItem, "Locked", &locked); err != nil {
			return p.translate(err)
		}
		if locked {
			return &store.Error{Outcome: store.Locked, Reason: store.ReasonDenied, Err: errors.New("the person refused this program the item")}
		}
	}
	return nil
}
