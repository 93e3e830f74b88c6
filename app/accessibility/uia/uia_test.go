package uia

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unsafe"

	"app.latchkey/app/accessibility"
)

// textAt is the text that begins at a place.
func (f flat) textAt(at uint32) string {
	end := at
	for f.text[end] != 0 {
		end++
	}
	return string(utf16.Decode(f.text[at:end]))
}

func TestFlatten(t *testing.T) {
	item := func(id accessibility.ID) accessibility.Node {
		return accessibility.Node{ID: id, Role: accessibility.RoleItem, CanPress: true}
	}
	tree := accessibility.Tree{Scale: 1.5, Root: accessibility.Node{ID: 1, Role: accessibility.RoleWindow, Name: "Latchkey", Children: []accessibility.Node{
		{ID: 7, Role: accessibility.RoleHeading, Name: "Ädä 👩\x00 signs in", Description: "more", Level: 12, Bounds: accessibility.Rect{X: 1, Y: 2, Width: 3, Height: 4}},
		{ID: 5, Role: accessibility.RoleList, Children: []accessibility.Node{item(9), item(8)}},
		{ID: 6, Role: "of another version", Bounds: accessibility.Rect{X: float32(math.Inf(1)), Y: -1e30, Width: 5}},
	}}}
	f := flatten(&tree)
	type links struct{ id, parent, first, last, next, previous, position, size int32 }
	want := []links{{1, -1, 1, 5, -1, -1, 0, 0}, {7, 0, -1, -1, 2, -1, 0, 0}, {5, 0, 3, 4, 5, 1, 0, 0}, {9, 2, -1, -1, 4, -1, 1, 2}, {8, 2, -1, -1, -1, 3, 2, 2}, {6, 0, -1, -1, -1, 2, 0, 0}}
	for i, r := range f.nodes {
		if got := (links{int32(r.id), r.parent, r.first, r.last, r.next, r.previous, r.position, r.size}); got != want[i] {
			t.Errorf("node %d is %+v, want %+v", i, got, want[i])
		}
	}
	h := f.nodes[1]
	if f.textAt(h.name) != "Ädä 👩 signs in" || f.textAt(h.description) != "more" || f.textAt(h.value) != "" {
		t.Errorf("texts %q, %q, %q", f.textAt(h.name), f.textAt(h.description), f.textAt(h.value))
	}
	if h.x != 1 || h.y != 3 || h.width != 5 || h.height != 6 || h.level != 9 || h.control != controlText {
		t.Errorf("%+v", h)
	}
	if odd := f.nodes[5]; odd.control != controlGroup || odd.x != 1<<20 || odd.y != -1<<20 || odd.width != 0 || odd.height != 0 {
		t.Errorf("an unknown role at a mad place is %+v", odd)
	}
	if got := flatten(&accessibility.Tree{}); len(got.nodes) != 0 {
		t.Errorf("a window that is not there has %d nodes", len(got.nodes))
	}
}

func TestFlags(t *testing.T) {
	state := func(r accessibility.Role, press bool, s accessibility.States) accessibility.Node {
		return accessibility.Node{Role: r, CanPress: press, States: s}
	}
	for _, c := range []struct {
		name string
		node accessibility.Node
		want uint32
	}{
		{"a text", state(accessibility.RoleText, false, accessibility.States{ReadOnly: true}), flagReadOnly},
		{"a button", state(accessibility.RoleButton, true, accessibility.States{Focusable: true, Focused: true}), flagInvoke | flagFocusable | flagFocused},
		{"one that waits", state(accessibility.RoleButton, false, accessibility.States{Disabled: true, Busy: true}), flagDisabled | flagBusy},
		{"ticked", state(accessibility.RoleCheck, true, accessibility.States{Checkable: true, Checked: true}), flagToggle | flagChecked},
		{"a menu's mark", state(accessibility.RoleMenuItem, true, accessibility.States{Checkable: true}), flagToggle},
		{"one of several", state(accessibility.RoleOption, true, accessibility.States{Checkable: true, Checked: true}), flagSelect | flagChecked},
		{"a tab", state(accessibility.RoleTab, true, accessibility.States{Selected: true}), flagSelect | flagSelected},
		{"out of sight", state(accessibility.RoleItem, true, accessibility.States{Offscreen: true}), flagSelect | flagOffscreen},
		{"a field", state(accessibility.RoleField, false, accessibility.States{Focusable: true}), flagValue | flagFocusable},
		{"a passphrase has no value", state(accessibility.RolePassword, false, accessibility.States{}), flagPassword},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := flagsOf(&c.node); got != c.want {
				t.Errorf("%b, want %b", got, c.want)
			}
		})
	}
}

// TestRecordIsTheNodeOfC compares the two declarations: a Windows build would
// only notice another size.
func TestRecordIsTheNodeOfC(t *testing.T) {
	header, err := os.ReadFile("provider_windows.h")
	if err != nil {
		t.Fatal(err)
	}
	body := regexp.MustCompile(`(?s)typedef struct \{(.*?)\} uia_node;`).FindSubmatch(header)
	var want []string
	for _, m := range regexp.MustCompile(`(u?int32)_t ([^;]+);`).FindAllSubmatch(body[1], -1) {
		for name := range strings.SplitSeq(string(m[2]), ",") {
			want = append(want, strings.TrimSpace(name)+" "+string(m[1]))
		}
	}
	var got []string
	r := reflect.TypeFor[record]()
	for i := range r.NumField() {
		got = append(got, r.Field(i).Name+" "+r.Field(i).Type.String())
	}
	if !reflect.DeepEqual(got, want) || unsafe.Sizeof(record{}) != uintptr(4*len(want)) {
		t.Errorf("Go has %q\nC has  %q", got, want)
	}
	flags := regexp.MustCompile(`FLAG_(\w+) = 1 << (\d+)`).FindAllSubmatch(header, -1)
	if len(flags) != 13 || string(flags[12][1]) != "READ_ONLY" || flagReadOnly != 1<<12 || string(flags[7][1]) != "TOGGLE" || flagToggle != 1<<7 {
		t.Errorf("C has the flags %q", flags)
	}
}

// heard is what a listener heard.
type heard []string

func (h *heard) event(id accessibility.ID, e int32) {
	*h = append(*h, fmt.Sprint("event ", id, " ", e))
}
func (h *heard) property(id accessibility.ID, p int32) {
	*h = append(*h, fmt.Sprint("property ", id, " ", p))
}
func (h *heard) structure() { *h = append(*h, "structure") }
func (h *heard) say(text []uint16, urgent bool) {
	*h = append(*h, fmt.Sprint("say ", string(utf16.Decode(text)), " ", urgent))
}

func TestTell(t *testing.T) {
	tree := func(screen string, nodes ...accessibility.Node) accessibility.Tree {
		return accessibility.Tree{Root: accessibility.Node{ID: 1, Children: nodes}, Screen: screen}
	}
	n := accessibility.Node{ID: 2, Role: accessibility.RoleText, Name: "4:59", Live: accessibility.LivePolite}
	later, failed := n, accessibility.Node{ID: 3, Role: accessibility.RoleText, Name: "No network", Live: accessibility.LiveAssertive}
	later.Name = "4:58"
	tab := accessibility.Node{ID: 4, Role: accessibility.RoleTab, Name: "General", States: accessibility.States{Focusable: true}}
	chosen := tab
	chosen.States.Selected, chosen.States.Focused = true, true
	for _, c := range []struct {
		name          string
		before, after accessibility.Tree
		again         bool
		want          heard
	}{
		{"nothing", tree("s", n), tree("s", n), false, nil},
		{"a text", tree("s", n), tree("s", later), false, heard{"property 2 30005", "say 4:58 false"}},
		{"another screen", tree("s", n), tree("t", failed), false, heard{"structure", "say t false", "say No network true"}},
		{"a choice", tree("s", tab), tree("s", chosen), false, heard{"property 4 30010", "property 4 30086", "property 4 30079", "event 4 20012", "event 4 20005"}},
		{"the window gets the keyboard", tree("s", chosen), tree("s", chosen), true, heard{"event 4 20005"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got heard
			tell(&got, c.before, c.after, c.again)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}
