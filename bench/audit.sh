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
. "${BASH_SOURCE%/*}/common.bash"

if [ $# -lt 1 ]; then
	echo "usage: bench/audit.sh OUT [BALLOTS-OR-FILE.pb [ROUNDS [SECONDS]]]" >&2
	exit 2
fi
programs "$1"
ballots=${2:-100000}
rounds=${3:-5}
seconds=${4:-2}
if [ -f "$ballots" ]; then
	ballots=$(realpath "$ballots")
elif [[ ! $ballots =~ ^[0-9]+$ ]]; then
	echo "audit: $ballots: neither a number nor a file" >&2
	exit 2
fi
begin
machine
if [ -f "$ballots" ]; then
	"$bin/tallyctl" campaign from-pb "$ballots" --out campaign > campaign.log 2>&1
else
	"$bin/tallyctl" campaign demo --ballots "$ballots" --out campaign > campaign.log 2>&1
fi
found campaign
tallyd
ingest campaign/ballots.bin > rate.txt
stop
"$out/bench/audit_rate" "$bin/tally-verify" "$(cat campaign/log.key.pub)" "$data/public" "$rounds" \
	"$seconds"
