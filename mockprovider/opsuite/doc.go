// Package opsuite checks an OpenID provider from outside, over HTTP, knowing
// nothing of what it is made of. The same cases run unchanged against several
// providers, each of which is a Target:
//
//   - this module's mock, in its personas (opsuite_test.go here);
//   - luikyv/go-oidc, a certified provider in Go (folder luikyv, a module of
//     its own);
//   - npm oidc-provider, a certified provider for Node (folder panva).
//
// A case that holds at all of them is a property of OpenID providers and no
// habit of ours. Where they differ, the table differences.md says how and why,
// and the tests fail when it says too little or too much.
//
// There are two kinds of cases. Conformance are the 38 modules of the OpenID
// conformance suite's plan for basic providers
// (oidcc-basic-certification-test-plan), under the suite's own names. Strict
// are what a provider must refuse, and what peers were seen to let pass.
//
// A case is data with a function that takes an E and fails through it; it
// needs no package testing, so that a program can run it as well.
package opsuite
