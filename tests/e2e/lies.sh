#!/bin/bash
# An operator's and a disk's lies (tests/lib/lies.h), each audited by the built tally-verify: exit
# code 1, and --json names the place. FULL=1: 2,000 so, and 20,000 in process.
. "$(dirname "$0")/common.bash"

each=50
rounds=4
[ -z "$FULL" ] || rounds=40

# One round's exit code; what it said is shown by who calls.
round() {
	cat "$WORK/$1.said"
	return "$(cat "$WORK/$1.code")"
}

# Four at once: much of it is the auditor's patience with files that nothing covers yet.
for ((at = 0; at < rounds; at += 4)); do
	for ((i = at; i < at + 4; i++)); do
		mkdir "$WORK/$i"
		{
			"$OUT/tests/e2e/lies" "$BIN/tally-verify" "$WORK/$i" "$SEED" \
				$((i * each)) "$each" > "$WORK/$i.said" 2>&1
			echo $? > "$WORK/$i.code"
		} &
	done
	wait
	for ((i = at; i < at + 4; i++)); do
		check "lies $((i * each)) to $((i * each + each - 1)) are refused" round "$i"
		rm -rf "${WORK:?}/$i"
	done
done
if [ -n "$FULL" ]; then
	check "20,000 lies are refused, in process" \
		env TEST_SEED="$SEED" LIES=20000 "$OUT/tests/unit/lies_test"
fi
