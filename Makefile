# Otklik. `make` alone lists what can be done.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION)

# The version is ours to set; go would fail where git distrusts the checkout's owner.
export GOFLAGS += -buildvcs=false

SOURCES := $(wildcard cmd crawler indexer incidents ui internal deploy)
FUZZTIME ?= 20s

# The real engines: addresses in the environment, or our own. See internal/testenv/engines.
WITH_ENGINES := bin/engines --

.DEFAULT_GOAL := help
.PHONY: help build page page-check run test e2e check format vet lint generated rules screenshots bench mutants torture fuzz clean bin/otklik bin/engines bin/gotest

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: page bin/otklik ## build bin/otklik, with the page where Node.js is there

page: ## build the page (needs Node.js 20.19 or newer)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory ui/dist/index.html; \
	else echo "Node.js is not here: the binary serves the API, and says so in the page's place"; fi

ui/dist/index.html: ui/node_modules $(shell find ui/src ui/public ui/scripts ui/index.html ui/vite.config.ts ui/tsconfig.json -type f 2>/dev/null)
	cd ui && npm run --silent build

ui/node_modules: ui/package.json ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund --silent && touch node_modules

run: build ## build and start everything with the demonstration region
	bin/otklik run --demo

# The page's tests take longest, and begin first.
test: page bin/engines bin/gotest ## every test, against real engines, the page's in Chromium
	$(WITH_ENGINES) bin/gotest -timeout=20m ./ui/e2e ./...

e2e: page bin/engines bin/gotest ## only the page's tests in Chromium
	$(WITH_ENGINES) bin/gotest -timeout=20m ./ui/e2e

check: format vet lint generated rules page-check test ## what CI runs, besides 3 s of each fuzz target: format, lint, generated files, import rules, the page, tests

format: # gofmt changes nothing
	@files=$$(gofmt -l $(SOURCES)); \
	if [ -n "$$files" ]; then echo "not formatted (gofmt -w mends it):"; echo "$$files"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(GO) tool staticcheck ./...

generated: # go generate changes nothing
	sh deploy/generated.sh

rules: # import rules and the like; also part of test, but here they fail first
	$(GO) test ./internal/archtest

page-check: # types against docs/openapi.json, TypeScript, lint and tests of the page, its size
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory ui/node_modules && cd ui && npm run --silent check && npm run --silent build; \
	elif [ "$$CI" = true ]; then echo "Node.js 20.19 or newer is missing: the page can't be checked" >&2; exit 1; \
	else echo "SKIPPED: Node.js is not here: the page is not checked"; fi

screenshots: build ## remake the README's pictures (needs Node.js and Chromium)
	cd ui && node scripts/pictures.mjs

bench: page bin/engines ## measure, and write docs/performance.md; FULL=1 searches among a million posts, too; ONLY=… measures a part
	$(WITH_ENGINES) $(GO) run ./internal/bench -write docs/performance.md $(if $(FULL),-full) -only '$(ONLY)'

bench-compare: page bin/engines ## measure, and show the figures beside those of docs/performance.md
	$(WITH_ENGINES) $(GO) run ./internal/bench -compare docs/performance.md $(if $(FULL),-full) -only '$(ONLY)'

mutants: bin/engines ## break the code on purpose, one small way at a time: every break must turn a test red
	$(WITH_ENGINES) $(GO) run ./internal/mutants

torture: ## kill, fill, freeze, misdate and press a running product and its engines; prints a verdict a scenario
	@failed=0; for shape in postgres grown; do $(GO) run ./internal/torture --shape $$shape || failed=1; done; exit $$failed

fuzz: ## run every fuzz target for FUZZTIME (20s), as many at once as there are processors
	sh deploy/fuzz.sh $(FUZZTIME)

clean: ## remove what was built; data stays
	rm -rf bin deploy/engines/*/target ui/node_modules ui/dist/assets ui/dist/index.html*

# Go knows best what is up to date.
bin/otklik:
	$(GO) build -ldflags '$(LDFLAGS)' -o $@ ./cmd/otklik

bin/engines:
	$(GO) build -o $@ ./internal/testenv/engines

bin/gotest:
	$(GO) build -o $@ ./internal/testenv/gotest
