#!/bin/sh
# Rebuilds secret.wasm and rewrites MANIFEST; with --check compares instead: 0 same, 1 different, 3 other compiler.
#
#   apt-get install -y clang lld wasi-libc libclang-rt-14-dev-wasm32      (Debian 12: clang 14.0.6)
#
# MANIFEST: first line the compiler, then "sha256  file" of source and module.
set -eu
cd "$(dirname "$0")"
clang=${CLANG:-clang}
if ! command -v "$clang" >/dev/null; then
    echo "build.sh: no $clang in PATH" >&2
    exit 3
fi
version=$("$clang" --version | head -n 1)
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
compile() {
    "$clang" --target=wasm32-wasi -Os -Wall -Wextra -Werror -Wl,--strip-all -Wl,-z,stack-size=16384 \
        -Wl,--initial-memory=131072 -Wl,--max-memory=131072 -o "$into/secret.wasm" secret.c
}
if [ "${1:-}" = --check ]; then
    if [ "$version" != "$(sed -n 's/^compiler  //p' MANIFEST)" ]; then
        echo "build.sh: $version here, MANIFEST is of another" >&2
        exit 3
    fi
    compile
    cmp secret.wasm "$into/secret.wasm" || exit 1
    grep -v '^compiler  ' MANIFEST | sha256sum --check --quiet
    exit 0
fi
compile
mv "$into/secret.wasm" secret.wasm
chmod 644 secret.wasm
{
    echo "compiler  $version"
    sha256sum secret.c secret.wasm
} >MANIFEST
