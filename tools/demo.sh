#!/bin/bash
# demo: one evening of a campaign, from keys to a verified result, on this machine alone.
#
#   tools/demo.sh BIN [WORK]     BIN: folder of the programs; WORK: an empty or new folder
#
# A campaign like Timisoara's: 8 zones, 45 projects, 20,000 ballots, some of them sent twice, forged, or late.
set -eu

bin=$(cd "$1" && pwd)
work=${2:-}
[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/tally-demo.XXXXXX")
mkdir -p "$work"
cd "$work"
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true' EXIT

step() { printf '\n== %s\n' "$*"; }

# Waits until the daemon says a line, or has ended.
await() {
	grep -q "$1" < <(tail -n +1 -f --pid="$daemon" tallyd.log) || { cat tallyd.log >&2; exit 3; }
}

step "a campaign: keys, manifest, 20,000 ballots for the evening and 200 that come too late"
"$bin/tallyctl" campaign demo --out campaign --seed 2026

step "tallyd: a data directory, then the daemon"
"$bin/tallyd" --init --data data --campaign campaign/campaign.json --log-key campaign/log.key --anchor anchor
: > tallyd.log
"$bin/tallyd" --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
daemon=$!
await ' ready: '
door=127.0.0.1:$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' tallyd.log)

step "the evening: every ballot over TCP; the verdicts, counted"
"$bin/tallyctl" send --connect "$door" --key campaign/frontend.key --ballots campaign/ballots.bin || [ $? -eq 1 ]

step "the authority closes the vote; the late ones are sent all the same"
"$bin/tallyctl" notice close --key campaign/authority.key --connect "$door"
"$bin/tallyctl" send --connect "$door" --key campaign/frontend.key --ballots campaign/late.bin || [ $? -eq 1 ]

step "one voter's receipt: entry 1000, proven offline"
"$bin/tallyctl" receipt --connect "$door" --index 1000 > receipt.tlog-proof
"$bin/tally-verify" --key campaign/log.key.pub --receipt receipt.tlog-proof || [ $? -eq 1 ]

step "the daemon stops: decides, commits, signs, publishes"
kill -TERM "$daemon"
wait "$daemon"
daemon=
tail -n 2 tallyd.log

step "an auditor, with nothing but the public log"
"$bin/tally-verify" --key campaign/log.key.pub data/public > audit.txt || { cat audit.txt; exit 1; }
grep -E 'PASS|FAIL|SKIPPED' audit.txt

step "the result"
"$bin/tallyctl" results --log data/public --format table

printf '\nEverything is in %s\n' "$work"
