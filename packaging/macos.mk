# The disk image for macOS, which only a Mac can make.

ifeq ($(shell uname -s),Darwin)
PACKAGES += package-macos
endif
PACKAGE_TESTS += test-macos

.PHONY: package-macos
package-macos: check-values build/bin/mkicns
	packaging/macos/make.sh '$(LDFLAGS)'

# What of it can be tried on any system: the bundle around a dummy, and its parts.
.PHONY: test-macos
test-macos:
	go test -count=1 ./packaging/macos
