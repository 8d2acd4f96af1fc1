#!/bin/bash
# The HTTP door of a running tallyd, as an auditor, a voter, a results page and a load balancer use
# it; and what it keeps back while results are sealed.
. "$(dirname "$0")/common.bash"

url() {
	echo "http://127.0.0.1:$HTTP/$1"
}

# status PATH: the answer's code; its body in $WORK/body.
status() {
	curl -s --path-as-is -o "$WORK/body" -w '%{http_code}' "$(url "$1")"
}

# says_ready CODE TEXT: /readyz does, at the latest a tick of tallyd's later.
says_ready() {
	local try answer
	for try in {1..3000}; do
		answer="$(status readyz) $(cat "$WORK/body")"
		[ "$answer" = "$1 $2" ] && break
	done
	same "readyz: $2" "$answer" "$1 $2"
}

# evening DIR COUNT: so many voters; all is public afterwards, and tallyd runs.
evening() {
	tallyd_must "$1"
	says_ready 200 ok
	voters key="$CAMPAIGN/a.key" seed="$SEED" count="$2" choices=2 > "$WORK/ballots"
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
	same "$2 ballots are accepted" "$(grep -c '^accepted ' "$WORK/answers")" "$2"
	stops "a restart"
	tallyd_must "$1"
}

# close_vote: by notice; then no ballot could be accepted, but the process is well.
close_vote() {
	check "the vote is closed" tallyctl notice close --key "$CAMPAIGN/authority.key" \
		--connect "127.0.0.1:$PORT"
	says_ready 503 "voting is closed"
	same "healthz: ok" "$(status healthz)" 200
}

open_campaign() {
	local dir=$WORK/open index
	campaign "$WORK/campaign"
	found "$dir"
	evening "$dir" 700
	check "tally-verify over HTTP passes" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" "$(url '')"
	results "$dir" "$WORK/recount"
	exits 0 "results --http" tallyctl results --http "$(url '')" --format json
	same "what the server states is what the log has" \
		"$(jq -S 'del(.checkpoint)' "$WORK/out")" \
		"$(jq -S 'del(.contests[].trace)' "$WORK/recount")"
	same "at the checkpoint that is published" "$(jq -j .checkpoint "$WORK/out" | sha256sum)" \
		"$(curl -s "$(url checkpoint)" | sha256sum)"
	exits 0 "results --log at an address" tallyctl results --log "$(url '')" \
		--key "$CAMPAIGN/log.key.pub" --format json
	same "the same again" "$(jq -S . "$WORK/out")" "$(jq -S . "$WORK/recount")"
	exits 0 "results as a table" tallyctl results --http "$(url '')"
	says "it counts" 'Ballots: 700 counted' "$WORK/out"
	exits 0 "results as CSV" tallyctl results --log "$dir" --format csv
	same "CSV: every option" "$(tr -d '\r' < "$WORK/out" | sed 1d)" "$(jq -r \
		'.contests[0].options[] | "c,\(.id),\(.id),1.00,\(.votes),\(.score)"' \
		"$WORK/recount")"
	exits 0 "results as CSV, over HTTP" tallyctl results --http "$(url '')" --format csv
	same "CSV: names and counts" "$(tr -d '\r' < "$WORK/out" | sed 1d)" "$(jq -r \
		'.contests[0].options[] | "c,\(.id),,,\(.votes),\(.score)"' "$WORK/recount")"
	index=$(awk 'NR == 9 { print $2 }' "$WORK/answers")
	same "a voter's receipt" "$(status "receipt/$index")" 200
	cp "$WORK/body" "$WORK/receipt"
	says "is of the voter's entry" "^index $index$" "$WORK/receipt"
	tail -c +$((8 * $(ballot_size) + 1)) "$WORK/ballots" | head -c "$(ballot_size)" \
		> "$WORK/ballot"
	exits 0 "is proven offline" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
		--receipt "$WORK/receipt" --ballot "$WORK/ballot"
	same "no receipt beyond the published log" "$(status receipt/4000)" 404
	close_vote
	stops "the end"
}

# ballot_size: bytes of a ballot in $WORK/ballots with its size; all have the same.
ballot_size() {
	echo $((2 + $(od -An -tu1 -N 2 "$WORK/ballots" | awk '{ print $1 * 256 + $2 }')))
}

sealed_campaign() {
	local dir=$WORK/sealed path
	campaign "$WORK/secret"
	jq '.results = {policy: "sealed", unseal_delay_s: 0}' "$CAMPAIGN/campaign.json" \
		> "$WORK/json" && mv "$WORK/json" "$CAMPAIGN/campaign.json"
	found "$dir"
	evening "$dir" 400
	exits 0 "sealed: results --http" tallyctl results --http "$(url '')"
	says "sealed: the turnout" 'Turnout: 400 ballots' "$WORK/out"
	same "sealed: no count is served" "$(curl -s "$(url results)" | grep -c votes)" 0
	exits 1 "sealed: no CSV" tallyctl results --http "$(url '')" --format csv
	exits 0 "sealed: results --log" tallyctl results --log "$dir"
	says "sealed: the turnout from the folder" 'Turnout: 400 ballots' "$WORK/out"
	for path in tile/entries/000 tile/entries/001 tally/2 tally/402; do
		same "sealed: no $path" "$(status $path)" 404
	done
	same "sealed: hashes" "$(status tile/0/000)" 200
	same "sealed: the law" "$(status law/list) $(status law/0)" "200 200"
	same "sealed: receipts" "$(status receipt/9)" 200
	check "sealed: tally-verify over HTTP passes" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" "$(url '')"
	close_vote
	stops "sealed: the end"
}

open_campaign
sealed_campaign
