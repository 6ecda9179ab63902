# Sourced by the build.sh of each folder here; nothing to run by itself.
#
#   apt-get install -y clang lld wasi-libc libclang-rt-14-dev-wasm32      (Debian 12: clang 14.0.6)
#   ./build.sh            builds the committed WebAssembly modules of the folder, rewrites MANIFEST
#   ./build.sh --check    builds into a temporary folder; 0 same digests, 1 different, 3 cannot tell (other compiler)
#
# MANIFEST: first line the compiler, then "sha256  file" of each source, module and further file.
#
# The folder's script sets `modules` (names without .wasm), `sources` (what MANIFEST lists beside them) and `compile`, which
# makes "$into/$1.wasm" of module $1 with "$clang" $flags; then it calls `build_modules "$@"`.
clang=${CLANG:-clang}
flags='--target=wasm32-wasi -Wall -Wextra -Wl,--strip-all'
further=

# libtzm FOLDER: makes "$into/libtzm.a", the TZm-TA library for C. Of it a module gets what it uses: a TA that stays with WASI
# is the same with and without it.
libtzm() {
    for source in "$1"/lib/*.c; do
        object=$into/$(basename "$source" .c).o
        case $source in */bulk.c) features=-mbulk-memory ;; *) features= ;; esac
        # shellcheck disable=SC2086
        "$clang" --target=wasm32-wasi $features -O2 -Wall -Wextra -I"$1" -I"$1/lib/include" -c -o "$object" "$source"
        "${AR:-llvm-ar}" rcs "$into/libtzm.a" "$object"
    done
}

build_modules() {
    if ! command -v "$clang" >/dev/null; then
        echo "build.sh: no $clang in PATH" >&2
        exit 3
    fi
    version=$("$clang" --version | head -n 1)
    if [ "${1:-}" = --check ]; then
        recorded=$(sed -n 's/^compiler  //p' MANIFEST)
        if [ "$version" != "$recorded" ]; then
            echo "build.sh: $version here, MANIFEST is of $recorded" >&2
            exit 3
        fi
    fi
    into=$(mktemp -d)
    trap 'rm -rf "$into"' EXIT
    prepare
    for module in $modules; do
        compile "$module"
        [ "${1:-}" != --check ] || cmp "$module.wasm" "$into/$module.wasm" || exit 1
    done
    if [ "${1:-}" = --check ]; then
        grep -v '^compiler  ' MANIFEST | sha256sum --check --quiet
        exit 0
    fi
    for module in $modules; do
        mv "$into/$module.wasm" "$module.wasm"
        chmod 644 "$module.wasm"
    done
    {
        echo "compiler  $version"
        # shellcheck disable=SC2046,SC2086
        sha256sum $sources $(printf '%s.wasm ' $modules) $further
    } >MANIFEST
}

# What the folder makes before its modules: nothing unless it says so.
prepare() { :; }
