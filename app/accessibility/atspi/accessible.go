//go:build linux

package atspi

import (
	"strings"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
)

// relation is one of org.a11y.atspi.Accessible's relations; we have none.
type relation struct {
	Type    uint32
	Targets []ref
}

// accessibleMethods are org.a11y.atspi.Accessible's.
var accessibleMethods = map[string]method{
	"GetChildAtIndex": {"i", func(o *object, args []any) ([]any, error) {
		children := o.children()
		if i := args[0].(int32); i >= 0 && int(i) < len(children) {
			return []any{children[i]}, nil
		}
		return []any{none}, nil
	}},
	"GetChildren":          answer(func(o *object) any { return o.children() }),
	"GetIndexInParent":     answer(func(o *object) any { return int32(o.index) }),
	"GetRelationSet":       constant("", []relation{}),
	"GetRole":              answer(func(o *object) any { return o.role().number }),
	"GetRoleName":          answer(func(o *object) any { return o.role().name }),
	"GetLocalizedRoleName": answer(func(o *object) any { return o.role().name }),
	"GetState":             answer(func(o *object) any { return o.states().words() }),
	"GetAttributes":        answer(func(o *object) any { return o.attributes() }),
	"GetApplication":       answer(func(o *object) any { return o.ref(rootPath) }),
	"GetInterfaces":        answer(func(o *object) any { return o.interfaceNames() }),
}

// applicationMethods are org.a11y.atspi.Application's.
var applicationMethods = map[string]method{
	"GetLocale":                {"u", func(o *object, _ []any) ([]any, error) { return []any{o.locale()}, nil }},
	"GetApplicationBusAddress": constant("", ""),
}

func (o *object) children() []ref {
	if o.node == nil {
		if o.view.tree.Root.ID == 0 {
			return []ref{}
		}
		return []ref{o.nodeRef(accessibility.WindowID)}
	}
	out := make([]ref, len(o.node.Children))
	for i := range o.node.Children {
		out[i] = o.nodeRef(o.node.Children[i].ID)
	}
	return out
}

func (o *object) parentRef() ref {
	switch {
	case o.node == nil:
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.desktop
	case o.parent == 0:
		return o.ref(rootPath)
	}
	return o.nodeRef(o.parent)
}

func (o *object) role() role {
	switch {
	case o.node == nil:
		return roleApplication
	case o.passing:
		return roleNotification
	}
	return roleOf(o.node.Role)
}

func (o *object) states() states {
	var s states
	switch {
	case o.node == nil:
		s.set(stateEnabled, true)
		s.set(stateSensitive, true)
	case o.passing:
		s.set(stateVisible, true)
		s.set(stateShowing, true)
	default:
		s = statesOf(o.node, o.view.active)
		s.set(stateModal, o.node.Role == accessibility.RoleMenu)
	}
	return s
}

func (o *object) attributes() map[string]string {
	out := map[string]string{"toolkit": "Fyne"}
	if o.node != nil && o.node.Role == accessibility.RoleHeading && o.node.Level > 0 && o.node.Level < 10 {
		out["level"] = string(rune('0' + o.node.Level))
	}
	return out
}

func (o *object) name() string {
	switch {
	case o.node == nil:
		return o.o.Program
	case o.node.Role == accessibility.RoleWindow:
		return title(&o.view.tree)
	}
	return o.node.Name
}

func (o *object) description() string {
	if o.node == nil {
		return ""
	}
	return o.node.Description
}

// locale is the language as AT-SPI writes it, as in LANG.
func (o *object) locale() string {
	if o.o.Language == nil {
		return ""
	}
	return strings.ReplaceAll(o.o.Language(), "-", "_")
}

// values are the properties of the object's interfaces.
func (o *object) values(of string) map[string]any {
	if !o.has(of) {
		return nil
	}
	switch of {
	case "Accessible":
		return map[string]any{"Name": o.name(), "Description": o.description(), "Parent": o.parentRef(), "ChildCount": int32(len(o.children())),
			"Locale": o.locale(), "AccessibleId": "", "HelpText": ""}
	case "Application":
		return map[string]any{"ToolkitName": "Fyne", "ToolkitVersion": o.o.Version, "Version": o.o.Version, "AtspiVersion": "2.1",
			"InterfaceVersion": uint32(1), "Id": o.id.Load()}
	case "Action":
		return map[string]any{"NActions": int32(1)}
	case "Text":
		return map[string]any{"CharacterCount": int32(len(o.text())), "CaretOffset": o.caret()}
	}
	return map[string]any{}
}

var errProperty = dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", []any{"no such property"})

// propertyMethods are org.freedesktop.DBus.Properties'.
var propertyMethods = map[string]method{
	"Get": {"ss", func(o *object, args []any) ([]any, error) {
		v, ok := o.values(strings.TrimPrefix(args[0].(string), interfaces))[args[1].(string)]
		if !ok {
			return nil, errProperty
		}
		return []any{dbus.MakeVariant(v)}, nil
	}},
	"GetAll": {"s", func(o *object, args []any) ([]any, error) {
		out := map[string]dbus.Variant{}
		for name, v := range o.values(strings.TrimPrefix(args[0].(string), interfaces)) {
			out[name] = dbus.MakeVariant(v)
		}
		return []any{out}, nil
	}},
	// The registry numbers the programs. Nothing else can be set.
	"Set": {"ssv", func(o *object, args []any) ([]any, error) {
		id, ok := args[2].(dbus.Variant).Value().(int32)
		if o.node != nil || !ok || args[0].(string) != interfaces+"Application" || args[1].(string) != "Id" {
			return nil, errProperty
		}
		o.id.Store(id)
		return []any{}, nil
	}},
}
