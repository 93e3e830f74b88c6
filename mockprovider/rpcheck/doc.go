// Package rpcheck finds out what an OAuth 2.0 / OpenID Connect client of a native
// program refuses and what it accepts. It plays provider, browser and person, and
// the attackers around them; any client can be put before it through a small
// driver:
//
//	suite := rpcheck.NewSuite(rpcheck.ClientFunc(signIn))
//	for _, c := range rpcheck.Cases() {
//		if r := suite.Run(ctx, c); r.Wrong() != "" {
//			fmt.Println(c.Name, r.Wrong())
//		}
//	}
//
// The driver is one function: it is told of a provider ([Setup]), starts a sign-in,
// hands over the address that it would show in a browser, and returns a [Session]
// or why there is none. What the client can do besides (refresh, profile, …) are
// functions of the Session; cases that need what a client has not are left out.
// The example shows it for golang.org/x/oauth2 with coreos/go-oidc.
//
// A case is a row of data: faults of the mock provider or a script, and what a
// correct client makes of them. Most must be refused. Some are legal oddities and
// must be accepted, and before each case the client signs in at the same provider
// behaving well: a client that refuses everything passes nothing.
//
// The cases are the modules of the OpenID conformance suite for relying parties,
// every fault of package mockprovider/fault that concerns a client, and attacks on
// the loopback redirect of native programs (RFC 8252).
//
// Results are values; the package links no testing, so that a program may use it.
package rpcheck
