package instance

import (
	"context"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// user is the user's security identifier.
func user() (*windows.SID, error) {
	who, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("asking who this is: %w", err)
	}
	return who.User.Sid, nil
}

func pipe(dir string, who *windows.SID) string {
	return `\\.\pipe\latchkey-` + digest(who.String()+"|"+dir)
}

// listen makes the pipe of dir: owned by this user, who alone may open it, and
// not over the network. It fails if somebody has a pipe of that name already.
func listen(dir string) (net.Listener, error) {
	who, err := user()
	if err != nil {
		return nil, err
	}
	return winio.ListenPipe(pipe(dir, who), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("O:%[1]sD:P(D;;GA;;;NU)(A;;GA;;;%[1]s)", who),
	})
}

// dial reaches the pipe of whoever holds the lock, who learns nothing of us by
// that (the level is anonymous).
func dial(ctx context.Context, dir string) (net.Conn, error) {
	who, err := user()
	if err != nil {
		return nil, err
	}
	c, err := winio.DialPipeContext(ctx, pipe(dir, who))
	if err == nil && ours(c) {
		letForward(windows.Handle(c.(interface{ Fd() uintptr }).Fd()))
	}
	return c, err
}

// ours reports whether the pipe is this user's: any program may make a pipe of
// any name that is free.
func ours(c net.Conn) bool {
	handle, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return false
	}
	who, err := user()
	if err != nil {
		return false
	}
	security, err := windows.GetSecurityInfo(windows.Handle(handle.Fd()), windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return false
	}
	owner, _, err := security.Owner()
	return err == nil && owner != nil && owner.Equals(who)
}
