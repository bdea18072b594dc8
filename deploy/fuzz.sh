#!/bin/sh
# Runs every fuzz target of the module for the time named, as many at once as
# there are processors. What breaks a target is written beside it, to
# testdata/fuzz, and is a test from then on.
#
# Only the packages with targets are built for coverage, all by one command:
# what they use is taken from the cache of ordinary tests. With `go test -fuzz`
# every dependency and Go's own library would be compiled once more.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
export FUZZTIME="${1:-20s}" CACHE="$(go env GOCACHE)/fuzz"
export BUILT="$(mktemp -d)"
trap 'rm -rf "$BUILT"' EXIT

began=$(date +%s)
folders=$(grep -rl --include='*_test.go' '^func Fuzz' cmd crawler indexer incidents internal ui/*.go | xargs -n1 dirname | sort -u)
# Two folders of one name would make one binary; go says so and stops. Vet has its own target.
# shellcheck disable=SC2086
go test -c -vet=off -gcflags=-d=libfuzzer -ldflags='-s -w' -o "$BUILT/" $(echo "$folders" | sed 's|^|./|')

built=$(date +%s)

# Lines of: folder, test binary, target.
for folder in $folders; do
	binary="$BUILT/$(basename "$folder").test"
	(cd "$folder" && "$binary" -test.list '^Fuzz') | grep '^Fuzz' | sed "s|^|$root/$folder $binary |"
done >"$BUILT/targets"
count=$(wc -l <"$BUILT/targets")
[ "$count" -gt 0 ] || { echo "there are no fuzz targets" >&2; exit 1; }

# One target: quiet when all is well. A binary that counts no coverage would only guess.
xargs -n3 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
	cd "$0"
	log="$BUILT/$(basename "$1").$2.log"
	if GOMAXPROCS=1 "$1" -test.run "^$" -test.fuzz "^$2\$" -test.fuzztime "$FUZZTIME" -test.fuzzcachedir "$CACHE/$0" -test.parallel 1 >"$log" 2>&1 &&
		! grep -q "not built with coverage" "$log"; then
		echo "ok  ${0#'"$root"'/} $2: $(grep -o "execs: [0-9]*" "$log" | tail -1)"
	else
		echo "BAD ${0#'"$root"'/} $2"; cat "$log"; exit 1
	fi' <"$BUILT/targets" || { echo "of $count fuzz targets not all are well" >&2; exit 1; }
echo "$count fuzz targets are well ($((built - began)) s to build, $(($(date +%s) - built)) s to run)"
