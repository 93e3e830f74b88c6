//go:build cgo && (linux || freebsd || netbsd || openbsd) && !android && (x11 || !wayland)

package app

/*
#cgo linux LDFLAGS: -lX11
#cgo !linux pkg-config: x11

#include <X11/Xlib.h>
#include <unistd.h>

static int gone_fd = -1;

// Xlib ends the process when this returns, so it never does.
static int gone(Display *display) {
	char one = 1;
	(void)display;
	if (write(gone_fd, &one, 1) != 1)
		_exit(3);
	for (;;)
		pause();
}

static void watch_display(int fd) {
	gone_fd = fd;
	XSetIOErrorHandler(gone);
}
*/
import "C"

import (
	"fmt"
	"os"
)

// OnDisplayGone calls f, on a goroutine of its own, when the X server has gone
// away. Xlib would end the process on the spot, in the middle of whatever is
// being stored. The thread that noticed, which is the main one, stands still from
// then on: f ends the program. On Wayland the window is closed as by a person.
func OnDisplayGone(f func()) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("watching the display: %w", err)
	}
	C.watch_display(C.int(w.Fd())) // w stays open: Fd's number is C's now
	go func() {
		defer w.Close()
		if n, _ := r.Read(make([]byte, 1)); n == 1 {
			f()
		}
	}()
	return nil
}
