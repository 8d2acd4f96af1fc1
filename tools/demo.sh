#!/bin/bash
# demo: one evening of a campaign, from keys to a verified result, on this machine alone.
#
#   tools/demo.sh BIN [WORK]     BIN: folder of the programs; WORK: an empty or new folder
#
# A campaign like Timișoara's: 8 zones, 45 projects, 20,000 ballots, some of them sent twice, forged
# or late.
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
	grep -q "$1" < <(tail -n +1 -f --pid="$daemon" tallyd.log) && return
	cat tallyd.log >&2
	exit 3
}

# Sends a file of ballots. Refusals (exit code 1) belong to this evening.
cast() {
	"$bin/tallyctl" send --connect "$door" --key campaign/frontend.key --ballots "$@" ||
		[ $? -eq 1 ]
}

step "a campaign: keys, manifest, 20,000 ballots for the evening and 200 that come too late"
"$bin/tallyctl" campaign demo --out campaign --seed 2026

step "tallyd: a data directory, then the daemon"
"$bin/tallyd" --init --data data --campaign campaign/campaign.json \
	--log-key campaign/log.key --anchor anchor
: > tallyd.log
"$bin/tallyd" --data data --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
daemon=$!
await ' ready: '
door=127.0.0.1:$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' tallyd.log)

step "the evening: every ballot over TCP; the verdicts, counted"
cast campaign/ballots.bin

step "one more voter, and her receipt: proven offline, with nothing but the log's public key"
"$bin/tallyctl" ballot make --campaign campaign/campaign.json --key campaign/frontend.key \
	--tag-secret campaign/tag.secret --identity +40721000000 --district zona-1 \
	--choose proiecte=p01,p05,p17 --out her.bin
cast her.bin --receipts receipts
"$bin/tally-verify" --key campaign/log.key.pub --receipt receipts/*.tlog-proof --ballot her.bin

step "the authority closes the vote; the late ones are sent all the same"
"$bin/tallyctl" notice close --key campaign/authority.key --connect "$door"
cast campaign/late.bin

step "the daemon stops: decides, commits, signs, publishes"
kill -TERM "$daemon"
wait "$daemon"
daemon=
tail -n 2 tallyd.log

step "an auditor, with nothing but the public log"
if ! "$bin/tally-verify" --key campaign/log.key.pub data/public > audit.txt; then
	cat audit.txt
	exit 1
fi
grep -E 'PASS|FAIL|SKIPPED' audit.txt

step "the result"
"$bin/tallyctl" results --log data/public --format table

printf '\nEverything is in %s\n' "$work"
