# Installers for Linux.

# A program that lies at another address each time (PIE), which Debian's and
# Fedora's checks ask for, and whose table of functions is read-only. The linker
# alone is told: Go's code for amd64 and arm64 and the C compiler's output can be
# placed anywhere already, and ld refuses what cannot. GOFLAGS with -buildmode=pie
# would compile all of Fyne a second time.
ifeq ($(shell uname -s),Linux)
HARDENING := -buildmode=pie -extldflags=-Wl,-z,relro,-z,now
endif

ifneq ($(shell command -v dpkg-deb),)
ARCH := $(shell dpkg --print-architecture)
PACKAGE_NAME := $(shell packaging/values.sh PACKAGE 2>/dev/null)
DEB := $(PACKAGE_NAME)_$(VERSION)_$(ARCH).deb
PACKAGES += package-deb
PACKAGE_TESTS += test-linux
test: test-deb
endif

.PHONY: package-deb
package-deb: build build/bin/mkicons
	@tools/setup.sh package
	packaging/deb/make.sh

# The package's contents and lintian; installed on this machine and signed in.
# It is packed with little compression, since that is what takes the time.
.PHONY: test-deb
test-deb: programs build/bin/mkicons
	@QUICK=1 packaging/deb/make.sh build/quick
	@LATCHKEY_DEB='$(abspath build/quick/$(DEB))' go test -count=1 -timeout 10m -skip TestCleanRoot -v ./packaging/deb | \
	  { grep -E '^ *(--- |FAIL|ok|panic)|NOT RUN|_test\.go' || true; }; exit $${PIPESTATUS[0]}

# What a user upgrades from: the same program under a lower version.
OLDER := 0.0.1

.PHONY: test-linux
test-linux: package-deb programs
	@tools/setup.sh package
	@rm -f build/trials.txt
	@LATCHKEY_VERSION=$(OLDER) QUICK=1 packaging/deb/make.sh build/older
	LATCHKEY_DEB='$(abspath dist/$(DEB))' LATCHKEY_DEB_PREVIOUS='$(abspath build/older/$(PACKAGE_NAME)_$(OLDER)_$(ARCH).deb)' \
	LATCHKEY_TRIALS='$(abspath build/trials.txt)' go test -count=1 -p 1 -timeout 40m ./packaging/deb; \
	  status=$$?; [ ! -e build/trials.txt ] || cat build/trials.txt; exit $$status
