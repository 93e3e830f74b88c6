package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Ended is a process that has ended.
type Ended struct {
	Code   int // exit code; -1: a signal ended it
	Out    string
	Errors string
}

// RunProgram runs the program on the stage's configuration, with more variables
// in its environment, until it ends.
func (s *Stage) RunProgram(ctx context.Context, env []string, args ...string) (Ended, error) {
	cmd := exec.CommandContext(ctx, s.options.Program, append(args[:len(args):len(args)], "--config", s.Config)...)
	cmd.Dir = s.Dir
	cmd.Env = append(s.Environment(), env...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return Ended{}, fmt.Errorf("running the program: %w\n%s", err, errs.String())
	}
	return Ended{Code: cmd.ProcessState.ExitCode(), Out: out.String(), Errors: errs.String()}, nil
}

// Kill ends the program as a crash of the computer would.
func (p *Program) Kill() {
	_ = p.process.cmd.Process.Signal(syscall.SIGKILL) // it may just have ended
	<-p.process.done
}

// AwaitEnd waits until the program has ended and returns its exit code.
func (p *Program) AwaitEnd(ctx context.Context) (code int, err error) {
	select {
	case <-p.process.done:
		return p.process.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for the program's end: %w", context.Cause(ctx))
	}
}

// Signal sends the program a signal.
func (p *Program) Signal(signal syscall.Signal) error { return p.process.cmd.Process.Signal(signal) }

// BreakDisplay ends the display under everything that is on it.
func (s *Stage) BreakDisplay() {
	for _, p := range s.processes {
		if p.name == "Xvfb" && !p.ended() {
			_ = p.cmd.Process.Signal(syscall.SIGKILL) // it may just have ended
			<-p.done
		}
	}
}

// NewDisplay starts another display in its place.
func (s *Stage) NewDisplay(ctx context.Context) error { return s.startDisplay(ctx) }

// Size returns how large a window's content is, in pixels.
func (s *Stage) Size(ctx context.Context, w Window) (image.Point, error) {
	place, err := s.geometry(ctx, w)
	return place.Size(), err
}

// Resize makes a window as large as a person would by its edge, and waits until
// it is.
func (s *Stage) Resize(ctx context.Context, w Window, size image.Point) error {
	if _, err := s.output(ctx, "xdotool", "windowsize", "--sync", w.String(), strconv.Itoa(size.X), strconv.Itoa(size.Y)); err != nil {
		return err
	}
	return s.AwaitSize(ctx, w, size)
}

// AwaitSize waits until a window is that large.
func (s *Stage) AwaitSize(ctx context.Context, w Window, size image.Point) error {
	return await(ctx, "a window of "+size.String(), func() (bool, error) {
		has, err := s.Size(ctx, w)
		return has == size, err
	})
}

// StartHidden starts the program as StartProgram does, for a start without a
// window.
func (s *Stage) StartHidden(ctx context.Context, args ...string) (*Program, error) {
	return s.launch(ctx, append([]string{s.options.Program}, args...))
}

// StartWith is StartProgram with more variables in the environment.
func (s *Stage) StartWith(ctx context.Context, env []string, args ...string) (*Program, error) {
	p, err := s.launch(ctx, append([]string{s.options.Program}, args...), env...)
	if err != nil {
		return nil, err
	}
	if err := p.FindWindow(ctx); err != nil {
		return nil, err
	}
	return p, s.AwaitActive(ctx, p.Window)
}

// AwaitRestart waits until the program has started anew in its own process, and
// for its new window.
func (p *Program) AwaitRestart(ctx context.Context) error {
	if _, err := p.awaitEvent(ctx, "the start anew", func(e event) bool {
		return e.Event == "start" && e.PID == p.process.cmd.Process.Pid
	}); err != nil {
		return err
	}
	if err := p.FindWindow(ctx); err != nil {
		return err
	}
	return p.stage.AwaitActive(ctx, p.Window)
}

// Visible reports whether a window is to be seen.
func (s *Stage) Visible(ctx context.Context, w Window) (bool, error) {
	text, err := s.output(ctx, "xwininfo", "-id", w.String())
	return strings.Contains(text, "Map State: IsViewable"), err
}

// AwaitVisible waits until a window is to be seen, or is not.
func (s *Stage) AwaitVisible(ctx context.Context, w Window, want bool) error {
	return await(ctx, fmt.Sprintf("window %v to be visible: %v", w, want), func() (bool, error) {
		visible, err := s.Visible(ctx, w)
		return visible == want, err
	})
}

// CloseWindow closes a window as its button does, and waits until it is gone. The
// key is pressed again where nothing came of it: the window manager may not have
// given the window the keyboard yet.
func (s *Stage) CloseWindow(ctx context.Context, w Window) error {
	if err := s.Focus(ctx, w); err != nil {
		return err
	}
	for {
		if _, err := s.output(ctx, "xdotool", "key", "--clearmodifiers", "alt+F4"); err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := await(limited, "the window to close", func() (bool, error) {
			visible, err := s.Visible(limited, w)
			return limited.Err() == nil && (!visible || err != nil), nil // a window that was destroyed can't be asked
		})
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// HasWindow reports whether a window of the program is to be seen.
func (s *Stage) HasWindow(ctx context.Context) (Window, bool) {
	return s.searchWindow(ctx, "--name", "^Latchkey$")
}

// Minimize takes a window off the screen as a person would, and waits for it.
func (s *Stage) Minimize(ctx context.Context, w Window) error {
	if _, err := s.output(ctx, "xdotool", "windowminimize", w.String()); err != nil {
		return err
	}
	return s.AwaitVisible(ctx, w, false)
}
