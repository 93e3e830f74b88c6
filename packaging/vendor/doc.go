// Package vendor tries what packaging/README.md promises to vendors: with nothing
// but FyneApp.toml changed, and a Google client on make's command line, a copy of
// the tree gives a package of the vendor's own, which shares nothing with ours
// (`make test-vendor`).
package vendor
