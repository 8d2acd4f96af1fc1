#!/bin/bash
# growth: what millions of voters cost: rate, commits, memory and disk as a campaign grows, and
# how long a start takes, clean and after a kill. No signatures (growth/main.c says what there is).
#
#   bench/growth.sh OUT grow VOTERS [OPTION...]     OUT: a build folder, as build/gcc-plain
#   bench/growth.sh OUT clean VOTERS [ROUNDS]       starts with everything in the state kept
#   bench/growth.sh OUT killed VOTERS [ROUNDS]      starts with a million ballots beyond it
#
# `grow` prints a line for every million; with -p it publishes, too. The others make a folder of
# VOTERS (killed: and a million more), publish it, and start a
# real tallyd on it ROUNDS (3) times (killed: on a copy of it each time): the time from exec to
# `ready`, its greatest memory, and what is not a file's page once it is ready. The files are in
# the page cache. $TMPDIR needs about 500 bytes a voter, and for `killed` as much each round.
set -eu
. "${BASH_SOURCE%/*}/common.bash"

usage() {
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

[[ $# -ge 3 && $2 =~ ^(grow|clean|killed)$ ]] || usage
programs "$1"
what=$2
voters=$3
shift 3
begin
machine

# founded_for VOTERS_MAX: `data`, and the demo's ballots and key.
founded_for() {
	"$bin/tallyctl" campaign demo --ballots 1000 --out demo > demo.log 2>&1
	jq ".voters_max = $1" demo/campaign.json > campaign.json
	mv campaign.json demo/campaign.json
	found demo
}

# Prints the seconds until it is ready, and memory.
start_once() {
	local began ended
	began=$(date +%s%N)
	tallyd
	ended=$(date +%s%N)
	awk -v began="$began" -v ended="$ended" '
		/^VmHWM/ { most = $2 } /^Anonymous/ { own = $2 }
		END { printf "ready after %.2f s, %d MB of its own, %d MB at most\n",
			(ended - began) / 1e9, own / 1024, most / 1024 }' \
		"/proc/$server/status" "/proc/$server/smaps_rollup"
	kill -KILL "$server"
	wait "$server" 2> /dev/null || true
	server=
}

case $what in
grow)
	founded_for "$voters"
	"$out/bench/growth/grow" "$@" "$data" demo/ballots.bin demo/frontend.key "$voters"
	;;
clean | killed)
	rounds=${1:-3}
	if [ "$what" = clean ]; then
		founded_for "$voters"
		"$out/bench/growth/grow" -p "$data" demo/ballots.bin demo/frontend.key "$voters"
	else
		founded_for "$((voters + 1000000))"
		"$out/bench/growth/grow" -p -k "$voters" "$data" demo/ballots.bin \
			demo/frontend.key "$((voters + 1000000))"
	fi
	sync
	made=$data
	for round in $(seq "$rounds"); do
		# All copies stay: ext4 is slow to find an inode where many were just removed.
		[ "$what" = clean ] || { data=$made.$round && cp -r "$made" "$data" && sync; }
		start_once
	done
	;;
esac
