#!/bin/bash
# What the world can do to tallyd: failed writes and syncs, a full disk, a damaged or old data
# directory, a stopped process, a jumping clock. FULL tries every Nth call, else some.
# Needs strace, libfaketime, root for some; a SKIPPED line says which.
. "$(dirname "$0")/../e2e/common.bash"
echo "# seed $SEED"
# Without --seccomp-bpf: with it strace 6.1 injects errors but no signals.
strace=(strace -f -qq -o /dev/null)

# crowd FILE FIRST COUNT
crowd() {
	voters key="$CAMPAIGN/a.key" seed="$SEED" choices=200 first="$2" count="$3" > "$WORK/$1"
}

# whole WHAT DIR COUNT [BALLOTS ANSWERS]...: sends everybody's ballot (again), stops, and compares
# everything with everything.
whole() {
	local what=$1 dir=$2 count=$3
	shift 3
	send "$CAMPAIGN/b.key" "$WORK/all" "$WORK/all.answers"
	same "$what: sent again, everything is accepted" "$?" 0
	stops "$what"
	results "$dir" "$WORK/results"
	check "$what: every ballot counts once, at the index told before" judge -a -n "$count" \
		-v accepted,unanswered,unavailable -r "$WORK/results" "$dir/public" \
		"$WORK/all" "$WORK/all.answers" "$@"
	audit "$what" "$dir"
}

# calls that fail

# Index behind everything that was durable when the sync of the ledger failed: the last batch was
# written, but nobody may have been told.
told_too_much() {
	local first
	first=$("$OUT/tests/crash/batches" "$1" | tail -n 1 | awk '{ print $5 }')
	awk -v first="$first" '$1 == "accepted" && $2 >= first' "$2" | grep .
}

# inject CALL FAULT WHEN: a run in which that call fails, or kills; then one without.
inject() {
	local dir=$WORK/inject word="$1 $2 at $3"
	rm -rf "$dir"
	cp -a "$WORK/founded" "$dir"
	PREFIX=("${strace[@]}" -e "trace=$1" -e "inject=$1:$2:when=$3")
	: > "$WORK/inject.answers"
	if tallyd_start "$dir"; then
		send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/inject.answers"
		kill -TERM "$(cat "$dir/lock")" 2> /dev/null
		await "$TALLYD"
	fi
	PREFIX=()
	case $CODE in
	3) died=$((died + 1)) ;;
	0) survived=$((survived + 1)) ;;
	137) died=$((died + 1))
		[ "$2" = signal=SIGKILL ] || not_ok "$word: tallyd was killed" ;;
	*) not_ok "$word: tallyd ended with $CODE" ;;
	esac
	if [ "$CODE" -eq 3 ] && ! grep -qE 'Input/output error|No space left' "$LOG"; then
		not_ok "$word: it does not say why it ended"
	fi
	if grep -qE 'sync (ledger/|a ledger segment)' "$LOG" && [ -s "$WORK/inject.answers" ] &&
		told_too_much "$dir" "$WORK/inject.answers" > "$WORK/said"; then
		not_ok "$word: ballots of the batch that failed were answered"
	fi
	: > "$WORK/said"
	[ -s "$WORK/inject.answers" ] ||
		(while [ "$((n += 1))" -le 600 ]; do echo 'unanswered -'; done) \
			> "$WORK/inject.answers"
	tallyd_must "$dir"
	if ! judge -l -v accepted,unanswered "$dir" "$WORK/all" "$WORK/inject.answers" \
		> "$WORK/said" 2>&1; then
		not_ok "$word: after the next start what was answered is there"
	fi
	: > "$WORK/said"
}

calls() {
	local call error when some all n=0
	if ! command -v strace > /dev/null || ! strace -qq -o /dev/null true 2> /dev/null; then
		skipped "there is no strace that works here: calls that fail"
		return
	fi
	crowd all 0 600
	found "$WORK/founded"
	for word in fdatasync:error=EIO: pwrite64:error=EIO: pwrite64:error=ENOSPC:+ \
		fsync:error=EIO: fdatasync:signal=SIGKILL: pwrite64:signal=SIGKILL: \
		renameat:signal=SIGKILL: syncfs:signal=SIGKILL: ; do
		IFS=: read -r call error all <<< "$word"
		some=$([ -n "$FULL" ] && seq 1 40 || echo 1 3 6 10 17)
		died=0
		survived=0
		before=$bad
		for when in $some; do
			inject "$call" "$error" "$when$all"
			tallyd_kill
		done
		same "$call, $error: only what is durable is told, and it is kept" \
			"$((bad - before))" 0
		echo "# $call $error: tallyd ended $died times, went on $survived times"
	done
	inject fdatasync error=EIO 5
	whole "after a failed sync" "$WORK/inject" 600 "$WORK/all" "$WORK/inject.answers"
}

# a full disk

# --init killed at any of its calls: what is there is refused, or is whole.
founding() {
	local when before=$bad refused=0 whole=0 dir=$WORK/init
	local calls=pwrite64,fsync,fdatasync,renameat
	command -v strace > /dev/null && strace -qq -o /dev/null true 2> /dev/null || return
	for when in $([ -n "$FULL" ] && seq 1 30 || echo 1 2 4 7 11 16); do
		rm -rf "$dir"
		"${strace[@]}" -e trace=$calls -e "inject=$calls:signal=SIGKILL:when=$when" \
			"$BIN/tallyd" --init --data "$dir" --campaign "$CAMPAIGN/campaign.json" \
			--log-key "$CAMPAIGN/log.key" 2> /dev/null
		if tallyd_start "$dir"; then
			tallyd_kill
			whole=$((whole + 1))
		else
			[ "$CODE" -eq 3 ] || not_ok "--init killed at call $when: then code $CODE"
			refused=$((refused + 1))
		fi
	done
	same "--init killed at any call: the directory is refused with 3 or is whole" \
		"$((bad - before))" 0
	echo "# $refused refused, $whole whole"
}

fill() {
	dd if=/dev/zero of="$1/filler" bs=64K status=none 2> /dev/null
}

full_disk() {
	local small=$WORK/small
	mkdir -p "$small"
	if ! mount -t tmpfs -o size=40M none "$small" 2> /dev/null; then
		skipped "no right to mount: a full disk"
		return
	fi
	mounted+=("$small")
	crowd half 0 4000
	crowd all 0 6000
	found "$small/data"
	tallyd_must "$small/data"
	fill "$small"
	send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.answers" --no-retry
	same "full disk: the process lives" "$(kill -0 "$TALLYD" 2> /dev/null && echo yes)" yes
	says "full disk: it says so" 'No space left' "$LOG"
	same "full disk: some ballots are accepted, the others are unavailable" \
		"$(cut -d' ' -f1 "$WORK/half.answers" | sort -u | xargs)" "accepted unavailable"
	send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.again" --no-retry
	check "full disk: the same answers for the same ballots" judge -l \
		-v accepted,unavailable "$small/data" "$WORK/half" "$WORK/half.answers" \
		"$WORK/half" "$WORK/half.again"
	rm "$small/filler"
	send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.later"
	same "full disk: when space is back, the same process accepts the rest" "$?" 0
	fill "$small"
	send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/full.answers" --no-retry
	tallyd_stop
	[ "$CODE" -eq 0 ] || same "full disk: SIGTERM ends tallyd, in time" "$CODE" 3
	tallyd_start "$small/data"
	rm "$small/filler"
	if kill -0 "$TALLYD" 2> /dev/null; then
		ok "full disk: it starts"
	else
		same "full disk: it does not start, and says so" "$CODE" 3
		tallyd_must "$small/data"
	fi
	whole "when space is back" "$small/data" 6000 "$WORK/all" "$WORK/full.answers" \
		"$WORK/half" "$WORK/half.answers" "$WORK/half" "$WORK/half.later"
	umount "$small" && mounted=()
}

# what is derived

# Starts, sends everybody, stops, audits; one line if all of it is right.
derived() {
	local what=$1 dir=$2
	tallyd_start "$dir" || { not_ok "$what: it starts (code $CODE)"; return; }
	send "$CAMPAIGN/b.key" "$WORK/new" "$WORK/new.answers"
	send "$CAMPAIGN/b.key" "$WORK/other" "$WORK/other.answers"
	send "$CAMPAIGN/b.key" "$WORK/all" "$WORK/all.again"
	tallyd_stop
	results "$dir" "$WORK/results"
	if [ "$CODE" -ne 0 ]; then
		not_ok "$what: SIGTERM ends tallyd with $CODE"
	elif ! cmp -s "$WORK/all.answers" "$WORK/all.again"; then
		not_ok "$what: other answers than before"
	elif ! judge -n $((count + 20)) -v accepted,has-voted -r "$WORK/results" "$dir/public" \
		"$WORK/all" "$WORK/all.answers" "$WORK/new" "$WORK/new.answers" \
		"$WORK/other" "$WORK/other.answers" > "$WORK/said" 2>&1; then
		not_ok "$what: the log and the answers"
	elif ! "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" "$dir/public" \
		> "$WORK/said" 2>&1; then
		not_ok "$what: tally-verify"
	else
		return 0
	fi
	return 1
}

flip() {
	local byte
	byte=$(xxd -s "$2" -l 1 -p "$1")
	printf '%b' "\\x$(printf '%02x' $((0x$byte ^ 1 << $3)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# each NAME COMMAND: on a fresh copy of the stopped directory, in $copy.
each() {
	copy=$WORK/copy
	rm -rf "$copy"
	cp -a "$WORK/stopped" "$copy"
	"${@:2}"
	if derived "$1" "$copy"; then
		ok "$1: all is made anew, nothing is counted twice or lost"
	fi
}

flip_home() {
	local size i
	size=$(stat -c %s "$copy/state/book.mdb")
	for ((i = 0; i < $1; i++)); do
		flip "$copy/state/book.mdb" $(((RANDOM * 32768 + RANDOM) % size)) $((RANDOM % 8))
	done
}

flip_tree() {
	flip "$copy/tree/0" $(((RANDOM * 32768 + RANDOM) % $(stat -c %s "$copy/tree/0"))) 3
}

spoil_public() {
	local file
	find "$copy/public/tile" -type f | sort | awk 'NR % 3 == 1' | while read -r file; do
		printf 'spoilt' | dd of="$file" bs=1 conv=notrunc status=none
	done
	rm "$copy/published"
}

older_home() {
	cp -a "$WORK/halfway/state/." "$copy/state/"
}

foreign_home() {
	cp -a "$WORK/foreign/state/." "$copy/state/"
}

derived_all() {
	local i own=$CAMPAIGN
	count=3000
	crowd all 0 "$count"
	crowd new "$count" 20
	crowd half 0 1000
	voters key="$CAMPAIGN/b.key" seed="$SEED" choices=200 count=500 vote=9 > "$WORK/other"
	found "$WORK/stopped"
	tallyd_must "$WORK/stopped"
	send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.answers"
	stops "derived state, halfway"
	cp -a "$WORK/stopped" "$WORK/halfway"
	tallyd_must "$WORK/stopped"
	send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/all.answers"
	stops "derived state"
	campaign "$WORK/foreign.campaign" options=300 choices=250 voters=20000
	found "$WORK/foreign"
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=3000 > "$WORK/foreign.ballots"
	tallyd_must "$WORK/foreign"
	send "$CAMPAIGN/a.key" "$WORK/foreign.ballots" "$WORK/foreign.answers"
	stops "another campaign"
	CAMPAIGN=$own
	each "nothing spoilt" true
	for ((i = 0; i < $([ -n "$FULL" ] && echo 60 || echo 5); i++)); do
		each "one bit flipped in the home ($i)" flip_home 1
	done
	each "forty bits flipped in the home" flip_home 40
	each "the home cut short" eval 'truncate -s 30000 "$copy/state/book.mdb"'
	each "the home empty" eval ': > "$copy/state/book.mdb"'
	each "the home replaced by noise" \
		eval 'head -c 300000 /dev/urandom > "$copy/state/book.mdb"'
	each "the home deleted" eval 'rm -rf "$copy/state"'
	each "an older home" older_home
	each "another campaign's home" foreign_home
	each "the tree's files deleted" eval 'rm -rf "$copy/tree"'
	each "a bit flipped in the tree's files" flip_tree
	each "public/ deleted" eval 'rm -rf "$copy/public"'
	each "public/ and its mark deleted" eval 'rm -rf "$copy/public" "$copy/published"'
	each "public/ spoilt, its mark deleted" spoil_public
	each "public/checkpoint deleted" eval 'rm "$copy/public/checkpoint"'
	each "everything derived deleted" \
		eval 'rm -rf "$copy/public" "$copy/published" "$copy/state" "$copy/tree"'
}

# what is remembered

# refuses WHAT DIR PATTERN: code 3, a sentence, nothing changed.
refuses() {
	local before
	before=$(fingerprint "$2")
	tallyd_begin "$2"
	await "$TALLYD"
	same "$1: refused with 3" "$CODE" 3
	says "$1: it says why" "$3" "$LOG"
	same "$1: nothing is changed" "$(fingerprint "$2")" "$before"
}

zero() {
	dd if=/dev/zero of="$1" bs=1 seek="$2" count="$3" conv=notrunc status=none
}

remembered() {
	local dir=$WORK/memory elsewhere=$WORK/elsewhere
	mkdir "$elsewhere"
	crowd all 0 400
	crowd half 0 200
	found "$dir" --anchor "$elsewhere/anchor"
	tallyd_must "$dir"
	send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.answers"
	stops "with an anchor"
	cp -a "$dir" "$WORK/backup"
	tallyd_must "$dir"
	send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/all.answers"
	stops "with an anchor, later"
	refuses "a backup under a newer anchor" "$WORK/backup" 'fewer|remembered|signed|anchor'
	cp -a "$dir" "$WORK/memory.copy"
	zero "$dir/remembered" 0 8192
	tallyd_must "$dir"
	stops "both slots destroyed, but there is an anchor"
	cp -a "$WORK/memory.copy/." "$dir/"
	zero "$elsewhere/anchor" 0 8192
	zero "$dir/remembered" 4096 4096
	tallyd_must "$dir"
	stops "one slot is left of four"
	zero "$dir/remembered" 0 8192
	zero "$elsewhere/anchor" 0 8192
	refuses "no slot is left" "$dir" 'remembered'
	cp -a "$WORK/memory.copy/." "$dir/"
	rm "$elsewhere/anchor"
	refuses "the anchor is gone" "$dir" 'anchor'
	rm "$dir/remembered"
	refuses "what is remembered is gone" "$dir" 'remembered'
}

# time

stopped_process() {
	local sender
	rm -rf "$WORK/paused"
	crowd all 0 4000
	found "$WORK/paused"
	tallyd_must "$WORK/paused"
	send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/paused.answers" \
		--journal "$WORK/paused.journal" &
	sender=$!
	by_steps has "$WORK/paused.journal" 200000 || not_ok "SIGSTOP: ballots come in"
	sleep 2
	check "SIGSTOP for two seconds: ballots are owed" kill -0 "$sender"
	kill -CONT "$TALLYD"
	wait "$sender"
	same "SIGSTOP for two seconds, SIGCONT: all are accepted" "$?" 0
	whole "after SIGSTOP" "$WORK/paused" 4000 "$WORK/all" "$WORK/paused.answers"
}

clock() {
	local library jump
	library=$(faketime_library)
	if [ -z "$library" ]; then
		skipped "there is no libfaketime: a jumping clock"
		return
	fi
	for jump in +20d -20d; do
		rm -rf "$WORK/jumping"
		crowd all 0 300
		crowd half 0 100
		found "$WORK/jumping"
		echo '+0' > "$WORK/time"
		PREFIX=(env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$WORK/time"
			FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1)
		tallyd_must "$WORK/jumping"
		send "$CAMPAIGN/a.key" "$WORK/half" "$WORK/half.answers"
		echo "$jump" > "$WORK/time"
		await_line "$LOG" "$TALLYD" 'clock jumped'
		says "the clock jumps by $jump: it says so" 'clock jumped' "$LOG"
		send "$CAMPAIGN/a.key" "$WORK/all" "$WORK/jump.answers"
		same "the clock jumps by $jump: the phase is kept, all are accepted" "$?" 0
		echo '+0' > "$WORK/time"
		whole "after a jump by $jump" "$WORK/jumping" 300 "$WORK/all" "$WORK/jump.answers"
		PREFIX=()
	done
}

campaign "$WORK/campaign" options=300 choices=200 voters=20000 || exit 1
for part in ${PARTS:-calls founding full_disk derived_all remembered stopped_process clock}; do
	began=$SECONDS
	"$part"
	echo "# $part took $((SECONDS - began)) s"
done
