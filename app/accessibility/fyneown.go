package accessibility

import (
	"reflect"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// contentOf is what is inside of one of Fyne's own objects, and whether it
// shows only a part of that.
func contentOf(o fyne.CanvasObject) (inside []fyne.CanvasObject, clips bool) {
	switch v := o.(type) {
	case *fyne.Container:
		return v.Objects, false
	case *container.Scroll:
		return []fyne.CanvasObject{v.Content}, true
	case *container.Clip:
		return []fyne.CanvasObject{v.Content}, true
	case *container.ThemeOverride:
		return []fyne.CanvasObject{v.Content}, false
	case *widget.PopUp:
		return []fyne.CanvasObject{v.Content}, false
	}
	// What Fyne lays over the window stands in a type that can't be named here.
	if c, ok := field(o, "Content").(fyne.CanvasObject); ok && reflect.TypeOf(o).Elem().Name() == "OverlayContainer" {
		return []fyne.CanvasObject{c}, false
	}
	return nil, false
}

// fyneOwn are the nodes of those of Fyne's widgets that are used and tell
// nothing: its menu, and the fields of its dialogs.
func (w *reading) fyneOwn(o fyne.CanvasObject, p place) []Node {
	switch v := o.(type) {
	case *widget.PopUpMenu:
		return w.menu(v, v.Menu, p)
	case *widget.Entry:
		d := Details{Role: RoleField, Value: v.Text, Caret: v.CursorColumn}
		if v.Password {
			d = Details{Role: RolePassword}
		}
		return w.node(v, silent{v, v.PlaceHolder, d}, p)
	}
	return nil
}

// menu is a menu that is open.
func (w *reading) menu(o fyne.CanvasObject, m *widget.Menu, p place) []Node {
	d := Details{Role: RoleMenu}
	active := activeItem(m)
	driver := fyne.CurrentApp().Driver()
	for i, object := range m.Items {
		item, ok := field(object, "Item").(*fyne.MenuItem)
		if !ok || item.IsSeparator {
			continue
		}
		x := Item{Key: strconv.Itoa(i), Role: RoleMenuItem, Name: item.Label, States: States{
			Disabled: item.Disabled, Checkable: item.Checked, Checked: item.Checked, Selected: object == active}}
		if t, ok := object.(fyne.Tappable); ok && !item.Disabled {
			x.Press = func() { t.Tapped(&fyne.PointEvent{}) }
		}
		at := driver.AbsolutePositionForObject(object).Subtract(p.at)
		x.Bounds = rectOf(at, object.Size())
		d.Items = append(d.Items, x)
	}
	return w.node(o, silent{o, "", d}, p)
}

// silent speaks for an object of Fyne's that is silent.
type silent struct {
	fyne.CanvasObject
	name    string
	details Details
}

func (s silent) AccessibilityLabel() string { return s.name }
func (s silent) AccessibilityRole() fyne.AccessibleRole {
	return fyne.AccessibleRole(s.details.Role)
}
func (s silent) AccessibilityDetails() Details { return s.details }

// field is an exported field of a struct that o points to, of a type that can't
// be named here; nil: there is none.
func field(o any, name string) any {
	v := reflect.Indirect(reflect.ValueOf(o))
	if v.Kind() != reflect.Struct {
		return nil
	}
	f := v.FieldByName(name)
	if !f.IsValid() || !f.CanInterface() {
		return nil
	}
	return f.Interface()
}

// activeItem is the item that the arrow keys have reached. Fyne does not tell;
// TestMenu fails when it calls it otherwise.
func activeItem(m *widget.Menu) fyne.CanvasObject {
	f := reflect.ValueOf(m).Elem().FieldByName("activeItem")
	if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() {
		return nil
	}
	for _, o := range m.Items {
		if reflect.ValueOf(o).Pointer() == f.Pointer() {
			return o
		}
	}
	return nil
}
