package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/natefinch/atomic"
)

const (
	// crashName is the file that a crash is written to while it happens, and
	// reportName what the next start makes of it.
	crashName  = "crash.txt"
	reportName = "last-crash.txt"
	// longest is how much of a crash is looked at.
	longest = 256 << 10
	// exitCode is the runtime's after a panic.
	exitCode = 2
)

// crash is where the next one will be written.
type crash struct {
	file *os.File // nil: nowhere
	last string   // path of the report of the last one, "" if there was none
}

// watchCrashes makes a report of the last crash, and lets the runtime write the
// next one.
func watchCrashes(dir string) (crash, error) {
	var c crash
	path := filepath.Join(dir, crashName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return c, fmt.Errorf("opening the file for crashes: %w", err)
	}
	if err := f.Chmod(0o600); err != nil {
		return c, errors.Join(fmt.Errorf("making the file for crashes private: %w", err), f.Close())
	}
	if text, err := io.ReadAll(io.LimitReader(f, longest)); err == nil && len(text) > 0 {
		if report := filepath.Join(dir, reportName); writeReport(report, text, f) == nil {
			c.last = report
		}
	}
	if err := f.Truncate(0); err != nil {
		return c, errors.Join(fmt.Errorf("emptying the file for crashes: %w", err), f.Close())
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		return c, errors.Join(fmt.Errorf("asking the runtime for crashes: %w", err), f.Close())
	}
	c.file = f
	return c, nil
}

func writeReport(path string, text []byte, from *os.File) error {
	when := time.Now()
	if info, err := from.Stat(); err == nil {
		when = info.ModTime()
	}
	// atomic.WriteFile gives a new file the rights of a temporary one: 0600.
	head := fmt.Sprintf("Latchkey ended unexpectedly, %s.\n\n", when.UTC().Format(time.RFC3339))
	return atomic.WriteFile(path, io.MultiReader(bytes.NewBufferString(head), bytes.NewReader(Redact(text))))
}

// close ends the watch: the program has ended as it should.
func (c *crash) close() {
	if c.file == nil {
		return
	}
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{}) // fails for files only
	_ = c.file.Close()
}

// write writes down a crash; what can't be written is lost, for the program has
// ended already. What was done at its end may have closed the log before.
func (c *crash) write(report []byte) {
	if c.file == nil {
		return
	}
	if _, err := c.file.Write(report); err == nil {
		return
	}
	if f, err := os.OpenFile(c.file.Name(), os.O_WRONLY|os.O_APPEND, 0o600); err == nil { // erased data stays erased
		_, _ = f.Write(report)
		_ = f.Close()
	}
}

// Guard, deferred, ends the program if its goroutine panics, as the runtime
// would, but tells the panic's type only: its value may hold a secret. It must
// be deferred itself, not be called by what is deferred.
//
//	defer log.Guard()
func (l *Log) Guard() {
	value := recover()
	if value == nil {
		return
	}
	report := fmt.Appendf(nil, "panic: %s\n\n%s\n", describe(value), debug.Stack())
	l.crash.write(report)
	if l.screen != nil {
		_, _ = l.screen.Write(report)
	}
	os.Exit(exitCode)
}

// describe says of a panic's value what is no secret. The runtime's own errors
// are made of numbers and names of types.
func describe(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("a value of type %T, which is left out: it may hold a secret", value)
}
