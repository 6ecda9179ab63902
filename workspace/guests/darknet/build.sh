#!/bin/sh
# Rebuilds the committed module of this folder or, with --check, compares: see ../build-modules.sh. The weights, which
# train.sh makes, stand in MANIFEST too.
set -eu
cd "$(dirname "$0")"
. ../build-modules.sh
modules="ta_darknet"
sources="ta_darknet.c ca_darknet.c split.c split.h lenet.c lenet.h aes_gcm.c aes_gcm.h"
further="lenet.weights"
compile() {
    # shellcheck disable=SC2086
    "$clang" $flags -O3 -ffp-contract=off -I../tz -o "$into/$1.wasm" "$1.c" split.c lenet.c aes_gcm.c
}
build_modules "$@"
