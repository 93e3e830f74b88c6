package stage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Window is the number by which the display knows a window.
type Window uint32

func (w Window) String() string { return strconv.FormatUint(uint64(w), 10) }

// checkCommands says at once everything that is missing.
func checkCommands() error {
	var missing []string
	for _, name := range []string{
		"Xvfb", "openbox", "dbus-daemon", "gnome-keyring-daemon", "xdotool", "xprop", "xwininfo", "xev", "xdg-open",
	} {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if _, err := browserCommand(); err != nil {
		missing = append(missing, "chromium")
	}
	if len(missing) > 0 {
		return fmt.Errorf("the stage needs %s: tools/setup.sh test installs what Debian has (Ubuntu's chromium is a snap and does not work here)", strings.Join(missing, ", "))
	}
	return nil
}

// startDisplay starts a virtual X server on a free display number, with its
// picture in a file, and a window manager: without one neither focus nor
// raising a window means anything.
func (s *Stage) startDisplay(ctx context.Context) error {
	number, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting the display: %w", err)
	}
	defer number.Close()
	server, err := s.start("Xvfb", func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{write} },
		"Xvfb", "-displayfd", "3", "-screen", "0", "1920x1080x24", "-fbdir", filepath.Join(s.Dir, "fb"), "-nolisten", "tcp", "-noreset")
	write.Close()
	if err != nil {
		return err
	}
	// The server writes the number when it is ready, or closes the pipe by ending.
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		<-server.done
		return server.failure()
	}
	s.Display = ":" + strings.TrimSpace(line)

	config := filepath.Join(s.Dir, "openbox.xml")
	if err := os.WriteFile(config, []byte(openboxConfig), 0o600); err != nil {
		return fmt.Errorf("starting the window manager: %w", err)
	}
	manager, err := s.start("openbox", nil, "openbox", "--sm-disable", "--config-file", config)
	if err != nil {
		return err
	}
	if err := manager.await(ctx, "the window manager", func() bool { return s.managed(ctx) }); err != nil {
		return err
	}
	// The pointer is put where it points at nothing and is on no picture.
	_, err = s.output(ctx, "xdotool", "mousemove", "1919", "1079")
	return err
}

// managed asks the window manager for one desktop instead of its four, and
// reports whether it has obeyed. openbox announces itself before it listens, and
// what comes in between it may leave unread until the next event: in 5 of 100
// starts a window that was opened then was never shown. Once it obeys it listens.
func (s *Stage) managed(ctx context.Context) bool {
	if _, err := s.property(ctx, "_NET_SUPPORTING_WM_CHECK"); err != nil {
		return false
	}
	if _, err := s.output(ctx, "xdotool", "set_num_desktops", "1"); err != nil {
		return false
	}
	text, err := s.output(ctx, "xprop", "-root", "_NET_NUMBER_OF_DESKTOPS")
	return err == nil && strings.HasSuffix(text, "= 1")
}

// openboxConfig is a window manager of the usual manners: a new window gets the
// focus, and the focus stays where it is until somebody moves it. The program
// stands left of the browser: a browser that comes to the front late must not
// stand on the program's picture. Where a desktop has no tray, Wine opens a
// window in its place, which is nobody's to type into.
const openboxConfig = `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
  <placement><policy>Smart</policy><center>yes</center></placement>
  <applications>
    <application title="Latchkey"><position force="yes"><x>20</x><y>40</y></position></application>
    <application title="Wine System Tray"><focus>no</focus><layer>below</layer><position force="yes"><x>20</x><y>900</y></position></application>
  </applications>
</openbox_config>
`

// property reads a window-valued property of the root window.
func (s *Stage) property(ctx context.Context, name string) (Window, error) {
	text, err := s.output(ctx, "xprop", "-root", name)
	if err != nil {
		return 0, err
	}
	_, id, ok := strings.Cut(text, "# 0x")
	if !ok {
		return 0, fmt.Errorf("the display has no %s: %s", name, text)
	}
	number, err := strconv.ParseUint(strings.TrimSpace(id), 16, 32)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", name, err)
	}
	return Window(number), nil
}

// ActiveWindow returns the window that has the focus as the window manager
// tells it (_NET_ACTIVE_WINDOW); 0 when none has.
func (s *Stage) ActiveWindow(ctx context.Context) (Window, error) {
	return s.property(ctx, "_NET_ACTIVE_WINDOW")
}

// AwaitActive waits until w has the focus.
func (s *Stage) AwaitActive(ctx context.Context, w Window) error {
	return await(ctx, "the focus of window "+w.String(), func() (bool, error) {
		active, _ := s.ActiveWindow(ctx) // until a first window had it there is no such property
		return active == w, nil
	})
}

// Launch starts a program by its menu entry, as a desktop does, and returns its
// window. Nobody waits for the program: it must have ended before Close.
func (s *Stage) Launch(ctx context.Context, desktopFile, title string) (Window, error) {
	launcher, err := s.start("menu", nil, "gio", "launch", desktopFile)
	if err != nil {
		return 0, err
	}
	var found Window
	err = await(ctx, "the window "+title, func() (bool, error) {
		w, ok := s.searchWindow(ctx, "--name", "^"+title+"$")
		found = w
		if launcher.ended() && launcher.err != nil {
			return false, launcher.failure()
		}
		return ok, nil
	})
	return found, err
}

// Class returns a window's class, by which desktops tell whose window it is.
func (s *Stage) Class(ctx context.Context, w Window) (string, error) {
	text, err := s.output(ctx, "xprop", "-id", w.String(), "WM_CLASS")
	if err != nil {
		return "", err
	}
	_, names, _ := strings.Cut(text, "= ")
	_, class, _ := strings.Cut(names, ", ")
	return strings.Trim(class, `"`), nil
}

// AwaitGone waits until nothing shows a window any more.
func (s *Stage) AwaitGone(ctx context.Context, w Window) error {
	return await(ctx, "the end of window "+w.String(), func() (bool, error) {
		_, err := s.output(ctx, "xprop", "-id", w.String(), "WM_CLASS")
		return err != nil, ctx.Err()
	})
}

// OtherWindow opens a window of another program, which gets the focus, as the
// browser's would.
func (s *Stage) OtherWindow(ctx context.Context) (Window, error) {
	const name = "another window"
	p, err := s.start("xev", func(cmd *exec.Cmd) { cmd.Stdout = nil }, "xev", "-name", name, "-geometry", "600x400+40+40")
	if err != nil {
		return 0, err
	}
	w, err := s.findWindow(ctx, p, "--name", "^"+name+"$")
	if err != nil {
		return 0, err
	}
	if err := s.Focus(ctx, w); err != nil {
		return 0, err
	}
	return w, nil
}

// Focus gives a window the focus, as a click on it would, and waits for it.
func (s *Stage) Focus(ctx context.Context, w Window) error {
	if _, err := s.output(ctx, "xdotool", "windowactivate", w.String()); err != nil {
		return err
	}
	return s.AwaitActive(ctx, w)
}

// Press gives a window the focus and presses keys one after the other, as
// xdotool names them.
func (s *Stage) Press(ctx context.Context, w Window, keys ...string) error {
	if err := s.Focus(ctx, w); err != nil {
		return err
	}
	_, err := s.output(ctx, "xdotool", append([]string{"key", "--clearmodifiers"}, keys...)...)
	return err
}

// findWindow waits for the visible window of a process that xdotool's search
// finds.
func (s *Stage) findWindow(ctx context.Context, p *process, search ...string) (Window, error) {
	var found Window
	err := p.await(ctx, "the window of "+p.name, func() bool {
		w, ok := s.searchWindow(ctx, search...)
		found = w
		return ok
	})
	return found, err
}

// searchWindow looks for a visible window once.
func (s *Stage) searchWindow(ctx context.Context, search ...string) (Window, bool) {
	text, err := s.output(ctx, "xdotool", append([]string{"search", "--onlyvisible"}, search...)...)
	if err != nil {
		return 0, false // none yet
	}
	first, _, _ := strings.Cut(text, "\n")
	number, err := strconv.ParseUint(first, 10, 32)
	return Window(number), err == nil && number != 0
}

// geometry returns where a window's content is on the screen.
func (s *Stage) geometry(ctx context.Context, w Window) (image.Rectangle, error) {
	text, err := s.output(ctx, "xwininfo", "-id", w.String())
	if err != nil {
		return image.Rectangle{}, err
	}
	var x, y, width, height int
	values := map[string]*int{
		"Absolute upper-left X": &x, "Absolute upper-left Y": &y, "Width": &width, "Height": &height,
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if target, ok := values[name]; ok {
			if *target, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return image.Rectangle{}, fmt.Errorf("reading the window's place: %w", err)
			}
		}
	}
	if width == 0 || height == 0 {
		return image.Rectangle{}, errors.New("reading the window's place: it has no size")
	}
	return image.Rect(x, y, x+width, y+height), nil
}
