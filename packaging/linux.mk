# Installers for Linux.

ARCH := $(shell dpkg --print-architecture 2>/dev/null || go env GOARCH)
DEB := dist/latchkey_$(VERSION)_$(ARCH).deb

PACKAGES += package-deb
PACKAGE_TESTS += test-deb

.PHONY: package-deb
package-deb: build build/bin/mkdeb build/bin/mkicons
	@tools/setup.sh package
	packaging/deb/make.sh '$(VERSION)' '$(ARCH)'

.PHONY: test-deb
test-deb: package-deb programs
	LATCHKEY_DEB='$(abspath $(DEB))' go test -count=1 -timeout 15m -run TestPackage ./packaging/deb/...
