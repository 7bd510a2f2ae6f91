# Every target does its own set-up. `make` alone lists them.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOLS   := $(CURDIR)/.tools
TRY     := .try

# Tools are built from source at these versions, into .tools, with this machine's Go.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0
GORELEASER    := github.com/goreleaser/goreleaser/v2@v2.15.1

.PHONY: help build try test lint fmt fuzz bench release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/seawall, a static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/seawall ./cmd/seawall

try: build $(TRY)/image.tar ## check a small real image that is vulnerable on purpose
	@test/demo/try $(TRY)

$(TRY)/image.tar: $(shell find test/demo -type f)
	$(GO) run ./test/demo -out $(TRY)

test: ## set up, vet, and run every test with the race detector
	@test/setup
	$(GO) vet ./...
	@if [ -e /usr/include/isa-l.h ]; then $(GO) run ./test/gotest -tags isal ./internal/image/compression; fi
	$(GO) run ./test/gotest -race -timeout 20m ./...

lint: $(TOOLS)/golangci-lint $(TOOLS)/govulncheck ## formatting, static checks, known vulnerabilities
	$(TOOLS)/golangci-lint run
	PATH="$(TOOLS):$$PATH" test/vulncheck

fmt: $(TOOLS)/golangci-lint ## format all code
	$(TOOLS)/golangci-lint fmt

fuzz: ## run every fuzz target for FUZZTIME (default 5s)
	test/fuzz $(or $(FUZZTIME),5s)

bench: ## compare with peers and with the floor; needs ../shared, see bench/README.md
	$(GO) run ./bench

release: $(TOOLS)/goreleaser build ## build the release's files into dist/ without publishing them
	PATH="$(CURDIR)/bin:$$PATH" $(TOOLS)/goreleaser release --snapshot --clean --skip=docker

clean: ## remove what the other targets made
	rm -rf bin dist $(TRY) .tools bench/work

# The version is part of the file name, so a changed pin builds the tool again.
define tool
$(TOOLS)/$(1): $(TOOLS)/$(1)-$(lastword $(subst @, ,$(2)))
	@ln -sf $$(notdir $$<) $$@
$(TOOLS)/$(1)-$(lastword $(subst @, ,$(2))):
	GOBIN=$(TOOLS)/build $(GO) install $(2)
	@mv $(TOOLS)/build/$(1) $$@
endef
$(eval $(call tool,golangci-lint,$(GOLANGCI_LINT)))
$(eval $(call tool,govulncheck,$(GOVULNCHECK)))
$(eval $(call tool,goreleaser,$(GORELEASER)))
