#!/usr/bin/env bash
# Tests push.sh with stubs of spin and wkg, on a copy of the scripts and manifests.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

main() {
    local test failed=0
    for test in $(compgen -A function test_); do
        if ! (prepare && "$test"); then
            echo "push.sh: $test failed" >&2
            failed=1
        fi
    done
    return "$failed"
}

test_four_names() {
    pushes &&
        logged 'spin registry push ghcr.io/o/ipedge:1.2.3 ipedge.wasm' \
        'spin registry push ghcr.io/o/ipedge:1.2.3-wasip2 ipedge-wasip2.wasm' \
        'wkg oci push ghcr.io/o/ipedge-wasi:1.2.3 dist/ipedge-wasi.wasm' \
        'wkg oci push ghcr.io/o/ipedge-wasi:1.2.3-wasip2 dist/ipedge-wasi-wasip2.wasm'
}

test_the_manifests_stay_as_they_are() {
    pushes &&
        cmp "$root/spin.toml" "$copy/spin.toml"
}

test_a_component_that_is_missing() {
    rm "$copy/dist/ipedge-wasip2.wasm"
    ! pushes
}

test_a_manifest_whose_source_cannot_be_replaced() {
    echo 'source = { url = "https://example.com/ipedge.wasm", digest = "sha256:0" }' >"$copy/spin.toml"
    ! pushes && grep --quiet "no line with the component's source" "$copy/errors" && [[ ! -s $copy/log ]]
}

test_a_registry_that_refuses() {
    echo 'exit 1' >>"$copy/bin/spin"
    ! pushes && ! grep --quiet wkg "$copy/log"
}

test_a_missing_version() {
    ! PATH=$copy/bin:$PATH "$copy/scripts/push.sh" ghcr.io/o/ipedge 2>/dev/null
}

prepare() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    mkdir "$copy"/{bin,deploy,dist,scripts}
    cp "$root/scripts/push.sh" "$copy/scripts/"
    cp "$root/spin.toml" "$copy/"
    sed 's#^source = .*#source = "../target/other.wasm"#' "$root/spin.toml" >"$copy/deploy/spin-wasip2.toml"
    touch "$copy"/dist/ipedge{,-wasip2,-wasi,-wasi-wasip2}.wasm "$copy/log"
    # The stub of spin logs the component that its manifest names, if that is there.
    cat >"$copy/bin/spin" <<EOF
#!/usr/bin/env bash
source=\$(sed -n 's/^source = "\(.*\)"/\1/p' "\$4")
[[ -f \${4%/*}/\$source ]] && echo "spin \$1 \$2 \$5 \$source" >>"$copy/log"
EOF
    printf '#!/usr/bin/env bash\necho "wkg $*" >>"%s"\n' "$copy/log" >"$copy/bin/wkg"
    chmod +x "$copy"/bin/*
}

pushes() {
    PATH=$copy/bin:$PATH "$copy/scripts/push.sh" ghcr.io/o/ipedge 1.2.3 2>"$copy/errors"
}

# The stubs were called like this, and in no other way.
logged() {
    diff <(printf '%s\n' "$@") "$copy/log"
}

main
