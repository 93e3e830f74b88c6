//go:build linux

package atspi

import (
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
)

// object answers for one thing: the program, a node, or an announcement.
type object struct {
	*service
	view *view
	path dbus.ObjectPath
	node *accessibility.Node // nil: the program
	entry
	passing bool // an announcement
}

// LookupObject implements [dbus.Handler]. All of an answer comes from one view.
func (s *service) LookupObject(path dbus.ObjectPath) (dbus.ServerObject, bool) {
	v := s.view.Load()
	if v == nil {
		return nil, false
	}
	o := &object{service: s, view: v, path: path}
	if path == rootPath {
		return o, true
	}
	if path == cachePath {
		return cache{}, true
	}
	rest, ok := strings.CutPrefix(string(path), objects)
	if !ok {
		return nil, false
	}
	if number, ok := strings.CutPrefix(rest, "said/"); ok {
		for _, x := range v.said {
			if strconv.Itoa(x.number) == number {
				o.node, o.passing = &accessibility.Node{Name: x.text}, true
				o.entry = entry{o.node, accessibility.WindowID, -1}
				return o, true
			}
		}
		return nil, false
	}
	id, err := strconv.ParseUint(rest, 10, 32)
	if err != nil {
		return nil, false
	}
	if o.entry, ok = v.nodes[accessibility.ID(id)]; !ok {
		return nil, false
	}
	o.node = o.entry.node
	return o, true
}

// has reports whether the object has an interface of AT-SPI's.
func (o *object) has(name string) bool {
	switch name {
	case "Accessible":
		return true
	case "Application":
		return o.node == nil
	case "Component":
		return o.node != nil && !o.passing
	case "Action":
		return o.node != nil && (o.node.CanPress || o.node.States.Focusable) && !o.passing
	case "Text":
		return o.node != nil && isText(o.node.Role) && !o.passing
	}
	return false
}

// isText reports whether a reader goes through a role's text by letter and word.
func isText(r accessibility.Role) bool {
	switch r {
	case accessibility.RoleText, accessibility.RoleHeading, accessibility.RoleItem, accessibility.RoleField, accessibility.RolePassword:
		return true
	}
	return false
}

// interfaceNames are those of the object, in full.
func (o *object) interfaceNames() []string {
	var out []string
	for _, name := range []string{"Accessible", "Application", "Component", "Action", "Text"} {
		if o.has(name) {
			out = append(out, interfaces+name)
		}
	}
	return out
}

// LookupInterface implements [dbus.ServerObject].
func (o *object) LookupInterface(name string) (dbus.Interface, bool) {
	if name == properties {
		return methods{o, propertyMethods}, true
	}
	short, ok := strings.CutPrefix(name, interfaces)
	if !ok || !o.has(short) {
		return nil, false
	}
	table, ok := map[string]map[string]method{
		"Accessible": accessibleMethods, "Application": applicationMethods, "Component": componentMethods,
		"Action": actionMethods, "Text": textMethods,
	}[short]
	return methods{o, table}, ok
}

// cache is where a reader may fetch everything at once. There is nothing: it then
// asks for what it needs, and is told what changes.
type cache struct{}

// item is what would be in it.
type item struct {
	Self, Application, Parent ref
	Index, Children           int32
	Interfaces                []string
	Name                      string
	Role                      uint32
	Description               string
	States                    []uint32
}

// LookupInterface implements [dbus.ServerObject].
func (cache) LookupInterface(name string) (dbus.Interface, bool) {
	return methods{nil, map[string]method{"GetItems": constant("", []item{})}}, name == interfaces+"Cache"
}

// methods are those of one interface of an object.
type methods struct {
	o     *object
	table map[string]method
}

// LookupMethod implements [dbus.Interface].
func (m methods) LookupMethod(name string) (dbus.Method, bool) {
	x, ok := m.table[name]
	return bound{m.o, x}, ok
}

// method is what is done for a call with arguments of one signature. The answers
// are as AT-SPI has them for the method.
type method struct {
	in string
	do func(o *object, args []any) ([]any, error)
}

// bound is a method of one object.
type bound struct {
	o *object
	method
}

var errArguments = dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", []any{"these are not its arguments"})

// DecodeArguments implements [dbus.ArgumentDecoder]: what comes must have the
// very types that are expected.
func (b bound) DecodeArguments(_ *dbus.Conn, _ string, m *dbus.Message, args []any) ([]any, error) {
	signature, _ := m.Headers[dbus.FieldSignature].Value().(dbus.Signature)
	if signature.String() != b.in {
		return nil, errArguments
	}
	return args, nil
}

// Call implements [dbus.Method].
func (b bound) Call(args ...any) ([]any, error) { return b.do(b.o, args) }

// The rest of dbus.Method is for the library's own way with arguments.

// NumArguments implements [dbus.Method].
func (b bound) NumArguments() int { return 0 }

// NumReturns implements [dbus.Method].
func (b bound) NumReturns() int { return 0 }

// ArgumentValue implements [dbus.Method].
func (b bound) ArgumentValue(int) any { return nil }

// ReturnValue implements [dbus.Method].
func (b bound) ReturnValue(int) any { return nil }

// answer is a method without arguments.
func answer(f func(o *object) any) method {
	return method{"", func(o *object, _ []any) ([]any, error) { return []any{f(o)}, nil }}
}

// constant is a method that answers the same whatever it is asked.
func constant(in string, out ...any) method {
	return method{in, func(*object, []any) ([]any, error) { return out, nil }}
}
