# Installers for Windows, made and tried on Linux: cross-compiled with mingw-w64,
# tried under Wine. packaging/windows/README.md says how to sign them.

ifeq ($(shell uname -s),Linux)
PACKAGES += package-windows
PACKAGE_TESTS += test-windows
endif

.PHONY: package-windows
package-windows: check-values build/bin/mkico
	@tools/setup.sh windows
	@if packaging/windows/tools.sh program && packaging/windows/tools.sh installers; then \
	  packaging/windows/build.sh build/windows/latchkey.exe . '$(LDFLAGS)' && \
	  packaging/windows/make.sh --program build/windows/latchkey.exe --out dist; \
	else echo 'NOT MADE: the installers for Windows.'; fi

# What only a compiler with cgo sees of Windows; vet-others has the rest.
.PHONY: vet-windows
vet-windows:
	@packaging/windows/tools.sh program
	CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc CXX=x86_64-w64-mingw32-g++ go vet . ./app/...

# The version before, to upgrade from.
.PHONY: test-windows
test-windows: package-windows programs
	@tools/setup.sh wine
	@$(MAKE) --no-print-directory vet-windows
	LATCHKEY_VERSION=0.0.1 packaging/windows/build.sh build/windows/older/program.exe . '-X main.version=0.0.1'
	LATCHKEY_VERSION=0.0.1 packaging/windows/make.sh --program build/windows/older/program.exe --out build/windows/older
	CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc CXX=x86_64-w64-mingw32-g++ \
	  go test -c -o build/windows/uia.test.exe ./app/accessibility/uia
	@rm -f build/trials-windows.txt
	LATCHKEY_WINDOWS='$(abspath dist)' LATCHKEY_WINDOWS_OLDER='$(abspath build/windows/older)' LATCHKEY_TRIALS='$(abspath build/trials-windows.txt)' \
	LATCHKEY_WINDOWS_UIA='$(abspath build/windows/uia.test.exe)' \
	  go test -count=1 -timeout 40m ./packaging/windows; \
	  status=$$?; [ ! -e build/trials-windows.txt ] || cat build/trials-windows.txt; exit $$status
