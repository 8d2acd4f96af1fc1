# What the scripts of this folder share; sourced by them with set -eu: a folder of their own, WORK,
# below $TMPDIR, and one server, PID, both gone at the end.
WORK=
PID=

skip() {
	echo "SKIPPED: $*"
	exit 0
}

cleanup() {
	trap '' INT TERM
	[ -z "$PID" ] || kill -TERM "$PID" 2>/dev/null || true
	wait
	[ -z "$WORK" ] || rm -rf "$WORK"
}

# work_begin NAME
work_begin() {
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/tally-$1.XXXXXX")
}

# PORT: one of 127.0.0.1 that nobody listens on now.
free_port() {
	PORT=$((20000 + RANDOM % 20000))
	while (: > "/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
		PORT=$((20000 + RANDOM % 20000))
	done
}

# await_line FILE PATTERN: until PID has said so; exit 3 if it ends before, or takes a minute.
await_line() {
	timeout 60 grep -q -- "$2" < <(tail -n +1 -s 0.05 -f --pid="$PID" "$1") ||
		{ cat "$1" >&2; exit 3; }
}

# limit SECONDS: in whole seconds, what a run of so many may take.
limit() {
	awk "BEGIN { print int($1 * 4) + 60 }"
}
