#!/usr/bin/env bash
# Serves the component: in Spin if the PATH has 4.1 or newer, else in the host of tests/host, which takes the same
# options. Prints the URL, and an example, once the server listens.
#
# usage: scripts/serve.sh --listen ADDRESS:PORT [--variable NAME=VALUE]...
set -euo pipefail

main() {
    local listen=${2:?usage: scripts/serve.sh --listen ADDRESS:PORT [--variable NAME=VALUE]...}
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    if listens "$listen"; then
        say "something already listens on $listen; choose another address: make serve LISTEN=127.0.0.1:3001"
        exit 1
    fi
    greet "$listen" $$ &
    if has_spin; then
        exec spin up --from spin.toml "$@"
    fi
    exec cargo run --package host --bin host -- "$@"
}

# Spin 4.1 is the first version that runs components of WASI 0.3.
has_spin() {
    local version
    if ! command -v spin >/dev/null; then
        say "no Spin on the PATH; serving in the development host (tests/host) instead"
        return 1
    fi
    version=$(spin --version | cut -d ' ' -f 2)
    [[ $(printf '%s\n' 4.1 "$version" | sort -V | head -n 1) == 4.1 ]] && return
    say "Spin $version is too old (4.1 is needed); serving in the development host (tests/host) instead"
    return 1
}

# Waits until the server listens on $1. Process $2 becomes the server; if it ends, so does this.
greet() {
    until listens "$1"; do
        kill -0 "$2" 2>/dev/null || return
        sleep 0.1
    done
    printf '\n%s\n%s\n\n' "ipedge listens on http://$1" "try:  curl 'http://$1/8.8.8.8?pretty=true'"
}

listens() {
    local port=${1##*:} host=${1%:*}
    host=${host#[}
    (: >"/dev/tcp/${host%]}/$port") 2>/dev/null
}

say() {
    echo "serve.sh: $*" >&2
}

main "$@"
