# shellcheck shell=bash
# For the tests of the scripts: each case is a function test_* and gets its own machine, a folder with only the programs
# that the case puts there. The stubs write their arguments into the machine's log.
#
# Sourced by the tests, which end with run_cases.

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The interpreter itself: what is on the PATH may be a script that needs the whole PATH.
python=$(python3 -c 'import sys; print(sys.executable)')
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

# Runs a script on the machine, without a terminal unless the case has called at_a_terminal:
# script_ends_with STATUS SCRIPT [NAME=VALUE]... [ARGUMENT]...
script_ends_with() {
    local expected=$1 script=$2 status=0 environment=()
    shift 2
    while (($#)) && [[ $1 == *=* ]]; do environment+=("$1") && shift; done
    run_on_machine "${environment[@]}" "${terminal[@]}" "$machine/checkout/scripts/$script" "$@" || status=$?
    ((status == expected)) && return
    echo "ended with $status instead of $expected" >>"$machine/output"
    return 1
}

# The script that the case runs asks at a terminal, and gets this answer.
at_a_terminal() {
    terminal=("$python" "$scripts/tests/terminal.py" "$1")
}

# Runs a command with the machine's environment: run_on_machine [NAME=VALUE]... COMMAND [ARGUMENT]...
run_on_machine() {
    env -i PATH="$machine/bin" HOME="$machine/home" DEBIAN_BIN="$machine/debian" machine="$machine" "$@" \
        </dev/null 2>&1 | cat >"$machine/output" || return "${PIPESTATUS[0]}"
}

logged() { grep -q -e "$1" "$machine/log"; }

says() { grep -qF -e "$1" "$machine/output"; }

new_machine() {
    local tool
    machine=$machines/$1 terminal=()
    mkdir -p "$machine"/{bin,home,checkout/scripts}
    cp "$scripts"/*.sh "$machine/checkout/scripts/"
    echo 'rust-version = "1.95"' >"$machine/checkout/Cargo.toml"
    echo 0 >"$machine/uid"
    touch "$machine"/{log,output,installed}
    for tool in bash env sed cut sort head dirname wc mkdir grep cat tee ln mv rm sleep; do
        ln -s "$(type -P "$tool")" "$machine/bin/$tool"
    done
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub id 'cat "$machine/uid"'
}

# Debian's list of installed packages: the lines of the file `installed`.
dpkg_query() {
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub dpkg-query 'if grep -qx "${!#}" "$machine/installed"; then printf installed; else exit 1; fi'
}

# A program on the machine's PATH: stub NAME CODE
stub() { executable "$machine/bin/$1" "$2"; }

executable() {
    mkdir -p "$(dirname "$1")"
    printf '#!/usr/bin/env bash\nset -euo pipefail\n%s\n' "$2" >"$1"
    chmod +x "$1"
}
