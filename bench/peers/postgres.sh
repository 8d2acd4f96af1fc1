#!/bin/bash
# postgres: PostgreSQL beside tallyd, with the same ballots (pgload.c says what it does with them).
#
#   bench/peers/postgres.sh OUT BALLOTS.bin [SECONDS]     OUT: a build folder, as build/gcc-plain
#
# Starts a server of its own on 127.0.0.1 and takes it away again. What makes commits durable is as
# PostgreSQL has it by itself; in its favour it gets memory, and no checkpoint falls into the run.
# Prints a line a way:
#
#   single rate ...     32 connections, a ballot a transaction
#   unnest rate ...     one connection, 256 ballots a transaction
#
# or "SKIPPED: why". Exit code 1 if rows, counters and answers do not agree.
set -eu
. "${BASH_SOURCE%/*}/../common.bash"

programs "$1"
ballots=$(realpath "$2")
seconds=${3:-5}
there=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$there/postgres" ] || skip "PostgreSQL is not installed"
[ -x "$out/bench/peers/pgload" ] || skip "pgload was not built: libpq-dev is not installed"
begin
as=() # it refuses to run as root
if [ "$(id -u)" -eq 0 ]; then
	id postgres > /dev/null 2>&1 || skip "there is no user postgres"
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	chown postgres: "$work"
	"${as[@]}" test -x "$work" || skip "the user postgres cannot enter $work"
fi

free_port
${as[@]+"${as[@]}"} "$there/initdb" -D data -U bench -A trust --no-sync > init.log 2>&1 ||
	{ cat init.log >&2; exit 3; }
serve server.log 'ready to accept connections' ${as[@]+"${as[@]}"} "$there/postgres" -D data \
	-h 127.0.0.1 -p "$port" -k '' \
	-c shared_buffers=512MB -c max_wal_size=8GB -c checkpoint_timeout=1h
conninfo="host=127.0.0.1 port=$port user=bench dbname=postgres"
conninfo+=" options=-cclient_min_messages=warning"
bad=0
for way in "single 32" "unnest 256"; do
	said=$(timeout "$(limit "$seconds")" "$out/bench/peers/pgload" "$conninfo" "$ballots" $way \
		"$seconds") || bad=1
	echo "${way% *} $said"
done
stop INT # fast: connections are not waited for
exit $bad
