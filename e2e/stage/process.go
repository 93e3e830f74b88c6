package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// poll is the distance of two looks at something that cannot be waited for.
	poll = 20 * time.Millisecond
	// patience is how long a process may take to end by itself when asked to.
	patience = 5 * time.Second
)

// process is a process of the stage. It leads a process group of its own, so
// that ending it ends what it started.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how it ended; to be read after done
}

// start starts a process that writes into a log of its own. It is ended by
// Close at the latest; the end of a context does not end it, for then nobody
// would wait for it.
func (s *Stage) start(name string, prepare func(*exec.Cmd), command string, args ...string) (*process, error) {
	path, err := exec.LookPath(command)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	log, err := os.OpenFile(s.logPath(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	defer log.Close()

	cmd := exec.Command(path, args...)
	cmd.Dir = s.Dir
	cmd.Env = s.Environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if prepare != nil {
		prepare(cmd)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p := &process{name: name, log: log.Name(), cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	s.processes = append(s.processes, p)
	return p, nil
}

// ended reports whether the process has ended by itself.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks the process to end, waits, and ends its whole group.
func (p *process) stop() {
	if !p.ended() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may just have ended
		select {
		case <-p.done:
		case <-time.After(patience):
		}
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // ESRCH: the group is empty, as it should be
	<-p.done
}

// failure describes a process that ended before its time.
func (p *process) failure() error {
	text, _ := os.ReadFile(p.log) //nolint:errcheck // no log, no text
	return fmt.Errorf("%s ended: %w\n%s", p.name, errors.Join(p.err, errors.New("too early")), tail(string(text), 15))
}

// await calls ready until it returns true, the process ends or ctx does.
func (p *process) await(ctx context.Context, what string, ready func() bool) error {
	return await(ctx, what, func() (bool, error) {
		if ready() {
			return true, nil
		}
		if p.ended() {
			return false, p.failure()
		}
		return false, nil
	})
}

// await calls ready until it returns true or an error, or ctx ends.
func await(ctx context.Context, what string, ready func() (bool, error)) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		ok, err := ready()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}

// output runs a short command on the stage and returns what it printed.
func (s *Stage) output(ctx context.Context, command string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Env = s.Environment()
	cmd.WaitDelay = time.Second // what it started may hold its output open
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, tail(string(exit.Stderr), 3))
		}
		return "", fmt.Errorf("%s %s: %w", command, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// killLeftovers ends every process that carries the stage's mark and returns
// what they were. A process that is just ending gets a moment for it.
func killLeftovers(mark string) []string {
	deadline := time.Now().Add(patience)
	var left map[int]string
	for {
		left = marked(mark)
		if len(left) == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(poll)
	}
	var names []string
	for pid, name := range left {
		names = append(names, fmt.Sprintf("%d %s", pid, name))
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may just have ended
	}
	return names
}

// marked lists the living processes whose environment or command line names
// the stage's folder. (Chromium overwrites the environment of its children.)
func marked(mark string) map[int]string {
	_, dir, _ := strings.Cut(mark, "=")
	found := make(map[int]string)
	entries, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, _ := os.ReadFile(filepath.Join(entry, "environ")) //nolint:errcheck // gone, or another user's
		cmdline, _ := os.ReadFile(filepath.Join(entry, "cmdline")) //nolint:errcheck // likewise
		if len(cmdline) == 0 {
			continue // a zombie: it has ended, only its parent has not looked yet
		}
		if strings.Contains(string(environ)+"\x00", mark+"\x00") || strings.Contains(string(cmdline), dir) {
			name := strings.ReplaceAll(string(cmdline), "\x00", " ")
			found[pid] = name[:min(len(name), 120)]
		}
	}
	return found
}

// tail returns the last lines of text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
