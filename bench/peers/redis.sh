#!/bin/bash
# redis: Redis beside tallyd: a Lua script per ballot (kept under its tag unless there is one,
# counted for one of 200 options), answered when it is on disk (appendfsync always).
#
#   bench/peers/redis.sh [SECONDS [BYTES]]      BYTES: of a ballot (200)
#
# Starts a server of its own on 127.0.0.1 and takes it away again; in its favour it writes no
# snapshots and never rewrites its log. redis-benchmark sends, 50 connections x 16 pipelined. Prints
#
#   redis rate R p50_ms A p99_ms B asked N keys N counted N refused N
#
# or "SKIPPED: why". Exit code 1 if keys and counters do not agree, or the second ballot of a tag is
# not refused.
set -eu
. "${BASH_SOURCE%/*}/../common.bash"

seconds=${1:-5}
bytes=${2:-200}
command -v redis-server redis-benchmark redis-cli > /dev/null || skip "Redis is not installed"
begin
free_port
serve server.log 'eady to accept connections' redis-server --bind 127.0.0.1 --port "$port" \
	--dir "$work" --appendonly yes --appendfsync always --save '' \
	--auto-aof-rewrite-percentage 0

ask() {
	redis-cli -p "$port" "$@"
}
sha=$(ask script load "
	if redis.call('SET', KEYS[1], ARGV[1], 'NX') then
		redis.call('HINCRBY', 'counters', tonumber(ARGV[2]) % 200, 1)
		return 1
	end
	return 0")
ballot=$(head -c "$bytes" /dev/zero | tr '\0' x)
# run COUNT: the CSV line of redis-benchmark
run() {
	timeout "$(limit "$seconds")" redis-benchmark -p "$port" -c 50 -P 16 -n "$1" \
		-r 2000000000 --csv evalsha "$sha" 1 \
		"tag:__rand_int____rand_int__" "$ballot" __rand_int__ | tail -n 1 | tr -d '"'
}
warm=20000
rate=$(run $warm | cut -d, -f2)
asked=$(awk "BEGIN { printf \"%d\", $rate * $seconds + 1 }")
IFS=, read -r _ rate _ _ p50 _ p99 _ < <(run "$asked")
keys=$(($(ask dbsize) - 1))
counted=$(ask hvals counters | awk '{ sum += $1 } END { print sum }')
again=$(ask --raw eval "return redis.call('RANDOMKEY')" 0)
while [ "$again" = counters ]; do
	again=$(ask randomkey)
done
refused=$((1 - $(ask evalsha "$sha" 1 "$again" "$ballot" 7)))
echo "redis rate ${rate%.*} p50_ms $p50 p99_ms $p99 asked $((warm + asked)) keys $keys" \
	"counted $counted refused $refused"
stop
[ "$keys" = "$counted" ] && [ "$keys" -gt $((asked * 99 / 100)) ] && [ "$refused" = 1 ]
