package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/godbus/dbus/v5"
)

// ErrNoReader says that this machine has no accessibility bus (Debian's
// at-spi2-core), and so no screen readers.
var ErrNoReader = errors.New("no at-spi-bus-launcher here (Debian and Ubuntu: apt-get install at-spi2-core)")

// launchers are where distributions put the service.
var launchers = []string{"/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher", "/usr/lib/at-spi-bus-launcher"}

// The names of AT-SPI2.
const (
	atspi         = "org.a11y.atspi."
	atspiRegistry = atspi + "Registry"
	atspiRoot     = "/org/a11y/atspi/accessible/root"
	propertiesGet = "org.freedesktop.DBus.Properties.Get"
)

// Reader is a screen reader: it knows of the program what the accessibility bus
// tells, and nothing else.
type Reader struct {
	session, conn *dbus.Conn
	events        chan *dbus.Signal
	program       spot
	heard         []string
}

// spot is an object on the accessibility bus.
type spot struct {
	Name string
	Path dbus.ObjectPath
}

// Line is one thing that a reader reads.
type Line struct {
	Role, Name string
	Text       string // of what has Text
	at         spot
}

// OpenReader puts the accessibility service on the stage, switched off. The
// error may be ErrNoReader.
func (s *Stage) OpenReader(ctx context.Context) (*Reader, error) {
	launcher := ""
	for _, path := range launchers {
		if _, err := os.Stat(path); err == nil {
			launcher = path
			break
		}
	}
	if launcher == "" {
		return nil, ErrNoReader
	}
	service, err := s.start("at-spi", func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "GSETTINGS_BACKEND=memory") }, launcher, "--launch-immediately")
	if err != nil {
		return nil, err
	}
	r := &Reader{events: make(chan *dbus.Signal, 1024)}
	if r.session, err = dbus.Connect(s.Bus); err != nil {
		return nil, fmt.Errorf("opening the reader: %w", err)
	}
	var address string
	err = service.await(ctx, "the accessibility bus", func() bool {
		return r.session.Object("org.a11y.Bus", "/org/a11y/bus").CallWithContext(ctx, "org.a11y.Bus.GetAddress", dbus.FlagNoAutoStart).Store(&address) == nil
	})
	if err == nil {
		r.conn, err = dbus.Connect(address)
	}
	if err == nil {
		r.conn.Signal(r.events)
		err = r.conn.AddMatchSignalContext(ctx, dbus.WithMatchPathNamespace("/org/a11y/atspi/accessible"))
	}
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("opening the reader: %w", err)
	}
	return r, nil
}

// Close ends the reader; the service stays.
func (r *Reader) Close() {
	for _, c := range []*dbus.Conn{r.session, r.conn} {
		if c != nil {
			c.Close()
		}
	}
}

// Switch says on the session's bus whether somebody reads.
func (r *Reader) Switch(ctx context.Context, on bool) error {
	err := r.session.Object("org.a11y.Bus", "/org/a11y/bus").CallWithContext(ctx, "org.freedesktop.DBus.Properties.Set", 0,
		"org.a11y.Status", "IsEnabled", dbus.MakeVariant(on)).Err
	if err != nil {
		return fmt.Errorf("switching the reader: %w", err)
	}
	return nil
}

// Programs are the names of those that are on the accessibility bus.
func (r *Reader) Programs(ctx context.Context) (map[string]spot, error) {
	all, err := r.children(ctx, spot{atspiRegistry, atspiRoot})
	if err != nil {
		return nil, err
	}
	out := map[string]spot{}
	for _, p := range all {
		if name, err := r.name(ctx, p); err == nil { // it may just have gone
			out[name] = p
		}
	}
	return out, nil
}

// AwaitProgram waits until a program is there, or is not.
func (r *Reader) AwaitProgram(ctx context.Context, name string, there bool) error {
	return await(ctx, fmt.Sprintf("%s on the accessibility bus: %v", name, there), func() (bool, error) {
		all, err := r.Programs(ctx)
		p, ok := all[name]
		if ok {
			r.program = p
		}
		return ok == there, err
	})
}

// Read reads all of the program, from its window on.
func (r *Reader) Read(ctx context.Context) ([]Line, error) {
	var out []Line
	var walk func(at spot, depth int) error
	walk = func(at spot, depth int) error {
		children, err := r.children(ctx, at)
		if err != nil || depth > 8 {
			return err
		}
		for _, c := range children {
			l := Line{at: c}
			if l.Name, err = r.name(ctx, c); err != nil {
				return err
			}
			if err := r.ask(ctx, c, "Accessible.GetRoleName").Store(&l.Role); err != nil {
				return fmt.Errorf("reading a role: %w", err)
			}
			_ = r.ask(ctx, c, "Text.GetText", int32(0), int32(-1)).Store(&l.Text) // not everything has
			out = append(out, l)
			if err := walk(c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return out, walk(r.program, 0)
}

// AwaitLine waits until the program has something of a role and name.
func (r *Reader) AwaitLine(ctx context.Context, role, name string) (line Line, err error) {
	var read []Line
	err = await(ctx, fmt.Sprintf("the %s %q", role, name), func() (bool, error) {
		lines, err := r.Read(ctx)
		if err != nil {
			return false, nil //nolint:nilerr // it changes while it is read
		}
		read = lines
		for _, l := range lines {
			if l.Role == role && l.Name == name {
				line = l
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		err = fmt.Errorf("%w; there is %q", err, read)
	}
	return line, err
}

// Press does the first action of something.
func (r *Reader) Press(ctx context.Context, role, name string) error {
	line, err := r.AwaitLine(ctx, role, name)
	if err != nil {
		return err
	}
	var done bool
	if err := r.ask(ctx, line.at, "Action.DoAction", int32(0)).Store(&done); err != nil {
		return fmt.Errorf("pressing %q: %w", name, err)
	}
	if !done {
		return fmt.Errorf("pressing %q: there is nothing to press", name)
	}
	return nil
}

// AwaitHeard waits until the program has told something of itself: the name of
// what got the keyboard, another name of its window, or an announcement.
func (r *Reader) AwaitHeard(ctx context.Context, text string) error {
	for {
		select {
		case s := <-r.events:
			if words := r.hear(ctx, s); words != "" {
				r.heard = append(r.heard, words)
				if strings.Contains(words, text) {
					return nil
				}
			}
		case <-ctx.Done():
			return fmt.Errorf("waiting to hear %q: %w; heard: %q", text, context.Cause(ctx), r.heard)
		}
	}
}

// hear is what a reader says of an event; "" for nothing.
func (r *Reader) hear(ctx context.Context, s *dbus.Signal) string {
	if len(s.Body) < 4 || s.Sender != r.program.Name {
		return ""
	}
	detail, _ := s.Body[0].(string)
	on, _ := s.Body[1].(int32)
	value, _ := s.Body[3].(dbus.Variant)
	text, _ := value.Value().(string)
	switch event := strings.TrimPrefix(s.Name, atspi+"Event."); {
	case event == "Object.PropertyChange" && detail == "accessible-name", event == "Object.Announcement":
		return text
	case event == "Object.StateChanged" && on == 1 && (detail == "focused" || detail == "showing"):
		name, _ := r.name(ctx, spot{s.Sender, s.Path}) //nolint:errcheck // gone
		return name
	}
	return ""
}

func (r *Reader) ask(ctx context.Context, at spot, method string, args ...any) *dbus.Call {
	return r.conn.Object(at.Name, at.Path).CallWithContext(ctx, atspi+method, 0, args...)
}

func (r *Reader) name(ctx context.Context, at spot) (string, error) {
	var v dbus.Variant
	if err := r.conn.Object(at.Name, at.Path).CallWithContext(ctx, propertiesGet, 0, atspi+"Accessible", "Name").Store(&v); err != nil {
		return "", fmt.Errorf("reading a name: %w", err)
	}
	name, _ := v.Value().(string)
	return name, nil
}

func (r *Reader) children(ctx context.Context, at spot) ([]spot, error) {
	var out []spot
	if err := r.ask(ctx, at, "Accessible.GetChildren").Store(&out); err != nil {
		return nil, fmt.Errorf("reading what is in %s: %w", at.Path, err)
	}
	return out, nil
}
