#!/usr/bin/env bash
# Installs the Debian packages that are missing, with a line that says what and why; asks nothing.
#
# usage: scripts/install.sh WHY PACKAGE...
#
# Ends with 0 when all are there. Removes nothing, and leaves a machine that is no Debian alone.
set -euo pipefail

main() {
    local why=$1 package missing=() root=()
    shift
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "$why; this is no Debian, so nothing is installed here (Debian's packages: $*)"
        return 1
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if (($(id -u) != 0)); then
        if ! command -v sudo >/dev/null; then
            say "$why; neither root nor sudo to install ${missing[*]}"
            return 1
        fi
        root=(sudo)
    fi
    say "installing ${missing[*]}: $why"
    "${root[@]}" apt-get update || say "apt-get update failed; trying with the package lists that are here"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends --no-remove "${missing[@]}" && return
    say "apt-get cannot install ${missing[*]}"
    return 1
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

say() {
    echo "install.sh: $*" >&2
}

main "${@:?usage: scripts/install.sh WHY PACKAGE...}"
