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
.PHONY: help build run test check format vet lint generated rules bench mutants fuzz clean bin/otklik bin/engines bin/gotest

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: bin/otklik ## build bin/otklik

run: build ## build and start everything with the demonstration region
	bin/otklik run --demo

test: bin/engines bin/gotest ## every test, against real engines
	$(WITH_ENGINES) bin/gotest -timeout=12m ./...

check: format vet lint generated rules test ## what CI runs: format, lint, generated files, import rules, tests

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

bench: bin/engines ## measure; prints one table
	$(WITH_ENGINES) $(GO) run ./internal/bench

mutants: bin/engines ## break the code on purpose, one small way at a time: every break must turn a test red
	$(WITH_ENGINES) $(GO) run ./internal/mutants

fuzz: ## run every fuzz target for FUZZTIME (20s)
	sh deploy/fuzz.sh $(FUZZTIME)

clean: ## remove what was built; data stays
	rm -rf bin deploy/engines/*/target

# Go knows best what is up to date.
bin/otklik:
	$(GO) build -ldflags '$(LDFLAGS)' -o $@ ./cmd/otklik

bin/engines:
	$(GO) build -o $@ ./internal/testenv/engines

bin/gotest:
	$(GO) build -o $@ ./internal/testenv/gotest
