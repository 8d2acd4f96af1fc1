#!/bin/bash
# Who wins, as tallyd states it, as tallyctl derives it from the folder and over HTTP, and as
# tally-verify finds it: by rules over counts and over ballots, and by an order that is drawn.
. "$(dirname "$0")/common.bash"

# derive FILE FROM...: what tallyctl makes of a log's entries.
derive() {
	local to=$1
	shift
	tallyctl results --log "$@" --format json > "$to"
}

# stated NAME: the winners in the server's statement are those derived, or null.
stated() {
	derive "$WORK/folder" "$dir/public"
	derive "$WORK/http" "http://127.0.0.1:$HTTP/" --key "$CAMPAIGN/log.key.pub"
	same "$1: the folder and HTTP give the same" "$(jq -S . "$WORK/http")" \
		"$(jq -S . "$WORK/folder")"
	curl -s "http://127.0.0.1:$HTTP/results" > "$WORK/results"
	check "$1: the server states them, or leaves them to others" \
		jq -e --slurpfile ours "$WORK/folder" '.contests[0].winners as $stated |
		$stated == null or $stated == $ours[0].contests[0].winners' "$WORK/results"
	check "$1: somebody wins, and the steps say how" jq -e '.contests[0] |
		(.winners | length > 0) and (.trace | map(select(.act == "taken" or
		.act == "completed" or .act == "topped-up") | .option) |
		sort | unique) == (.winners | sort)' "$WORK/folder"
	exits 0 "$1: tally-verify agrees" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
		"$dir/public"
	says "$1: and that it is not the end" "^  winners by .*/v1 so far; voting is open: " \
		"$WORK/out"
	tallyctl notice --key "$CAMPAIGN/authority.key" --connect "127.0.0.1:$PORT" close \
		> "$WORK/said" 2>&1
}

# closed NAME: the winners are no more in doubt.
closed() {
	exits 0 "$1: tally-verify after the close" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" "$dir/public"
	says "$1: names the winners" "^  winners by [^ ]*/v1: " "$WORK/out"
	exits 0 "$1: the same in JSON" "$BIN/tally-verify" --json --key "$CAMPAIGN/log.key.pub" \
		"$dir/public"
	same "$1: its phase" "$(jq -r .results.phase "$WORK/out")" closed
}

# election NAME OUTCOME: a campaign of that rule, 200 voters, and what is said of it.
election() {
	local try
	dir=$WORK/$1
	campaign "$WORK/campaign-$1"
	jq ".contests[0].outcome = $2" "$CAMPAIGN/campaign.json" > "$WORK/json" &&
		mv "$WORK/json" "$CAMPAIGN/campaign.json"
	found "$dir"
	tallyd_must "$dir"
	if [ "$1" = drawn ]; then
		says "$1: no vote before the draw" 'draw' "$LOG"
		exits 0 "$1: the draw" tallyctl notice --key "$CAMPAIGN/authority.key" \
			--connect "127.0.0.1:$PORT" draw "4 8 15 16 23 42"
	fi
	for try in {1..3000}; do
		[ "$(curl -s "http://127.0.0.1:$HTTP/readyz")" = ok ] && break
		sleep 0.02
	done
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=200 choices=2 > "$WORK/ballots"
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
	same "$1: the ballots are accepted" "$(grep -c '^accepted ' "$WORK/answers")" 200
	stops "$1: published"
	tallyd_must "$dir"
	stated "$1"
	exits 0 "$1: a table" tallyctl results --log "$dir/public"
	says "$1: it names the winners" 'Winners, in order: ' "$WORK/out"
	stops "$1: the end"
	closed "$1"
}

election greedy '{rule: "greedy-skip/v1", budget: 450, tie_order: "cheaper-first"}'
election shares '{rule: "equal-shares-add1-pabutools-utilitarian/v1", budget: 450, add1_step: 1,
	utility: "cost", tie_order: "listed"}'
election phragmen '{rule: "phragmen/v1", budget: 450, tie_order: "listed"}'
election drawn '{rule: "count/v1", seats: 3, tie_order: "drawn"}'
