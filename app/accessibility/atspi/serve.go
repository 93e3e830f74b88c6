//go:build linux

package atspi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
)

// Where things are on the accessibility bus.
const (
	registry     = "org.a11y.atspi.Registry"
	registryPath = "/org/a11y/atspi/registry"
	objects      = "/org/a11y/atspi/accessible/"
	rootPath     = objects + "root"
	cachePath    = "/org/a11y/atspi/cache"
	nullPath     = "/org/a11y/atspi/null"
	interfaces   = "org.a11y.atspi."
)

// service is one connection to the accessibility bus.
type service struct {
	o    Options
	conn *dbus.Conn
	name string // ours on the bus
	id   atomic.Int32

	view atomic.Pointer[view]

	mu      sync.Mutex
	desktop ref // whose child the program is
}

// ref names an object on the bus.
type ref struct {
	Name string
	Path dbus.ObjectPath
}

// view is a Tree that can be looked up. It is never changed.
type view struct {
	shown
	nodes map[accessibility.ID]entry
	said  []said
}

// entry is a node's place in its Tree.
type entry struct {
	node   *accessibility.Node
	parent accessibility.ID
	index  int
}

// said is an announcement, for a reader that asks about it.
type said struct {
	number int
	text   string
}

func newView(s shown, told []said) *view {
	v := &view{shown: s, said: told, nodes: map[accessibility.ID]entry{}}
	var put func(n *accessibility.Node, parent accessibility.ID, i int)
	put = func(n *accessibility.Node, parent accessibility.ID, i int) {
		v.nodes[n.ID] = entry{n, parent, i}
		for c := range n.Children {
			put(&n.Children[c], n.ID, c)
		}
	}
	if v.tree.Root.ID != 0 {
		put(&v.tree.Root, 0, 0)
	}
	return v
}

// title is what the window is called for a reader: with its screen, so that a
// reader tells of another one.
func title(t *accessibility.Tree) string {
	switch {
	case t.Screen == "":
		return t.Root.Name
	case strings.Contains(t.Screen, t.Root.Name):
		return t.Screen
	}
	return t.Screen + " – " + t.Root.Name
}

// serve registers the program and tells readers what happens until ctx ends or
// the bus does.
func (b *Bridge) serve(ctx context.Context, session *dbus.Conn) error {
	address := b.o.Address
	if address == "" {
		if err := call(ctx, session, a11yBus, a11yPath, a11yBus+".GetAddress", 0).Store(&address); err != nil {
			return fmt.Errorf("asking for the accessibility bus: %w", err)
		}
	}
	s := &service{o: b.o}
	conn, err := connect(ctx, address, s, nil)
	if err != nil {
		return fmt.Errorf("reaching the accessibility bus: %w", err)
	}
	defer conn.Close()
	names := conn.Names()
	s.conn, s.name = conn, names[0]
	s.view.Store(newView(shown{}, nil)) // from now on calls are answered
	if err := s.embed(ctx); err != nil {
		return fmt.Errorf("registering the program: %w", err)
	}
	b.o.Wanted(true)
	defer b.o.Wanted(false)
	for {
		s.tell(ctx, b.latest())
		select {
		case <-ctx.Done():
			return nil
		case <-conn.Context().Done():
			return errors.New("the accessibility bus has ended")
		case <-b.news:
		}
	}
}

// embed makes the program a child of the desktop.
func (s *service) embed(ctx context.Context) error {
	var desktop ref
	if err := call(ctx, s.conn, registry, rootPath, interfaces+"Socket.Embed", 0, s.ref(rootPath)).Store(&desktop); err != nil {
		return err
	}
	if !desktop.Path.IsValid() {
		return errors.New("the registry has no path")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.desktop = desktop
	return nil
}

func (s *service) ref(path dbus.ObjectPath) ref { return ref{s.name, path} }

func (s *service) nodeRef(id accessibility.ID) ref { return s.ref(pathOf(id)) }

func pathOf(id accessibility.ID) dbus.ObjectPath {
	return dbus.ObjectPath(fmt.Sprintf("%s%d", objects, id))
}

func saidPath(number int) dbus.ObjectPath {
	return dbus.ObjectPath(fmt.Sprintf("%ssaid/%d", objects, number))
}

var none = ref{"", nullPath}
