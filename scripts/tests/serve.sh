#!/usr/bin/env bash
# Tests serve.sh. The stubs of `spin` and `cargo` log their arguments and serve one connection.
# shellcheck disable=SC2016  # the code of a stub is expanded when the stub runs
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=machine.sh
source "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

test_without_spin_the_host_serves() {
    serves --variable doh_primary=http://127.0.0.1:8053 && says "no Spin" &&
        logged "^cargo run --package host --bin host -- --listen $address --variable doh_primary=http://127.0.0.1:8053$"
}

test_a_spin_that_is_too_old_is_not_used() {
    local version
    for version in 2.7.0 3.0.0; do
        spin "spin $version (a111517 2024-08-06)"
        serves && says "Spin $version is too old" &&
            logged "^cargo run --package host --bin host -- --listen $address$" || return 1
    done
}

test_an_older_spin_serves_the_component_of_wasi_0_2() {
    local version
    for version in 3.1.0 4.0.2; do
        spin "spin $version (dbbd7ce 2026-02-11)"
        stub_component
        serves --variable doh_path=/x && logged "^component.sh --artefact ipedge-wasip2$" &&
            logged "^spin up --from deploy/spin-wasip2.toml --listen $address, doh_path=/x$" || return 1
    done
}

test_spin_4_1_serves() {
    spin "spin 4.1.0 (fa71e9b 2026-06-30)"
    serves --variable doh_path=/x && logged "^spin up --from spin.toml --listen $address --variable doh_path=/x$"
}

test_versions_are_compared_as_numbers() {
    spin "spin 10.0.0 (fa71e9b 2030-06-30)"
    serves && logged "^spin up"
}

test_the_address_is_printed_once_it_listens() {
    serves && says "ipedge listens on http://$address" && says "curl 'http://$address/8.8.8.8?pretty=true'"
}

test_a_server_that_does_not_start_is_not_announced() {
    new_address
    stub cargo 'exit 3'
    script_ends_with 3 serve.sh --listen "$address" && ! says "ipedge listens"
}

test_a_taken_port_is_an_error() {
    local server
    new_address
    python3 -m http.server --bind 127.0.0.1 "${address#*:}" >/dev/null 2>&1 &
    server=$!
    until (: >"/dev/tcp/127.0.0.1/${address#*:}") 2>/dev/null; do kill -0 $server; done
    if script_ends_with 1 serve.sh --listen "$address"; then
        kill $server
        says "something already listens on $address" && ! logged "cargo"
    else
        kill $server
        return 1
    fi
}

serves() {
    new_address
    stub cargo "$(server cargo)"
    script_ends_with 0 serve.sh --listen "$address" "$@"
}

# The build is tested elsewhere.
stub_component() {
    rm "$machine/checkout/scripts/component.sh"
    executable "$machine/checkout/scripts/component.sh" 'echo "component.sh $*" >>"$machine/log"'
}

spin() {
    stub spin "if [[ \$1 == --version ]]; then echo '$1'; exit; fi; $(server spin)"
}

# Listens on the address after --listen until the first connection.
server() {
    cat <<STUB
echo "$1 \$*\${SPIN_VARIABLE_DOH_PATH+, doh_path=\$SPIN_VARIABLE_DOH_PATH}" >>"\$machine/log"
while [[ \$1 != --listen ]]; do shift; done
exec $python -c "
import socket
server = socket.create_server(('127.0.0.1', \${2#*:}))
server.settimeout(20)
server.accept()"
STUB
}

new_address() {
    address=127.0.0.1:$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
}

run_cases
