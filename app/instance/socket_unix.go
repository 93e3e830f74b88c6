//go:build unix

package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// longest is the length of a socket's path that every Unix takes (macOS: 103).
const longest = 100

// pointer is the file in the configuration folder that says where the socket is:
// two starts need not see the same XDG_RUNTIME_DIR. The lock's holder writes it.
func pointer(dir string) string { return filepath.Join(dir, "instance.socket") }

// listen makes the socket of dir. The caller holds the lock, so whatever socket
// is there is a dead process's.
func listen(dir string) (net.Listener, error) {
	path, err := place(dir)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("removing the socket of a dead process: %w", err)
	}
	// The folder is private, so nobody comes in between the two calls.
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(pointer(dir), []byte(path+"\n"), 0o600)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// place finds a private folder for the socket, with a path that is short enough.
func place(dir string) (string, error) {
	var why error
	for _, folder := range folders(dir) {
		path := filepath.Join(folder, "latchkey-"+digest(dir)+".sock")
		if len(path) > longest {
			why = errors.Join(why, fmt.Errorf("%s is too long for a socket's name", path))
			continue
		}
		err := os.Mkdir(folder, 0o700)
		if errors.Is(err, os.ErrExist) {
			err = private(folder)
		}
		if err == nil {
			return path, nil
		}
		why = errors.Join(why, err)
	}
	return "", fmt.Errorf("finding a place for the socket: %w", why)
}

// folders are where a socket may be, the best first: the folder that the system
// has for it, the configuration folder, and one of this user's in the temporary
// one, for configuration folders with long names.
func folders(dir string) []string {
	var all []string
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		// In a Flatpak each start has one of its own, but for this part of it.
		if id := os.Getenv("FLATPAK_ID"); id != "" {
			runtime = filepath.Join(runtime, "app", id)
		}
		all = append(all, filepath.Join(runtime, "latchkey"))
	}
	return append(all, filepath.Join(dir, "run"), filepath.Join(os.TempDir(), "latchkey-"+strconv.Itoa(os.Getuid())))
}

// dial reaches the socket of whoever holds the lock.
func dial(ctx context.Context, dir string) (net.Conn, error) {
	text, err := os.ReadFile(pointer(dir))
	if err != nil {
		return nil, err
	}
	path := strings.TrimSpace(string(text))
	if err := private(filepath.Dir(path)); err != nil {
		return nil, err
	}
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// ours reports whether the process at the other end is this user's, by the
// system's word and not its own.
func ours(c net.Conn) bool {
	s, ok := c.(*net.UnixConn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	uid := -1
	if err := raw.Control(func(fd uintptr) { uid, err = peer(int(fd)) }); err != nil {
		return false
	}
	return err == nil && uid == os.Getuid()
}

// mine reports whether a file is this user's.
func mine(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// private reports whether path is a folder that this user alone may enter.
func private(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 || !mine(info) {
		return fmt.Errorf("%s is not this user's alone", path)
	}
	return nil
}
