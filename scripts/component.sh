#!/usr/bin/env bash
# Builds a component of the workspace for wasm32-wasip2, with the first of these toolchains that can:
#
#   1. a compiler that has the target's library (rustup's or any other): plain cargo
#   2. rustup, which fetches the library; not with RUSTUP_AUTO_INSTALL=0, which forbids it to install anything by
#      itself
#   3. Debian's compiler, which builds the library from Debian's source package, with the linkers of a rustup
#      toolchain; scripts/install.sh installs the packages that are missing
#
# usage: scripts/component.sh [--profile release|fixture] [-p PACKAGE | --artefact NAME]
#
# The artefacts of the package ipedge are:
#
#   ipedge              WASI HTTP 0.3, variables from Spin
#   ipedge-wasip2       WASI HTTP 0.2, variables from Spin
#   ipedge-wasi         WASI HTTP 0.3, variables from the environment
#   ipedge-wasi-wasip2  WASI HTTP 0.2, variables from the environment
#
# The component is target/wasm32-wasip2/PROFILE/NAME.wasm, where the manifests expect it, even if CARGO_TARGET_DIR is set.
#
# The target's name has a 2, but components may use WASI 0.3: wasm32-wasip2 is Rust's target for components, and the
# bindings of 0.3 come from the crate wasip3.
set -euo pipefail

target=wasm32-wasip2
debian_packages=(rustc-web cargo-web rust-web-src wasi-libc)
debian_bin=${DEBIAN_BIN:-/usr/bin} # the folder of their cargo and rustc; the tests set another one
profile=release
package=ipedge
artefact=

main() {
    parse_arguments "$@"
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)

    if find_toolchain || { fetch_target && find_toolchain; }; then
        PATH=$toolchain:$PATH build
    elif prepare_debian; then
        PATH=$debian_bin:$linkers:$PATH RUSTC_BOOTSTRAP=1 \
            RUSTFLAGS="${RUSTFLAGS-} -Clink-self-contained=no -Lnative=/usr/lib/wasm32-wasi" \
            build -Zbuild-std=std,panic_abort
    else
        give_up
    fi
}

parse_arguments() {
    while (($#)); do
        case $1 in
        --profile) profile=${2:?--profile needs a name} && shift 2 ;;
        -p | --package) package=${2:?-p needs a package} && shift 2 ;;
        --artefact) artefact=${2:?--artefact needs a name} && shift 2 ;;
        *)
            say "unknown argument $1; usage: scripts/component.sh [--profile release|fixture]" \
                "[-p PACKAGE | --artefact NAME]" && exit 2
            ;;
        esac
    done
    case ${artefact:=${package//-/_}} in
    ipedge-wasip2) features=(--no-default-features --features "wasip2,spin") ;;
    ipedge-wasi) features=(--no-default-features --features wasip3) ;;
    ipedge-wasi-wasip2) features=(--no-default-features --features wasip2) ;;
    "${package//-/_}") features=() ;;
    *) say "there is no artefact $artefact" && exit 2 ;;
    esac
}

build() {
    local output=target/$target/$profile/${package//-/_}.wasm
    local wasm=target/$target/$profile/$artefact.wasm
    say "building $artefact ($profile) with $(rustc --version)"
    put_in_place "$artefact"
    cargo build --package "$package" --lib --profile "$profile" --target "$target" --target-dir target \
        "${features[@]}" "$@"
    if [[ $wasm != "$output" ]]; then
        ln -f "$(dirname "$output")/deps/${output##*/}" "$wasm"
        put_in_place "${package//-/_}"
    fi
    say "$wasm, $(wc -c <"$wasm") bytes"
}

# Cargo gives the artefacts of a package the same file, and would take one for the other. So the file is kept under the
# artefact's name while another is built, and put back before its own is: cargo then finds it as it left it. `place`
# names the artefact that is in place; without it, as after an interruption, the file is deleted.
put_in_place() {
    local deps=target/$target/$profile/deps file=${package//-/_}.wasm place current
    place=$deps/.$file.place
    mkdir -p "$deps"
    current=$(cat "$place" 2>/dev/null) || rm -f "$deps/$file"
    [[ $current != "$1" ]] || return 0
    rm -f "$place" "$deps/../$file"
    [[ ! -e $deps/$file ]] || mv "$deps/$file" "$deps/.$file.$current"
    if [[ -e $deps/.$file.$1 ]]; then
        mv "$deps/.$file.$1" "$deps/$file"
        [[ $1 != "${file%.wasm}" ]] || ln "$deps/$file" "$deps/../$file"
    fi
    echo "$1" >"$place"
}

# Sets `toolchain` to the folder of a compiler that has the target's library: that on the PATH, else rustup's.
find_toolchain() {
    local folder libraries
    for folder in "$(folder_of rustc)" "${CARGO_HOME:-$HOME/.cargo}/bin"; do
        [[ -x $folder/rustc && -x $folder/cargo ]] || continue
        libraries=$("$folder/rustc" --print target-libdir --target "$target" 2>/dev/null) || continue
        compgen -G "$libraries/libstd-*.rlib" >/dev/null || continue
        is_new_enough "$folder/rustc" || continue
        toolchain=$folder
        return
    done
    return 1
}

fetch_target() {
    if ! command -v rustup >/dev/null; then
        say "no compiler on this machine has the $target library, and rustup, which could fetch it, is not installed"
        return 1
    elif [[ ${RUSTUP_AUTO_INSTALL-} == 0 ]]; then
        say "RUSTUP_AUTO_INSTALL=0, so rustup does not fetch the $target library"
        return 1
    fi
    say "fetching the $target library: rustup target add $target"
    rustup target add "$target" && return
    say "rustup cannot fetch it"
    return 1
}

# Sets `linkers`, and installs Debian's compiler and the source of its library if they are missing.
prepare_debian() {
    if ! find_linkers; then
        say "no rustup toolchain here has the linkers that Debian's packages lack (rust-lld, wasm-component-ld)"
        return 1
    fi
    scripts/install.sh "Debian's Rust builds the $target library from source" "${debian_packages[@]}" &&
        is_new_enough "$debian_bin/rustc"
}

# Sets `linkers` to the folder with rust-lld and wasm-component-ld: the active toolchain's, else any other's.
find_linkers() {
    local rustc sysroot folder
    rustc=${CARGO_HOME:-$HOME/.cargo}/bin/rustc
    for sysroot in "$("$rustc" --print sysroot 2>/dev/null)" "${RUSTUP_HOME:-$HOME/.rustup}"/toolchains/*; do
        for folder in "$sysroot"/lib/rustlib/*/bin; do
            if [[ -x $folder/rust-lld && -x $folder/wasm-component-ld ]]; then
                linkers=$folder
                return
            fi
        done
    done
    return 1
}

is_new_enough() {
    local version
    version=$("$1" --version | cut -d ' ' -f 2)
    [[ $(printf '%s\n' "$wanted" "$version" | sort -V | head -n 1) == "$wanted" ]] && return
    say "$1 is Rust $version; $wanted or newer is needed"
    return 1
}

folder_of() {
    local program
    program=$(command -v "$1") && dirname "$program"
}

give_up() {
    say "cannot build for $target. Do one of these:
  - rustup (https://rustup.rs), online:  rustup update stable && rustup target add $target
  - Debian with any rustup toolchain:    apt-get install ${debian_packages[*]}"
    exit 1
}

say() {
    echo "component.sh: $*" >&2
}

main "$@"
