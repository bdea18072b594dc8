#!/bin/sh
# Runs every fuzz target of the module for the time named, as many at once as
# there are processors. A package is built once for all its targets. What breaks
# a target is written beside it, to testdata/fuzz, and is a test from then on.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
export FUZZTIME="${1:-20s}" CACHE="$(go env GOCACHE)/fuzz"
export BUILT="$(mktemp -d)"
trap 'rm -rf "$BUILT"' EXIT

# Lines of: package, test binary, target.
for folder in $(grep -rl --include='*_test.go' '^func Fuzz' cmd crawler indexer incidents internal ui/*.go | xargs -n1 dirname | sort -u); do
	binary="$BUILT/$(echo "$folder" | tr / -).test"
	go test -c -fuzz=Fuzz -o "$binary" "./$folder"
	(cd "$folder" && "$binary" -test.list '^Fuzz') | grep '^Fuzz' | sed "s|^|$root/$folder $binary |"
done >"$BUILT/targets"
count=$(wc -l <"$BUILT/targets")
[ "$count" -gt 0 ] || { echo "there are no fuzz targets" >&2; exit 1; }

# One target: quiet when all is well.
xargs -n3 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
	cd "$0"
	log="$BUILT/$(basename "$1").$2.log"
	if GOMAXPROCS=1 "$1" -test.run "^$" -test.fuzz "^$2\$" -test.fuzztime "$FUZZTIME" -test.fuzzcachedir "$CACHE/$0" -test.parallel 1 >"$log" 2>&1; then
		echo "ok  ${0#'"$root"'/} $2: $(grep -o "execs: [0-9]*" "$log" | tail -1)"
	else
		echo "BAD ${0#'"$root"'/} $2"; cat "$log"; exit 1
	fi' <"$BUILT/targets" || { echo "of $count fuzz targets not all are well" >&2; exit 1; }
echo "$count fuzz targets are well"
