# What the scripts of bench/ share; sourced by them with set -eu.
#
# All that a script makes lies in a folder of its own, which is gone at the end, and not before:
# every run of a server gets another folder in it (`found`). ext4 looks long for a free inode where
# many were just removed, at the cost of whoever makes the next file: chattr +T asks it to put each
# of these folders into another part of the disk.
export LC_ALL=C

name=${0##*/}
name=${name%.sh}
work=
lasting= # somebody else removes `work`
server= # processes that end with the script
child=
founded=0

cleanup() {
	local pid
	trap '' INT TERM
	for pid in $child $server; do
		kill -TERM "$pid" 2> /dev/null || true
	done
	wait
	[ -z "$work" ] || [ -n "$lasting" ] || rm -rf "$work"
}

# begin: a folder of its own below $TMPDIR, `work`, where the script is from then on. Below
# $BENCH_FOLDER, if that is set, for the script that has set it to remove.
begin() {
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	lasting=${BENCH_FOLDER:-}
	work=$(mktemp -d "${BENCH_FOLDER:-${TMPDIR:-/tmp}}/tally-$name.XXXXXX")
	cd "$work"
	chattr +T . 2> /dev/null || true
}

# programs OUT: `out` and `bin`, of a build folder.
programs() {
	out=$(cd "$1" && pwd)
	bin=$out/bin
}

die() {
	echo "$name: $*" >&2
	exit 3
}

skip() {
	echo "SKIPPED: $*"
	exit 0
}

machine() {
	grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
	echo "$(nproc) cores, $(uname -sr), $(df -T . | awk 'NR == 2 { print $2 " on " $1 }')," \
		"libsodium $(dpkg-query -W -f '${Version}' libsodium23 2> /dev/null || echo '?')," \
		"load $(cut -d' ' -f1 /proc/loadavg)"
}

# attend FILE COMMAND...: its standard output to FILE; a signal ends it too. Its exit code.
attend() {
	local file=$1
	shift
	"$@" > "$file" &
	child=$!
	wait "$child" || { set -- $?; child=; return "$1"; }
	child=
}

# await_line FILE PATTERN [PID]: until the server, or PID, has said so there.
await_line() {
	timeout 120 grep -q -- "$2" < <(tail -n +1 -s 0.02 -f --pid="${3:-$server}" "$1") ||
		{ cat "$1" >&2; die "it does not say '$2'"; }
}

# serve LOG PATTERN COMMAND...: `server`, which has said PATTERN on stderr, or stdout.
serve() {
	local log=$1 pattern=$2
	shift 2
	: > "$log"
	"$@" > "$log" 2>&1 &
	server=$!
	await_line "$log" "$pattern"
}

# stop [SIGNAL]: and what was written goes to disk now, not during the next run.
stop() {
	kill "-${1:-TERM}" "$server"
	wait "$server" || die "a server ended with $?"
	server=
	sync -f .
}

# found CAMPAIGN: a folder that no tallyd had before: `data`.
found() {
	data=data.$((++founded))
	"$bin/tallyd" --init --data "$data" --campaign "$1/campaign.json" --log-key "$1/log.key" \
		2> init.log || { cat init.log >&2; die "tallyd --init"; }
}

# ports_of LOG: `port`, and `http` if there is such.
ports_of() {
	port=$(sed -n 's/.*ballots at port \([0-9]*\).*/\1/p' "$1")
	http=$(sed -n 's/.*http at port \([0-9]*\).*/\1/p' "$1")
}

# tallyd [OPTION...]: one on `data`, at `port` and `http`.
tallyd() {
	serve tallyd.log ' ready: ' "$bin/tallyd" --data "$data" --listen 127.0.0.1:0 \
		--http 127.0.0.1:0 "$@"
	ports_of tallyd.log
}

# election_of OUT FILE.pb ...: the arguments of a script: `election`, or the end.
election_of() {
	if [ $# -lt 2 ]; then
		echo "usage: bench/$name.sh OUT FILE.pb [ROUNDS]; OUT: as build/gcc-plain" >&2
		exit 2
	fi
	election=$(realpath "$2")
	[ -f "$election" ] && return
	echo "$name: $2: there is no such file (Pabulib files: https://pabulib.org)" >&2
	exit 2
}

# ingest FILE: sent over CONNECTIONS (4); the rate at which it was answered.
ingest() {
	"$bin/tallyctl" send --connect "127.0.0.1:$port" --key campaign/frontend.key \
		--ballots "$1" --connections "${CONNECTIONS:-4}" > verdicts.txt 2> send.log ||
		[ $? -eq 1 ] || { cat send.log >&2; die "tallyctl send"; }
	sed -n 's/.* \([0-9,]*\)\/s.*/\1/p' send.log | tail -n 1 | tr -d ,
}

# free_port: `port`, one of 127.0.0.1 that nobody listens on now.
free_port() {
	port=$((20000 + RANDOM % 20000))
	while (: > "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
		port=$((20000 + RANDOM % 20000))
	done
}

# limit SECONDS: in whole seconds, what a run of so many may take.
limit() {
	awk "BEGIN { print int($1 * 4) + 60 }"
}
