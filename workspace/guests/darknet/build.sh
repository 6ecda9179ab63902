#!/bin/sh
# Rebuilds the committed WebAssembly modules of this folder and, with --check, compares instead of replacing.
#
#   apt-get install -y clang lld wasi-libc libclang-rt-14-dev-wasm32      (Debian 12: clang 14.0.6)
#   ./build.sh            builds, rewrites MANIFEST
#   ./build.sh --check    builds into a temporary folder; 0 same digests, 1 different, 3 cannot tell (other compiler)
#
# MANIFEST: first line the compiler, then "sha256  file" of each source and module, and of the weights, which train.sh makes.
set -eu
cd "$(dirname "$0")"
modules="ta_darknet"
sources="ta_darknet.c ca_darknet.c split.c split.h lenet.c lenet.h aes_gcm.c aes_gcm.h"
clang=${CLANG:-clang}

if ! command -v "$clang" >/dev/null; then
    echo "build.sh: no $clang in PATH" >&2
    exit 3
fi
version=$("$clang" --version | head -n 1)
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
compile() {
    "$clang" --target=wasm32-wasi -O3 -ffp-contract=off -Wall -Wextra -Wl,--strip-all -I../tz \
        -o "$into/$1.wasm" "$1.c" split.c lenet.c aes_gcm.c
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
    sha256sum $sources $(for m in $modules; do echo "$m.wasm"; done) lenet.weights
} >MANIFEST
