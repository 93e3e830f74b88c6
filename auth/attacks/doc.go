// Package attacks is the list of what can be done to a native client and of
// what must happen then: one table, whose rows are tests.
//
//	go test ./auth/attacks                        every attack
//	go test ./auth/attacks -run 'TestAttacks/05'  those of one kind
//
// A row says who attacks, what they do, what must happen, which section asks
// for it, which defence answers it and where that is. It is run from here, with
// a raw socket, a hostile provider or a web page in a real Chromium, or it
// names the tests of another package that run it. docs/security.md shows the
// table (UPDATE=1 writes it), and auth/mutants.txt takes each defence out to
// see the rows turn red.
//
// There is no code here but tests, which is why they may look into every room.
package attacks
