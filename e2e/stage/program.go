package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"app.latchkey/app/presenter"
)

// Program is the real program with its window, watched through its trace.
type Program struct {
	Version string // from the trace's first line
	Window  Window

	stage   *Stage
	process *process
	trace   string

	offset int64   // how much of the trace was read
	unread []event // read, but not yet looked at by Await
	seen   []event // looked at
	state  *presenter.State
	at     moment // of state
	last   moment // of the state that was read last
	drawn  moment // how far the window is
}

// moment counts the states of a run; a program that starts itself anew writes
// another run into the same trace.
type moment struct{ run, states int }

// event is one line of the trace.
type event struct {
	Event   string           `json:"event"` // start, state, drawn, raise, stop
	PID     int              `json:"pid"`
	Version string           `json:"version"`
	State   *presenter.State `json:"state"`
	Drawn   int              `json:"drawn"`

	at moment // of a state
}

// StartProgram starts the program on the stage's configuration with more
// arguments, and waits until its window is there and has the focus.
func (s *Stage) StartProgram(ctx context.Context, args ...string) (*Program, error) {
	return s.StartCommand(ctx, append([]string{s.options.Program}, args...))
}

// StartCommand is StartProgram for another command line that starts the
// program, such as that of a menu entry. It adds --config and --trace.
func (s *Stage) StartCommand(ctx context.Context, command []string) (*Program, error) {
	p, err := s.launch(ctx, command)
	if err != nil {
		return nil, err
	}
	if err := p.FindWindow(ctx); err != nil {
		return nil, err
	}
	return p, s.AwaitActive(ctx, p.Window)
}

// FindWindow waits for the program's window to be seen.
func (p *Program) FindWindow(ctx context.Context) (err error) {
	p.Window, err = p.stage.findWindow(ctx, p.process, "--name", "^Latchkey$")
	return err
}

// launch starts a command, with more variables in its environment, and waits
// until the program runs.
func (s *Stage) launch(ctx context.Context, command []string, env ...string) (*Program, error) {
	s.starts++
	p := &Program{stage: s, trace: filepath.Join(s.Dir, "log", fmt.Sprintf("trace-%d.jsonl", s.starts))}
	args := append(command[1:len(command):len(command)], "--trace", p.trace)
	if !s.options.OwnConfig {
		args = append(args, "--config", s.Config)
	}
	var err error
	if p.process, err = s.start("latchkey", func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, env...) }, command[0], args...); err != nil {
		return nil, err
	}
	start, err := p.awaitEvent(ctx, "the start", func(e event) bool { return e.Event == "start" })
	if err != nil {
		return nil, err
	}
	p.Version = start.Version
	return p, nil
}

// Await looks at one State after the other, beginning with the one that the
// last Await returned, and returns the first that ok accepts.
func (p *Program) Await(ctx context.Context, what string, ok func(presenter.State) bool) (presenter.State, error) {
	if p.state != nil && ok(*p.state) {
		return *p.state, nil
	}
	found, err := p.awaitEvent(ctx, what, func(e event) bool {
		return e.Event == "state" && e.State != nil && ok(*e.State)
	})
	if err != nil {
		if p.state != nil {
			last, _ := json.Marshal(p.state) // a State always has JSON
			err = fmt.Errorf("%w\nlast state: %s", err, last)
		}
		return presenter.State{}, err
	}
	return *found.State, nil
}

// AwaitScreen is Await for a screen.
func (p *Program) AwaitScreen(ctx context.Context, screen presenter.Screen) (presenter.State, error) {
	return p.Await(ctx, "the screen "+string(screen), func(s presenter.State) bool { return s.Screen == screen })
}

// AwaitRaise waits until the program has asked for its window to be raised.
func (p *Program) AwaitRaise(ctx context.Context) error {
	for _, e := range p.seen {
		if e.Event == "raise" {
			return nil
		}
	}
	_, err := p.awaitEvent(ctx, "the window to be raised", func(e event) bool { return e.Event == "raise" })
	return err
}

// States returns every State seen so far.
func (p *Program) States() []presenter.State {
	var states []presenter.State
	for _, e := range append(p.seen[:len(p.seen):len(p.seen)], p.unread...) {
		if e.State != nil {
			states = append(states, *e.State)
		}
	}
	return states
}

func (p *Program) awaitEvent(ctx context.Context, what string, ok func(event) bool) (event, error) {
	var found event
	err := await(ctx, what, func() (bool, error) {
		gone := p.process.ended() // asked before reading, so that its last words are read
		if err := p.read(); err != nil {
			return false, err
		}
		for len(p.unread) > 0 {
			e := p.unread[0]
			p.unread, p.seen = p.unread[1:], append(p.seen, e)
			if e.State != nil {
				p.state, p.at = e.State, e.at
			}
			if ok(e) {
				found = e
				return true, nil
			}
		}
		if gone {
			return false, p.process.failure()
		}
		return false, nil
	})
	return found, err
}

// read takes the whole lines that were added to the trace.
func (p *Program) read() error {
	file, err := os.Open(p.trace)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the trace: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("reading the trace: %w", err)
	}
	added := make([]byte, info.Size()-p.offset)
	if _, err := file.ReadAt(added, p.offset); err != nil && len(added) > 0 {
		return fmt.Errorf("reading the trace: %w", err)
	}
	added = added[:bytes.LastIndexByte(added, '\n')+1]
	p.offset += int64(len(added))
	for line := range bytes.Lines(added) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("reading the trace: %w in %q", err, line)
		}
		switch e.Event {
		case "start":
			p.last = moment{run: p.last.run + 1}
		case "state":
			p.last.states++
			e.at = p.last
		case "drawn":
			p.drawn = moment{p.last.run, e.Drawn}
		}
		p.unread = append(p.unread, e)
	}
	return nil
}

// Trace returns the trace as it was written, for checks of what must not be in it.
func (p *Program) Trace() (string, error) {
	text, err := os.ReadFile(p.trace)
	if err != nil {
		return "", fmt.Errorf("reading the trace: %w", err)
	}
	return string(text), nil
}

// awaitDrawn waits until the window shows what Await has returned.
func (p *Program) awaitDrawn(ctx context.Context) error {
	return await(ctx, "the window to be drawn", func() (bool, error) {
		gone := p.process.ended()
		err := p.read()
		return gone || p.drawn.run > p.at.run || p.drawn.run == p.at.run && p.drawn.states >= p.at.states, err
	})
}

// Press presses keys one after the other, as xdotool names them ("Return",
// "ctrl+r"), after giving the window the focus. They are for the State that the
// last Await returned, or for a later one.
func (p *Program) Press(ctx context.Context, keys ...string) error {
	if err := p.awaitDrawn(ctx); err != nil {
		return err
	}
	return p.stage.Press(ctx, p.Window, keys...)
}

// Picture writes a picture of the window.
func (p *Program) Picture(ctx context.Context, path string) error {
	if err := p.awaitDrawn(ctx); err != nil {
		return err
	}
	return p.stage.Picture(ctx, p.Window, path)
}

// Quit asks the program to quit with the keys for it, and waits until it has
// ended by itself and without an error.
func (p *Program) Quit(ctx context.Context) error {
	if err := p.Press(ctx, "ctrl+q"); err != nil {
		return err
	}
	select {
	case <-p.process.done:
	case <-ctx.Done():
		return fmt.Errorf("waiting for the program's end: %w", context.Cause(ctx))
	}
	if p.process.err != nil {
		return p.process.failure()
	}
	return nil
}
