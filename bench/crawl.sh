#!/bin/bash
# crawl: tallyd's durable ingest rate with readers crawling its HTTP door, beside the rate without,
# in one run, alternating.
#
#   bench/crawl.sh OUT FILE.pb [ROUNDS]     OUT: a build folder, as build/gcc-plain
#
# A round is two evenings, each on a fresh daemon: the first half of the election is sent and
# published; then the second half is timed, in one of them with READERS (50) readers at tiles and
# bundles. Which comes first alternates. Each file is asked for as soon as the one before has come.
set -eu
. "${BASH_SOURCE%/*}/common.bash"

election_of "$@"
programs "$1"
rounds=${3:-3}
readers=${READERS:-50}
begin

# halves FILE: into first.bin and second.bin, between two ballots.
halves() {
	local middle
	middle=$(od -An -v -tu1 -w1 "$1" | awk '
		NR == next_at + 1 { starts[count++] = next_at + 0; high = $1 }
		NR == next_at + 2 { next_at += 2 + high * 256 + $1 }
		END { print starts[int(count / 2)] }')
	head -c "$middle" "$1" > first.bin
	tail -c +$((middle + 1)) "$1" > second.bin
}

# evening READERS: sets rate, and crawled: what the readers got.
evening() {
	found campaign
	tallyd
	ingest first.bin > /dev/null
	stop
	tallyd
	crawled=nothing
	if [ "$1" -gt 0 ]; then
		: > crawling.txt
		"$out/bench/crawl_readers" "$http" "$1" 120 > crawled.txt 2> crawling.txt &
		child=$!
		await_line crawling.txt crawling "$child"
	fi
	rate=$(ingest second.bin)
	if [ "$1" -gt 0 ]; then
		kill -TERM "$child"
		wait "$child"
		child=
		crawled=$(cat crawled.txt)
	fi
	stop
}

machine
echo "$readers readers"
"$bin/tallyctl" campaign from-pb "$election" --out campaign > campaign.log 2>&1
halves campaign/ballots.bin
for round in $(seq "$rounds"); do
	if [ $((round % 2)) -eq 1 ]; then
		evening 0 && without=$rate
		evening "$readers" && with=$rate && seen=$crawled
	else
		evening "$readers" && with=$rate && seen=$crawled
		evening 0 && without=$rate
	fi
	echo "round $round: without $without/s, with $with/s, ratio" \
		"$(awk "BEGIN { printf \"%.2f\", $with / $without }") (readers: $seen)"
done
