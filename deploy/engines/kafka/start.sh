#!/bin/sh
# One Kafka broker that is its own controller (KRaft), on 127.0.0.1.
#
#   start.sh FOLDER PORT CONTROLLER_PORT [ADVERTISED]
#
# ADVERTISED is where clients are told to come, host:port of a proxy before it.
# Needs `mvn -B -q package` once. Runs in the foreground; TERM stops it.
set -eu
[ $# -eq 3 ] || [ $# -eq 4 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
port=$2
controller=$3
advertised=${4:-127.0.0.1:$port}
mkdir -p "$folder"
config=$folder/server.properties

# The two broker.* lines shorten how long a broker that was killed waits for
# its own former session. Topics are made by Otklik, with their partitions.
cat >"$config" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=CLIENTS://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=CLIENTS://$advertised
inter.broker.listener.name=CLIENTS
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$folder/log
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.replication.factor=1
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
END

kafka() {
	exec "${JAVA:-java}" -Xms64m -Xmx512m -XX:+UseSerialGC -cp "$here:$here/target/lib/*" "$@"
}
if [ ! -f "$folder/log/meta.properties" ]; then
	(kafka kafka.tools.StorageTool format --config "$config" --cluster-id b3RrbGlrLXRlc3RzLTAwMQ >/dev/null)
fi
kafka kafka.Kafka "$config"
