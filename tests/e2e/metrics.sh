#!/bin/bash
# What `tallyd --metrics` shows: the counts are those the client saw, a sealed campaign's show no
# choices, and they are nowhere else.
. "$(dirname "$0")/common.bash"

# number NAME: what it says now.
number() {
	curl -s "http://127.0.0.1:$METRICS/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}

# becomes WHAT NAME NUMBER: at the latest a tick of tallyd's later.
becomes() {
	local try seen
	for try in {1..3000}; do
		seen=$(number "$2")
		[ "$seen" = "$3" ] && break
	done
	same "$1" "$seen" "$3"
}

metrics_start() {
	tallyd_must "$1" --metrics 127.0.0.1:0
	METRICS=$(sed -n 's/.*metrics at port \([0-9]*\)$/\1/p' "$LOG")
}

# verdicts_agree: every verdict in $WORK/answers, and no other, is counted as often.
verdicts_agree() {
	local accepted
	accepted=$(grep -c '^accepted ' "$WORK/answers")
	becomes "accepted ballots" 'tallyd_ballots_total{result="accepted"}' "$accepted"
	same "ballots by verdict are those the client saw" \
		"$(curl -s "http://127.0.0.1:$METRICS/metrics" |
			sed -n 's/^tallyd_ballots_total{result="\(.*\)"} \(.*\)/\1 \2/p' |
			awk '$2 > 0' | sort)" \
		"$(awk '{ seen[$1]++ } END { for (v in seen) print v, seen[v] }' \
			"$WORK/answers" | sort)"
}

agrees_with_the_log() {
	local entries before signed
	entries=$(number 'tallyd_tree_entries{stage="durable"}')
	before=$(sed -n 's/.*ready: [^ ]* \([0-9]*\) entries;.*/\1/p' "$LOG")
	same "entries of all commits" "$(number tallyd_commit_entries_sum)" \
		"$((entries - before))"
	same "every commit has its sync" "$(number tallyd_sync_seconds_count)" \
		"$(number tallyd_commits_total)"
	same "every ballot was looked at" "$(number tallyd_verify_requests_total)" \
		"$(wc -l < "$WORK/answers")"
	same "nothing is left on its way" "$(number tallyd_requests_waiting)" 0
	for _ in {1..3000}; do
		signed=$(number 'tallyd_tree_entries{stage="signed"}')
		[ "$signed" -ge "$entries" ] && break
	done
	same "the newest checkpoint has them all" "$((signed >= entries))" 1
}

is_shown_here_alone() {
	same "the public door has no metrics" \
		"$(curl -s -o "$WORK/body" -w '%{http_code}' "http://127.0.0.1:$HTTP/metrics")" 404
	if command -v promtool > /dev/null; then
		curl -s "http://127.0.0.1:$METRICS/metrics" > "$WORK/metrics"
		check "promtool finds nothing wrong" promtool check metrics < "$WORK/metrics"
	else
		skipped "no promtool (package prometheus)"
	fi
}

refused() {
	exits 2 "an address beyond loopback" "$BIN/tallyd" --data "$1" --metrics 0.0.0.0:0
	says "says why" 'beyond loopback others could see when each ballot comes' "$WORK/err"
	exits 2 "no address" "$BIN/tallyd" --data "$1" --metrics here
	tallyd_must "$1"
	says "none are shown without being asked for" 'ready' "$LOG"
	if grep -q 'metrics at port' "$LOG"; then
		not_ok "no door for metrics"
	else
		ok "no door for metrics"
	fi
	stops "without"
}

# sealed DIR: but for verdicts' names, nothing speaks of what was chosen.
sealed() {
	campaign "$WORK/sealed" every=3600
	jq '.results = {policy: "sealed", unseal_delay_s: 3600}' "$CAMPAIGN/campaign.json" \
		> "$WORK/json" && mv "$WORK/json" "$CAMPAIGN/campaign.json"
	found "$1"
	metrics_start "$1"
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=50 choices=1 > "$WORK/ballots"
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
	verdicts_agree
	same "no line names a choice" "$(curl -s "http://127.0.0.1:$METRICS/metrics" |
		grep -v '{result=' | grep -cE 'option|contest|district|votes|score')" 0
	stops "sealed"
}

campaign "$WORK/campaign" every=3600 # no TALLY comes between two looks
found "$WORK/data"
refused "$WORK/data"
metrics_start "$WORK/data"
voters key="$CAMPAIGN/a.key" seed="$SEED" count=1500 choices=2 > "$WORK/fresh"
voters key="$CAMPAIGN/a.key" seed="$SEED" count=100 choices=1 > "$WORK/again"
cat "$WORK/fresh" "$WORK/again" > "$WORK/ballots"
send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
verdicts_agree
agrees_with_the_log
is_shown_here_alone
stops "counting"
sealed "$WORK/shut"
