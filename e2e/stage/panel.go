package stage

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// The names of a desktop's tray (freedesktop.org StatusNotifierItem) and of its
// menus.
const (
	trayWatcher = "org.kde.StatusNotifierWatcher"
	trayPath    = "/StatusNotifierWatcher"
	trayItem    = "org.kde.StatusNotifierItem"
	trayMenu    = "com.canonical.dbusmenu"
)

// Panel is a desktop's tray, which the stage does not have by itself.
type Panel struct {
	conn  *dbus.Conn
	items chan dbus.Sender
	item  dbus.BusObject // the last one that came
	menu  dbus.BusObject
}

// OpenPanel puts a tray on the stage.
func (s *Stage) OpenPanel() (*Panel, error) {
	conn, err := dbus.Connect(s.Bus)
	if err != nil {
		return nil, fmt.Errorf("opening the panel: %w", err)
	}
	p := &Panel{conn: conn, items: make(chan dbus.Sender, 8)}
	_, err = prop.Export(conn, trayPath, prop.Map{trayWatcher: {"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitFalse}}})
	if err == nil {
		err = conn.ExportMethodTable(map[string]any{"RegisterStatusNotifierItem": func(sender dbus.Sender, _ string) *dbus.Error {
			p.items <- sender
			return nil
		}}, trayPath, trayWatcher)
	}
	if err == nil {
		_, err = conn.RequestName(trayWatcher, dbus.NameFlagDoNotQueue)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("opening the panel: %w", err)
	}
	return p, nil
}

// Close takes the tray away.
func (p *Panel) Close() error { return p.conn.Close() }

// AwaitIcon waits until a program has put its icon into the tray.
func (p *Panel) AwaitIcon(ctx context.Context) error {
	select {
	case sender := <-p.items:
		p.item = p.conn.Object(string(sender), "/StatusNotifierItem")
		p.menu = p.conn.Object(string(sender), "/StatusNotifierItem/menu")
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for an icon in the tray: %w", context.Cause(ctx))
	}
}

// Title is what the icon is called.
func (p *Panel) Title() (string, error) {
	v, err := p.item.GetProperty(trayItem + ".Title")
	if err != nil {
		return "", fmt.Errorf("reading the icon's title: %w", err)
	}
	title, _ := v.Value().(string)
	return title, nil
}

// Activate clicks on the icon.
func (p *Panel) Activate(ctx context.Context) error {
	if err := p.item.CallWithContext(ctx, trayItem+".Activate", 0, int32(0), int32(0)).Err; err != nil {
		return fmt.Errorf("clicking on the icon: %w", err)
	}
	return nil
}

// menuLayout is an entry of a menu with those below it.
type menuLayout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// Menu returns the icon's menu: the entries' numbers by their words, of which
// those that can't be used are in brackets.
func (p *Panel) Menu(ctx context.Context) (map[string]int32, error) {
	var revision uint32
	var root menuLayout
	err := p.menu.CallWithContext(ctx, trayMenu+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, fmt.Errorf("reading the icon's menu: %w", err)
	}
	entries := map[string]int32{}
	for _, child := range root.Children {
		var e menuLayout
		if err := dbus.Store([]any{child.Value()}, &e); err != nil {
			return nil, fmt.Errorf("reading the icon's menu: %w", err)
		}
		label, _ := e.Properties["label"].Value().(string)
		if enabled, ok := e.Properties["enabled"].Value().(bool); ok && !enabled {
			label = "(" + label + ")"
		}
		if label != "" {
			entries[label] = e.ID
		}
	}
	return entries, nil
}

// AwaitEntry waits until the menu has an entry and returns its number.
func (p *Panel) AwaitEntry(ctx context.Context, label string) (id int32, err error) {
	err = await(ctx, "the tray's entry "+label, func() (bool, error) {
		entries, err := p.Menu(ctx)
		number, ok := entries[label]
		id = number
		return ok, err
	})
	return id, err
}

// Click chooses an entry of the menu.
func (p *Panel) Click(ctx context.Context, label string) error {
	id, err := p.AwaitEntry(ctx, label)
	if err != nil {
		return err
	}
	err = p.menu.CallWithContext(ctx, trayMenu+".Event", 0, id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		return fmt.Errorf("choosing %q: %w", label, err)
	}
	return nil
}
