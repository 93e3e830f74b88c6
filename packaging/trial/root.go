package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Root is a Debian system in a folder, with nothing in it but what every Debian
// has, and with the network and /tmp of this one.
type Root struct {
	t   *testing.T
	Dir string
}

// NewRoot makes a clean root: a copy of one that packaging/deb/cleanroot.sh
// makes once, by debootstrap, which takes a minute or two. It is removed when
// the test ends.
func NewRoot(t *testing.T) *Root {
	t.Helper()
	roots := filepath.Join(Repository(t), "build", "roots")
	t.Log(Run(t, "packaging/deb/cleanroot.sh"))
	dir, err := os.MkdirTemp(roots, "trial-")
	if err != nil {
		t.Fatal(err)
	}
	// Everything is mounted in a namespace of its own, so nothing is here.
	t.Cleanup(func() { Run(t, "rm", "-rf", "--one-file-system", dir) })
	Run(t, "chmod", "0755", dir)
	Run(t, "cp", "-a", "--reflink=auto", filepath.Join(roots, "clean")+"/.", dir)
	return &Root{t: t, Dir: dir}
}

// enter mounts what a system has around its own files, and goes in. The mounts
// end with the process: they are in a namespace of its own. It takes the root
// and the command.
const enter = `set -e
root=$1; shift
for d in proc sys dev dev/pts dev/shm tmp; do mount --bind "/$d" "$root/$d"; done
mount --bind "${root%/*}/archives" "$root/var/cache/apt/archives"
exec chroot "$root" "$@"`

// Command is the command line that runs a command inside the root.
func (r *Root) Command(command ...string) []string {
	return append([]string{"unshare", "--mount", "sh", "-c", enter, "enter", r.Dir}, command...)
}

// Run runs a command inside the root, which must succeed, and returns what it
// printed.
func (r *Root) Run(command ...string) string {
	r.t.Helper()
	return Run(r.t, r.env(command)...)
}

// Try runs a command inside the root.
func (r *Root) Try(command ...string) (string, error) {
	r.t.Helper()
	return Try(r.t, r.env(command)...)
}

func (r *Root) env(command []string) []string {
	return append([]string{"DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"}, r.Command(command...)...)
}

// BrowserOutside has the browser of a person, whose program runs inside the
// root, run outside of it: a browser would bring every library with it that the
// package may have forgotten. What opens the browser inside only goes out.
func (r *Root) BrowserOutside(p *Person) {
	r.t.Helper()
	inside := filepath.Join(p.Stage().Dir, "open-browser")
	outside := inside + "-outside"
	if err := os.Rename(inside, outside); err != nil {
		r.t.Fatal(err)
	}
	// A process's root can be entered by way of /proc.
	script := fmt.Sprintf("#!/bin/sh\nexec chroot /proc/%d/root '%s' \"$@\"\n", os.Getpid(), outside)
	if err := os.WriteFile(inside, []byte(script), 0o700); err != nil {
		r.t.Fatal(err)
	}
}
