#!/usr/bin/env bash
# Writes what a release has to say about others' code and data in the artefacts: licences.txt, the licence texts, and
# sbom.cdx.json, a CycloneDX 1.5 list of what is inside. Then writes SHA256SUMS anew.
#
# usage: scripts/notices.sh FOLDER (make notices: dist)
#
# FOLDER has the artefacts (*.wasm) and the databases' manifest.json. cargo-about and cargo-cyclonedx are compiled into
# target/tools the first time. They see the features of the whole workspace; scripts/release/notices.py keeps the crates
# that are in the component.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/target/tools
work=target/notices

main() {
    local out=${1:?usage: scripts/notices.sh FOLDER}
    install_tool cargo-about@0.9.3 --features cli
    install_tool cargo-cyclonedx@0.5.9
    rm -rf "$work" && mkdir -p "$work"
    # cargo-about reads the whole workspace, offline.
    cargo fetch --locked
    # no-proc-macro: what only generates code is not in the component.
    cargo tree --locked --package ipedge --all-features --target wasm32-wasip2 --edges normal,no-proc-macro \
        --prefix none --format '{p}' --no-dedupe >"$work/crates.txt"
    "$tools/bin/cargo-about" generate --locked --offline --fail --all-features --config scripts/release/about.toml \
        --format json --output-file "$work/about.json"
    list_crates
    python3 scripts/release/notices.py "$work" "$out"
    (cd "$out" && rm -f SHA256SUMS && sums=$(sha256sum -- *) && echo "$sums" >SHA256SUMS)
}

# install_tool NAME@VERSION [OPTION...]: quick to compile rather than fast, but cargo-about compares texts.
install_tool() {
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=2 \
        cargo install --locked --quiet --root "$tools" --target-dir "$tools/target" "$@"
}

# cargo-cyclonedx writes a file beside each Cargo.toml of the workspace, so it works on a copy.
list_crates() {
    mkdir "$work/copy"
    git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --create |
        tar --directory "$work/copy" --extract
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) "$tools/bin/cargo-cyclonedx" cyclonedx --quiet --format json \
        --spec-version 1.5 --target wasm32-wasip2 --all-features --no-build-deps --override-filename sbom \
        --manifest-path "$work/copy/Cargo.toml"
    mv "$work/copy/sbom.json" "$work/sbom.json"
}

main "$@"
