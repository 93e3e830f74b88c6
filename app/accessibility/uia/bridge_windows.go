//go:build windows && cgo

package uia

/*
#cgo LDFLAGS: -loleaut32
#include "internal_windows.h"
*/
import "C"

import (
	"errors"
	"runtime"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"app.latchkey/app/accessibility"
)

// A record is a uia_node: both of these are below zero if not, which no array has.
var (
	_ [unsafe.Sizeof(record{}) - C.sizeof_uia_node]struct{}
	_ [C.sizeof_uia_node - unsafe.Sizeof(record{})]struct{}
)

// restAfter is how long after the last question no more Trees are wanted, unless
// somebody listens.
const restAfter = time.Minute

// Bridge hands the window to the readers.
type Bridge struct {
	o      Options
	c      *C.uia_bridge
	handle cgo.Handle
	news   chan struct{} // something waits in next
	end    chan struct{}
	wanted bool // the window's thread alone

	mu   sync.Mutex
	next shown
}

// shown is what the window shows.
type shown struct {
	tree   accessibility.Tree
	active bool // the window has the keyboard
}

// Open stands in front of the window's function until the window is destroyed or
// Close. It must be called on the window's thread.
func Open(o Options) (*Bridge, error) {
	b := &Bridge{o: o, news: make(chan struct{}, 1), end: make(chan struct{})}
	b.handle = cgo.NewHandle(b)
	if b.c = C.uia_open(C.uintptr_t(o.Window), C.uintptr_t(b.handle)); b.c == nil {
		b.handle.Delete()
		return nil, errors.New("the window can't be shown to screen readers: its function can't be replaced")
	}
	go b.follow()
	return b, nil
}

// Show hands over what the window shows from now on, and whether it has the
// keyboard. It never waits for a reader: when Trees come faster than one can be
// told, those between are left out. It must be called on the window's thread.
func (b *Bridge) Show(t accessibility.Tree, active bool) {
	f := flatten(&t)
	C.uia_show(b.c, (*C.uia_node)(unsafe.Pointer(unsafe.SliceData(f.nodes))), C.int32_t(len(f.nodes)),
		(*C.uint16_t)(unsafe.SliceData(f.text)), C.uint32_t(len(f.text)))
	b.mu.Lock()
	b.next = shown{t, active}
	b.mu.Unlock()
	b.signal()
}

func (b *Bridge) signal() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// Close ends it. What a reader still holds says that it is no longer there. It
// must be called on the window's thread, once; nothing may be called after it.
func (b *Bridge) Close() {
	close(b.end) // and no wait: what is being told may be waiting for this thread
	C.uia_close(b.c)
	b.handle.Delete()
}

// follow tells of changes until the end. Windows wants a thread for that which
// has joined its multi-threaded apartment.
func (b *Bridge) follow() {
	defer C.uia_release(b.c)
	select {
	case <-b.end:
		return
	case <-b.news: // somebody reads; most people never do
		b.signal()
	}
	runtime.LockOSThread() // and the thread ends with this goroutine
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err == nil || errors.Is(err, windows.Errno(1)) {
		defer windows.CoUninitialize()
	}
	rest := time.NewTicker(restAfter / 4)
	defer rest.Stop()
	var told shown
	for {
		select {
		case <-b.end:
			return
		case <-rest.C:
			C.uia_rest(b.c, C.uint32_t(restAfter.Milliseconds()))
			continue
		case <-b.news:
		}
		b.mu.Lock()
		now := b.next
		b.mu.Unlock()
		if C.uia_listening(b.c) != 0 {
			tell(ears{b.c}, told.tree, now.tree, now.active && !told.active)
		}
		told = now
	}
}

// asked is what a reader wants done, on the window's thread.
func (b *Bridge) asked(what int32, id accessibility.ID) {
	switch what {
	case C.ASK_TREES:
		if !b.wanted { // or one comes soon anyway
			b.wanted = true
			b.o.Wanted(true)
		}
	case C.ASK_NO_TREES:
		b.wanted = false
		b.o.Wanted(false)
	case C.ASK_PRESS:
		b.o.Press(id)
	case C.ASK_FOCUS:
		b.o.Focus(id)
	}
}

// object is a new object for a reader, of which it is told by Windows. Tests ask
// one themselves.
func (b *Bridge) object(id accessibility.ID) unsafe.Pointer {
	return unsafe.Pointer(C.element_new(b.c, C.uint32_t(id)))
}

//export uiaAsked
func uiaAsked(handle C.uintptr_t, what C.int32_t, id C.uint32_t) {
	cgo.Handle(handle).Value().(*Bridge).asked(int32(what), accessibility.ID(id))
}

// ears are the readers'.
type ears struct{ c *C.uia_bridge }

func (e ears) event(id accessibility.ID, event int32) {
	C.uia_tell_event(e.c, C.uint32_t(id), C.int32_t(event))
}

func (e ears) property(id accessibility.ID, property int32) {
	C.uia_tell_property(e.c, C.uint32_t(id), C.int32_t(property))
}

func (e ears) structure() { C.uia_tell_structure(e.c) }

func (e ears) say(text []uint16, urgent bool) {
	u := C.int(0)
	if urgent {
		u = 1
	}
	C.uia_tell_text(e.c, (*C.uint16_t)(unsafe.SliceData(text)), C.uint32_t(len(text)), u)
}
