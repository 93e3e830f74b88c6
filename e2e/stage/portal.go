package stage

import (
	"context"
	"fmt"
	"image"

	"github.com/godbus/dbus/v5"
)

// The names of the desktop's portal for settings (xdg-desktop-portal).
const (
	portalName      = "org.freedesktop.portal.Desktop"
	portalPath      = "/org/freedesktop/portal/desktop"
	portalSettings  = "org.freedesktop.portal.Settings"
	portalNamespace = "org.freedesktop.appearance"
	portalKey       = "color-scheme"
)

// Portal tells programs whether the desktop is dark.
type Portal struct {
	conn   *dbus.Conn
	scheme chan uint32 // one value: what it is now
}

// OpenPortal puts a portal on the stage.
func (s *Stage) OpenPortal(dark bool) (*Portal, error) {
	conn, err := dbus.Connect(s.Bus)
	if err != nil {
		return nil, fmt.Errorf("opening the portal: %w", err)
	}
	p := &Portal{conn: conn, scheme: make(chan uint32, 1)}
	p.scheme <- schemeOf(dark)
	read := func(namespace, key string) (dbus.Variant, *dbus.Error) {
		if namespace != portalNamespace || key != portalKey {
			return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
		}
		now := <-p.scheme
		p.scheme <- now
		return dbus.MakeVariant(now), nil
	}
	if err := conn.ExportMethodTable(map[string]any{"ReadOne": read}, portalPath, portalSettings); err != nil {
		conn.Close()
		return nil, fmt.Errorf("opening the portal: %w", err)
	}
	if _, err := conn.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil {
		conn.Close()
		return nil, fmt.Errorf("opening the portal: %w", err)
	}
	return p, nil
}

// Set makes the desktop dark or light.
func (p *Portal) Set(dark bool) error {
	<-p.scheme
	now := schemeOf(dark)
	p.scheme <- now
	err := p.conn.Emit(portalPath, portalSettings+".SettingChanged", portalNamespace, portalKey, dbus.MakeVariant(now))
	if err != nil {
		return fmt.Errorf("telling that the desktop has changed: %w", err)
	}
	return nil
}

// Close takes the portal away.
func (p *Portal) Close() error { return p.conn.Close() }

// schemeOf is the portal's number: 1 prefers dark, 2 light.
func schemeOf(dark bool) uint32 {
	if dark {
		return 1
	}
	return 2
}

// AwaitDark waits until a window's ground is dark, or light: the lower right
// corner of every screen is ground.
func (s *Stage) AwaitDark(ctx context.Context, w Window, dark bool) error {
	return await(ctx, fmt.Sprintf("window %v to be dark: %v", w, dark), func() (bool, error) {
		area, err := s.geometry(ctx, w)
		if err != nil {
			return false, err
		}
		corner := image.Rect(area.Max.X-8, area.Max.Y-8, area.Max.X-4, area.Max.Y-4)
		picture, err := s.grab(corner)
		if err != nil {
			return false, err
		}
		c := picture.RGBAAt(picture.Rect.Min.X, picture.Rect.Min.Y)
		light := int(c.R)+int(c.G)+int(c.B) > 3*128
		return light != dark, nil
	})
}
