#!/bin/bash
# kill -9 under load at moments drawn from the seed, also while starting and while stopping:
# whatever was answered `accepted` stays in the log at the index told, byte for byte, and counts
# once. FULL: 50 times, else 8.
. "$(dirname "$0")/../e2e/common.bash"
rounds=$([ -n "$FULL" ] && echo 50 || echo 8)
total=$([ -n "$FULL" ] && echo 30000 || echo 8000)
dir=$WORK/data
pairs=()
echo "# seed $SEED"

# a random number below $1
below() {
	echo $(((RANDOM * 32768 + RANDOM) % $1))
}

# A moment from now: not to wait for something, but to strike at any time.
moment() {
	sleep "$(printf '0.%03d' "$(below "$1")")"
}

# A slice of the crowd for each frontend; they overlap, so that much is sent again.
slices() {
	local side first
	for side in a b; do
		first=$(below $((total * 3 / 4)))
		voters key="$CAMPAIGN/a.key" seed="$SEED" choices=200 count=$((total / 4)) \
			first="$first" order="$1" > "$WORK/$1.$side"
		pairs+=("$WORK/$1.$side" "$WORK/$1.$side.answers")
	done
}

campaign "$WORK/campaign" options=300 choices=200 tally=1000 voters=40000 || exit 1
found "$dir"
died=0
for ((round = 1; round <= rounds; round++)); do
	if ((round % 4 == 0)); then
		tallyd_begin "$dir"
		moment 150
		tallyd_kill
	fi
	slices "$round"
	tallyd_must "$dir"
	senders=()
	for side in a b; do
		send "$CAMPAIGN/$side.key" "$WORK/$round.$side" "$WORK/$round.$side.answers" \
			--journal "$WORK/$round.$side.journal" &
		senders+=($!)
	done
	# The first time ballots are surely owed, however quick the server is.
	if ((round == 1)); then
		by_steps has "$WORK/1.a.journal" $((total * (20 + $(below 100)))) ||
			not_ok "round 1: ballots come in"
	else
		moment $((round % 2 == 0 ? 600 : 300))
	fi
	if ((round > 1 && round % 4 == 1)); then
		kill -TERM "$TALLYD"
		moment 700
		kill -KILL "$TALLYD" 2> /dev/null
		wait "$TALLYD" 2> /dev/null
	else
		tallyd_kill
	fi
	for sender in "${senders[@]}"; do
		wait "$sender" || died=$((died + 1))
	done
	if ! judge -l -v accepted,unanswered "$dir" "${pairs[@]}" > "$WORK/said" 2>&1; then
		not_ok "round $round: what was answered is in the ledger"
		break
	fi
done
accepted=$(cat "$WORK"/*.answers | grep -c '^accepted ')
same "$rounds kills under load: what was answered is in the ledger, byte for byte" "$bad" 0
same "senders were cut off, and were answered" \
	"$((died > 0)) $((accepted > 0))" "1 1"
echo "# $accepted answers before kills; $died of $((2 * rounds)) senders cut off"

tallyd_must "$dir"
voters key="$CAMPAIGN/a.key" seed="$SEED" choices=200 count="$total" > "$WORK/all"
send "$CAMPAIGN/b.key" "$WORK/all" "$WORK/all.answers"
same "sent again, everything is accepted" "$?" 0
stops end
results "$dir" "$WORK/results"
check "all $total count once, at the indexes told before" judge -a -n "$total" \
	-v accepted,unanswered -r "$WORK/results" "$dir/public" "$WORK/all" \
	"$WORK/all.answers" "${pairs[@]}"
audit end "$dir"
