#!/bin/sh
# Builds the test guests; the results are committed, so this runs only when a source changes.
# Needs: clang lld wasi-libc libclang-rt-14-dev-wasm32 (Debian 12: clang 14.0.6, wasi-libc 0.0~git20220510).
set -eu
cd "$(dirname "$0")"
for source in *.c; do
  clang --target=wasm32-wasi -O2 -Wall -Wextra -Werror -Wl,--strip-all -Wl,-z,stack-size=65536 "$source" -o "${source%.c}.wasm"
done
sha256sum ./*.wasm > SHA256SUMS
