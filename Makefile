# Latchkey. `make` lists the targets; `make run` is all a newcomer needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# One set of flags for everything, so that Fyne's C is compiled once.
# migrated_fynedo: FyneApp.toml's [Migrations], which plain `go build` ignores.
export GOFLAGS := -buildvcs=false -trimpath -tags=release,migrated_fynedo
export CGO_ENABLED := 1

# Name, ID, version and Google client are FyneApp.toml's. Packagers may give
# another client, GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET (a desktop client's
# secret is not confidential); tests another version, LATCHKEY_VERSION.
export GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET LATCHKEY_VERSION
VERSION := $(or $(LATCHKEY_VERSION),$(shell packaging/values.sh VERSION 2>/dev/null))
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
# HARDENING is the system's own, for the program that runs here.
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
ifneq ($(GOOGLE_CLIENT_ID),)
LDFLAGS += -X main.googleClientID=$(GOOGLE_CLIENT_ID) -X main.googleClientSecret=$(GOOGLE_CLIENT_SECRET)
endif
# Where the program asks once a day which version is the newest; none by default.
ifneq ($(UPDATE_ADDRESS),)
LDFLAGS += -X main.updateAddress=$(UPDATE_ADDRESS)
endif

FUZZTIME ?= 20s
BENCHTIME ?= 1s
SOAK ?= 100000
MUTANTS ?= .
DEFENCES := mockprovider/mutants.txt auth/mutants.txt auth/session-mutants.txt auth/rows.txt auth/keychain/mutants.txt app/mutants.txt app/system-mutants.txt

# Modules of their own: what only a comparison needs, or a generated API client,
# stays out of go.mod.
LUIKYV := mockprovider/opsuite/luikyv
PEER := auth/keychain/peer
APITEST := auth/apitest

# Unit tests link the keychain and Fyne, both of which look for a session bus:
# theirs must not be the developer's own.
NO_BUS := DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Inlining makes our own code 5 % larger, and nothing that a person waits for
# faster: programs do without, tests and benchmarks don't. Likewise what of others
# is there for signing in: without it the .msi would be 180 kB larger. Only these are
# compiled again for it.
SMALL := app.latchkey/... net/http html/template text/template golang.org/x/net/... golang.org/x/oauth2/... \
  github.com/go-jose/... github.com/coreos/... github.com/BurntSushi/... filippo.io/...
build package-windows test-windows package-macos bench-size: GOFLAGS += $(SMALL:%=-gcflags=%=-l)

##### Running

.PHONY: run
run: ## set up, build and start; with no display: demo
ifeq ($(shell uname -s)$(DISPLAY)$(WAYLAND_DISPLAY),Linux)
	@echo 'No display here: showing the main job on a virtual one (make demo).'
	@$(MAKE) --no-print-directory demo
else
	@tools/setup.sh build
	@$(MAKE) --no-print-directory build
	build/latchkey
endif

.PHONY: demo
demo: setup-test programs ## the main job on a virtual display, with a real browser and keychain; pictures in build/demo
	go build -o build/demo-runner ./e2e/demo
	build/demo-runner -out build/demo

.PHONY: try-google
try-google: ## two minutes at the real Google, for whoever has a client: GOOGLE_CLIENT_ID=… GOOGLE_CLIENT_SECRET=…
	@go run ./cmd/try-google $(TRY_GOOGLE)

.PHONY: build
build: check-values ## the program: build/latchkey
	@tools/setup.sh build
	go build -ldflags '$(LDFLAGS) $(HARDENING)' -o build/latchkey .

.PHONY: programs
programs: build
	go build -o build/mockprovider ./cmd/mockprovider

##### Checking

.PHONY: test
test: setup-test lint unit e2e ## set up, and what every change must pass

.PHONY: test-all
test-all: test vet-others race test-stores mutants conformance fuzz bench soak endurance test-packages ## everything this machine can try

.PHONY: setup-test
setup-test:
	@tools/setup.sh test

.PHONY: lint
lint: build/bin/staticcheck build/bin/mutants ## gofmt, go vet, staticcheck
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	  [ -z "$$unformatted" ] || { echo "Not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go -C tools vet ./...
	go -C $(LUIKYV) vet ./...
	go -C $(PEER) vet ./...
	go -C $(APITEST) vet ./...
	build/bin/staticcheck ./...
	@build/bin/mutants -check $(DEFENCES) # that none is stale; make mutants tries them

.PHONY: unit
unit:
	$(NO_BUS) go test -race $$(tools/packages.sh plain)
	go -C tools test ./licence ./mksbom
	go -C $(LUIKYV) test ./...
	$(NO_BUS) go -C $(APITEST) test ./...
	$(NO_BUS) go test $$(tools/packages.sh fyne)

.PHONY: e2e
e2e: programs ## whole-program tests: real window, browser and keychain
	@# Set-up installs a Chromium wherever one can be had, so this is Ubuntu or no Linux.
	@if [ -n "$$( { command -v chromium; command -v google-chrome; } 2>/dev/null | grep -v '^/snap/')" ]; then \
	  echo go test -count=1 -p 1 -timeout 15m ./e2e/...; \
	  go test -count=1 -p 1 -timeout 15m ./e2e/...; \
	else \
	  go test -count=1 ./e2e/house; \
	  echo 'NOT RUN: the whole-program tests (e2e, e2e/stage). They need Linux and a Chromium that is no snap,'; \
	  echo '         as Debian has it. Everything else of make test ran.'; \
	fi

# The program is compiled a second time for it, Fyne included: minutes. TestTray is
# left out: fyne.io/systray counts its menu's versions without a lock.
.PHONY: race
race: programs ## data races in what has a window: its tests, and the whole program on its stage
	$(NO_BUS) go test -race ./app ./app/tray ./app/widgets ./app/flowpage
	@mkdir -p build/race
	go build -race -ldflags '$(LDFLAGS)' -o build/race/latchkey .
	cp build/mockprovider build/race/
	LATCHKEY_BUILT='$(abspath build/race)' go test -count=1 -p 1 -timeout 30m -skip '^TestTray$$' ./e2e

.PHONY: vet-others
vet-others: ## what has no window, compiled and vetted for Windows and macOS (without cgo, so without the Keychain itself)
	@for system in windows darwin; do \
	  echo "== $$system"; \
	  GOOS=$$system CGO_ENABLED=0 go vet $$(go list ./auth/... | grep -v /endurance) ./settings/... ./resources/... ./mockprovider ./cmd/mockprovider ./app/instance ./app/presenter ./app/logs ./app/flowpage ./assets; \
	done

.PHONY: test-stores
test-stores: ## GNOME Keyring, KeePassXC, KWallet and Wine's Credential Manager: locked, dismissed, killed, mute, …
	@tools/setup.sh stores
	$(NO_BUS) LATCHKEY_STORES=1 go test -count=1 -timeout 20m -parallel 2 -run '^(TestStores|TestWine)$$' -v ./auth/keychain | \
	  { grep -E '^ *(---|FAIL|ok|panic)|kills|bytes: |_test\.go' || true; }

.PHONY: fuzz
fuzz: ## every fuzz target, FUZZTIME (20s) each
	@for package in $$(tools/packages.sh plain); do \
	  for target in $$($(NO_BUS) go test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
	    echo "== $$package $$target"; \
	    $(NO_BUS) go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package"; \
	  done; \
	done

.PHONY: mutants
mutants: build/bin/mutants ## every defence taken out, one at a time: which test notices? MUTANTS=regexp for some
	@$(NO_BUS) build/bin/mutants -run '$(MUTANTS)' $(DEFENCES)

.PHONY: soak
soak: ## SOAK (100000) sign-ins at the mock provider: no growth in memory, goroutines, time
	@LATCHKEY_SOAK=$(SOAK) go test -count=1 -timeout 60m -run 'TestSoak' -v ./mockprovider

.PHONY: endurance
endurance: ## sessions under 8 processes (10,000 refreshes) and 1,200 kills, on the vault and on a real gnome-keyring
	LATCHKEY_REFRESHES_VAULT=10000 LATCHKEY_REFRESHES_GNOME=2000 LATCHKEY_KILLS_VAULT=1000 LATCHKEY_KILLS_GNOME=200 \
	  go test -count=1 -timeout 60m -v ./auth/endurance

.PHONY: conformance
conformance: ## what Latchkey, bare Go libraries and openid-client refuse and accept; UPDATE=1 writes docs/conformance.md
	@mkdir -p build; rm -f build/conformance.txt
	@failed=0; LATCHKEY_CONFORMANCE=$(if $(UPDATE),update,check) LATCHKEY_CONFORMANCE_TABLE='$(abspath build/conformance.txt)' $(NO_BUS) \
	  go test -count=1 -timeout 30m -parallel 16 -run '^(TestCasesCanBeFailed|TestDocument|TestTable)$$' ./mockprovider/rpcheck >build/conformance.log 2>&1 || failed=1; \
	  [ $$failed = 0 ] || cat build/conformance.log; \
	  [ ! -e build/conformance.txt ] || cat build/conformance.txt; \
	  exit $$failed

.PHONY: bench
bench: bench-size ## packages beside a bare window's; a sign-in at 50 ms beside x/oauth2 + go-oidc; the mock beside luikyv/go-oidc and oidc-provider; the keychain beside zalando/go-keyring; benchmarks, BENCHTIME (1s) each
	@LATCHKEY_BENCH=1 $(NO_BUS) go test -count=1 -v -run 'TestBenchSignIn$$' ./app/presenter | grep -vE '^(=== |--- |PASS|ok)'
	@go -C $(LUIKYV) run ./bench
	@go -C $(PEER) run .
	@$(NO_BUS) go test -run '^$$' -bench . -benchtime $(BENCHTIME) $$(tools/packages.sh plain) | grep -v 'no test files'

.PHONY: notices
notices: ## assets/notices.txt: the licences of all that the program holds, from go.mod
	go -C tools build -o '$(abspath build/bin/mknotices)' ./mknotices
	build/bin/mknotices -out assets/notices.txt

.PHONY: screenshots
screenshots: ## every screen and page, light and dark, into docs/screenshots; needs no display
	@tools/setup.sh build
	$(NO_BUS) go run ./app/shots docs/screenshots
	@# The mock provider's pages, and what is saved of a sign-in, are looked at with a browser.
	MOCKPROVIDER_SCREENSHOTS='$(abspath docs/screenshots)' go test -count=1 -run TestPicturesForDocs -v ./mockprovider
	LATCHKEY_SCREENSHOTS='$(abspath docs/screenshots)' go test -count=1 -run TestInChromium ./app/flowpage

##### Packages
# Each fragment adds its targets to PACKAGES (what makes installers into dist/)
# and PACKAGE_TESTS (what tries them).

PACKAGES :=
PACKAGE_TESTS :=
include $(sort $(wildcard packaging/*.mk))

.PHONY: package
package: check-tree clean-dist $(PACKAGES) sbom sums ## every installer that this system can make, into dist/; ALLOW_DIRTY=1: from a changed tree

.PHONY: test-packages
test-packages: setup-test $(PACKAGE_TESTS) ## install, start, sign in with, upgrade and remove each installer

##### Tools, pinned in tools/go.mod

build/bin/staticcheck: tools/go.mod
	go -C tools build -o ../$@ honnef.co/go/tools/cmd/staticcheck
	@touch $@

build/bin/%: tools/go.mod tools/%/*.go
	go -C tools build -o ../$@ ./$*
	@touch $@

.PHONY: clean
clean: ## remove build/ and dist/
	rm -rf build dist
