#!/usr/bin/env bash
# Tests component.sh. Each case puts stubs of the compilers and package managers that it needs on its machine.
# shellcheck disable=SC2016  # the code of a stub is expanded when the stub runs
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=machine.sh
source "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

test_a_compiler_with_the_library_is_used_as_it_is() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    runs && logged "cargo build --package ipedge --lib --profile release --target wasm32-wasip2 --target-dir target$" &&
        logged "RUSTC_BOOTSTRAP=unset" && ! logged "^rustup" && ! logged "^apt-get"
}

test_rustups_compiler_is_found_behind_another_on_the_path() {
    compiler "$machine/bin" 1.96.0
    compiler "$machine/home/.cargo/bin" 1.95.0 && library "$machine/home/.cargo/bin"
    runs && logged "rustc=$machine/home/.cargo/bin/rustc" && ! logged "^apt-get"
}

test_package_and_profile_reach_cargo() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    runs --profile fixture -p bench-hello && logged "--package bench-hello --lib --profile fixture" &&
        says "target/wasm32-wasip2/fixture/bench_hello.wasm, 5 bytes"
}

test_an_artefact_has_its_own_features_and_file() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    local artefact folder=$machine/checkout/target/wasm32-wasip2/fixture
    for artefact in ipedge ipedge-wasip2 ipedge-wasi ipedge-wasi-wasip2 ipedge-wasip2 ipedge; do
        runs --profile fixture --artefact "$artefact" || return 1
    done
    logged "--no-default-features --features wasip2,spin" && logged "--no-default-features --features wasip3" &&
        grep -q -e "--features wasip2,spin" "$folder/ipedge-wasip2.wasm" &&
        grep -q -e "--features wasip3" "$folder/ipedge-wasi.wasm" &&
        grep -q -e "--features wasip2$" "$folder/ipedge-wasi-wasip2.wasm" &&
        ! grep -q -e "--features" "$folder/deps/ipedge.wasm"
}

test_an_unknown_artefact_is_refused() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    ends_with 2 --artefact ipedge-wasip1 && says "no artefact ipedge-wasip1" && ! logged "cargo"
}

test_an_unknown_argument_is_refused() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    ends_with 2 --relase && says "unknown argument --relase" && ! logged "cargo"
}

test_a_failing_build_fails() {
    compiler "$machine/bin" 1.95.0 && library "$machine/bin"
    touch "$machine/cargo-fails"
    ends_with 101
}

test_rustup_fetches_the_library() {
    rustup_toolchain
    touch "$machine/online"
    runs && logged "rustup target add wasm32-wasip2" && logged "rustc=$machine/home/.cargo/bin/rustc" &&
        ! logged "^apt-get"
}

test_rustup_auto_install_0_is_respected() {
    rustup_toolchain && debian
    touch "$machine/online"
    runs RUSTUP_AUTO_INSTALL=0 && says "RUSTUP_AUTO_INSTALL=0" && ! logged "^rustup" && built_by_debian
}

test_rustup_offline_leaves_it_to_debian() {
    rustup_toolchain && debian
    runs && logged "rustup target add" && says "rustup cannot fetch it" && built_by_debian
}

test_a_compiler_that_is_too_old_is_skipped() {
    compiler "$machine/bin" 1.94.1 && library "$machine/bin"
    rustup_toolchain && debian
    runs && says "1.94.1; 1.95 or newer" && built_by_debian
}

test_debian_with_all_packages_installs_nothing() {
    rustup_toolchain && debian && ln -s packages "$machine/debian"
    printf '%s\n' rustc-web cargo-web rust-web-src wasi-libc >"$machine/installed"
    runs && built_by_debian && ! logged "^apt-get"
}

test_only_missing_packages_are_installed_and_none_removed() {
    rustup_toolchain && debian
    printf '%s\n' rustc-web cargo-web >"$machine/installed"
    runs && says "Debian's Rust builds the wasm32-wasip2 library from source; missing: rust-web-src wasi-libc" &&
        logged "apt-get install -y --no-install-recommends --no-remove rust-web-src wasi-libc$" && ! logged "sudo"
}

test_a_user_installs_with_sudo() {
    rustup_toolchain && debian
    echo 1000 >"$machine/uid"
    stub sudo 'echo "sudo $*" >>"$machine/log"; exec "$@"'
    runs && logged "sudo .*apt-get install" && built_by_debian
}

test_a_user_without_sudo_learns_both_ways() {
    rustup_toolchain && debian
    echo 1000 >"$machine/uid"
    ends_with 1 && says "needs root or sudo" && says_both_ways && ! logged "^apt-get"
}

test_debians_compiler_may_be_too_old() {
    rustup_toolchain && debian 1.85.0
    ends_with 1 && says "1.85.0; 1.95 or newer" && says_both_ways
}

test_failing_apt_get_reports_both_ways() {
    rustup_toolchain && debian
    touch "$machine/apt-fails"
    ends_with 1 && says "apt-get cannot install rustc-web" && says_both_ways
}

test_debian_without_linkers_installs_nothing() {
    debian
    ends_with 1 && says "wasm-component-ld" && says_both_ways && ! logged "^apt-get"
}

test_linkers_of_an_inactive_toolchain_are_enough() {
    debian && linkers "$machine/home/.rustup/toolchains/nightly"
    runs && logged "linker=$machine/home/.rustup/toolchains/nightly/lib/rustlib/host/bin/wasm-component-ld"
}

test_another_system_is_left_alone() {
    rustup_toolchain
    ends_with 1 && says "this system is not Debian" && says_both_ways
}

test_without_a_toolchain_both_ways_are_reported() {
    ends_with 1 && says "rustup, which could fetch it, is not installed" && says "no rustup toolchain" && says_both_ways
}

# --- expectations ------------------------------------------------------------------------------------------------

runs() { ends_with 0 "$@"; }

ends_with() {
    local status=$1
    shift
    script_ends_with "$status" component.sh "$@"
}

says_both_ways() { says "rustup target add wasm32-wasip2" && says "apt-get install rustc-web"; }

built_by_debian() {
    local linkers=$machine/home/.rustup/toolchains/stable/lib/rustlib/host/bin
    logged "rustc=$machine/debian/rustc linker=$linkers/wasm-component-ld" &&
        logged "RUSTC_BOOTSTRAP=1 RUSTFLAGS= -Clink-self-contained=no -Lnative=/usr/lib/wasm32-wasi " &&
        logged "-Zbuild-std=std,panic_abort$"
}

# --- parts of a machine ------------------------------------------------------------------------------------------

# A rustc and a cargo of VERSION in FOLDER; their sysroot is FOLDER/sysroot.
compiler() {
    local folder=$1 version=$2
    executable "$folder/rustc" "
        case \$* in
        --version) echo 'rustc $version (stub)' ;;
        '--print sysroot') echo '$folder/sysroot' ;;
        '--print target-libdir --target wasm32-wasip2') echo '$folder/sysroot/lib/rustlib/wasm32-wasip2/lib' ;;
        esac"
    executable "$folder/cargo" '
        log="RUSTC_BOOTSTRAP=${RUSTC_BOOTSTRAP-unset} RUSTFLAGS=${RUSTFLAGS-unset}"
        log+=" rustc=$(type -P rustc) linker=$(type -P wasm-component-ld || true)"
        echo "$log cargo $*" >>"$machine/log"
        [[ ! -e $machine/cargo-fails ]] || exit 101
        mkdir -p target/wasm32-wasip2/{release,fixture}/deps
        # Like cargo, which links only what it does not find.
        for profile in release fixture; do
            deps=target/wasm32-wasip2/$profile/deps/ipedge.wasm
            [[ -e $deps ]] || echo "$*" >"$deps"
        done
        echo wasm | tee target/wasm32-wasip2/{release,fixture}/{ipedge,bench_hello}.wasm >/dev/null'
}

library() {
    mkdir -p "$1/sysroot/lib/rustlib/wasm32-wasip2/lib"
    touch "$1/sysroot/lib/rustlib/wasm32-wasip2/lib/libstd-0123.rlib"
}

linkers() {
    executable "$1/lib/rustlib/host/bin/rust-lld" ""
    executable "$1/lib/rustlib/host/bin/wasm-component-ld" ""
}

# rustup with a stable toolchain that lacks the library. It can fetch the library if the machine is online.
rustup_toolchain() {
    compiler "$machine/home/.cargo/bin" 1.95.0
    linkers "$machine/home/.rustup/toolchains/stable"
    stub rustup '
        echo "rustup $*" >>"$machine/log"
        [[ -e $machine/online ]] || exit 1
        library=$machine/home/.cargo/bin/sysroot/lib/rustlib/wasm32-wasip2/lib
        mkdir -p "$library" && : >"$library/libstd-0123.rlib"'
}

# debian [VERSION]: Debian without any of the packages. Their compiler has this version.
debian() {
    compiler "$machine/packages" "${1-1.96.0}"
    dpkg_query
    stub apt-get '
        echo "apt-get $*" >>"$machine/log"
        [[ ! -e $machine/apt-fails ]] || exit 100
        if [[ $1 == install ]]; then ln -s packages "$machine/debian"; fi'
}

run_cases
