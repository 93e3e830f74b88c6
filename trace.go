package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"app.latchkey/app/presenter"
)

// trace writes what happens in the window as JSON lines: what tests watch. A
// State holds no secret, so neither does a trace. A nil *trace writes nothing.
type trace struct {
	mu  sync.Mutex
	out io.WriteCloser
}

// traceLine is one line.
type traceLine struct {
	Time    time.Time        `json:"time"`
	Event   string           `json:"event"` // start, state, drawn, raise, stop
	PID     int              `json:"pid,omitempty"`
	Version string           `json:"version,omitempty"`
	State   *presenter.State `json:"state,omitempty"`
	// Drawn is how many of the states the window has drawn or passed over: a key
	// that is pressed before is for what was there before.
	Drawn int `json:"drawn,omitempty"`
}

func openTrace(path string) (*trace, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the trace: %w", err)
	}
	return &trace{out: f}, nil
}

func (t *trace) write(l traceLine) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l.Time = time.Now()
	// A trace that cannot be written must not stop a sign-in.
	_ = json.NewEncoder(t.out).Encode(l)
}

func (t *trace) state(s presenter.State) { t.write(traceLine{Event: "state", State: &s}) }

// drawn is called on the UI thread, which waits for the disk where somebody asked
// for a trace.
func (t *trace) drawn(states int) { t.write(traceLine{Event: "drawn", Drawn: states}) }

func (t *trace) close() {
	if t == nil {
		return
	}
	t.write(traceLine{Event: "stop"})
	_ = t.out.Close()
}

// traced writes what the presenter asks of the window to the trace too.
type traced struct {
	presenter.Window
	trace *trace
}

func (t traced) Raise() {
	t.trace.write(traceLine{Event: "raise"})
	t.Window.Raise()
}
