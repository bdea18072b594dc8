#!/bin/sh
# One Elasticsearch node on 127.0.0.1.
#
#   start.sh FOLDER HTTP_PORT TRANSPORT_PORT
#
# Needs `mvn -B -q package` once. Runs in the foreground; TERM stops it.
set -eu
[ $# -eq 3 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder/tmp" "$folder/lib"

# Since Java 21 the compression library is looked for in one folder only.
for library in /usr/lib/*-linux-gnu/libzstd.so.1; do
	if [ -e "$library" ]; then ln -sf "$library" "$folder/lib/libzstd.so"; fi
done
extra=
if ! "${JAVA:-java}" -version 2>&1 | grep -q '"17'; then
	extra="--enable-native-access=ALL-UNNAMED -Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false"
fi

# shellcheck disable=SC2086 # extra is a list
exec "${JAVA:-java}" -Xms512m -Xmx512m $extra \
	-Djava.awt.headless=true -Dlog4j2.disable.jmx=true \
	-Djava.io.tmpdir="$folder/tmp" -Djna.tmpdir="$folder/tmp" -Des.nativelibs.path="$folder/lib" \
	-cp "$here/target/node.jar:$here/target/lib/*" \
	org.elasticsearch.node.SingleNode "$@"
