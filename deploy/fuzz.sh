#!/bin/sh
# Runs every fuzz target of the module, one after another, for the time named.
# go test takes only one target at a time.
set -eu
cd "$(dirname "$0")/.."
time=${1:-20s}
failed=0
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "$package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" || failed=1
	done
done
exit $failed
