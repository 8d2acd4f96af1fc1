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

out=$(cd "$1" && pwd)
what=$2
voters=$3
shift 3
bin=$out/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/tally-growth.XXXXXX")
daemon=
cleanup() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "$(nproc) cores, $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg)"

found() { # VOTERS_MAX
	"$bin/tallyctl" campaign demo --ballots 1000 --out demo > demo.log 2>&1
	jq ".voters_max = $1" demo/campaign.json > campaign.json
	"$bin/tallyd" --init --data data --campaign campaign.json --log-key demo/log.key \
		2> init.log
}

# Prints the seconds until it is ready, and memory.
start_once() { # FOLDER
	local began ended
	: > tallyd.log
	began=$(date +%s%N)
	"$bin/tallyd" --data "$1" --listen 127.0.0.1:0 --http 127.0.0.1:0 2> tallyd.log &
	daemon=$!
	grep -q ' ready: ' < <(tail -n +1 -s 0.01 -f --pid="$daemon" tallyd.log) || {
		cat tallyd.log >&2
		exit 1
	}
	ended=$(date +%s%N)
	awk -v began="$began" -v ended="$ended" '
		/^VmHWM/ { most = $2 } /^Anonymous/ { own = $2 }
		END { printf "ready after %.2f s, %d MB of its own, %d MB at most\n",
			(ended - began) / 1e9, own / 1024, most / 1024 }' \
		"/proc/$daemon/status" "/proc/$daemon/smaps_rollup"
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null || true
	daemon=
}

case $what in
grow)
	found "$voters"
	"$out/bench/growth/grow" "$@" data demo/ballots.bin demo/frontend.key "$voters"
	;;
clean | killed)
	rounds=${1:-3}
	if [ "$what" = clean ]; then
		found "$voters"
		"$out/bench/growth/grow" -p data demo/ballots.bin demo/frontend.key "$voters"
	else
		found "$((voters + 1000000))"
		"$out/bench/growth/grow" -p -k "$voters" data demo/ballots.bin demo/frontend.key \
			"$((voters + 1000000))"
	fi
	sync
	for round in $(seq "$rounds"); do
		# All copies stay: ext4 is slow to find an inode where many were just removed.
		[ "$what" = clean ] || { cp -r data "data.$round" && sync; }
		[ "$what" = killed ] || { ln -sfn data "data.$round"; }
		start_once "data.$round"
	done
	;;
*)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
