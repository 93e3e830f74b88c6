// What only the comparison with luikyv/go-oidc needs stays out of the program's
// own go.mod.
module app.latchkey/mockprovider/opsuite/luikyv

go 1.26.0

require (
	app.latchkey v0.0.0
	github.com/go-jose/go-jose/v4 v4.1.8
	github.com/luikyv/go-oidc v0.25.0
)

require (
	github.com/BurntSushi/toml v1.6.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
)

replace app.latchkey => ../../..
