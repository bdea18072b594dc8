#!/bin/sh
# Runs go generate and fails when that changed anything: what is in the
# repository must be what its sources make. Changes that were there before
# don't count, so it also works while one is editing.
set -eu
cd "$(dirname "$0")/.."

state() {
	git status --porcelain
	git diff
}
before=$(state)
go generate ./...
after=$(state)
if [ "$before" != "$after" ]; then
	echo "generated files are not fresh; go generate ./... changed:" >&2
	git status --porcelain >&2
	exit 1
fi
