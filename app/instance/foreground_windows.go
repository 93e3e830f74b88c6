package instance

import "golang.org/x/sys/windows"

// letForward lets the process at the other end of the pipe bring its window to
// the front: Windows lets only the program that the user has just dealt with do
// that, which is this one. Where it does not work, the task bar flashes.
func letForward(pipe windows.Handle) {
	var pid uint32
	if windows.GetNamedPipeServerProcessId(pipe, &pid) == nil {
		_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow").Call(uintptr(pid))
	}
}
