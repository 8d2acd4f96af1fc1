#!/bin/bash
# Witnesses: two audit every checkpoint before it is published, and cosign it, as pipes of the real
# programs that nobody looks after, one reading the folder, one over HTTP. One is absent, slow, or
# there; tallyd stops or is killed while it waits. What is published has the lines of those who
# came, and receipts over HTTP carry them.
. "$(dirname "$0")/common.bash"
dir=$WORK/data
public=$dir/public
WAIT=4

check "keys and a manifest" campaign "$WORK/campaign"
for name in w1 w2 stranger; do
	tallyctl keygen --cosigner --name "$name.example/witness" --out "$CAMPAIGN/$name.key" \
		> /dev/null
done
jq --arg w1 "$(cat "$CAMPAIGN/w1.key.pub")" --arg w2 "$(cat "$CAMPAIGN/w2.key.pub")" \
	--argjson wait $WAIT '.witnesses = [$w1, $w2] | .publishing.witness_wait_s = $wait' \
	"$CAMPAIGN/campaign.json" > "$WORK/with" && mv "$WORK/with" "$CAMPAIGN/campaign.json"
VKEY=$(cat "$CAMPAIGN/log.key.pub")
check "the manifest is right" tallyctl campaign check "$CAMPAIGN/campaign.json"
found "$dir"

# await_size FILE SIZE: until the checkpoint in FILE is so large.
await_size() {
	local line reader follower code=1
	exec {reader}< <(exec timeout 100 tail -n +1 -s 0.05 --pid="$TALLYD" -F "$1" 2> /dev/null)
	follower=$!
	while [ $code -ne 0 ] && read -r line <&"$reader"; do
		[[ $line =~ ^[0-9]+$ ]] && [ "$line" -ge "$2" ] && code=0
	done
	kill "$follower" 2> /dev/null
	exec {reader}<&-
	return $code
}

# witness NAME LOG: a pipe that serves as this witness; its auditor's process in AUDITOR.
witness() {
	rm -f "$WORK/$1.pipe"
	mkfifo "$WORK/$1.pipe"
	"$BIN/tallyctl" cosign --connect "127.0.0.1:$PORT" --log-key "$VKEY" \
		< "$WORK/$1.pipe" >> "$WORK/$1.out" 2>> "$WORK/$1.err" &
	running+=($!)
	"$BIN/tally-verify" --follow --next --interval 1 --cosign "$CAMPAIGN/$1.key" \
		--state "$WORK/$1.state" --key "$VKEY" "$2" \
		> "$WORK/$1.pipe" 2>> "$WORK/$1.audit" &
	AUDITOR=$!
	running+=("$AUDITOR")
}

# vote COUNT: so many new voters; the size that then has to be published in SIZE.
voted=0
vote() {
	voters key="$CAMPAIGN/a.key" first=$voted count="$1" > "$WORK/ballots"
	voted=$((voted + $1))
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
	SIZE=$(awk '$2 >= max { max = $2 + 1 } END { print max }' "$WORK/answers")
}

# signed WHAT FILE NAME...: exactly the log and these have signed it, in any order.
signed() {
	local what=$1 file=$2
	shift 2
	same "$what" "$(sed -n 's/^— \(.*\) .*/\1/p' "$file" | head -n 1)" "tally.example/test"
	same "$what: cosigned by ${*:-nobody}" "$(witnesses "$file")" "$*"
}

# witnesses FILE: who has signed it beside the log.
witnesses() {
	sed -n 's/^— \(.*\)\.example\/witness .*/\1/p' "$1" | sort | xargs
}

# cosigned WHAT FILE NAME...: the published checkpoint is signed by exactly the log and these, or
# one of the next is: a witness may come too late for one, on a busy machine.
cosigned() {
	local try
	for try in {1..10}; do
		cp "$public/checkpoint" "$2"
		[ "$(witnesses "$2")" != "${*:3}" ] || break
		vote 30
		await_size "$public/checkpoint" "$SIZE" || break
	done
	signed "$@"
}

tallyd_must "$dir"
FIXED_PORT=$PORT
check "the first checkpoint is offered" await_line "$public/checkpoint.next" "$TALLYD" '^— tally'
witness w1 "$public"
vote 30
check "with one of two, it is published when the wait is over" \
	await_size "$public/checkpoint" "$SIZE"
cosigned "one of two" "$WORK/one" w1
audit "one of two" "$dir"

witness w2 "http://127.0.0.1:$HTTP"
second=$AUDITOR
check "the second witness is at work" await_line "$WORK/w2.out" "$TALLYD" \
	'^[0-9]+ w2.example/witness'
vote 30
check "with both" await_size "$public/checkpoint" "$SIZE"
cosigned "two of two" "$WORK/both" w1 w2
audit "two of two" "$dir"
says "their verdicts are told" "^[0-9]+ w1.example/witness accepted$" "$WORK/w1.out"
check "the older checkpoint is a part of it" "$BIN/tally-verify" -q --old "$WORK/one" \
	--key "$VKEY" "$public"

# Whoever reads such a checkpoint takes it.
check "a receipt over HTTP" curl -sf -o "$WORK/5.receipt" "http://127.0.0.1:$HTTP/receipt/5"
same "it is under the cosigned checkpoint" "$(sed '1,/^$/d' "$WORK/5.receipt" | sha256sum)" \
	"$(sha256sum < "$WORK/both")"
check "it proves the ballot" "$BIN/tally-verify" --key "$VKEY" --receipt "$WORK/5.receipt"
check "a copy is adopted" "$BIN/tallyd" --init --adopt "$public" --data "$WORK/adopted" \
	--newest "$WORK/both" --log-key "$CAMPAIGN/log.key"

if interop_build; then
	for what in checkpoint tiles entries records; do
		check "golang.org/x/mod passes over the lines: $what" "$WORK/interop" "$what" \
			"$VKEY" "$public"
	done
	check "also under a receipt" "$WORK/interop" receipts "$VKEY" "$public" "$WORK/5.receipt"
else
	skipped "no Go with golang.org/x/mod"
fi

# One that hangs is waited for, not longer.
kill -STOP "$second"
# hang: lines of others are for a checkpoint that waits, and it may do so no longer.
hang() {
	vote 30
	await_size "$public/checkpoint.next" "$SIZE" || return
	cp "$public/checkpoint.next" "$WORK/waiting"
	"$BIN/tally-verify" -q --next --cosign "$CAMPAIGN/stranger.key" \
		--state "$WORK/stranger.state" --key "$VKEY" "$public" > "$WORK/stranger.line" ||
		return
	tallyctl cosign --connect "127.0.0.1:$PORT" "$WORK/stranger.line" > "$WORK/refused"
	CODE=$?
	grep -q unknown-signer "$WORK/refused"
}
for try in {1..10}; do
	hang 2> "$WORK/said" && break
done
size=$(sed -n 2p "$WORK/waiting")
signed "what waits for one that hangs is without lines" "$WORK/waiting"
sed '/^$/,$d' "$WORK/waiting" > "$WORK/text"

# Lines of others and of other checkpoints.
same "a stranger's line is refused" "$CODE" 1
says "as an unknown signer's" "^[0-9]+ stranger.example/witness unknown-signer$" "$WORK/refused"
grep '^— ' "$WORK/both" | grep w2 > "$WORK/old.line"
exits 1 "a line over an older checkpoint does not verify" tallyctl cosign \
	--connect "127.0.0.1:$PORT" --size "$size" "$WORK/old.line"
says "bad-signature, or too late" "w2.example/witness (bad-signature|not-found)$" "$WORK/out"
exits 1 "nor does one that names an older one" tallyctl cosign --connect "127.0.0.1:$PORT" \
	--size 3 "$WORK/old.line"
says "not-found" "^3 w2.example/witness not-found$" "$WORK/out"
exits 2 "of what size? is a question" tallyctl cosign --connect "127.0.0.1:$PORT" \
	"$WORK/old.line"
exits 1 "nothing to send is not fine" tallyctl cosign --connect "127.0.0.1:$PORT" "$WORK/text"
check "it is published" await_size "$public/checkpoint" "$SIZE"
cosigned "without the one that hangs" "$WORK/hung" w1
audit "one hangs" "$dir"

# Stopped while it waits: with the lines that are there.
vote 30
check "it waits again" await_size "$public/checkpoint.next" "$SIZE"
stops "while it waits"
check "all of it is published" await_size "$public/checkpoint" "$SIZE"
audit "stopped" "$dir"

# Killed while it waits: what waited stays, and the next publication is offered anew.
tallyd_must "$dir" --http "127.0.0.1:$HTTP"
vote 30
check "it waits" await_size "$public/checkpoint.next" "$SIZE"
tallyd_kill
tallyd_must "$dir" --http "127.0.0.1:$HTTP"
check "and again after a kill" await_size "$public/checkpoint" "$SIZE"
kill -CONT "$second"
vote 30
check "the witnesses have borne all of that" await_size "$public/checkpoint" "$SIZE"
cosigned "after it all" "$WORK/last" w1 w2
same "nobody saw anything wrong" "$(cat "$WORK"/w?.audit | grep -c ALERT)" 0
stops "in the end"
check "nothing waits any more" test ! -e "$public/checkpoint.next"
audit "in the end" "$dir"

# A minute is not waited for by who is to stop.
sed -i 's/"witness_wait_s": [0-9]*/"witness_wait_s": 60/' "$CAMPAIGN/campaign.json"
FIXED_PORT= dir=$WORK/patient public=$WORK/patient/public
found "$dir"
tallyd_must "$dir"
check "a minute's wait" await_line "$public/checkpoint.next" "$TALLYD" '^— tally'
vote 30
before=$SECONDS
stops "at once"
check "nobody is waited for" test $((SECONDS - before)) -lt 30
check "all of it is published at once" await_size "$public/checkpoint" "$SIZE"
audit "stopped at once" "$dir"
