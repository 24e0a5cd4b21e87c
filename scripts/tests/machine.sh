# shellcheck shell=bash
# For the tests of the scripts: each case is a function test_*, and gets a machine of its own, on which only what the
# case puts there can be found. The stubs write what they are asked into the machine's log.
#
# Sourced by the tests, which end with run_cases.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
machines=$(mktemp -d)
trap 'rm -rf "$machines"' EXIT

run_cases() {
    local case failures=0
    for case in $(compgen -A function test_); do
        new_machine "$case"
        if "$case"; then
            echo "ok      ${case#test_}"
        else
            failures=$((failures + 1))
            echo "FAILED  ${case#test_}"
            sed 's/^/        /' "$machine/output" "$machine/log"
        fi
    done
    ((failures == 0))
}

# Runs a script on the machine: script_ends_with STATUS SCRIPT [NAME=VALUE]... [ARGUMENT]...
script_ends_with() {
    local expected=$1 script=$2 status=0 environment=()
    shift 2
    while (($#)) && [[ $1 == *=* ]]; do environment+=("$1") && shift; done
    env -i PATH="$machine/bin" HOME="$machine/home" DEBIAN_BIN="$machine/debian" machine="$machine" \
        "${environment[@]}" "$machine/checkout/scripts/$script" "$@" </dev/null 2>&1 | cat >"$machine/output" ||
        status=${PIPESTATUS[0]}
    ((status == expected)) && return
    echo "ended with $status instead of $expected" >>"$machine/output"
    return 1
}

logged() { grep -q -e "$1" "$machine/log"; }

says() { grep -qF -e "$1" "$machine/output"; }

new_machine() {
    local tool
    machine=$machines/$1
    mkdir -p "$machine"/{bin,home,checkout/scripts}
    cp "$scripts"/*.sh "$machine/checkout/scripts/"
    echo 'rust-version = "1.95"' >"$machine/checkout/Cargo.toml"
    echo 0 >"$machine/uid"
    touch "$machine"/{log,output,installed}
    for tool in bash env sed cut sort head dirname wc mkdir grep cat tee ln sleep; do
        ln -s "$(type -P "$tool")" "$machine/bin/$tool"
    done
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub id 'cat "$machine/uid"'
}

# A program on the machine's PATH: stub NAME CODE
stub() { executable "$machine/bin/$1" "$2"; }

executable() {
    mkdir -p "$(dirname "$1")"
    printf '#!/usr/bin/env bash\nset -euo pipefail\n%s\n' "$2" >"$1"
    chmod +x "$1"
}
