//go:build linux

package atspi_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/accessibility/atspi"
)

// signIn is a window with a bit of everything.
func signIn(edit func(*accessibility.Tree)) accessibility.Tree {
	states := func(s accessibility.States) accessibility.States { return s }
	t := accessibility.Tree{Scale: 2, Screen: "Sign in", Root: accessibility.Node{ID: 1, Role: accessibility.RoleWindow, Name: "Latchkey",
		Bounds: accessibility.Rect{Width: 400, Height: 300}, Children: []accessibility.Node{
			{ID: 2, Role: accessibility.RoleHeading, Level: 1, Name: "Sign in", Bounds: accessibility.Rect{X: 10, Y: 10, Width: 100, Height: 20}},
			{ID: 3, Role: accessibility.RoleButton, Name: "Sign in with Google", CanPress: true, Description: "opens your browser",
				States: states(accessibility.States{Focusable: true, Focused: true}), Bounds: accessibility.Rect{X: 10, Y: 40, Width: 100.25, Height: 20}},
			{ID: 4, Role: accessibility.RoleField, Name: "Issuer", Value: "https://é.example", Caret: 9, States: accessibility.States{Focusable: true}},
			{ID: 5, Role: accessibility.RolePassword, Name: "Passphrase", States: accessibility.States{Focusable: true}},
			{ID: 6, Role: accessibility.RoleCheck, Name: "Stay", CanPress: true, States: accessibility.States{Focusable: true, Checkable: true, Checked: true}},
			{ID: 7, Role: accessibility.RoleText, Name: "two words\nand a line", States: accessibility.States{Offscreen: true}},
			{ID: 8, Role: accessibility.RoleList, Name: "Steps", Children: []accessibility.Node{
				{ID: 9, Role: accessibility.RoleItem, Name: "one", CanPress: true}, {ID: 10, Role: accessibility.RoleItem, Name: "two", States: accessibility.States{Selected: true}}}},
		}}}
	if edit != nil {
		edit(&t)
	}
	return t
}

func stateSet(numbers ...uint) string {
	var s uint64
	for _, n := range numbers {
		s |= 1 << n
	}
	return fmt.Sprint([]uint32{uint32(s), uint32(s >> 32)})
}

// served is a window that is being read.
func served(t *testing.T) (*desk, *asks, *reader) {
	t.Helper()
	address, _ := startBus(t)
	d := newDesk(t, address, true)
	a := open(t, address)
	r := newReader(t, address, await(t, "registration", d.plugs).Name)
	if !await(t, "the wish for Trees", a.wanted) {
		t.Fatal("no Trees are wanted")
	}
	a.bridge.Show(signIn(nil), true)
	r.awaitEvent(window + " org.a11y.atspi.Event.Object.StateChanged active 1 0 0")
	return d, a, r
}

// TestNothingRunsWithoutAReader: one property is watched, and no more.
func TestNothingRunsWithoutAReader(t *testing.T) {
	address, end := startBus(t)
	a := open(t, address) // before there is any service
	d := newDesk(t, address, false)
	select {
	case <-d.asked:
		t.Error("the accessibility bus is asked for, and nobody reads")
	case <-a.wanted:
		t.Error("Trees are wanted, and nobody reads")
	case <-time.After(200 * time.Millisecond):
	}
	d.readerIs(true)
	plug := await(t, "registration", d.plugs)
	if plug.Path != rootPath || !await(t, "the wish for Trees", a.wanted) {
		t.Errorf("registered: %v", plug)
	}
	d.readerIs(false)
	if await(t, "the end", a.wanted) {
		t.Error("Trees are still wanted")
	}
	d.readerIs(true)
	if again := await(t, "registration", d.plugs); again == plug || !await(t, "the wish for Trees", a.wanted) {
		t.Errorf("registered: %v", again)
	}
	end() // the desktop's session ends
	if await(t, "the end", a.wanted) {
		t.Error("Trees are still wanted")
	}
	a.bridge.Show(signIn(nil), true)
}

func TestAnswers(t *testing.T) {
	_, _, r := served(t)
	n := func(id int) string { return fmt.Sprintf("/org/a11y/atspi/accessible/%d", id) }
	me := func(path string) string { return fmt.Sprintf("[%s %s]", r.to, path) }
	const normal, focusable = 8, 11 // and those that go with it
	shown := []uint{normal, 24, 25, 30}
	with := func(more ...uint) string { return stateSet(append(slices.Clone(shown), more...)...) }
	for _, c := range []struct{ what, got, want string }{
		{"the program's name", r.property(rootPath, "Accessible", "Name"), "Latchkey"},
		{"its role", r.get(rootPath, "Accessible.GetRole"), "75"},
		{"its window", r.get(rootPath, "Accessible.GetChildren"), "[" + me(window) + "]"},
		{"its language", r.get(rootPath, "Application.GetLocale", uint32(0)), "pt_BR"},
		{"its version", r.property(rootPath, "Application", "Version"), "1.2.3"},
		{"its interfaces", r.get(rootPath, "Accessible.GetInterfaces"), "[org.a11y.atspi.Accessible org.a11y.atspi.Application]"},
		{"its cache", r.get("/org/a11y/atspi/cache", "Cache.GetItems"), "[]"},
		{"the window's name", r.property(window, "Accessible", "Name"), "Sign in – Latchkey"},
		{"the window's role", r.get(window, "Accessible.GetRoleName"), "frame"},
		{"the window's states", r.get(window, "Accessible.GetState"), with(1)},
		{"the window's parent", r.property(window, "Accessible", "Parent"), me(rootPath)},
		{"how many children", r.property(window, "Accessible", "ChildCount"), "7"},
		{"the second child", r.get(window, "Accessible.GetChildAtIndex", int32(1)), me(n(3))},
		{"a child that is not there", r.get(window, "Accessible.GetChildAtIndex", int32(-1)), "[ /org/a11y/atspi/null]"},
		{"a heading's level", r.get(n(2), "Accessible.GetAttributes"), "map[level:1 toolkit:Fyne]"},
		{"a button's role", r.get(n(3), "Accessible.GetRole"), "43"},
		{"a button's states", r.get(n(3), "Accessible.GetState"), with(focusable, 12)},
		{"a button's description", r.property(n(3), "Accessible", "Description"), "opens your browser"},
		{"a button's place", r.get(n(3), "Component.GetExtents", uint32(1)), "[20 80 201 40]"},
		{"a button's index", r.get(n(3), "Accessible.GetIndexInParent"), "1"},
		{"what is at a point", r.get(window, "Component.GetAccessibleAtPoint", int32(30), int32(90), uint32(1)), me(n(3))},
		{"what is between", r.get(window, "Component.GetAccessibleAtPoint", int32(500), int32(500), uint32(1)), me(window)},
		{"a button's action", r.get(n(3), "Action.GetName", int32(0)), "press"},
		{"a field's text", r.get(n(4), "Text.GetText", int32(0), int32(-1)), "https://é.example"},
		{"a part of it", r.get(n(4), "Text.GetText", int32(8), int32(9)), "é"},
		{"a field's caret", r.property(n(4), "Text", "CaretOffset"), "9"},
		{"a field's length", r.property(n(4), "Text", "CharacterCount"), "17"},
		{"a field's states", r.get(n(4), "Accessible.GetState"), with(focusable, 7, 26)},
		{"a field's letter", r.get(n(4), "Text.GetCharacterAtOffset", int32(8)), fmt.Sprint('é')},
		{"a passphrase", r.get(n(5), "Text.GetText", int32(0), int32(-1)), ""},
		{"a passphrase's length", r.property(n(5), "Text", "CharacterCount"), "0"},
		{"a check's states", r.get(n(6), "Accessible.GetState"), with(focusable, 4, 41)},
		{"a check's action", r.get(n(6), "Action.GetActions"), "[[toggle  ]]"},
		{"out of sight", r.get(n(7), "Accessible.GetState"), stateSet(normal, 24, 30, 17)},
		{"a word", r.get(n(7), "Text.GetStringAtOffset", int32(5), uint32(1)), "words\n 4 10"},
		{"a line", r.get(n(7), "Text.GetTextAtOffset", int32(0), uint32(5)), "two words\n 0 10"},
		{"the line after", r.get(n(7), "Text.GetTextAfterOffset", int32(0), uint32(5)), "and a line 10 20"},
		{"the word before", r.get(n(7), "Text.GetTextBeforeOffset", int32(5), uint32(1)), "two  0 4"},
		{"a list's item", r.get(n(10), "Accessible.GetState"), with(22, 23)},
		{"an item's parent", r.property(n(10), "Accessible", "Parent"), me(n(8))},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestWhatAReaderAsksFor(t *testing.T) {
	_, a, r := served(t)
	if got := r.get("/org/a11y/atspi/accessible/3", "Action.DoAction", int32(0)); got != "true" || await(t, "press", a.pressed) != 3 {
		t.Error(got)
	}
	if got := r.get("/org/a11y/atspi/accessible/4", "Action.DoAction", int32(0)); got != "true" || await(t, "focus", a.focus) != 4 {
		t.Error(got)
	}
	if got := r.get("/org/a11y/atspi/accessible/6", "Component.GrabFocus"); got != "true" || await(t, "focus", a.focus) != 6 {
		t.Error(got)
	}
	if got := r.get("/org/a11y/atspi/accessible/3", "Action.DoAction", int32(1)); got != "false" {
		t.Error(got)
	}
	if _, err := r.call(rootPath, "org.freedesktop.DBus.Properties.Set", "org.a11y.atspi.Application", "Id", dbus.MakeVariant(int32(7))); err != nil || r.property(rootPath, "Application", "Id") != "7" {
		t.Error("the registry's number", err)
	}
}

// TestOddCalls: whatever is asked for, there is an answer, and the next call is
// answered as well.
func TestOddCalls(t *testing.T) {
	_, a, r := served(t)
	n3 := "/org/a11y/atspi/accessible/3"
	for _, c := range []struct {
		what, path, method string
		args               []any
	}{
		{"no object", "/org/a11y/atspi/accessible/99", "org.a11y.atspi.Accessible.GetRole", nil},
		{"a number too large", "/org/a11y/atspi/accessible/4294967299", "org.a11y.atspi.Accessible.GetRole", nil},
		{"no announcement", "/org/a11y/atspi/accessible/said/1", "org.a11y.atspi.Accessible.GetRole", nil},
		{"another path", "/", "org.a11y.atspi.Accessible.GetRole", nil},
		{"no interface", n3, "org.a11y.atspi.Value.GetText", nil},
		{"an interface it has not", n3, "org.a11y.atspi.Text.GetText", []any{int32(0), int32(1)}},
		{"no method", n3, "org.a11y.atspi.Accessible.Delete", nil},
		{"no arguments", n3, "org.a11y.atspi.Action.DoAction", nil},
		{"other arguments", n3, "org.a11y.atspi.Action.DoAction", []any{"0"}},
		{"too many arguments", n3, "org.a11y.atspi.Accessible.GetRole", []any{int32(0)}},
		{"a property to set", n3, "org.freedesktop.DBus.Properties.Set", []any{"org.a11y.atspi.Accessible", "Name", dbus.MakeVariant("x")}},
		{"a number of another kind", rootPath, "org.freedesktop.DBus.Properties.Set", []any{"org.a11y.atspi.Application", "Id", dbus.MakeVariant("x")}},
		{"no property", n3, "org.freedesktop.DBus.Properties.Get", []any{"org.a11y.atspi.Accessible", "Secret"}},
	} {
		if body, err := r.call(c.path, c.method, c.args...); err == nil {
			t.Errorf("%s: answered %v", c.what, body)
		}
	}
	for _, offsets := range [][2]int32{{-5, 3}, {5, 2}, {100, 200}, {-1 << 31, 1<<31 - 1}} {
		for _, m := range []string{"Text.GetText", "Text.GetSelection", "Text.SetSelection"} {
			_ = r.get("/org/a11y/atspi/accessible/7", m, offsets[0], offsets[1])
		}
		for g := range uint32(8) {
			for _, m := range []string{"GetStringAtOffset", "GetTextBeforeOffset", "GetTextAtOffset", "GetTextAfterOffset"} {
				if got := r.get("/org/a11y/atspi/accessible/7", "Text."+m, offsets[0], g); strings.HasPrefix(got, "error") {
					t.Errorf("%s(%d, %d): %s", m, offsets[0], g, got)
				}
			}
		}
	}
	if got := r.get(n3, "Accessible.GetRole"); got != "43" || len(a.pressed) != 0 {
		t.Errorf("after all that the role is %s, and %d presses", got, len(a.pressed))
	}
}

func TestEvents(t *testing.T) {
	d, a, r := served(t)
	object, at := "org.a11y.atspi.Event.Object.", "/org/a11y/atspi/accessible/"
	child := func(t *accessibility.Tree, i int) *accessibility.Node { return &t.Root.Children[i] }
	show := func(active bool, edit func(*accessibility.Tree)) { a.bridge.Show(signIn(edit), active) }
	r.awaitEvent(window + " org.a11y.atspi.Event.Window.Activate  0 0 Sign in – Latchkey")
	r.awaitEvent(at + "3 " + object + "StateChanged focused 1 0 0")

	typed := func(t *accessibility.Tree) {
		child(t, 1).States.Focused, child(t, 2).States.Focused = false, true
		child(t, 2).Value, child(t, 2).Caret = "https://éa.example", 10
		child(t, 4).States.Checked = false
	}
	show(true, typed)
	r.awaitEvent(at + "6 " + object + "StateChanged checked 0 0 0")
	r.awaitEvent(at + "4 " + object + "TextChanged insert 9 1 a")
	r.awaitEvent(at + "4 " + object + "TextCaretMoved  10 0 0")
	r.awaitEvent(at + "3 " + object + "StateChanged focused 0 0 0")
	r.awaitEvent(at + "4 " + object + "StateChanged focused 1 0 0")

	show(false, typed)
	r.awaitEvent(window + " org.a11y.atspi.Event.Window.Deactivate  0 0 Sign in – Latchkey")

	// An older reader, which knows no announcements, is shown a notification.
	problem := func(t *accessibility.Tree) {
		t.Root.Children = append(t.Root.Children, accessibility.Node{ID: 20, Role: accessibility.RoleText, Name: "No network", Live: accessibility.LiveAssertive})
	}
	show(true, problem)
	r.awaitEvent(fmt.Sprintf("%s %sChildrenChanged add 7 0 [%s %s20]", window, object, r.to, at))
	r.awaitEvent(at + "said/1 " + object + "StateChanged showing 1 0 0")
	if role, name := r.get(at+"said/1", "Accessible.GetRoleName"), r.property(at+"said/1", "Accessible", "Name"); role != "notification" || name != "No network" {
		t.Errorf("a %s %q", role, name)
	}
	d.listenFor("Object:Announcement:")
	show(true, nil)
	r.awaitEvent(fmt.Sprintf("%s %sChildrenChanged remove 7 0 [%s %s20]", window, object, r.to, at))
	show(true, problem)
	r.awaitEvent(window + " " + object + "Announcement  2 0 No network")

	// Another screen is told by the window's name.
	a.bridge.Show(accessibility.Tree{Scale: 1, Screen: "Ada", Root: accessibility.Node{ID: 1, Role: accessibility.RoleWindow, Name: "Latchkey"}}, true)
	before := r.awaitEvent(window + " " + object + "PropertyChange accessible-name 0 0 Ada – Latchkey")
	if slices.ContainsFunc(before, func(e string) bool { return strings.HasPrefix(e, at+"8 "+object+"ChildrenChanged") }) {
		t.Errorf("of what went with its parent, something is told: %q", before)
	}
	a.bridge.Show(accessibility.Tree{}, false)
	r.awaitEvent(fmt.Sprintf("%s %sChildrenChanged remove 0 0 [%s %s]", rootPath, object, r.to, window))
	if got := r.get(rootPath, "Accessible.GetChildren"); got != "[]" {
		t.Errorf("a window that is not there: %s", got)
	}
}

// TestManyCallers: more than are answered at a time.
func TestManyCallers(t *testing.T) {
	_, _, r := served(t)
	calls := make(chan *dbus.Call, 100) // the bus itself allows some more
	for range cap(calls) {
		r.conn.Object(r.to, window).Go("org.a11y.atspi.Accessible.GetChildren", 0, calls)
		r.conn.Object(r.to, window).Go("org.a11y.atspi.Accessible.GetChildren", dbus.FlagNoReplyExpected, make(chan *dbus.Call, 1))
	}
	for range cap(calls) {
		if c := await(t, "answer", calls); c.Err != nil {
			t.Fatal(c.Err)
		}
	}
}

// TestBadBuses: whatever is behind the address, the window is not held up.
func TestBadBuses(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 8)
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			accepted <- c
		}
	}()
	for _, c := range []struct {
		name, address string
		hears         func(net.Conn)
	}{
		{"none", "", nil},
		{"nobody there", "unix:path=/nonexistent", nil},
		{"another computer's", "tcp:host=127.0.0.1,port=1", nil},
		{"mute", "unix:path=" + socket, func(net.Conn) {}},
		{"ends at once", "unix:path=" + socket, func(c net.Conn) { c.Close() }},
		{"speaks of something else", "unix:path=" + socket, func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte("HTTP/1.1 200 OK\r\n"), 100)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := open(t, c.address)
			if c.hears != nil {
				conn := await(t, "connection", accepted)
				defer conn.Close()
				c.hears(conn)
			}
			for range 1000 {
				a.bridge.Show(signIn(nil), true)
			}
			a.close()
			if len(a.wanted) != 0 {
				t.Error("Trees are wanted")
			}
		})
	}
}

// TestHostileBus: a bus that says hello and then lies.
func TestHostileBus(t *testing.T) {
	huge := []byte{'l', 1, 0, 1, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0, 8, 0, 0, 0}
	signal := func(member string) []byte {
		m := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/DBus")), dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.DBus"),
			dbus.FieldMember: dbus.MakeVariant(member), dbus.FieldSender: dbus.MakeVariant("org.freedesktop.DBus")}}
		return encode(m, 9)
	}
	for _, c := range []struct {
		name string
		says []byte
		ends bool // the connection is given up
	}{
		{"a message of two gigabytes", huge, true},
		{"a name without a name", append(signal("NameLost"), signal("NameAcquired")...), false},
		{"no message", bytes.Repeat([]byte{0xff}, atspi.MaxMessage), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newFalseBus(t)
			a := open(t, "unix:path="+b.path)
			conn := await(t, "connection", b.greeted)
			if _, err := conn.Write(c.says); err != nil {
				t.Fatal(err)
			}
			if c.ends {
				await(t, "the end of the connection", b.ended)
			} else {
				_, _ = conn.Write(ping())
				await(t, "an answer", b.ponged)
			}
			a.bridge.Show(signIn(nil), true)
			a.close()
		})
	}
}

// TestABusThatStopsReading: it is given up, and the window never waits for it.
func TestABusThatStopsReading(t *testing.T) {
	t.Parallel()
	address, _ := startBus(t)
	newDesk(t, address, true)
	b := newFalseBus(t)
	b.embeds = true
	wanted := make(chan bool, 8)
	bridge := atspi.Open(atspi.Options{Bus: address, Address: "unix:path=" + b.path, Program: "Latchkey", Wanted: func(on bool) { wanted <- on }})
	defer bridge.Close()
	conn := await(t, "connection", b.greeted)
	if !await(t, "the wish for Trees", wanted) {
		t.Fatal("no Trees are wanted")
	}
	late := time.After(patience)
	for i := 0; ; i++ { // each tells of a name as long as it may be
		bridge.Show(signIn(func(tree *accessibility.Tree) { tree.Root.Children[1].Name = strings.Repeat(fmt.Sprint(i%10), 60_000) }), true)
		select {
		case on := <-wanted:
			if on {
				t.Error("wanted again")
			}
			conn.Close()
			return
		case <-late:
			t.Fatal("it is not given up")
		case <-time.After(time.Millisecond):
		}
	}
}

// TestAnotherUsersBus is about root alone: nobody else can be somebody else.
func TestAnotherUsersBus(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a bus of another user's")
	}
	const nobody = 65534
	address, _ := startBusAs(t, nobody)
	newDesk(t, address, true) // root may speak to it
	a := open(t, address)
	select {
	case <-a.wanted:
		t.Error("another user's bus is spoken to")
	case <-time.After(300 * time.Millisecond):
	}
}

func TestSocketOf(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"unix:path=/run/user/1000/bus", "/run/user/1000/bus"},
		{"unix:guid=12,path=/a%20b", "/a b"},
		{"unix:abstract=/tmp/x", "@/tmp/x"},
		{"tcp:host=evil;unix:path=/b", "/b"},
		{"tcp:host=evil,port=1", ""},
		{"unixexec:path=/bin/sh", ""},
		{"unix:path=relative", ""},
		{"unix:path=/a%00b", ""},
		{"unix:tmpdir=/tmp", ""},
		{"", ""},
	} {
		if got, err := atspi.SocketOf(c.address); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v", c.address, got, err)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
		word bool
		want string
	}{
		{"one two", 0, true, "one "}, {"one two", 3, true, "one "}, {"one two", 4, true, "two"}, {"one two", 7, true, "two"},
		{"a\nb", 0, false, "a\n"}, {"a\nb", 2, false, "b"}, {"a\nb", 3, false, "b"}, {"", 0, false, ""}, {"x", 9, true, ""}, {"x", -3, false, ""},
	} {
		if got := atspi.UnitAt(c.text, c.at, c.word); got != c.want {
			t.Errorf("%q at %d (word %v): %q, want %q", c.text, c.at, c.word, got, c.want)
		}
	}
}
