//go:build windows && cgo

package uia

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"app.latchkey/app/accessibility"
)

// What Windows answers.
const (
	ok             = 0
	notAvailable   = 0x80040201
	notEnabled     = 0x80040200
	notAllowed     = 0x80131509
	noSuchFace     = 0x80004002
	vtEmpty        = 0
	vtNumber       = 3
	vtText         = 8
	vtBool         = 11
	propertyType   = 30003
	propertyFocus  = 30008
	propertyID     = 30011
	propertySecret = 30019
)

// Places in tables of functions, after the three of IUnknown.
const (
	callQuery, callAdd, callRelease = 0, 1, 2
	// IRawElementProviderSimple
	callOptions, callPattern, callProperty, callHost = 3, 4, 5, 6
	// IRawElementProviderFragment
	callNavigate, callNumber, callBounds, callEmbedded, callSetFocus, callRoot = 3, 4, 5, 6, 7, 8
	// IRawElementProviderFragmentRoot
	callFromPoint, callGetFocus = 3, 4
)

var (
	iidFragment = windows.GUID{Data1: 0xf7063da8, Data2: 0x8359, Data3: 0x439c, Data4: [8]byte{0x92, 0x97, 0xbb, 0xc5, 0x29, 0x9a, 0x7d, 0x87}}
	iidSimple   = windows.GUID{Data1: 0xd6dd68d1, Data2: 0x86fd, Data3: 0x4332, Data4: [8]byte{0x86, 0x66, 0x9a, 0xbe, 0xde, 0xa2, 0xd2, 0x4c}}
	iidRoot     = windows.GUID{Data1: 0x620ce2a5, Data2: 0xab8f, Data3: 0x40a9, Data4: [8]byte{0x86, 0xcb, 0xde, 0x3c, 0x75, 0x59, 0x9b, 0x58}}
	iidDispatch = windows.GUID{Data1: 0x00020400, Data4: [8]byte{0xc0, 0, 0, 0, 0, 0, 0, 0x46}}
)

// face is an interface of an object.
type face unsafe.Pointer

func call(f face, function int, arguments ...uintptr) uint32 {
	table := *(**[16]uintptr)(f)
	r, _, _ := syscall.SyscallN(table[function], append([]uintptr{uintptr(f)}, arguments...)...)
	return uint32(r)
}

func out[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

func query(t *testing.T, f face, iid windows.GUID) face {
	t.Helper()
	var got face
	if r := call(f, callQuery, out(&iid), out(&got)); r != ok {
		t.Fatalf("QueryInterface: %#x", r)
	}
	call(f, callRelease)
	return got
}

// variant is Windows' VARIANT.
type variant struct {
	vt    uint16
	_     [3]uint16
	value uint64
	_     uint64
}

func (v variant) text() string {
	if v.vt != vtText {
		return ""
	}
	return windows.UTF16PtrToString(*(**uint16)(unsafe.Pointer(&v.value)))
}

// ask asks an object for a property.
func ask(simple face, property int) (variant, uint32) {
	var v variant
	r := call(simple, callProperty, uintptr(property), out(&v))
	return v, r
}

// rig is a window of Windows' own, its thread, and a Bridge in front of it.
type rig struct {
	t      *testing.T
	bridge *Bridge
	window uintptr
	work   chan func() // done on the window's thread
	done   []string    // by the window's thread
}

var user32 = windows.NewLazySystemDLL("user32.dll")

func user(t *testing.T, name string, arguments ...uintptr) uintptr {
	t.Helper()
	r, _, err := user32.NewProc(name).Call(arguments...)
	if r == 0 && name != "DestroyWindow" && name != "PeekMessageW" && name != "DispatchMessageW" && name != "SendMessageW" {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

func newRig(t *testing.T, tree accessibility.Tree) *rig {
	r := &rig{t: t, work: make(chan func())}
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		class, _ := windows.UTF16PtrFromString("Static")
		title, _ := windows.UTF16PtrFromString("a window")
		const popup, visible = 0x80000000, 0x10000000
		r.window = user(t, "CreateWindowExW", 0, out(class), out(title), popup|visible, 20, 30, 400, 300, 0, 0, 0, 0)
		r.open(tree)
		close(ready)
		r.pump()
	}()
	<-ready
	t.Cleanup(func() { close(r.work); <-ended })
	return r
}

func (r *rig) open(tree accessibility.Tree) {
	b, err := Open(Options{Window: r.window,
		Wanted: func(on bool) {
			r.done = append(r.done, map[bool]string{true: "wanted", false: "not wanted"}[on])
			if on {
				r.bridge.Show(tree, true)
			}
		},
		Press: func(id accessibility.ID) { r.done = append(r.done, "press "+string(rune('0'+id))) },
		Focus: func(id accessibility.ID) { r.done = append(r.done, "focus "+string(rune('0'+id))) },
	})
	if err != nil {
		r.t.Error(err)
	}
	r.bridge = b
}

// pump does what messages and the test want, on the window's thread.
func (r *rig) pump() {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		var message [48]byte
		for user(r.t, "PeekMessageW", out(&message), 0, 0, 0, 1) != 0 {
			user(r.t, "DispatchMessageW", out(&message))
		}
		select {
		case f, more := <-r.work:
			if !more {
				r.bridge.Close()
				user(r.t, "DestroyWindow", r.window)
				return
			}
			f()
		case <-tick.C:
		}
	}
}

// on does f on the window's thread.
func (r *rig) on(f func()) {
	done := make(chan struct{})
	r.work <- func() { f(); close(done) }
	<-done
}

// did waits for what the window's thread did.
func (r *rig) did(want ...string) {
	r.t.Helper()
	var got []string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		r.on(func() { got = slices.Clone(r.done) })
		if len(got) >= len(want) {
			break
		}
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("done: %q, want %q", got, want)
	}
	r.on(func() { r.done = nil })
}

// root is the window's object, as a fragment.
func (r *rig) root() face {
	return query(r.t, face(r.bridge.object(accessibility.WindowID)), iidFragment)
}

func next(t *testing.T, f face, direction int) face {
	t.Helper()
	var got face
	if r := call(f, callNavigate, uintptr(direction), out(&got)); r != ok {
		t.Fatalf("Navigate: %#x", r)
	}
	return got
}

// lines are the names and types of all that is below a fragment.
func lines(t *testing.T, f face, indent string) string {
	var b strings.Builder
	for c := next(t, f, 3); c != nil; {
		call(c, callAdd)
		s := query(t, c, iidSimple)
		name, _ := ask(s, propertyName)
		kind, _ := ask(s, propertyType)
		b.WriteString(indent + name.text() + " " + string(controlName(int32(kind.value))) + "\n" + lines(t, c, indent+" "))
		call(s, callRelease)
		after := next(t, c, 1)
		call(c, callRelease)
		c = after
	}
	return b.String()
}

func controlName(control int32) accessibility.Role {
	for _, role := range []accessibility.Role{accessibility.RoleText, accessibility.RoleButton, accessibility.RoleLink, accessibility.RoleCheck, accessibility.RoleTab,
		accessibility.RoleField, accessibility.RoleList, accessibility.RoleItem} {
		if controls[role] == control {
			return role
		}
	}
	return ""
}

// sample has one of each kind.
func sample() accessibility.Tree {
	at := func(y float32) accessibility.Rect { return accessibility.Rect{X: 10, Y: y, Width: 100, Height: 20} }
	return accessibility.Tree{Scale: 2, Screen: "Sign in", Root: accessibility.Node{ID: 1, Role: accessibility.RoleWindow, Name: "Latchkey",
		Bounds: accessibility.Rect{Width: 200, Height: 150}, Children: []accessibility.Node{
			{ID: 2, Role: accessibility.RoleHeading, Name: "Ädä 👩 signs in", Level: 1, Bounds: at(0)},
			{ID: 3, Role: accessibility.RoleButton, Name: "Cancel", CanPress: true, Bounds: at(20), States: accessibility.States{Focusable: true, Focused: true}},
			{ID: 4, Role: accessibility.RoleButton, Name: "Not now", CanPress: true, Bounds: at(40), States: accessibility.States{Disabled: true}},
			{ID: 5, Role: accessibility.RoleCheck, Name: "Demo", CanPress: true, Bounds: at(60), States: accessibility.States{Checkable: true, Checked: true}},
			{ID: 6, Role: accessibility.RoleField, Name: "Issuer", Value: "https://…", Bounds: at(80)},
			{ID: 7, Role: accessibility.RolePassword, Name: "Passphrase", Bounds: at(100)},
			{ID: 8, Role: accessibility.RoleList, Name: "Steps", Bounds: at(120), Children: []accessibility.Node{
				{ID: 9, Role: accessibility.RoleItem, Name: "One", CanPress: true, States: accessibility.States{Selected: true}, Bounds: at(120)}}},
		}}}
}

// TestReaderReads has Windows ask for a provider, and reads all there is.
func TestReaderReads(t *testing.T) {
	r := newRig(t, sample())
	user(t, "SendMessageW", r.window, 0x3d, 0, 0xffffffe7) // WM_GETOBJECT, UiaRootObjectId
	r.did("wanted")
	root := r.root()
	want := "Ädä 👩 signs in text\nCancel button\nNot now button\nDemo check\nIssuer field\nPassphrase field\nSteps list\n One item\n"
	if got := lines(t, root, ""); got != want {
		t.Errorf("read:\n%swant:\n%s", got, want)
	}
	heading := query(t, next(t, root, 3), iidSimple)
	for property, want := range map[int]variant{30173: {vt: vtNumber, value: 80051}, propertyFocus: {vt: vtBool}, 30010: {vt: vtBool, value: 0xffff}, propertySecret: {vt: vtBool}, 30045: {vt: vtEmpty}} {
		if got, r := ask(heading, property); r != ok || got.vt != want.vt || uint16(got.value) != uint16(want.value) {
			t.Errorf("property %d: %+v, %#x, want %+v", property, got, r, want)
		}
	}
	password := query(t, face(r.bridge.object(7)), iidSimple)
	if v, _ := ask(password, propertySecret); uint16(v.value) != 0xffff {
		t.Error("a passphrase is not marked as secret")
	}
	var bounds [4]float64
	if r := call(next(t, root, 4), callBounds, out(&bounds)); r != ok || bounds != [4]float64{20 + 20, 30 + 240, 200, 40} {
		t.Errorf("bounds %v (%#x)", bounds, r)
	}
	var at, focused face
	top := query(t, root, iidRoot)
	if r := call(top, callFromPoint, uintptr(math.Float64bits(20+25)), uintptr(math.Float64bits(30+245)), out(&at)); r != ok || at == nil {
		t.Fatalf("from point: %#x", r)
	}
	if v, _ := ask(query(t, at, iidSimple), propertyName); v.text() != "One" {
		t.Errorf("at the point is %q", v.text())
	}
	if r := call(top, callGetFocus, out(&focused)); r != ok || focused == nil {
		t.Fatalf("focus: %#x", r)
	}
	if v, _ := ask(query(t, focused, iidSimple), propertyName); v.text() != "Cancel" {
		t.Errorf("%q has the focus", v.text())
	}
	var none face
	if r := call(heading, callQuery, out(&iidDispatch), out(&none)); r != noSuchFace || none != nil {
		t.Errorf("another interface: %#x", r)
	}
}

// TestReaderPresses goes through the patterns.
func TestReaderPresses(t *testing.T) {
	r := newRig(t, sample())
	r.on(func() { r.bridge.Show(sample(), true) })
	pattern := func(id accessibility.ID, pattern int) face {
		t.Helper()
		var got face
		o := face(r.bridge.object(id))
		defer call(o, callRelease)
		if r := call(o, callPattern, uintptr(pattern), out(&got)); r != ok {
			t.Fatalf("pattern %d: %#x", pattern, r)
		}
		return got
	}
	const invoke, value, selection, toggle = 10000, 10002, 10010, 10015
	for id, has := range map[accessibility.ID][]int{2: nil, 3: {invoke}, 4: {invoke}, 5: {toggle}, 6: {value}, 7: nil, 8: nil, 9: {selection}} {
		for _, p := range []int{invoke, value, selection, toggle, 10014} {
			if got := pattern(id, p) != nil; got != slices.Contains(has, p) {
				t.Errorf("node %d, pattern %d: %v", id, p, got)
			}
		}
	}
	if got := call(pattern(3, invoke), 3); got != ok {
		t.Errorf("Invoke: %#x", got)
	}
	r.did("press 3")
	if got := call(pattern(4, invoke), 3); got != notEnabled {
		t.Errorf("Invoke of what can't be used: %#x", got)
	}
	var n int32
	if got := call(pattern(5, toggle), 4, out(&n)); got != ok || n != 1 {
		t.Errorf("ToggleState %d, %#x", n, got)
	}
	call(pattern(5, toggle), 3)
	r.did("press 5")
	if got := call(pattern(9, selection), 6, out(&n)); got != ok || n != 1 {
		t.Errorf("IsSelected %d, %#x", n, got)
	}
	if got := call(pattern(9, selection), 5); got != notAllowed {
		t.Errorf("RemoveFromSelection: %#x", got)
	}
	call(pattern(9, selection), 3)
	r.did("press 9")
	var text *uint16
	if got := call(pattern(6, value), 4, out(&text)); got != ok || windows.UTF16PtrToString(text) != "https://…" {
		t.Errorf("Value %q, %#x", windows.UTF16PtrToString(text), got)
	}
	if got := call(pattern(6, value), 3, out(text)); got != notAllowed {
		t.Errorf("SetValue: %#x", got)
	}
	if got := call(query(t, face(r.bridge.object(3)), iidFragment), callSetFocus); got != ok {
		t.Errorf("SetFocus: %#x", got)
	}
	r.did("focus 3")
}

// TestReaderHoldsWhatIsGone is where Fyne's own provider reads and writes memory
// that it has freed.
func TestReaderHoldsWhatIsGone(t *testing.T) {
	r := newRig(t, sample())
	r.on(func() { r.bridge.Show(sample(), true) })
	var held []face
	for id := accessibility.ID(1); id <= 9; id++ {
		held = append(held, face(r.bridge.object(id)))
	}
	var asking sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, h := range held {
					ask(h, propertyName)
				}
			}
		})
	}
	for i := range 150 {
		r.on(func() {
			tree := accessibility.Tree{Scale: 1, Root: accessibility.Node{ID: 1, Role: accessibility.RoleWindow, Name: "Latchkey"}}
			for n := range i % 50 {
				tree.Root.Children = append(tree.Root.Children, accessibility.Node{ID: accessibility.ID(100 + 50*i + n), Role: accessibility.RoleText, Name: strings.Repeat("x", i)})
			}
			r.bridge.Show(tree, true)
		})
	}
	close(stop)
	asking.Wait()
	for i, h := range held[1:] {
		if _, got := ask(h, propertyName); got != notAvailable {
			t.Errorf("node %d is gone, and says %#x", i+2, got)
		}
		if left := call(h, callAdd); left != 2 {
			t.Errorf("%d references, want 2", left)
		}
		call(h, callRelease)
		if left := call(h, callRelease); left != 0 {
			t.Errorf("%d references are left", left)
		}
	}
	r.on(func() { r.bridge.Close(); r.open(sample()) }) // the window goes on without it
	if _, got := ask(held[0], propertyName); got != notAvailable {
		t.Errorf("after Close: %#x", got)
	}
	if left := call(held[0], callRelease); left != 0 {
		t.Errorf("%d references are left", left)
	}
	if v, got := ask(face(r.bridge.object(2)), propertyID); got != notAvailable {
		t.Errorf("before anything is shown: %q, %#x", v.text(), got)
	}
}
