#!/bin/bash
# throughput: `tallyctl send` over loopback beside libsodium's bare verify rate, in one run.
#
#   bench/throughput.sh OUT FILE.pb [ROUNDS]     OUT: a build folder, as build/gcc-plain
#
# Each round: bare verification on every core for 2 s, then the whole election, signed beforehand,
# sent over CONNECTIONS (default 4) connections to a fresh daemon, everything durable before it is
# answered. Prints the ratio of each round.
set -eu

if [ $# -lt 2 ]; then
	echo "usage: bench/throughput.sh OUT FILE.pb [ROUNDS]; OUT: as build/gcc-plain" >&2
	exit 2
fi
if [ ! -f "$2" ]; then
	echo "throughput: $2: there is no such file (Pabulib files: https://pabulib.org)" >&2
	exit 2
fi
out=$(cd "$1" && pwd)
bin=$out/bin
election=$(realpath "$2")
rounds=${3:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/tally-bench.XXXXXX")
daemon=
cleanup() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
sodium=$(dpkg-query -W -f '${Version}' libsodium23 2>/dev/null || echo '?')
echo "$(nproc) cores, $(uname -sr), libsodium $sodium"
"$bin/tallyctl" campaign from-pb "$election" --out campaign > campaign.log 2>&1
for round in $(seq "$rounds"); do
	bare=$("$out/bench/verify_rate" "$(nproc)")
	rm -rf data
	"$bin/tallyd" --init --data data --campaign campaign/campaign.json \
		--log-key campaign/log.key 2> init.log
	: > tallyd.log
	"$bin/tallyd" --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
	daemon=$!
	grep -q ' ready: ' < <(tail -n +1 -f --pid="$daemon" tallyd.log)
	port=$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' tallyd.log)
	"$bin/tallyctl" send --connect "127.0.0.1:$port" --key campaign/frontend.key \
		--ballots campaign/ballots.bin --connections "${CONNECTIONS:-4}" \
		> verdicts.txt 2> send.log || { cat send.log >&2; exit 1; }
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
	rate=$(sed -n 's/.* \([0-9,]*\)\/s.*/\1/p' send.log | tail -n 1 | tr -d ,)
	ratio=$(awk "BEGIN { printf \"%.2f\", $rate / $bare }")
	echo "round $round: bare $bare/s, durable answers $rate/s, ratio $ratio" \
		"($(xargs < verdicts.txt))"
done
