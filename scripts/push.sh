#!/usr/bin/env bash
# Pushes what is in dist/ to a container registry, under four names:
#
#   IMAGE:VERSION              the Spin application of WASI 0.3
#   IMAGE:VERSION-wasip2       the Spin application of WASI 0.2
#   IMAGE-wasi:VERSION         the component of WASI 0.3 with environment variables, for wasmCloud and similar hosts
#   IMAGE-wasi:VERSION-wasip2  the same of WASI 0.2
#
# usage: scripts/push.sh IMAGE VERSION
#
# It needs spin (https://spinframework.dev) and wkg (https://github.com/bytecodealliance/wasm-pkg-tools), which both use
# the credentials of `docker login`. The release workflow runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

main() {
    local image=${1:?usage: scripts/push.sh IMAGE VERSION} version=${2:?usage: scripts/push.sh IMAGE VERSION}
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    push_application spin.toml dist/ipedge.wasm "$image:$version"
    push_application deploy/spin-wasip2.toml dist/ipedge-wasip2.wasm "$image:$version-wasip2"
    wkg oci push "$image-wasi:$version" dist/ipedge-wasi.wasm
    wkg oci push "$image-wasi:$version-wasip2" dist/ipedge-wasi-wasip2.wasm
}

# push_application MANIFEST COMPONENT REFERENCE: the manifest names the file that cargo builds; a copy names COMPONENT.
push_application() {
    local folder=$work/${2##*/}
    mkdir "$folder"
    cp "$2" "$folder/"
    sed "s#^source = \".*\"#source = \"${2##*/}\"#" "$1" >"$folder/spin.toml"
    grep --quiet --fixed-strings --line-regexp "source = \"${2##*/}\"" "$folder/spin.toml" || {
        echo "push.sh: $1 has no line with the component's source" >&2
        return 1
    }
    spin registry push --from "$folder/spin.toml" "$3"
}

main "$@"
