// Package counterpart holds tests only: package auth signs in, refreshes,
// revokes and signs out at two certified OpenID providers that are not ours, npm
// oidc-provider and luikyv/go-oidc, with a scripted person and with a real
// Chromium at their pages. Our own mock could share our own mistakes; these
// cannot. Both run as programs of their own, so that neither enters the
// module's dependencies; where Node 20 or Chromium is missing, the test says so
// in one line and is skipped.
package counterpart
