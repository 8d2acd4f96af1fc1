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

if [ $# -lt 2 ]; then
	echo "usage: bench/crawl.sh OUT FILE.pb [ROUNDS]; OUT: as build/gcc-plain" >&2
	exit 2
fi
if [ ! -f "$2" ]; then
	echo "crawl: $2: there is no such file (Pabulib files: https://pabulib.org)" >&2
	exit 2
fi
out=$(cd "$1" && pwd)
bin=$out/bin
election=$(realpath "$2")
rounds=${3:-3}
readers=${READERS:-50}
work=$(mktemp -d "${TMPDIR:-/tmp}/tally-bench.XXXXXX")
daemon= crawler=
cleanup() {
	local pid
	for pid in $crawler $daemon; do
		kill "$pid" 2>/dev/null || true
	done
	wait
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

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

# start: a daemon on ./data.
start() {
	: > tallyd.log
	"$bin/tallyd" --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
	daemon=$!
	grep -q ' ready: ' < <(tail -n +1 -f --pid="$daemon" tallyd.log)
	port=$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' tallyd.log)
	http=$(sed -n 's/.*http at port \([0-9]*\).*/\1/p' tallyd.log)
}

stop() {
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
}

# ingest FILE: the rate at which it was answered.
ingest() {
	"$bin/tallyctl" send --connect "127.0.0.1:$port" --key campaign/frontend.key \
		--ballots "$1" --connections "${CONNECTIONS:-4}" > verdicts.txt 2> send.log ||
		{ cat send.log >&2; exit 1; }
	sed -n 's/.* \([0-9,]*\)\/s.*/\1/p' send.log | tail -n 1 | tr -d ,
}

# evening READERS: sets rate, and crawled: what the readers got.
evening() {
	rm -rf data
	"$bin/tallyd" --init --data data --campaign campaign/campaign.json \
		--log-key campaign/log.key 2> init.log
	start
	ingest first.bin > /dev/null
	stop
	start
	crawled=nothing
	if [ "$1" -gt 0 ]; then
		: > crawling.txt
		"$out/bench/crawl_readers" "$http" "$1" 120 > crawled.txt 2> crawling.txt &
		crawler=$!
		grep -q crawling < <(tail -n +1 -f --pid="$crawler" crawling.txt)
	fi
	rate=$(ingest second.bin)
	if [ "$1" -gt 0 ]; then
		kill -TERM "$crawler"
		wait "$crawler"
		crawler=
		crawled=$(cat crawled.txt)
	fi
	stop
}

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "$(nproc) cores, $(uname -sr), $readers readers"
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
