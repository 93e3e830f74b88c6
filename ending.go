package main

import (
	"errors"
	"log/slog"
	"slices"
	"sync"

	"app.latchkey/app"
)

// errDisplayGone is how the program ends when its display does.
var errDisplayGone = errors.New("the display went away")

// ending is what is done before the program ends, the last first. It is a list
// and not deferred, because the main goroutine does not get there when the
// display goes away: it stands still in the windowing library.
type ending struct {
	mu   sync.Mutex
	todo []func()
}

func (e *ending) add(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.todo = append(e.todo, f)
}

// run does all of it, once, whoever calls it and how often.
func (e *ending) run() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range slices.Backward(e.todo) {
		f()
	}
	e.todo = nil
}

// watchDisplay ends the program in good order when the display goes away: what
// is being stored is stored.
func (e *ending) watchDisplay(log *slog.Logger) error {
	return app.OnDisplayGone(func() {
		logEnd(log, errDisplayGone)
		e.run()
		exit(errDisplayGone)
	})
}

// logEnd writes down how the program ends.
func logEnd(log *slog.Logger, err error) {
	if err == nil || errors.Is(err, errRestart) {
		log.Info("ended")
		return
	}
	log.Error("ended", "error", err.Error())
}
