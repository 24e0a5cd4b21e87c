#!/usr/bin/env bash
# Installs the Debian packages that are missing. At a terminal it prints the commands and asks first. With CI=true or
# YES=1, or without a terminal, it does not ask.
#
# usage: scripts/install.sh REASON PACKAGE...
#
# Ends with 0 when all packages are installed. Removes nothing, and changes nothing on a system other than Debian.
set -euo pipefail

main() {
    local reason=$1 package missing=() root=()
    shift
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "$reason; this system is not Debian, so install it yourself (Debian's packages: $*)"
        return 1
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if (($(id -u) != 0)); then
        if ! command -v sudo >/dev/null; then
            say "$reason; installing ${missing[*]} needs root or sudo"
            return 1
        fi
        root=(sudo)
    fi
    local install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get install -y --no-install-recommends --no-remove "${missing[@]}")
    say "$reason; missing: ${missing[*]}"
    printf '  %s\n' "${root[*]:+${root[*]} }apt-get update" "${install[*]}" >&2
    if must_ask && ! agreed; then
        say "nothing is installed"
        return 1
    fi
    "${root[@]}" apt-get update || say "apt-get update failed; trying with the package lists that are here"
    "${install[@]}" && return
    say "apt-get cannot install ${missing[*]}"
    return 1
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# A person is at the terminal, and has not agreed beforehand.
must_ask() {
    [[ -t 0 && ${CI-} != true && ${YES-} != 1 ]]
}

# Asks on the terminal itself: the output of make may go to a file.
agreed() {
    local answer
    printf 'Run these commands? [y/N] ' >/dev/tty
    read -r answer </dev/tty || { echo >/dev/tty && return 1; }
    [[ ${answer,,} == y || ${answer,,} == yes ]]
}

say() {
    echo "install.sh: $*" >&2
}

(($# >= 2)) || { say "usage: scripts/install.sh REASON PACKAGE..." && exit 2; }
main "$@"
