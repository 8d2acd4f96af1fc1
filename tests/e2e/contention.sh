#!/bin/bash
# The same voters at two frontends at once, with different choices: one ballot of each counts, and
# everybody is told the truth. FULL: 50,000 voters, else 5,000.
. "$(dirname "$0")/common.bash"
count=$([ -n "$FULL" ] && echo 50000 || echo 5000)
echo "# seed $SEED"

# both SEND_A SEND_B: at the same time, over `connections` each.
both() {
	send "$CAMPAIGN/a.key" "$1" "$WORK/a.answers" --connections 2 &
	local first=$!
	tallyctl send --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/b.key" --ballots "$2" \
		--answers "$WORK/b.answers" --connections 2 > "$WORK/send.b" 2>&1
	wait "$first"
}

policy_first() {
	local dir=$WORK/first
	campaign "$WORK/first.campaign" || exit 1
	found "$dir"
	voters key="$CAMPAIGN/a.key" seed="$SEED" count="$count" vote=1 order=1 > "$WORK/a"
	voters key="$CAMPAIGN/b.key" seed="$SEED" count="$count" vote=2 order=2 > "$WORK/b"
	tallyd_must "$dir"
	both "$WORK/a" "$WORK/b"
	cp "$WORK/a.answers" "$WORK/a.once"
	cp "$WORK/b.answers" "$WORK/b.once"
	both "$WORK/a" "$WORK/b"
	check "first: the same answers when all is sent again (a)" \
		cmp "$WORK/a.once" "$WORK/a.answers"
	check "first: the same answers when all is sent again (b)" \
		cmp "$WORK/b.once" "$WORK/b.answers"
	stops first
	results "$dir" "$WORK/first.json"
	check "first: of $count voters sent twice, each counts once; every answer is true" \
		judge -a -n "$count" -v accepted,has-voted -r "$WORK/first.json" "$dir/public" \
		"$WORK/a" "$WORK/a.once" "$WORK/b" "$WORK/b.once"
	same "first: exactly one side accepted each voter" \
		"$(cat "$WORK/a.once" "$WORK/b.once" | grep -c '^accepted ')" "$count"
	same "first: both sides won somewhere" \
		"$(for side in a b; do
			grep -q '^accepted ' "$WORK/$side.once" && echo "$side"
		done | xargs)" "a b"
	audit first "$dir"
}

policy_last() {
	local dir=$WORK/last side
	campaign "$WORK/last.campaign" revote='{"policy": "last", "revisions_max": 3}' || exit 1
	found "$dir"
	# Revision 3 of each voter only from b, so that what must count at the end is known.
	voters key="$CAMPAIGN/a.key" seed="$SEED" count="$count" vote=1 revisions=2 order=3 \
		> "$WORK/a"
	voters key="$CAMPAIGN/b.key" seed="$SEED" count="$count" vote=2 revisions=3 order=4 \
		> "$WORK/b"
	voters key="$CAMPAIGN/b.key" seed="$SEED" count="$count" vote=2 from=3 > "$WORK/newest"
	tallyd_must "$dir"
	both "$WORK/a" "$WORK/b"
	cp "$WORK/a.answers" "$WORK/a.once"
	cp "$WORK/b.answers" "$WORK/b.once"
	# Everything again, the newest last: nothing may change.
	both "$WORK/a" "$WORK/b"
	send "$CAMPAIGN/b.key" "$WORK/newest" "$WORK/newest.answers"
	stops last
	results "$dir" "$WORK/last.json"
	check "last: every answer is true, revisions rise, the results are the recount's" \
		judge -a -v accepted,superseded -r "$WORK/last.json" "$dir/public" \
		"$WORK/a" "$WORK/a.once" "$WORK/b" "$WORK/b.once" \
		"$WORK/a" "$WORK/a.answers" "$WORK/b" "$WORK/b.answers" \
		"$WORK/newest" "$WORK/newest.answers"
	same "last: every voter's highest revision is in the log" \
		"$(grep -c '^accepted ' "$WORK/newest.answers")" "$count"
	same "last: $count ballots counted" "$(jq .ballots "$WORK/last.json")" "$count"
	# What must count, by a second campaign in which only the newest were ever sent.
	jq '.contests[0].options' "$WORK/last.json" > "$WORK/counted"
	found "$WORK/model"
	tallyd_must "$WORK/model"
	send "$CAMPAIGN/b.key" "$WORK/b" "$WORK/model.answers"
	send "$CAMPAIGN/b.key" "$WORK/newest" "$WORK/model.answers"
	stops model
	results "$WORK/model" "$WORK/model.json"
	check "last: as if the highest revisions alone had been sent" cmp "$WORK/counted" \
		<(jq '.contests[0].options' "$WORK/model.json")
	audit last "$dir"
}

policy_first
policy_last
