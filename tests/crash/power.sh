#!/bin/bash
# Power losses, on paper: tallyd's founding and runs are recorded (recorder.c); disks that a power
# loss could have left at any moment are made from that (power.c); tallyd has to start on each, has
# to hold every ballot that was answered `accepted` before, at its index, byte for byte, and every
# checkpoint that had left; and has to go on from there. Every third is cut again: tallyd starts
# on it, is sent everything again, stops, and the power is cut on the way. Only a founding that has
# not ended may leave something that is refused. FULL: as many disks as
# ten minutes allow, else 66. KEEP=FOLDER: what broke is kept there, and its recording.
. "$(dirname "$0")/../e2e/common.bash"
seconds=$([ -n "$FULL" ] && echo 600 || echo 60)
most=$([ -n "$FULL" ] && echo 100000 || echo 22)
echo "# seed $SEED"

power() {
	"$OUT/tests/crash/power" "$@"
}

# record_to LOG: tallyd's next runs; all of them are recorded, as that is quicker than a sync.
record_to() {
	PREFIX=(env LD_PRELOAD="$(realpath "$OUT/tests/crash/recorder.so")" RECORD_ROOT="$root"
		RECORD_LOG="$1")
}

# --- recordings ------------------------------------------------------------------------------

# Until tallyd has written that file anew.
await_newer() {
	local deadline=$((SECONDS + 100))
	while ((SECONDS < deadline)); do
		[ "$1" -nt "$WORK/mark" ] && return
		sleep 0.03
	done
	not_ok "$1 is not written anew"
}

# say NAME VOTERS...: these ballots are sent, and their receipts fetched; kept for the judge.
say() {
	local name=$1
	shift
	voters key="$CAMPAIGN/a.key" seed="$SEED" "$@" > "$WORK/$record/$name"
	touch "$WORK/mark"
	mkdir -p "$WORK/receipts"
	send "$CAMPAIGN/a.key" "$WORK/$record/$name" "$WORK/$record/$name.answers" \
		--receipts "$WORK/receipts"
	pairs+=("$name")
}

# What the recording is built on, and where.
record_begin() {
	record=$1
	log=$WORK/$record.log
	pairs=()
	record_to "$log"
	mkdir -p "$WORK/$record"
}

record_end() {
	record_to /dev/null
	check "$record: what was recorded is right itself" judge -l "$root/data" \
		$(pair_files answers)
	printf '%s\n' "${pairs[@]}" > "$WORK/$record/pairs"
}

pair_files() {
	local name
	for name in "${pairs[@]}"; do
		echo "$WORK/$record/$name $WORK/$record/$name.$1"
	done
}

# whole NAME ANCHOR VOTERS...: founding, two runs, publications, the poll book kept.
whole() {
	local anchor=$2
	record_begin "$1"
	shift 2
	rm -rf "$root"
	mkdir -p "$root/elsewhere"
	cp -a "$root" "$WORK/$record/base"
	"${PREFIX[@]}" "$BIN/tallyd" --init --data "$root/data" --campaign \
		"$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key" $anchor 2> "$WORK/said"
	tallyd_must "$root/data"
	say one "$@" first=0 count=12
	await_newer "$root/data/public/checkpoint"
	say two "$@" first=8 count=12
	tallyd_stop
	tallyd_must "$root/data"
	local began=${EPOCHREALTIME/./}
	say three "$@" first=20 count=9
	await_newer "$root/data/public/checkpoint"
	# tallyd keeps the poll book with the first batch after five seconds.
	while ((${EPOCHREALTIME/./} < began + 5200000)); do
		sleep 0.05
	done
	say four "$@" first=29 count=9
	await_newer "$root/data/state/book.mdb"
	say five "$@" first=38 count=5
	tallyd_stop
	record_end
}

# The first segment is nearly full when the recording begins.
turn() {
	record_begin turn
	rm -rf "$root"
	mkdir -p "$root"
	found "$root/data"
	record_to /dev/null
	tallyd_must "$root/data"
	say before choices=1000 count=320
	tallyd_stop
	cut -d' ' -f2 "$WORK/$record/before.answers" > "$WORK/before.indexes"
	cp -a "$root" "$WORK/$record/base"
	record_begin turn
	pairs=(before)
	tallyd_must "$root/data"
	say over choices=1000 first=320 count=400
	tallyd_stop
	same "turn: the second segment is used" \
		"$("$OUT/tests/crash/batches" "$root/data" | tail -n 1 | cut -d' ' -f1)" 1
	record_end
}

# Both are refused where they have come before.
close_and_unseal() {
	local order
	for order in close unseal; do
		tallyctl notice $order --key "$CAMPAIGN/authority.key" \
			--connect "127.0.0.1:$PORT" > "$WORK/said" 2>&1 || [ $? -eq 1 ] || return
	done
}

# Founding, a sealed run, then one in which the seal is broken, over more than one bundle.
sealed() {
	record_begin sealed
	rm -rf "$root"
	mkdir -p "$root"
	cp -a "$root" "$WORK/$record/base"
	"${PREFIX[@]}" "$BIN/tallyd" --init --data "$root/data" --campaign \
		"$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key" 2> "$WORK/said"
	tallyd_must "$root/data"
	say one first=0 count=30
	await_newer "$root/data/public/checkpoint"
	tallyd_stop
	tallyd_must "$root/data"
	say two first=20 count=280
	close_and_unseal || not_ok "the seal is broken"
	await_newer "$root/data/unsealed"
	tallyd_stop
	record_end
}

# --- images ----------------------------------------------------------------------------------

# heard INDEXES FROM TO: of those answers, those that had left by then: their index did.
heard() {
	local name
	for name in "${pairs[@]}"; do
		awk 'FILENAME == ARGV[1] { heard[$1]; next }
			$1 == "accepted" && $2 in heard { print; next }
			{ print "unanswered -" }' "$1" "$WORK/$record/$name.$2" \
			> "$WORK/$record/$name.$3"
	done
}

broken() {
	echo "# $record $image $nested"
	[ ! -s "$WORK/err" ] || sed 's/^/#   /' "$WORK/err"
	not_ok "$record, image $image${nested:+, then $nested}: $*"
	if [ -n "${KEEP:-}" ]; then
		mkdir -p "$KEEP"
		cp -a "$WORK" "$KEEP/$record.$tried"
	fi
}

# L5: what had left is remembered, at both places if there are two.
remembers() {
	local file kept
	[ -s "$WORK/note" ] || return 0
	for file in "$root/data/remembered" "$root"/elsewhere/anchor; do
		[ -e "$file" ] || continue
		kept=$(grep -ahA1 'tally.example/test$' "$file" | grep -aE '^[0-9]+$' |
			sort -n | tail -n 1)
		[ "${kept:-0}" -ge "$(sed -n 2p "$WORK/note")" ] || return 1
	done
}

# send_all SUFFIX
send_all() {
	local name
	for name in "${pairs[@]}"; do
		send "$CAMPAIGN/b.key" "$WORK/$record/$name" "$WORK/$record/$name.$1"
	done
}

# Cuts the power while tallyd starts on the image, is sent everything again, and stops: another
# image in its place.
again() {
	local nested_log=$WORK/nested.log
	rm -rf "$WORK/nested.base" "$nested_log"
	cp -a "$root" "$WORK/nested.base"
	record_to "$nested_log"
	if tallyd_start "$root/data"; then
		send_all second
		kill -TERM "$TALLYD"
		await "$TALLYD"
	fi
	record_to /dev/null
	[ -n "$nested" ] || nested=$(power "$nested_log" "$WORK/nested.base" pick \
		$RANDOM 12 | sed -n "$((RANDOM % 12 + 1))s/ .*//p")
	[ -n "$nested" ] || return
	rm -rf "$root"
	mkdir "$root"
	power "$nested_log" "$WORK/nested.base" make "$nested" "$root" "$WORK/indexes.nested" \
		"$WORK/note.nested" > /dev/null
	heard "$WORK/indexes.nested" second heard.second
	[ -s "$WORK/note.nested" ] && mv "$WORK/note.nested" "$WORK/note"
	remembers || broken "a checkpoint had left the second time that is not remembered"
	twice=$((twice + 1))
}

# What was answered, by the first life and by the second.
judge_heard() {
	judge "$@" $(pair_files heard) $(pair_files heard.second) > "$WORK/err" 2>&1
}

# Everybody again: same answers, each ballot counts once.
everybody() {
	send_all again
	! cat "$WORK/$record"/*.again | grep -vE "^($verdicts) " &&
		judge -l "$root/data" $(pair_files again) $(pair_files heard) \
			$(pair_files heard.second)
}

# One image: prints nothing if all is well.
try() {
	local founded
	image=$1
	nested=${2:-}
	rm -rf "$root" "$WORK/note"
	mkdir "$root"
	founded=$(power "$log" "$WORK/$record/base" make "$image" "$root" "$WORK/indexes" \
		"$WORK/note")
	[ "$record" != turn ] || cat "$WORK/before.indexes" >> "$WORK/indexes"
	heard "$WORK/indexes" answers heard
	heard /dev/null answers heard.second
	: > "$WORK/err"
	remembers || broken "a checkpoint had left that is not remembered"
	[ -z "$nested" ] && ((tried % 3 != 0)) || again
	tried=$((tried + 1))
	if ! tallyd_start "$root/data"; then
		refused=$((refused + 1))
		[ -z "$founded" ] && [ "$CODE" -eq 3 ] && return
		broken "tallyd does not start (code $CODE)"
		return
	fi
	if ! judge_heard -l "$root/data"; then
		broken "something answered is missing"
	elif ((tried % 2 == 0)) && ! everybody > "$WORK/err" 2>&1; then
		broken "sent again, not everybody is told the same"
	fi
	[ "$record" != sealed ] || close_and_unseal || broken "the seal cannot be broken"
	tallyd_stop
	[ "$CODE" -eq 0 ] || broken "SIGTERM ends it with $CODE"
	results "$root/data" "$WORK/results" 2> "$WORK/err"
	if ! judge_heard -r "$WORK/results" "$root/data/public"; then
		broken "the published log or its counts"
	elif ! "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
		$([ -s "$WORK/note" ] && echo --old "$WORK/note") "$root/data/public" \
		> "$WORK/err" 2>&1; then
		broken "tally-verify"
	fi
	: > "$WORK/err"
}

# Images drawn some at a time, until there are enough or the time is over.
images() {
	local before=$bad tried=0 twice=0 refused=0 acked=0 round=0 line lines
	while ((SECONDS < seconds && tried < most)); do
		mapfile -t lines < <(power "$log" "$WORK/$record/base" pick \
			$((SEED + 1000 * round++)) 22 | cut -d' ' -f1)
		[ "${#lines[@]}" -gt 0 ] || break
		for line in "${lines[@]}"; do
			((SECONDS < seconds)) || break
			try "$line"
			acked=$((acked + $(cat "$WORK/$record"/*.heard* | grep -c accepted)))
		done
	done
	((tried > 0)) || not_ok "$record: no disk was tried"
	same "$record: nothing promised is lost on $tried disks, of which $twice were cut twice" \
		"$((bad - before))" 0
	echo "# $record: $refused foundings refused; $acked answers looked for; at $SECONDS s"
}

# --- lanes -----------------------------------------------------------------------------------

# tallyd waits more than it works here: one lane for each recording, with a folder of its own.
lane() {
	(
		WORK=$WORK/$1
		root=$WORK/root
		mkdir "$WORK"
		trap finish EXIT
		trap 'bad=1; exit' INT TERM
		"lane_$1"
		images
	) &
	lanes+=($!)
}

lane_first() {
	verdicts=accepted
	campaign "$WORK/campaign" options=10 tally=10 voters=1000 || exit 1
	whole first "--anchor $root/elsewhere/anchor"
}

lane_last() {
	verdicts='accepted|superseded'
	campaign "$WORK/campaign" options=10 tally=10 voters=1000 \
		revote='{"policy": "last", "revisions_max": 5}' || exit 1
	whole last "" revisions=3
}

lane_turn() {
	verdicts=accepted
	campaign "$WORK/campaign" options=1024 choices=1024 tally=300 voters=1000 every=60 \
		|| exit 1
	turn
}

lane_sealed() {
	verdicts='accepted|closed'
	campaign "$WORK/campaign" options=10 tally=40 voters=1000 || exit 1
	jq '.results = {policy: "sealed", unseal_delay_s: 0}' "$CAMPAIGN/campaign.json" \
		> "$WORK/changed.json"
	mv "$WORK/changed.json" "$CAMPAIGN/campaign.json"
	sealed
}

lanes=()
for name in ${LANES:-first last turn sealed}; do
	lane "$name"
done
for pid in "${lanes[@]}"; do
	wait "$pid" || bad=1
done
