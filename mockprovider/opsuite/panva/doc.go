// Package panva drives two npm programs that the mock is tested beside:
// oidc-provider (op.mjs), a certified provider, and openid-client (rp.mjs), a
// certified client, which [Client] puts before the cases of package rpcheck. They
// need Node 20 or newer; package-lock.json names their versions and hashes.
package panva
