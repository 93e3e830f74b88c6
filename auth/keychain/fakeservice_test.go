//go:build linux

package keychain

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

const fakePlace = dbus.ObjectPath(collectionPrefix + "fake_5fdb") // decodes to fake_db

// fakeService is a Secret Service that behaves, on request, as services have
// been seen to behave: asks about every write and broadcasts the answer
// (KeePassXC), hides items while locked, stalls, dies.
type fakeService struct {
	conn *dbus.Conn

	mu      sync.Mutex
	calls   []string
	locked  bool
	place   dbus.ObjectPath          // what the alias says
	listed  []dbus.ObjectPath        // the collections that exist
	items   map[string][]byte        // by profile
	guarded bool                     // items are locked until a prompt about them is answered …
	refuses bool                     // … and after it too: the person said no to the item
	asks    bool                     // writes need a prompt
	answer  func(dbus.ObjectPath)    // what happens to a shown prompt; nil: nothing
	stall   map[string]chan struct{} // methods that wait
	hook    func(method string)      // runs before each method, unlocked
	onDone  map[dbus.ObjectPath]func()
	n       int
}

type fakeSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// fakeOn starts a fake on the test's bus.
func fakeOn(t *testing.T) *fakeService {
	t.Helper()
	f := &fakeService{
		conn: admin(t), place: fakePlace, listed: []dbus.ObjectPath{fakePlace},
		items: map[string][]byte{}, stall: map[string]chan struct{}{}, onDone: map[dbus.ObjectPath]func(){},
	}
	for iface, object := range map[string]any{
		ifaceService: fakeRoot{f}, ifaceCollection: fakeCollection{f}, ifacePrompt: fakePrompt{f},
		"org.freedesktop.Secret.Item": fakeItem{f}, "org.freedesktop.DBus.Properties": fakeProperties{f},
	} {
		if err := f.conn.ExportSubtree(object, servicePath, iface); err != nil {
			t.Fatal(err)
		}
	}
	f.own(t, serviceName)
	return f
}

func (f *fakeService) own(t *testing.T, name string) {
	t.Helper()
	if r, err := f.conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("owning %s: %v %v", name, r, err)
	}
}

// enter notes the call and does what the test asked for.
func (f *fakeService) enter(method string) (leave func()) {
	f.mu.Lock()
	f.calls = append(f.calls, method)
	gate, hook := f.stall[method], f.hook
	f.mu.Unlock()
	if hook != nil {
		hook(method)
	}
	if gate != nil {
		<-gate
	}
	f.mu.Lock()
	return f.mu.Unlock
}

func (f *fakeService) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// count says how often a method was called.
func (f *fakeService) count(method string) (n int) {
	f.set(func() {
		for _, c := range f.calls {
			if c == method {
				n++
			}
		}
	})
	return n
}

// prompt makes a prompt after which done is called unless it is dismissed.
func (f *fakeService) prompt(done func()) dbus.ObjectPath {
	f.n++
	p := dbus.ObjectPath(fmt.Sprintf("%s/prompt/p%d", servicePath, f.n))
	f.onDone[p] = done
	return p
}

// complete ends a prompt, telling everybody who asked the bus for it, and only
// those.
func (f *fakeService) complete(p dbus.ObjectPath, dismissed bool) {
	f.set(func() {
		if !dismissed {
			f.onDone[p]()
		}
	})
	_ = f.conn.Emit(p, ifacePrompt+".Completed", dismissed, dbus.MakeVariant(dbus.ObjectPath("/")))
}

func itemPath(profile string) dbus.ObjectPath {
	return fakePlace + dbus.ObjectPath(fmt.Sprintf("/%x", profile))
}

func (f *fakeService) profile(path dbus.ObjectPath) string {
	for p := range f.items {
		if itemPath(p) == path {
			return p
		}
	}
	return ""
}

func pathOf(m dbus.Message) dbus.ObjectPath {
	p, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	return p
}

type fakeRoot struct{ f *fakeService }

func (r fakeRoot) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	defer r.f.enter("OpenSession")()
	return dbus.MakeVariant(""), servicePath + "/session/s", nil
}

func (r fakeRoot) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) {
	defer r.f.enter("ReadAlias")()
	return r.f.place, nil
}

func (r fakeRoot) Unlock(paths []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer r.f.enter("Unlock")()
	if items := len(paths) > 0 && strings.HasPrefix(string(paths[0]), string(fakePlace)+"/"); items {
		if !r.f.guarded {
			return paths, "/", nil
		}
		return nil, r.f.prompt(func() { r.f.guarded = r.f.refuses }), nil
	}
	if !r.f.locked {
		return paths, "/", nil
	}
	return nil, r.f.prompt(func() { r.f.locked = false }), nil
}

func (r fakeRoot) CreateCollection(map[string]dbus.Variant, string) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer r.f.enter("CreateCollection")()
	return "/", r.f.prompt(func() { r.f.place, r.f.listed = fakePlace, []dbus.ObjectPath{fakePlace} }), nil
}

type fakeCollection struct{ f *fakeService }

func (c fakeCollection) SearchItems(attributes map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	defer c.f.enter("SearchItems")()
	if _, ok := c.f.items[attributes["profile"]]; ok && !c.f.locked {
		return []dbus.ObjectPath{itemPath(attributes["profile"])}, nil
	}
	return []dbus.ObjectPath{}, nil
}

func (c fakeCollection) CreateItem(properties map[string]dbus.Variant, secret fakeSecret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer c.f.enter("CreateItem")()
	attributes, _ := properties["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string)
	profile := attributes["profile"]
	write := func() { c.f.items[profile] = secret.Value }
	if c.f.asks {
		return "/", c.f.prompt(write), nil
	}
	write()
	return itemPath(profile), "/", nil
}

type fakeItem struct{ f *fakeService }

func (i fakeItem) GetSecret(m dbus.Message, session dbus.ObjectPath) (fakeSecret, *dbus.Error) {
	defer i.f.enter("GetSecret")()
	return fakeSecret{session, []byte{}, i.f.items[i.f.profile(pathOf(m))], "application/json"}, nil
}

func (i fakeItem) Delete(m dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	defer i.f.enter("Delete")()
	profile := i.f.profile(pathOf(m))
	remove := func() { delete(i.f.items, profile) }
	if i.f.asks {
		return i.f.prompt(remove), nil
	}
	remove()
	return "/", nil
}

type fakePrompt struct{ f *fakeService }

func (p fakePrompt) Prompt(m dbus.Message, _ string) *dbus.Error {
	leave := p.f.enter("Prompt")
	answer := p.f.answer
	leave()
	if answer != nil {
		go answer(pathOf(m))
	}
	return nil
}

func (p fakePrompt) Dismiss() *dbus.Error { p.f.enter("Dismiss")(); return nil }

type fakeProperties struct{ f *fakeService }

func (p fakeProperties) Get(m dbus.Message, iface, property string) (dbus.Variant, *dbus.Error) {
	short := iface[strings.LastIndexByte(iface, '.')+1:] + "." + property
	defer p.f.enter(short)()
	switch short {
	case "Service.Collections":
		return dbus.MakeVariant(p.f.listed), nil
	case "Collection.Locked":
		return dbus.MakeVariant(p.f.locked), nil
	case "Item.Locked":
		return dbus.MakeVariant(p.f.locked || p.f.guarded), nil
	case "Collection.Items":
		paths := []dbus.ObjectPath{}
		for profile := range p.f.items {
			paths = append(paths, itemPath(profile))
		}
		return dbus.MakeVariant(paths), nil
	case "Item.Attributes":
		return dbus.MakeVariant(map[string]string{"profile": p.f.profile(pathOf(m))}), nil
	}
	return dbus.Variant{}, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", nil)
}
