# What the scripts of tests/e2e and tests/crash share; sourced by them. They run from the
# repository's root:
#
#   BIN=build/gcc-plain/bin OUT=build/gcc-plain [FULL=1] bash tests/e2e/NAME.sh
#
# and print "ok NAME - what", "not ok NAME - what" (with logs) or "SKIPPED: why". Everything they
# make is under one temporary folder; they end their processes by number. Nothing here sleeps to
# wait: lines, files and ends of processes are waited for.
set -u
export LC_ALL=C.UTF-8
BIN=${BIN:-${1:-build/gcc-plain/bin}}
OUT=${OUT:-$(dirname "$BIN")}
FULL=${FULL:-}
DATA=${TALLY_DATA:-../shared/data}
NAME=$(basename "$0" .sh)
WORK=$(mktemp -d)
export TMPDIR=$WORK # what a killed program leaves goes as well
TALLYD= LOG= PORT= HTTP= CODE=
starts=0
bad=0
set +m
running=()
mounted=()
PREFIX=()       # what tallyd is started under, such as strace and its options
SEED=${TEST_SEED:-1}
RANDOM=$((SEED % 32768))

finish() {
	local code=$? pid place
	for pid in ${running[@]+"${running[@]}"}; do
		kill -CONT "$pid" 2>/dev/null
		kill -KILL "$pid" 2>/dev/null
	done
	wait
	for place in ${mounted[@]+"${mounted[@]}"}; do
		umount -l "$place"
	done
	rm -rf "$WORK"
	[ "$bad" -eq 0 ] || exit 1
	exit "$code"
}
trap finish EXIT
trap 'bad=1; exit' INT TERM

ok() {
	echo "ok $NAME - $*"
}

not_ok() {
	echo "not ok $NAME - $* (seed $SEED)"
	bad=$((bad + 1))
	if [ -n "$LOG" ] && [ -e "$LOG" ]; then
		tail -n 40 "$LOG" | sed 's/^/# /'
	fi
	if [ -s "$WORK/said" ]; then
		tail -n 20 "$WORK/said" | sed 's/^/#   /'
	fi
}

skipped() {
	echo "SKIPPED: $NAME: $*"
}

# check WHAT COMMAND...: what it says is shown if it fails.
check() {
	local what=$1
	shift
	if "$@" > "$WORK/said" 2>&1; then
		ok "$what"
	else
		not_ok "$what: '$*' ended with code $?"
	fi
	: > "$WORK/said"
}

# same WHAT A B
same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: '$2' is not '$3'"
	fi
}

# exits CODE WHAT COMMAND...: stdout to $WORK/out, stderr to $WORK/err.
exits() {
	local expected=$1 what=$2 code
	shift 2
	"$@" > "$WORK/out" 2> "$WORK/err"
	code=$?
	if [ "$code" -eq "$expected" ]; then
		ok "$what"
	else
		cat "$WORK/out" "$WORK/err" > "$WORK/said"
		not_ok "$what: '$*' ended with code $code, not $expected"
		: > "$WORK/said"
	fi
}

# says WHAT PATTERN FILE
says() {
	if grep -qE -- "$2" "$3"; then
		ok "$1"
	else
		cp "$3" "$WORK/said"
		not_ok "$1: no line like '$2'"
		: > "$WORK/said"
	fi
}

# await_line FILE PID PATTERN [SECONDS]: until the file has such a line or the process is gone.
await_line() {
	timeout "${4:-120}" tail -n +1 -s 0.05 --pid="$2" -F "$1" 2>/dev/null |
		grep -m1 -qE -- "$3" || grep -qE -- "$3" "$1"
}

# await PID [SECONDS]: until it has ended; its code in CODE.
await() {
	if ! timeout "${2:-120}" tail -s 0.02 --pid="$1" -f /dev/null; then
		not_ok "process $1 does not end"
		kill -KILL "$1"
	fi
	wait "$1"
	CODE=$?
}

# tallyd_begin DIR [OPTION...]: starts it, does not wait: TALLYD is its process (or PREFIX's).
tallyd_begin() {
	local dir=$1
	shift
	LOG=$WORK/tallyd.$((++starts)).log
	: > "$LOG"
	${PREFIX[@]+"${PREFIX[@]}"} "$BIN/tallyd" --data "$dir" \
		--listen "127.0.0.1:${FIXED_PORT:-0}" --http 127.0.0.1:0 "$@" 2> "$LOG" &
	TALLYD=$!
	running+=("$TALLYD")
}

# tallyd_start DIR [OPTION...]: and waits until it is ready: PORT, HTTP, LOG.
tallyd_start() {
	tallyd_begin "$@"
	if ! await_line "$LOG" "$TALLYD" ' ready: '; then
		wait "$TALLYD"
		CODE=$?
		return 1
	fi
	PORT=$(sed -n 's/.*ready: .* ballots at port \([0-9]*\),.*/\1/p' "$LOG")
	HTTP=$(sed -n 's/.*ready: .* http at port \([0-9]*\);.*/\1/p' "$LOG")
}

# tallyd_must DIR: a start that has to succeed; else nothing that follows means anything.
tallyd_must() {
	tallyd_start "$@" && return
	not_ok "tallyd starts (code $CODE)"
	exit 1
}

# tallyd_stop: SIGTERM, code in CODE.
tallyd_stop() {
	kill -TERM "$TALLYD"
	await "$TALLYD" "$@"
}

# tallyd_kill: SIGKILL; it has to be still there.
tallyd_kill() {
	kill -KILL "$TALLYD" 2>/dev/null
	wait "$TALLYD" 2>/dev/null
	CODE=$?
	[ "$CODE" -eq 137 ] || not_ok "tallyd ended by itself with $CODE"
}

# by_steps COMMAND...: lets tallyd run for moments, each longer, until the command is true; then it
# stands still (SIGSTOP), so that what follows meets it on the way however quick it is.
by_steps() {
	local step i end=$((SECONDS + 100))
	for ((step = 1; SECONDS < end; step++)); do
		kill -STOP "$TALLYD" || return
		"$@" && return
		kill -CONT "$TALLYD"
		for ((i = 0; i < step * 20 && i < 20000; i++)); do :; done
	done
	kill -STOP "$TALLYD"
	return 1
}

# has FILE SIZE: at least so many bytes.
has() {
	[ -e "$1" ] && [ "$(stat -c %s "$1")" -ge "$2" ]
}

# stops WHAT: SIGTERM and code 0.
stops() {
	tallyd_stop
	same "$1: SIGTERM ends tallyd with 0" "$CODE" 0
}

tallyctl() {
	"$BIN/tallyctl" "$@"
}

voters() {
	"$OUT/tests/e2e/voters" campaign="$CAMPAIGN/campaign.json" "$@"
}

judge() {
	"$OUT/tests/e2e/judge" "$@"
}

# send KEY BALLOTS ANSWERS [OPTION...]: code of tallyctl; 1 (refusals) is an answer like another.
send() {
	local key=$1 ballots=$2 answers=$3
	shift 3
	tallyctl send --connect "127.0.0.1:$PORT" --key "$key" --ballots "$ballots" \
		--answers "$answers" "$@" > "$WORK/send.out" 2> "$WORK/send.err"
}

# audit WHAT DIR: tally-verify finds nothing wrong.
audit() {
	check "$1: tally-verify passes" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
		"$2/public"
}

# interop_build: $WORK/interop, the reader that is not ours; false where there is no Go or no
# x/mod. Nothing is downloaded.
interop_build() {
	command -v go > /dev/null || return
	export GO111MODULE=off GOPROXY=off GOFLAGS='' GOTOOLCHAIN=local CGO_ENABLED=0
	export GOCACHE=$WORK/go
	GOPATH=$(go env GOPATH):/usr/share/gocode
	export GOPATH
	go list golang.org/x/mod/sumdb/note golang.org/x/mod/sumdb/tlog > /dev/null 2>&1 || return
	check "the other reader is built" go build -o "$WORK/interop" tests/e2e/interop.go
}

# results DIR FILE
results() {
	tallyctl results --log "$1/public" --format json > "$2"
}

# Everything below DIR but the lock, so that a change shows.
fingerprint() {
	(cd "$1" && find . ! -name lock -printf '%p %y %s %m\n' | sort &&
		find . -type f ! -name lock -print0 | sort -z | xargs -0 sha256sum)
}

# The library that gives a process another clock, if there is one that fits this build.
faketime_library() {
	ldd "$BIN/tallyd" | grep -qE 'lib[at]san' ||
		ls /usr/lib/*/faketime/libfaketimeMT.so.1 2> /dev/null | head -n 1
}

# campaign DIR: keys and a manifest of one contest "c" with $OPTIONS options of which a ballot
# names up to $CHOICES. Two frontends, a and b. Sets CAMPAIGN. Other words change it.
campaign() {
	local word closes opens
	local options=10 choices=3 voters=100000 revote='{"policy": "first"}' every=1 tally=100000
	closes=$(date -u -d '+10 days' +%Y-%m-%dT%H:%M:00Z)
	opens=$(date -u -d '-2 minutes' +%Y-%m-%dT%H:%M:00Z)
	CAMPAIGN=$1
	shift
	for word in "$@"; do
		local "$word"
	done
	mkdir -p "$CAMPAIGN"
	for word in log: a:/a b:/b authority:/authority; do
		tallyctl keygen --name "tally.example/test${word#*:}" \
			--out "$CAMPAIGN/${word%:*}.key" > /dev/null || return
	done
	jq -n --argjson options "$options" --argjson choices "$choices" \
		--argjson voters "$voters" --argjson revote "$revote" --argjson every "$every" \
		--argjson tally "$tally" --arg opens "$opens" --arg closes "$closes" \
		--arg log "$(cat "$CAMPAIGN/log.key.pub")" --arg a "$(cat "$CAMPAIGN/a.key.pub")" \
		--arg b "$(cat "$CAMPAIGN/b.key.pub")" \
		--arg authority "$(cat "$CAMPAIGN/authority.key.pub")" \
		--arg context "$(head -c 32 /dev/urandom | xxd -p -c 64)" '{
		format: "tally/campaign/v1", test: true, origin: "tally.example/test",
		titles: {en: "A test"}, opens: $opens, closes: $closes, signing: "frontend",
		tag_context: $context, identity: "opaque", voters_max: $voters,
		revote: $revote, results: {policy: "live"},
		publishing: {every_s: $every, min_ballots: 1, tally_every_ballots: $tally},
		log_key: $log, authorities: [$authority],
		frontends: [{key: $a, kind: "online"}, {key: $b, kind: "booth"}],
		districts: [], contests: [{id: "c", titles: {en: "c"}, method: "approval",
		min: 1, max: $choices, options: [range($options) |
		{id: "o\(.)", titles: {en: "o\(.)"}, cost: 100}], outcome: {rule: "none"}}]}' \
		> "$CAMPAIGN/campaign.json"
}

# found DIR [OPTION...]: a data directory for CAMPAIGN.
found() {
	local dir=$1
	shift
	if ! "$BIN/tallyd" --init --data "$dir" --campaign "$CAMPAIGN/campaign.json" \
		--log-key "$CAMPAIGN/log.key" "$@" 2> "$WORK/said"; then
		not_ok "tallyd --init"
		exit 1
	fi
	: > "$WORK/said"
}
