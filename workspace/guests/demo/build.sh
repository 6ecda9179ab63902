#!/bin/sh
# Rebuilds the committed modules of this folder or, with --check, compares: see ../build-modules.sh.
set -eu
cd "$(dirname "$0")"
. ../build-modules.sh
modules="walk"
sources="walk.c"
compile() {
    # shellcheck disable=SC2086
    "$clang" $flags -O2 -o "$into/$1.wasm" "$1.c"
}
build_modules "$@"
