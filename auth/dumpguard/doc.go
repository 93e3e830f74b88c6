// Package dumpguard keeps the memory of a program that holds secrets off the
// disk and out of the reach of other programs of the same user: a core dump or
// a crash report holds every token that was in memory.
//
// There are two calls, because the second one has a price:
//
//   - [Forbid] turns crash dumps off. A program calls it before it does
//     anything else; nothing that works today stops working.
//   - [Hide] lets no other process of the user read the memory (a debugger,
//     /proc/PID/mem). On Linux the same flag makes /proc/PID the superuser's, by
//     which the desktop portals no longer know who asks them and refuse
//     everything (flatpak/xdg-desktop-portal issues 785, 1490, 2141). Fyne asks
//     one whether the desktop is light or dark, once, when it starts; after
//     that it only listens. So a program calls Hide a few seconds after its
//     window is up, and not at all inside a Flatpak or a Snap, where portals
//     are the only way to a browser: Hide sees that by itself.
//
// What is done where:
//
//	            Forbid                                     Hide
//	Linux       RLIMIT_CORE 0, empty coredump_filter       PR_SET_DUMPABLE 0
//	macOS       RLIMIT_CORE 0                              PT_DENY_ATTACH
//	Windows     no dialog and no report (SetErrorMode),    –
//	            no heap in a report (WerSetFlags)
//
// Only soft limits are set: whatever the program starts, a browser above all,
// may raise them again. None of this holds against the superuser, against
// swapping or hibernation (full-disk encryption does), or against a program
// that runs as the same user and asks the keychain itself.
package dumpguard
