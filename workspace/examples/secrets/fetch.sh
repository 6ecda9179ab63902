#!/bin/sh
# Fetches a page behind a password that lies sealed in a vault: no file has it, no argument shows it to ps, and it is in no
# environment. Once, to put it there:
#
#   PATH=$PATH:$(./kakuri ta-path)
#   printf 'user:password' | kakuri-ta ta_vault put example.org
#
#   workspace/examples/secrets/fetch.sh example.org https://example.org/private
set -eu
name=${1:?which secret?} url=${2:?which address?}
root=$(cd "$(dirname "$0")/../../.." && pwd)
PATH=$PATH:$("$root/kakuri" ta-path)

secret=$(kakuri-ta ta_vault get "$name")
# curl reads its options from standard input; backslashes and quotes are escaped as its man page says under --config.
escaped=$(printf '%s' "$secret" | sed 's/[\\"]/\\&/g')
printf 'user = "%s"\n' "$escaped" | curl --fail --silent --show-error --config - "$url"
