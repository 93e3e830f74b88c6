package instance_test

import (
	"os"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAnotherUser connects as another user, to a socket whose rights have been
// spoilt: the system's word alone keeps that user out.
func TestAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	dir := short(t)
	_, raised := claim(t, dir)
	path := socket(t, dir)
	for p := path; p != "/tmp" && p != "/"; p = parent(p) {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	type outcome struct {
		answer string
		err    error
	}
	got := make(chan outcome)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its user
		var o outcome
		o.answer, o.err = askAs(65534, path)
		got <- o
	}()
	o := <-got
	if o.err != nil {
		t.Fatal(o.err)
	}
	if o.answer != "" || len(raised) != 0 {
		t.Errorf("another user was answered %q", o.answer)
	}
}

func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return "/"
}

// askAs sends the verb as another user. It changes the user of its thread only.
func askAs(uid uintptr, path string) (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), uid, ^uintptr(0)); e != 0 {
		return "", e
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		return "", err
	}
	_, _ = unix.Write(fd, []byte("raise\n")) // may be hung up on before
	text := make([]byte, 16)
	n, err := unix.Read(fd, text)
	if err != nil {
		return "", nil // hung up on
	}
	return string(text[:n]), nil
}
