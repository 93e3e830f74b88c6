// Package panva holds two npm programs that the mock is tested beside:
// oidc-provider, a certified provider, and openid-client, a certified client.
// Everything of it is in its tests and in the .mjs files that these start.
package panva
