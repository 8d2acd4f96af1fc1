#!/bin/bash
# throughput: `tallyctl send` over loopback beside libsodium's bare verify rate, in one run.
#
#   bench/throughput.sh OUT FILE.pb [ROUNDS]     OUT: a build folder, as build/gcc-plain
#
# Each round: bare verification on every core for 2 s, then the whole election, signed beforehand,
# sent over CONNECTIONS (default 4) connections to a fresh daemon, everything durable before it is
# answered. Prints the ratio of each round.
set -eu
. "${BASH_SOURCE%/*}/common.bash"

election_of "$@"
programs "$1"
rounds=${3:-3}
begin
machine
"$bin/tallyctl" campaign from-pb "$election" --out campaign > campaign.log 2>&1
for round in $(seq "$rounds"); do
	bare=$("$out/bench/verify_rate" "$(nproc)")
	found campaign
	tallyd
	rate=$(ingest campaign/ballots.bin)
	stop
	ratio=$(awk "BEGIN { printf \"%.2f\", $rate / $bare }")
	echo "round $round: bare $bare/s, durable answers $rate/s, ratio $ratio" \
		"($(xargs < verdicts.txt))"
done
