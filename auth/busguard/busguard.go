// Package busguard keeps a missing or silent D-Bus session bus from hurting
// the start of the program. Importing it is using it.
//
// Two libraries of this program speak D-Bus: github.com/99designs/keyring
// (through the 2019 github.com/godbus/dbus) and Fyne (through godbus/dbus/v5).
// The first one dials the session bus in its package init(), before main, with
// no time limit. That has two consequences no user should meet:
//
//   - a bus socket that accepts and never answers hangs the program before
//     main() has run;
//   - with no bus at all both libraries run dbus-launch, which forks a
//     dbus-daemon that outlives the program, one more at each start.
//
// So this package looks first. Its own init() finds the session bus, asks it
// for its authentication mechanisms with a time limit of 400 ms, and if there
// is none, or it does not answer, points DBUS_SESSION_BUS_ADDRESS at a path
// that does not exist: dialling that fails at once and launches nothing.
// A bus that works is left as it is (about 0.1 ms); where the standard
// address forms are ones the libraries cannot read, it is rewritten into one
// that they can.
//
// It works only if it runs before the libraries' init(). Go starts packages in
// the order of their import paths as soon as what they import is ready; this
// package imports nothing but os, syscall, strings, strconv and time, and its
// path sorts before "net", which every D-Bus library needs. Keep both so. A
// test asserts the order.
//
// Programs started by this one (a browser, above all) must not inherit the dead
// address: give them [ChildEnv].
//
// On Windows and macOS neither library uses D-Bus and the package does nothing.
package busguard

import (
	"os"
	"strings"
)

// envName is the variable that names the session bus (D-Bus specification,
// "Well-known Message Bus Instances").
const envName = "DBUS_SESSION_BUS_ADDRESS"

// deadAddress is an address at which no bus can be.
const deadAddress = "unix:path=/nonexistent/no-session-bus"

// Bus is what was found at the session bus's address when the program started.
type Bus int

// The states of a bus.
const (
	Unchecked Bus = iota // not looked at: TCP, or a system without D-Bus
	Live                 // a bus answered
	Missing              // no address is set and none is at the usual places
	Dead                 // an address is set, but nothing accepts there
	Mute                 // something accepts and does not answer
)

// String returns the state in one lower-case word.
func (b Bus) String() string {
	switch b {
	case Live:
		return "live"
	case Missing:
		return "missing"
	case Dead:
		return "dead"
	case Mute:
		return "mute"
	default:
		return "unchecked"
	}
}

// The verdict of init(), never written again.
var (
	verdict      decision
	originalAddr string
	originalSet  bool
)

func init() {
	originalAddr, originalSet = os.LookupEnv(envName)
	if !guarded {
		verdict = decision{state: Unchecked, address: originalAddr}
		return
	}
	verdict = decide(os.LookupEnv, os.Getuid(), probe)
	if verdict.address != originalAddr {
		// The only failure is a NUL byte in the value, which none of ours has.
		_ = os.Setenv(envName, verdict.address)
	}
}

// State returns what the session bus was when the program started.
func State() Bus { return verdict.state }

// Look looks at the session bus again, in the way and with the time limit of
// the start, and changes nothing. [Live] after another State means that a
// program started now would have a bus; see [Restart].
func Look() Bus {
	if !guarded {
		return Unchecked
	}
	env := func(name string) (string, bool) {
		if name == envName {
			return originalAddr, originalSet
		}
		return os.LookupEnv(name)
	}
	return decide(env, os.Getuid(), probe).state
}

// Address returns the address of the session bus that the D-Bus libraries of
// this process were given: one of a path that does not exist when there is no
// usable bus. It is "" only where the package does nothing and no address is
// set.
func Address() string { return verdict.address }

// Original returns the value that DBUS_SESSION_BUS_ADDRESS had when the
// program started, and whether it was set.
func Original() (addr string, ok bool) { return originalAddr, originalSet }

// ChildEnv returns a copy of env ("NAME=value" strings, as from os.Environ)
// with DBUS_SESSION_BUS_ADDRESS as it was when this program started, for a
// program that this one starts.
func ChildEnv(env []string) []string {
	out := make([]string, 0, len(env)+1)
	for _, kv := range env {
		if !strings.HasPrefix(kv, envName+"=") {
			out = append(out, kv)
		}
	}
	if originalSet {
		out = append(out, envName+"="+originalAddr)
	}
	return out
}
