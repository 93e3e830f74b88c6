// Package logs is the program's diary: a log in a folder of the user's own,
// rotated by size, and what the runtime says when the program breaks down.
//
//	log := logs.Open(logs.Config{Dir: dirs.LogDir()})
//	defer log.Close()
//	defer log.Guard()
//	log.Logger().Info("…")
//	if path, ok := log.Crash(); ok { … }  // it ended unexpectedly the last time
//
// A log never hurts the program: lines are written by a goroutine of their own,
// so that nobody waits for a disk, and lines that can't be written are lost.
//
// No file holds a secret. What is logged is redacted by its type, where it is
// logged. A panic's value is another matter: it may be any text of any library.
// So [Log.Guard] reports a panic of the program's own goroutines without its
// value, and what the runtime writes about all others is stripped of it at the
// next start; until then it lies in a file that this user alone may read.
package logs

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"
)

const (
	// Name is the log's file in its folder.
	Name = "latchkey.log"
	// megabytes is the size at which a log is put aside; kept is how many of
	// those stay.
	megabytes = 1
	kept      = 2
	// waiting is how many lines may wait for a slow disk.
	waiting = 512
	// flush is how long Close waits for the disk.
	flush = time.Second
)

// Config says where the log goes.
type Config struct {
	// Dir is the folder; it is made if it is missing, for this user alone.
	Dir string
	// Screen gets each line too; nil: nobody does. It gets all that can't be
	// written to Dir.
	Screen io.Writer
	// Fallback gets the lines where Dir can't be written to and Screen is nil.
	Fallback io.Writer
}

// Log is the open log. Use [Open].
type Log struct {
	logger *slog.Logger
	queue  *queue
	file   io.Closer // nil: there is no file
	dir    string
	crash  crash
	screen io.Writer
	once   sync.Once
}

// Open opens the log, and looks whether the program broke down the last time. It
// always returns one that works: where the folder can't be used, lines go to the
// screen alone.
func Open(c Config) *Log {
	l := &Log{dir: c.Dir, screen: c.Screen}
	file, err := openFile(c.Dir)
	if err != nil && c.Screen == nil {
		l.screen = c.Fallback
	}
	var out []io.Writer
	if l.screen != nil {
		out = append(out, l.screen)
	}
	if err == nil {
		l.file = file
		out = append(out, file)
	}
	l.queue = newQueue(all(out))
	l.logger = slog.New(slog.NewTextHandler(l.queue, nil))
	if err != nil {
		l.logger.Warn("there is no log file", "error", err.Error())
		return l
	}
	if l.crash, err = watchCrashes(c.Dir); err != nil {
		l.logger.Warn("a crash will leave no report", "error", err.Error())
	}
	if l.crash.last != "" {
		l.logger.Warn("it ended unexpectedly the last time", "report", l.crash.last)
	}
	return l
}

// openFile proves that the folder can be written to, and makes it and its log
// this user's alone.
func openFile(dir string) (io.WriteCloser, error) {
	if dir == "" {
		return nil, errors.New("no folder for it")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the log's folder: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the log's folder private: %w", err)
	}
	path := filepath.Join(dir, Name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	// Rotation gives new files the rights of the old one.
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, fmt.Errorf("making the log private: %w", err)
	}
	return &lumberjack.Logger{Filename: path, MaxSize: megabytes, MaxBackups: kept}, nil
}

// Logger is what to log with, from any goroutine.
func (l *Log) Logger() *slog.Logger { return l.logger }

// Dir is the log's folder.
func (l *Log) Dir() string { return l.dir }

// Crash returns the path of a redacted report if the program ended unexpectedly
// the last time.
func (l *Log) Crash() (path string, ok bool) { return l.crash.last, l.crash.last != "" }

// Close writes what is still waiting, for a second at most. What is logged after
// it is lost.
func (l *Log) Close() {
	l.once.Do(func() {
		if l.queue.close(flush) && l.file != nil {
			_ = l.file.Close() // nothing is lost by it
		}
		l.crash.close()
	})
}

// all writes to each of several writers, whatever becomes of the others.
type all []io.Writer

func (a all) Write(line []byte) (int, error) {
	for _, w := range a {
		_, _ = w.Write(line) // a line that can't be written is lost
	}
	return len(line), nil
}
