#!/bin/sh
# Rebuilds the committed WebAssembly modules of this folder and, with --check, compares instead of replacing.
#
#   apt-get install -y clang lld wasi-libc libclang-rt-14-dev-wasm32      (Debian 12: clang 14.0.6)
#   ./build.sh            builds, rewrites MANIFEST
#   ./build.sh --check    builds into a temporary folder; 0 same digests, 1 different, 3 cannot tell (other compiler)
#   ./build.sh --ordinary FOLDER    the same programs for this machine, without a TEE: their key files are not sealed
#
# MANIFEST: first line the compiler, then "sha256  file" of each source and module. The TZm-TA library is ../tz/lib.
set -eu
cd "$(dirname "$0")"
modules="ta_signer ta_vault crypto_test"
sources="$(echo *.c *.h)"
clang=${CLANG:-clang}

parts() { # NAME: what it is compiled from
    case $1 in
    ta_signer) echo ta_signer.c server.c http.c ed25519.c sealed_file.c sha512.c ;;
    ta_vault) echo ta_vault.c sealed_file.c sha512.c ;;
    crypto_test) echo crypto_test.c ed25519.c sha512.c ;;
    esac
}
if [ "${1:-}" = --ordinary ]; then
    for m in $modules; do
        # shellcheck disable=SC2046
        "${CC:-cc}" -O2 -Wall -Wextra -D_GNU_SOURCE -DORDINARY -o "$2/$m" $(parts "$m")
    done
    exit 0
fi
if ! command -v "$clang" >/dev/null; then
    echo "build.sh: no $clang in PATH" >&2
    exit 3
fi
version=$("$clang" --version | head -n 1)
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
for source in ../tz/lib/*.c; do
    object=$into/$(basename "$source" .c).o
    "$clang" --target=wasm32-wasi -O2 -Wall -Wextra -I../tz -I../tz/lib/include -c -o "$object" "$source"
    "${AR:-llvm-ar}" rcs "$into/libtzm.a" "$object"
done
compile() {
    # shellcheck disable=SC2046
    "$clang" --target=wasm32-wasi -O2 -Wall -Wextra -I../tz/lib/include -Wl,--strip-all -o "$into/$1.wasm" $(parts "$1") \
        "$into/libtzm.a"
}
if [ "${1:-}" = --check ]; then
    recorded=$(sed -n 's/^compiler  //p' MANIFEST)
    if [ "$version" != "$recorded" ]; then
        echo "build.sh: $version here, MANIFEST is of $recorded" >&2
        exit 3
    fi
    for m in $modules; do
        compile "$m"
        cmp "$m.wasm" "$into/$m.wasm" || exit 1
    done
    grep -v '^compiler  ' MANIFEST | sha256sum --check --quiet
    exit 0
fi
for m in $modules; do
    compile "$m"
    mv "$into/$m.wasm" "$m.wasm"
    chmod 644 "$m.wasm"
done
{
    echo "compiler  $version"
    # shellcheck disable=SC2086
    sha256sum $sources $(for m in $modules; do echo "$m.wasm"; done)
} >MANIFEST
