#!/bin/sh
# Rebuilds the committed modules of this folder or, with --check, compares: see ../build-modules.sh.
set -eu
cd "$(dirname "$0")"
. ../build-modules.sh
modules="ta_pingpong ta_upper ta_probe ta_httpd ta_hmac ta_signals ta_shared ta_conform"
sources="ta_pingpong.c ta_upper.c ta_probe.c ta_httpd.c ta_hmac.c ta_signals.c ta_shared.c ta_conform.c pingpong.h tzm.h ca.c ca_launch.c ca_signals.c ca_shared.c kakuri-ta-pool.c $(echo lib/*.c lib/*.h lib/include/*.h lib/include/*/*.h)"
prepare() { libtzm .; }
compile() {
    # shellcheck disable=SC2086
    "$clang" $flags -O2 -I. -Ilib/include -o "$into/$1.wasm" "$1.c" "$into/libtzm.a"
}
build_modules "$@"
