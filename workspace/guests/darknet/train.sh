#!/bin/sh
# Trains the network anew and, with --check, compares instead of replacing. About a minute; needs a JDK 25 and nothing else.
#
#   ./train.sh            trains, rewrites lenet.weights and its line of MANIFEST
#   ./train.sh --check    trains into a temporary folder; 0 same digest, 1 different, 3 no JDK 25
#
# Recipe: 8000 of our own digits (seed 1), 5 epochs, learning rate 0.01, times 0.6 after each; one digit at a time, one thread. Digits,
# first weights and order come from specified generators, and nothing but strict float arithmetic is used: every JDK 25 gives the
# same bytes. Held out are the digits of seed 2.
set -eu
cd "$(dirname "$0")"
sources=../../../bundles/org.kakuri.system.tzmediator/src/main/java/org/kakuri/system/tzmediator/internal/darknet/net
bin=
fits() {
    [ -x "$1/bin/javac" ] && "$1/bin/java" --version 2>/dev/null | grep -Eq '^[a-z]+ (2[5-9]|[3-9][0-9])'
}
for home in "${KAKURI_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" \
    /usr/lib/jvm/*; do
    if [ -n "$home" ] && fits "$home"; then
        bin=$home/bin/
        break
    fi
done
if [ -z "$bin" ]; then
    echo "train.sh: no JDK 25; set JAVA_HOME" >&2
    exit 3
fi
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
"${bin}javac" -d "$into" "$sources"/*.java
"${bin}java" -XX:+UseSerialGC -cp "$into" org.kakuri.system.tzmediator.internal.darknet.net.Trainer "$into/lenet.weights" 8000 5 0.01
if [ "${1:-}" = --check ]; then
    cmp lenet.weights "$into/lenet.weights"
    grep '  lenet.weights$' MANIFEST | sha256sum --check --quiet
    exit
fi
mv "$into/lenet.weights" lenet.weights
chmod 644 lenet.weights
{
    grep -v '  lenet.weights$' MANIFEST 2>/dev/null || true
    sha256sum lenet.weights
} >"$into/MANIFEST"
cat "$into/MANIFEST" >MANIFEST
