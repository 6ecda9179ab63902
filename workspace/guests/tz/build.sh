#!/bin/sh
# Rebuilds the committed WebAssembly modules of this folder and, with --check, compares instead of replacing.
#
#   apt-get install -y clang lld wasi-libc libclang-rt-14-dev-wasm32      (Debian 12: clang 14.0.6)
#   ./build.sh            builds, rewrites MANIFEST
#   ./build.sh --check    builds into a temporary folder; 0 same digests, 1 different, 3 cannot tell (other compiler)
#
# MANIFEST: first line the compiler, then "sha256  file" of each source and module.
set -eu
cd "$(dirname "$0")"
modules="ta_pingpong ta_upper ta_probe ta_httpd ta_hmac ta_conform"
sources="ta_pingpong.c ta_upper.c ta_probe.c ta_httpd.c ta_hmac.c ta_conform.c pingpong.h tzm.h ca.c ca_launch.c kakuri-ta-pool.c $(echo lib/*.c lib/*.h lib/include/*.h lib/include/*/*.h)"
clang=${CLANG:-clang}

if ! command -v "$clang" >/dev/null; then
    echo "build.sh: no $clang in PATH" >&2
    exit 3
fi
version=$("$clang" --version | head -n 1)
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
ar=${AR:-llvm-ar}
for source in lib/*.c; do
    object=$into/$(basename "$source" .c).o
    "$clang" --target=wasm32-wasi -O2 -Wall -Wextra -Ilib/include -c -o "$object" "$source"
    "$ar" rcs "$into/libtzm.a" "$object"
done
# Of the library a module gets what it uses: a TA that stays with WASI is the same with and without it.
compile() {
    "$clang" --target=wasm32-wasi -O2 -Wall -Wextra -I. -Ilib/include -Wl,--strip-all -o "$into/$1.wasm" "$1.c" \
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
