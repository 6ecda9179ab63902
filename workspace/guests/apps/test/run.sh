#!/bin/bash
# The applications end to end: the real kakuri-ta, curl, openssl. Exit status: 0, 1 something is wrong, 77 a tool is missing.
#
#   workspace/guests/apps/test/run.sh              what .ci/run does
#   workspace/guests/apps/test/run.sh measure      also what a request costs beside the same program without a TEE
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
for tool in curl openssl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool (apt-get install $tool)"; exit 77; }
done
PATH=$PATH:$("$root/kakuri" ta-path) || exit 1
jdk=$(sed -n "s/^jdk='\(.*\)'$/\1/p" "$(command -v kakuri-ta)")
work=$(mktemp -d)
started=()
trap 'for p in "${started[@]}"; do kill "$p" 2>/dev/null; done; rm -rf "$work"' EXIT
export KAKURI_VAULT=$work/vault KAKURI_TA_IDLE=${KAKURI_TA_IDLE:-20}
failures=0

expect() { # WHAT WANTED FOUND
    if [ "$2" = "$3" ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1: '$3', not '$2'"
        failures=$((failures + 1))
    fi
}

listening() { # FILE: waits for the server's line, prints its port
    for _ in $(seq 1200); do
        [ -s "$1" ] && sed -n 's/^listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$1" && return
        sleep 0.1
    done
    return 1
}

# The vault, as a script uses it.
printf 'user:pass word' | kakuri-ta ta_vault put site
expect 'a value is put' 0 $?
expect 'and comes back in another process' 'user:pass word' "$(kakuri-ta ta_vault get site)"
kakuri-ta ta_vault get none 2>"$work/err"
expect 'an unknown name exits 1' 1 $?
expect 'and says so' 'ta_vault: no such name: none' "$(cat "$work/err")"
expect 'names are listed' site "$(kakuri-ta ta_vault list | sort)"
expect 'the file shows neither name nor value' 0 "$(grep -c -e site -e 'pass word' "$KAKURI_VAULT")"
# The sample script against a server that wants exactly this user and password.
expect 'the sample script logs in' 'Authorization: Basic dXNlcjpwYXNzIHdvcmQ=' "$(
    "$jdk/bin/java" "$here/AskForPassword.java" "$work/asks" &
    "$root/workspace/examples/secrets/fetch.sh" site "http://127.0.0.1:$(listening "$work/asks")/")"
cp "$KAKURI_VAULT" "$work/old"
printf 2 | kakuri-ta ta_vault put second
generation=$(kakuri-ta ta_vault generation)
expect 'each change counts' 2 "$generation"
cp "$work/old" "$KAKURI_VAULT"
kakuri-ta ta_vault -g "$generation" get site 2>/dev/null
expect 'an old copy is refused if one remembers the generation' 4 $?
printf X | dd of="$KAKURI_VAULT" bs=1 seek=40 conv=notrunc 2>/dev/null
kakuri-ta ta_vault get site 2>/dev/null
expect 'a changed store is refused' 3 $?

# The signer: curl talks to it, openssl verifies.
kakuri-ta ta_signer -l 0 "$work/key" >"$work/port" 2>"$work/signer.err" &
signer=$!
started+=("$signer")
port=$(listening "$work/port") || { echo "FAILED: ta_signer does not listen: $(cat "$work/signer.err")"; exit 1; }
curl -sf "http://127.0.0.1:$port/key" -o "$work/public.pem"
expect 'GET /key' 0 $?
head -c 5000 /dev/urandom >"$work/message"
curl -sf --data-binary "@$work/message" "http://127.0.0.1:$port/sign" -o "$work/signature"
expect 'POST /sign' 0 $?
expect 'openssl verifies it' 'Signature Verified Successfully' "$(openssl pkeyutl -verify -rawin -pubin \
    -inkey "$work/public.pem" -in "$work/message" -sigfile "$work/signature" 2>&1)"
printf x >>"$work/message"
openssl pkeyutl -verify -rawin -pubin -inkey "$work/public.pem" -in "$work/message" -sigfile "$work/signature" >/dev/null 2>&1
expect 'and not another message' 1 $?
expect 'a body above 64 KiB' 413 "$(head -c 70000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- "http://127.0.0.1:$port/sign")"
expect 'a chunked body' 411 "$(printf x | curl -s -o /dev/null -w '%{http_code}' -H 'Transfer-Encoding: chunked' --data-binary @- "http://127.0.0.1:$port/sign")"
expect 'a wrong method' 405 "$(curl -s -o /dev/null -w '%{http_code}' -X DELETE "http://127.0.0.1:$port/key")"
exec 5<>"/dev/tcp/127.0.0.1/$port" && printf 'POST /sign HTTP/1.1\r\n' >&5
expect 'a client that stops in the middle holds up no other' 200 "$(curl -s -m 8 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/key")"
exec 5>&-
for _ in 1 2 3; do
    exec 5<>"/dev/tcp/127.0.0.1/$port" && for _ in $(seq 200); do printf 'GET /key HTTP/1.1\r\nHost: a\r\n\r\n'; done >&5
    exec 5>&-
done
expect 'clients that go without reading their answers end nothing' 200 "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/key")"
for i in 1 2 3 4 5 6 7 8; do
    curl -s -m 60 -o "$work/signature.$i" --data-binary "@$work/message" "http://127.0.0.1:$port/sign" &
    clients[i]=$!
done
wait "${clients[@]}"
expect 'eight clients at once get the same signature' 1 "$(cat <(sha256sum <"$work/signature.1") <(for i in 2 3 4 5 6 7 8; do sha256sum <"$work/signature.$i"; done) | sort -u | wc -l)"

# Whose memory has the private key: a domain host's, not the shadow's, and no file.
"$jdk/bin/java" "$here/SeedSearch.java" "$work/public.pem" "$work/key" "$work/signature" >"$work/seeds"
case $? in
0)
    expect 'the private key is in the memory of one process' 1 "$(wc -l <"$work/seeds")"
    expect 'which is not the shadow' 0 "$(grep -c "seed $signer\$" "$work/seeds")"
    expect 'and in no file' 0 "$(grep -c "seed /" "$work/seeds")"
    ;;
2) echo 'skipped: search for the private key: the memory of other processes may not be read (ptrace_scope)' ;;
*) expect 'the private key is found in the memory of the TA' found 'not found' ;;
esac

if [ "${1:-}" = measure ]; then
    "$here/../build.sh" --ordinary "$work" || exit 1
    "$work/ta_signer" -l 0 "$work/ordinary-key" >"$work/ordinary-port" &
    started+=($!)
    "$jdk/bin/java" "$here/Load.java" "$port" "$(listening "$work/ordinary-port")" "${ROUNDS:-100}"
fi
kill "$signer"
wait "$signer"
expect 'SIGTERM ends TA and shadow' 143 $?
kakuri-ta ta_signer "$work/key" < <(printf 'GET /key HTTP/1.0\r\n\r\n') | sed '1,/^\r$/d' >"$work/later.pem"
expect 'the next run has the same key' "$(cat "$work/public.pem")" "$(cat "$work/later.pem")"
echo "$failures failures"
[ "$failures" = 0 ]
