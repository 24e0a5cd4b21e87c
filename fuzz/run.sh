#!/usr/bin/env bash
# Runs fuzz targets one after the other, each for a time. All files that it makes are below target/fuzz.
#
# usage: fuzz/run.sh SECONDS [TARGET...]
#
# An input that makes a target panic is kept below target/fuzz/artifacts; the message has its path. To reproduce it, run
# target/fuzz/build/*/debug/TARGET with the file. When it is fixed, turn it into a unit test.
#
# Installs cargo-fuzz below target/tools if it is missing. Uses rustup's nightly toolchain with the address sanitizer if
# it is installed, else the default toolchain without the sanitizer.
set -euo pipefail

main() {
    local seconds=${1:?usage: fuzz/run.sh SECONDS [TARGET...]} sanitizer=none
    shift
    (($#)) || set -- reply caller route
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    mkdir -p target
    work=$PWD/target/fuzz

    PATH=$PWD/target/tools/bin:$PATH
    cargo fuzz --version >/dev/null 2>&1 || cargo install --locked --root target/tools cargo-fuzz
    # Naming the toolchain would install it if it is missing.
    if rustup toolchain list 2>/dev/null | grep -q '^nightly'; then
        sanitizer=address
        export RUSTUP_TOOLCHAIN=nightly
    else
        export RUSTC_BOOTSTRAP=1
    fi
    python3 fuzz/seeds.py "$work/seeds/reply"
    for target in "$@"; do
        cargo fuzz build --dev --sanitizer "$sanitizer" --target-dir "$work/build" "$target"
    done
    for target in "$@"; do
        run "$target" "$seconds"
    done
}

# run TARGET SECONDS: starts with earlier findings, the committed seeds and the generated seeds.
run() {
    local seeds=() program
    program=$(echo "$work"/build/*/debug/"$1")
    mkdir -p "$work/corpus/$1" "$work/artifacts/$1"
    for folder in "fuzz/seeds/$1" "$work/seeds/$1"; do
        [[ ! -d $folder ]] || seeds+=("$folder")
    done
    echo "fuzzing $1 for $2 seconds"
    "$program" -max_total_time="$2" -max_len=4096 -print_final_stats=1 -verbosity=1 \
        -artifact_prefix="$work/artifacts/$1/" "$work/corpus/$1" "${seeds[@]}"
}

main "$@"
