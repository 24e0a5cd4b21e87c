#!/usr/bin/env bash
# Serves the component: in Spin if the PATH has 3.1 or newer, else in the host of tests/host, which takes the same options.
# Spin before 4.1 gets the component of WASI 0.2. Prints the URL, and an example, once the server listens.
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
    local version
    version=$(spin_version)
    if is_at_least 4.1 "$version"; then
        exec spin up --from spin.toml "$@"
    elif is_at_least 3.1 "$version"; then
        say "Spin $version does not run components of WASI 0.3, as 4.1 does; building the one of WASI 0.2"
        scripts/component.sh --artefact ipedge-wasip2
        serve_older "$@"
    fi
    local why="no Spin on the PATH"
    [[ -z $version ]] || why="Spin $version is too old (3.1 is needed)"
    say "$why; serving in the development host (tests/host) instead"
    exec cargo run --package host --bin host -- "$@"
}

# serve_older --listen ADDRESS:PORT [--variable NAME=VALUE]...: Spin has the option --variable since 3.4, and has read the
# environment before.
serve_older() {
    local options=() name
    while (($# > 0)); do
        if [[ $1 == --variable ]]; then
            name=${2%%=*}
            export "SPIN_VARIABLE_${name^^}=${2#*=}"
        else
            options+=("$1" "$2")
        fi
        shift 2
    done
    exec spin up --from deploy/spin-wasip2.toml "${options[@]}"
}

# The version of the Spin on the PATH; nothing if there is none.
spin_version() {
    ! command -v spin >/dev/null || spin --version | cut -d ' ' -f 2
}

is_at_least() {
    [[ -n $2 && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
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
