# What every installer rests on: values that can be used, and a tree that a
# commit names.

.PHONY: check-values
check-values:
	@packaging/values.sh >/dev/null

.PHONY: check-tree
check-tree: check-values
	@packaging/check-tree.sh

.PHONY: clean-dist
clean-dist:
	@rm -rf dist
	@mkdir -p dist

# What is inside each program that was packed, and what every file must be: after
# all installers.
.PHONY: sbom
sbom: build/bin/mksbom
	@packaging/sbom.sh

.PHONY: sums
sums:
	@packaging/sums.sh
	@cd dist && ls -l

# Two builds of one commit give the same bytes.
PACKAGE_TESTS += test-reproducible
.PHONY: test-reproducible
test-reproducible:
	packaging/reproducible.sh $(filter-out package-flatpak,$(PACKAGES))

# How much of an installer is Fyne's, and how much ours.
.PHONY: bench-size
bench-size: build build/bin/mkicons
	@LDFLAGS='$(LDFLAGS)' HARDENING='$(HARDENING)' packaging/size/measure.sh

# A vendor's package of a copy of the tree, beside ours on one desktop.
ifeq ($(shell uname -s),Linux)
PACKAGE_TESTS += test-vendor
endif
.PHONY: test-vendor
test-vendor: programs build/bin/mkicons
	LATCHKEY_PROGRAM='$(abspath build/latchkey)' go test -count=1 -timeout 20m ./packaging/vendor
