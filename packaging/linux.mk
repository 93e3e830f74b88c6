# Installers for Linux.

ifeq ($(shell uname -s),Linux)

# A program that lies at another address each time (PIE), which Debian's and
# Fedora's checks ask for, and whose table of functions is read-only. The linker
# alone is told: Go's code for amd64 and arm64 and the C compiler's output can be
# placed anywhere already, and ld refuses what cannot. GOFLAGS with -buildmode=pie
# would compile all of Fyne a second time. Programs for Windows are built without.
HARDENING := -buildmode=pie -extldflags=-Wl,-z,relro,-z,now

PACKAGE_NAME := $(shell packaging/values.sh PACKAGE 2>/dev/null)
DEB := $(PACKAGE_NAME)_%_$(shell dpkg --print-architecture 2>/dev/null).deb
RPM := $(PACKAGE_NAME)-%-1.$(shell uname -m).rpm
TAR := $(PACKAGE_NAME)-%-linux-$(shell go env GOARCH).tar.xz

PACKAGES += package-linux
PACKAGE_TESTS += test-linux
test: test-deb

endif

LINUX_PACKAGES := deb rpm tar

.PHONY: package-linux
package-linux: $(addprefix package-,$(LINUX_PACKAGES))

.PHONY: setup-package
setup-package:
	@tools/setup.sh package

.PHONY: $(addprefix package-,$(LINUX_PACKAGES))
$(addprefix package-,$(LINUX_PACKAGES)): package-%: setup-package build build/bin/mkicons
	packaging/$*/make.sh

# The package's contents and lintian; installed on this machine and signed in.
# It is packed with little compression, since that is what takes the time.
.PHONY: test-deb
test-deb: setup-test programs build/bin/mkicons
ifeq ($(shell command -v dpkg-deb),)
	@echo 'NOT RUN: the Debian package. This is no Debian or Ubuntu (no dpkg-deb).'
else
	@QUICK=1 packaging/deb/make.sh build/quick
	@LATCHKEY_DEB='$(abspath build/quick/$(subst %,$(VERSION),$(DEB)))' go test -count=1 -timeout 10m -skip TestCleanRoot -v ./packaging/deb | \
	  { grep -E '^ *(--- |FAIL|ok|panic)|NOT RUN|_test\.go' || true; }; exit $${PIPESTATUS[0]}
endif

# What a user upgrades from: the same program under a lower version.
OLDER := 0.0.1

# new and older are the packages of one kind, as variables for a test.
trial = LATCHKEY_$(1)='$(abspath dist/$(subst %,$(VERSION),$($(1))))' LATCHKEY_$(1)_PREVIOUS='$(abspath build/older/$(subst %,$(OLDER),$($(1))))'

# Needs root, for a Debian in a folder and for rpm; one line for each installer.
.PHONY: test-linux
test-linux: package-linux programs build/bin/fyne
	@rm -f build/trials-linux.txt
	@for kind in $(LINUX_PACKAGES); do LATCHKEY_VERSION=$(OLDER) QUICK=1 packaging/$$kind/make.sh build/older; done
	@echo 'Installing, signing in, upgrading, removing: a few minutes'
	@$(call trial,DEB) $(call trial,RPM) $(call trial,TAR) LATCHKEY_FYNE='$(abspath build/bin/fyne)' \
	LATCHKEY_TRIALS='$(abspath build/trials-linux.txt)' go test -count=1 -p 1 -timeout 45m $(LINUX_PACKAGES:%=./packaging/%) ./packaging/linux ./packaging/flatpak; \
	  status=$$?; echo; [ ! -e build/trials-linux.txt ] || cat build/trials-linux.txt; exit $$status

build/bin/fyne: tools/go.mod
	go -C tools build -o ../$@ fyne.io/tools/cmd/fyne
	@touch $@
