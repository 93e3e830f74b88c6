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
	Event   string           `json:"event"` // start, state, raise, stop
	PID     int              `json:"pid,omitempty"`
	Version string           `json:"version,omitempty"`
	State   *presenter.State `json:"state,omitempty"`
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
