#!/bin/bash
# audit: `tally-verify`, and `tally-verify --fast`, on all cores beside libsodium's bare verify rate
# on all cores, in one run.
#
#   bench/audit.sh OUT [BALLOTS [ROUNDS [SECONDS]]]     OUT: a build folder, as build/gcc-plain
#
# BALLOTS: a number (100000), which `tallyctl campaign demo` makes, or a Pabulib file. A fresh
# tallyd takes them and publishes the log that is audited in ROUNDS (5); audit_rate.c says what a
# round is, and SECONDS (2). A million ballots need 1 GB of disk below $TMPDIR and about two
# minutes to be made.
set -eu

if [ $# -lt 1 ]; then
	echo "usage: bench/audit.sh OUT [BALLOTS-OR-FILE.pb [ROUNDS [SECONDS]]]" >&2
	exit 2
fi
out=$(cd "$1" && pwd)
bin=$out/bin
ballots=${2:-100000}
rounds=${3:-5}
seconds=${4:-2}
if [ -f "$ballots" ]; then
	ballots=$(realpath "$ballots")
elif [[ ! $ballots =~ ^[0-9]+$ ]]; then
	echo "audit: $ballots: neither a number nor a file" >&2
	exit 2
fi
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
echo "$(nproc) cores, $(uname -sr), libsodium $sodium, load $(cut -d' ' -f1 /proc/loadavg)"
if [ -f "$ballots" ]; then
	"$bin/tallyctl" campaign from-pb "$ballots" --out campaign > campaign.log 2>&1
else
	"$bin/tallyctl" campaign demo --ballots "$ballots" --out campaign > campaign.log 2>&1
fi
"$bin/tallyd" --init --data data --campaign campaign/campaign.json --log-key campaign/log.key \
	2> init.log
: > tallyd.log
"$bin/tallyd" --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
daemon=$!
grep -q ' ready: ' < <(tail -n +1 -f --pid="$daemon" tallyd.log)
port=$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' tallyd.log)
"$bin/tallyctl" send --connect "127.0.0.1:$port" --key campaign/frontend.key \
	--ballots campaign/ballots.bin --connections 4 > verdicts.txt 2> send.log ||
	[ $? -eq 1 ] || { cat send.log >&2; exit 1; }
kill -TERM "$daemon"
wait "$daemon"
daemon=
rm -rf data/ledger campaign/ballots.bin
"$out/bench/audit_rate" "$bin/tally-verify" "$(cat campaign/log.key.pub)" data/public "$rounds" \
	"$seconds"
