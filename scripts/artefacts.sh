#!/usr/bin/env bash
# Writes artefacts with the real databases into a folder, with the databases' manifest and SHA256SUMS. The databases must
# have been packed. The folder is replaced when all artefacts are there.
#
# usage: scripts/artefacts.sh FOLDER ARTEFACT...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

limit=52428800 # bytes: what Akamai Functions accepts

main() {
    local folder=${1:?usage: scripts/artefacts.sh FOLDER ARTEFACT...} artefact size
    shift
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    for artefact in "$@"; do
        scripts/component.sh --artefact "$artefact"
        cp "target/wasm32-wasip2/release/$artefact.wasm" "$folder.new/"
        size=$(wc -c <"$folder.new/$artefact.wasm")
        if ((size > limit)) && [[ ${PROFILE-edge} == edge ]]; then
            echo "artefacts.sh: $artefact.wasm has $size bytes; an edge platform accepts $limit" >&2
            exit 1
        fi
    done
    cp assets/manifest.json "$folder.new/"
    (cd "$folder.new" && sha256sum -- *.wasm manifest.json >SHA256SUMS)
    rm -rf "$folder"
    mv "$folder.new" "$folder"
    cat "$folder/SHA256SUMS"
}

main "$@"
