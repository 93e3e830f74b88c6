// Package packaging holds what installers are made of, one folder for each kind,
// and the tests of what all of them rest on. README.md is for those who pack.
//
//	values.sh      FyneApp.toml, the one file of a vendor, for scripts
//	check-tree.sh  refuses a tree that differs from its commit
//	notes.sh       a version's section of CHANGELOG.md
//	sbom.sh        what is inside each program, sums.sh what each file must be
//	reproducible.sh  builds a commit twice and compares
//	*.mk           make targets, which the Makefile includes
package packaging
