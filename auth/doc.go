// Package auth signs a person in to a native program through the system's web
// browser (OAuth 2.0 Authorization Code with PKCE over a loopback redirect,
// RFC 8252; OpenID Connect Core) and keeps the session alive.
//
// A sign-in in four lines:
//
//	client, err := auth.New(auth.Config{Store: store, OpenBrowser: open})
//	pending, err := client.SignIn(ctx, auth.Google(id, secret), auth.SignInOptions{})
//	session, err := pending.Commit(ctx)
//	api := session.HTTPClient() // any API client can use it
//
// [Client.SignIn] is [Client.Begin], [Attempt.Open] and [Attempt.Wait] in a row;
// a program with a window calls them one by one, so that it can offer "Open
// again" and "Copy link" while the person is in the browser. What comes out is
// a [Pending]: the identity is proven, nothing is stored yet. Only
// [Pending.Commit] stores the refresh token and makes the [Session].
//
// Every request is built by one pure function and every response validated by
// another (authorize.go, token.go, identity.go). Validated values have
// unexported fields, so validation cannot be skipped. Every error is a
// [Problem]: a phase, a stable code and one next step.
//
// The package has no window, no keychain and no D-Bus of its own: it is given
// a [store.Store], and package keychain is one. Pushed authorization requests,
// DPoP and the device flow have their places in authorize.go, token.go and
// signin.go.
package auth
