//go:build linux || freebsd || openbsd || netbsd || dragonfly

package busguard

import (
	"strings"
	"syscall"
	"time"
)

const guarded = true

// patience is how long a bus may take to say anything. A live one needs less
// than a millisecond; the user waits for the window meanwhile.
const patience = 400 * time.Millisecond

// probe connects to the socket and begins D-Bus authentication with a bare
// AUTH, to which each bus answers with the list of its mechanisms, before it
// knows who asks (D-Bus specification, "Authentication Protocol").
//
// It uses bare system calls since package net would be initialised first, and
// so would the libraries that this package has to precede.
func probe(s socket) Bus {
	deadline := time.Now().Add(patience)
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return Dead
	}
	syscall.CloseOnExec(fd)
	defer func() { _ = syscall.Close(fd) }()

	// The sending limit covers connect too: it waits when the queue of
	// connections nobody accepts is full.
	if !limit(fd, syscall.SO_SNDTIMEO, deadline) {
		return Mute
	}
	if err := connect(fd, s); err != nil {
		if timedOut(err) {
			return Mute
		}
		return Dead
	}
	if _, err := syscall.Write(fd, []byte("\x00AUTH\r\n")); err != nil {
		if timedOut(err) {
			return Mute
		}
		return Dead
	}
	return answer(fd, deadline)
}

// answer reads one line and says whether a bus spoke. The deadline is for the
// whole line, however slowly it drips.
func answer(fd int, deadline time.Time) Bus {
	var line []byte
	buf := make([]byte, 512)
	for len(line) < len(buf) && !strings.Contains(string(line), "\n") {
		if !limit(fd, syscall.SO_RCVTIMEO, deadline) {
			return Mute
		}
		n, err := syscall.Read(fd, buf)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil && timedOut(err):
			return Mute
		case err != nil || n <= 0:
			return Dead
		}
		line = append(line, buf[:n]...)
	}
	if strings.HasPrefix(string(line), "REJECTED") {
		return Live
	}
	return Dead
}

func connect(fd int, s socket) error {
	for {
		err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: string(s)})
		if err == syscall.EISCONN {
			return nil
		}
		if err != syscall.EINTR {
			return err
		}
	}
}

// limit sets a socket's time limit to what is left until the deadline. It is
// false when nothing is left (a zero limit would mean "for ever").
func limit(fd, option int, deadline time.Time) bool {
	left := time.Until(deadline)
	if left < time.Microsecond {
		return false
	}
	tv := syscall.NsecToTimeval(left.Nanoseconds())
	return syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &tv) == nil
}

func timedOut(err error) bool {
	return err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINPROGRESS || err == syscall.ETIMEDOUT
}
