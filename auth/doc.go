// Package auth signs a person in to a native program through the system's web
// browser and keeps the session alive: OAuth 2.0 Authorization Code with PKCE
// over a loopback redirect (RFC 6749, RFC 7636, RFC 8252, RFC 9700) and OpenID
// Connect Core.
//
// # A sign-in
//
//	client, err := auth.New(auth.Config{Store: store, OpenBrowser: open})
//	pending, err := client.SignIn(ctx, auth.Google(id, secret), auth.SignInOptions{})
//	session, err := pending.Commit(ctx)
//	api := session.HTTPClient() // any API client can use it
//
// The example of the package is a whole program that runs. What it is made of,
// in the order in which it comes to be:
//
//   - A [Provider] says who signs people in and how this program is known there.
//     Fill it by hand, or start from a preset ([Google], [Microsoft], [GitLab],
//     [GitHub]). Nearly all speak OpenID Connect; one that speaks plain OAuth 2.0
//     only ([PlainOAuth]) proves less, and [Identity].Proof says so.
//   - A [Client] is the program's one way in. Make one, and keep it.
//   - An [Attempt] is a sign-in that waits for the person in the browser.
//     [Client.SignIn] is [Client.Begin], [Attempt.Open] and [Attempt.Wait] in a
//     row; a program with a window calls them one by one, so that it can offer
//     "Open again", "Copy link" and "Cancel" meanwhile.
//   - A [Pending] is who came back: the [Identity] is proven, nothing is stored.
//     The program may ask ("another account than before?") and then calls
//     [Pending.Commit] or [Pending.Discard].
//   - A [Session] is one signed-in [Account]. [Session.Token] gives an access
//     token that is fresh; [Session.HTTPClient] and [Session.TokenSource] do that
//     for API clients. At the next start of the program [Client.Accounts] and
//     [Client.Resume] bring it back without a browser.
//
// Before the program ends it calls [Client.Close]: a refresh that is cut off may
// cost a session.
//
// # Errors
//
// Every error is a [Problem]: the phase in which it arose, a stable [Code] to
// switch on, and the one [Next] step that helps. [CodeOf] gives the code of any
// error. Only [CodeRefreshRevoked] means that somebody has to sign in again; a
// keychain that is locked or a provider that does not answer signs nobody out.
//
// # What is kept, and where
//
// The refresh token goes into Config.Store, and nowhere else. Access tokens, code
// and code verifier live in memory. Below Config.Dir lie the list of accounts, a
// record of each account's last sign-in, and lock files; below Config.CacheDir
// the providers' discovery documents. None of them holds a secret.
//
// The package has no window, no keychain and no D-Bus of its own: it is given a
// [store.Store]. Package keychain is one, package vault another, and
// [store.NewMemory] a third, which lasts until the program ends.
//
// # What it costs
//
// With the provider's metadata in the cache the browser opens without any request.
// While the person is there, metadata and keys are read again and connections
// opened, so that the identity is known one round trip after the code came back,
// and the profile (package resources) after two.
//
// # How it is built
//
// Every request is built by one pure function and every response validated by
// another (authorize.go, token.go, identity.go). Validated values have unexported
// fields, so validation cannot be skipped. What others wrote is cleaned before it
// is shown, and searched for secrets before it becomes part of an error or record.
// Each step adds one step to a record (package flow), which a window can draw.
//
// Pushed authorization requests, DPoP and the device flow are not there yet; they
// have their places in authorize.go, token.go and signin.go. docs/security.md says
// what is promised, against whom, and what is not.
package auth
