#!/bin/bash
# What a crash or a disk can do to the ledger's files (L4): a torn last batch is cut and the
# campaign goes on; any other damage is refused with code 3, by file and offset, and nothing is
# changed. FULL tears at every sector and flips 200 bits, else every eighth and 24.
. "$(dirname "$0")/../e2e/common.bash"
step=$([ -n "$FULL" ] && echo 512 || echo 4096)
flips=$([ -n "$FULL" ] && echo 200 || echo 24)
echo "# seed $SEED"

segment() {
	printf '%s/ledger/%08u.seg' "$1" "$2"
}

# put FILE OFFSET < bytes
put() {
	dd of="$1" bs=64K oflag=seek_bytes seek="$2" conv=notrunc status=none
}

# A data directory that was stopped, and the same with the ledger as a crash just after the last
# write leaves it: nothing of the new batches is remembered, published or kept.
crashed() {
	voters key="$CAMPAIGN/a.key" seed="$SEED" choices=250 count=200 > "$WORK/early"
	voters key="$CAMPAIGN/a.key" seed="$SEED" choices=250 first=200 count=60 > "$WORK/late"
	found "$WORK/run"
	tallyd_must "$WORK/run"
	send "$CAMPAIGN/a.key" "$WORK/early" "$WORK/early.answers"
	stops "the run before"
	cp -a "$WORK/run" "$WORK/base"
	tallyd_must "$WORK/run"
	send "$CAMPAIGN/a.key" "$WORK/late" "$WORK/late.answers"
	tallyd_kill
	cp "$WORK"/run/ledger/* "$WORK/base/ledger/"
	read -r number offset size _ first _ \
		< <("$OUT/tests/crash/batches" "$WORK/base" | tail -n 1)
	if [ "${size:-0}" -lt 1024 ]; then
		not_ok "the ledger's last batch is found, and larger than two sectors"
		exit 1
	fi
	batches=$("$OUT/tests/crash/batches" "$WORK/run" | wc -l)
	echo "# the last of $batches batches: segment $number, offset $offset, $size bytes," \
		"first entry $first"
}

# torn KIND AT: starts on it and compares. Says nothing if all is well.
torn() {
	local kind=$1 at=$2 file end=$((offset + size)) why=
	rm -rf "$WORK/torn"
	cp -a "$WORK/base" "$WORK/torn"
	file=$(segment "$WORK/torn" "$number")
	case $kind in
	zeros) head -c $((end - at)) /dev/zero | put "$file" "$at" ;;
	junk) head -c $((end - at)) /dev/urandom | put "$file" "$at" ;;
	hole) head -c 512 /dev/zero | put "$file" "$at" ;;
	esac
	if ! tallyd_start "$WORK/torn"; then
		why="does not start"
	elif [ "$at" -gt "$offset" ] && ! grep -q 'was torn' "$LOG"; then
		why="nothing is said"
	elif ! cmp -s -n "$offset" "$file" "$(segment "$WORK/base" "$number")"; then
		why="something before the torn batch is changed"
	elif ! judge -l "$WORK/torn" "$WORK/early" "$WORK/early.answers" > "$WORK/said" 2>&1; then
		why="what was answered is not there"
	fi
	[ -z "$why" ] || not_ok "torn: $kind from $at: $why"
	tried=$((tried + 1))
}

torn_all() {
	local kind at before=$bad
	tried=0
	for kind in zeros junk hole; do
		for ((at = offset; at < offset + size; at = at / 512 * 512 + step)); do
			torn "$kind" "$at"
			tallyd_kill
		done
	done
	same "a last batch torn in $tried ways is cut, and nothing else" "$((bad - before))" 0
}

# The campaign goes on behind a cut.
torn_then_on() {
	torn zeros $(((offset + 1024) / 512 * 512))
	send "$CAMPAIGN/b.key" "$WORK/late" "$WORK/late.again"
	same "after a cut all is accepted when it is sent again" "$?" 0
	stops "after a cut"
	results "$WORK/torn" "$WORK/results"
	check "after a cut every ballot counts once" judge -n 260 -v accepted \
		-r "$WORK/results" "$WORK/torn/public" "$WORK/early" "$WORK/early.answers" \
		"$WORK/late" "$WORK/late.again"
	audit "after a cut" "$WORK/torn"
}

long_ledger() {
	voters key="$CAMPAIGN/a.key" seed="$SEED" choices=250 count=6000 > "$WORK/many"
	found "$WORK/long"
	tallyd_must "$WORK/long"
	send "$CAMPAIGN/a.key" "$WORK/many" "$WORK/many.answers"
	stops "a long ledger"
	used=$(("$("$OUT/tests/crash/batches" "$WORK/long" | tail -n 1 | cut -d' ' -f1)" + 1))
	last=$("$OUT/tests/crash/batches" "$WORK/long" | tail -n 1 | awk '{ print $2 + $3 }')
	if [ -z "$last" ]; then
		not_ok "the long ledger's batches are found"
		exit 1
	fi
	echo "# $used segments are used, the last one up to $last"
	[ "$used" -ge 3 ] || not_ok "the ledger has three segments"
}

# refused WHAT [PATTERN]: code 3, the sentence, and nothing changed. Says nothing if it is so.
refused() {
	local before after why= where='ledger/[0-9]{8}\.seg at offset [0-9]+'
	before=$(fingerprint "$WORK/long")
	tallyd_begin "$WORK/long"
	await "$TALLYD"
	after=$(fingerprint "$WORK/long")
	[ "$CODE" -eq 3 ] || why="code $CODE"
	[ "$before" = "$after" ] || why="$why; files are changed"
	grep -qE -- "${2:-$where}" "$LOG" || why="$why; it does not say where"
	[ -z "$why" ] || not_ok "damage: $1 is refused: $why"
}

flip() {
	local byte
	byte=$(xxd -s "$2" -l 1 -p "$1")
	printf '%b' "\\x$(printf '%02x' $((0x$byte ^ 1 << $3)))" | put "$1" "$2"
}

flip_all() {
	local i number file at bit before=$bad limit
	for ((i = 0; i < flips; i++)); do
		number=$((RANDOM % used))
		file=$(segment "$WORK/long" "$number")
		limit=$([ "$number" -eq $((used - 1)) ] && echo "$last" || echo 4000000)
		at=$(((RANDOM * 32768 + RANDOM) % limit))
		[ $((i % 6)) -ne 0 ] || at=$((RANDOM % 64))
		[ $((i % 6)) -ne 1 ] || at=$((512 + RANDOM % 48))
		bit=$((RANDOM % 8))
		flip "$file" "$at" "$bit"
		refused "bit $bit of byte $at of segment $number" \
			"ledger/$(printf %08u $number)\.seg at offset [0-9]+"
		flip "$file" "$at" "$bit"
	done
	same "$flips flipped bits are refused by file and offset, nothing is changed" \
		"$((bad - before))" 0
}

shuffled() {
	local before=$bad a b
	a=$(segment "$WORK/long" 0)
	b=$(segment "$WORK/long" 1)
	mv "$a" "$WORK/aside"; mv "$b" "$a"; mv "$WORK/aside" "$b"
	refused "two segments swapped"
	mv "$a" "$WORK/aside"; mv "$b" "$a"; mv "$WORK/aside" "$b"
	for number in 0 1 $((used - 1)); do
		a=$(segment "$WORK/long" "$number")
		mv "$a" "$WORK/aside"
		refused "segment $number missing" "ledger|segment"
		mv "$WORK/aside" "$a"
	done
	a=$(segment "$WORK/long" 1)
	cp -a "$a" "$WORK/aside"
	truncate -s -512 "$a"
	refused "a segment cut by 512 bytes"
	cp -a "$WORK/aside" "$a"
	truncate -s +512 "$a"
	refused "a segment longer by 512 bytes"
	cp -a "$WORK/aside" "$a"
	head -c 4096 /dev/zero | put "$a" 8192
	refused "zeros in the middle of a segment"
	cp -a "$WORK/aside" "$a"
	a=$(segment "$WORK/long" $((used - 1)))
	# What one torn batch of 2 MiB could have left is no damage; how full the last segment is
	# depends on how the ballots came together.
	if [ $((last + 2200000)) -lt 4194304 ]; then
		flip "$a" $((last + 2200000)) 0
		refused "a bit far behind the end"
		flip "$a" $((last + 2200000)) 0
	else
		skipped "a bit far behind the end: the last segment has too little behind it"
	fi
	same "segments swapped, missing, cut, longer: refused, nothing is changed" \
		"$((bad - before))" 0
}

campaign "$WORK/campaign" options=300 choices=250 voters=20000 || exit 1
crashed
torn_all
torn_then_on
long_ledger
flip_all
shuffled
tallyd_must "$WORK/long"
stops "with everything put right again"
audit "with everything put right again" "$WORK/long"
