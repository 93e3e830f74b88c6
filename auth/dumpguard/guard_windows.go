package dumpguard

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// werNoHeap is WER_FAULT_REPORTING_FLAG_NOHEAP.
const werNoHeap = 1

var werSetFlags = windows.NewLazySystemDLL("kernel32.dll").NewProc("WerSetFlags")

// Forbid keeps Windows Error Reporting from writing a dump of this process, and
// the heap out of any that is written all the same.
func Forbid() error {
	// This is what the Go runtime sets unless GOTRACEBACK=wer asks it not to.
	windows.SetErrorMode(windows.SEM_FAILCRITICALERRORS | windows.SEM_NOGPFAULTERRORBOX | windows.SEM_NOOPENFILEERRORBOX)
	if err := werSetFlags.Find(); err != nil {
		return fmt.Errorf("finding WerSetFlags: %w", err)
	}
	if result, _, _ := werSetFlags.Call(werNoHeap); result != 0 { // an HRESULT
		return fmt.Errorf("keeping the heap out of error reports: HRESULT %#x", uint32(result))
	}
	return nil
}

// Hide does nothing on Windows: a process of the same user can open another
// one's memory there, and no flag that a process may set on itself prevents it.
func Hide() (hidden bool, err error) { return false, nil }
