#!/bin/sh
# Rebuilds the committed modules of this folder or, with --check, compares: see ../build-modules.sh. The TZm-TA library is
# ../tz/lib.
#
#   ./build.sh --ordinary FOLDER    the same programs for this machine, without a TEE: their key files are not sealed
set -eu
cd "$(dirname "$0")"
. ../build-modules.sh
modules="ta_signer ta_vault crypto_test"
sources="$(echo *.c *.h)"

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
prepare() { libtzm ../tz; }
compile() {
    # shellcheck disable=SC2046,SC2086
    "$clang" $flags -O2 -I../tz/lib/include -o "$into/$1.wasm" $(parts "$1") "$into/libtzm.a"
}
build_modules "$@"
