// Package thief tries, for real, what somebody would try who has read an
// authorization code on its way or has found the port on which Latchkey waits:
// plain HTTP requests, by nothing of Latchkey's own client. The window shows in
// demo mode what comes of it.
//
//	StolenCode    redeems a fresh, throw-away code without its code verifier
//	ForgeCallback sends forged authorization responses to a waiting receiver
//
// Each try is told as it ends, with what was sent, what came back and what
// became of it. Nothing is decided beforehand: where a provider does not compare
// the code verifier, the thief gets in, and is said to have.
//
// It is no tool for anybody else's provider. It sends to the addresses that it
// is given and to no other, a handful of requests one after the other; package
// main gives it the mock inside the program and a receiver of its own.
package thief

// Tries are the IDs of all tries, those of StolenCode first, in their order.
func Tries() []string {
	return []string{TryRead, TryNone, TryWrong, TryChallenge, TryBare,
		TryWaiting, TryMadeUp, TryError, TryState, TryCookie, TryHost, TryRightful}
}
