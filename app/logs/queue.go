package logs

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// queue is a writer that never waits: lines are written by a goroutine of its
// own, and lost when too many wait.
type queue struct {
	lines chan []byte
	lost  atomic.Int64
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once
}

func newQueue(out io.Writer) *queue {
	q := &queue{lines: make(chan []byte, waiting), stop: make(chan struct{}), done: make(chan struct{})}
	go q.run(out)
	return q
}

// Write implements io.Writer for one line. It never fails.
func (q *queue) Write(line []byte) (int, error) {
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.lost.Add(1)
	}
	return len(line), nil
}

func (q *queue) run(out io.Writer) {
	defer close(q.done)
	write := func(line []byte) {
		_, _ = out.Write(line) // see package
		if n := q.lost.Swap(0); n > 0 {
			_, _ = fmt.Fprintf(out, "time=%s level=WARN msg=\"lines of this log were lost\" count=%d\n", time.Now().Format(time.RFC3339), n)
		}
	}
	for {
		select {
		case line := <-q.lines:
			write(line)
		case <-q.stop:
			for {
				select {
				case line := <-q.lines:
					write(line)
				default:
					return
				}
			}
		}
	}
}

// close writes what waits and reports whether that was done within limit.
func (q *queue) close(limit time.Duration) bool {
	q.once.Do(func() { close(q.stop) })
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-q.done:
		return true
	case <-timer.C:
		return false
	}
}
