// Package mockprovider is an OAuth 2.0 authorization server, OpenID provider
// and small resource server for offline use and for tests. It is as strict as
// a real provider: whatever a real one refuses, it refuses, so that a test
// that passes against it proves something.
//
// A Provider is made by New, listens by Start or Serve, and holds its whole
// state in memory:
//
//	p, err := mockprovider.New(mockprovider.WithPersona(persona.Google()))
//	err = p.Start(ctx, "127.0.0.1:0") // returns once it answers
//	fmt.Println(p.Issuer(), p.ClientID(), p.ClientSecret())
//
// What it plays (paths, wording of errors, quirks) is a persona: a file read by
// package mockprovider/persona. How it misbehaves is a fault: a row of the
// table in package mockprovider/fault. All of it, with users and clients, can
// be said in one TOML file (LoadConfig). Parallel tests share one address by
// tenants (Provider.Tenant), each a provider of its own below /t/NAME/. Time
// is the provider's own and can be moved (Provider.Advance). What happened is told by package
// mockprovider/journal, in Go by Provider.Journal and over HTTP at
// /_mock/journal. Tests use package mockprovider/mocktest, which starts a
// provider of the test's own and offers a scripted person to sign in with.
// The program is cmd/mockprovider.
//
// # How it is built
//
// Each endpoint is a file: authorize.go, login.go, consent.go, token.go,
// userinfo.go, people.go, tokeninfo.go, introspect.go, revoke.go,
// endsession.go, discovery.go, github.go; routes.go lists them. Each consists of an ordered
// list of named checks, which can be called without HTTP, and of a response
// that is built as data before it becomes bytes. A check that refuses is named
// in the journal together with the section of the specification that demands
// it.
//
// Responses pass through named stages (see Stage) on their way out: discovery
// document, key set, redirect parameters, token response, ID-token header,
// claims and compact form, userinfo, People API. A Hook sees the data of one
// stage and may change it. Misbehaviour lives there and nowhere else: there is
// no lenient switch in any check.
//
// Package mockprovider/dashboard shows the journal as a page.
//
// All state stands behind one mutex (grants.go) and is bounded: what has
// expired is swept, what grows is capped. Time comes from one clock, which a
// test can move.
//
// The package imports nothing of this module outside its own folder: a client
// and the provider it is tested with must not share a mistake.
package mockprovider
