#!/bin/bash
# A campaign whose results are sealed, of two districts: while it runs, when it is closed, over
# restarts and a kill in the middle of the unsealing, nothing of a ballot and no count is in any
# file under public/, in any line of tallyd, in any answer of a door; then all of it is.
. "$(dirname "$0")/common.bash"
data=$WORK/data
north=${FULL:+4000}
north=${north:-500}

found_sealed() {
	campaign "$WORK/campaign" tally=150
	jq '.results = {policy: "sealed", unseal_delay_s: 0} | .districts = [
		{id: "north", titles: {en: "North"}}, {id: "south", titles: {en: "South"}}]' \
		"$CAMPAIGN/campaign.json" > "$WORK/changed.json"
	mv "$WORK/changed.json" "$CAMPAIGN/campaign.json"
	found "$data"
	voters key="$CAMPAIGN/a.key" seed=1 count="$north" choices=3 district=0 > "$WORK/north"
	voters key="$CAMPAIGN/a.key" seed=2 count=20 choices=2 district=1 > "$WORK/south"
	voters key="$CAMPAIGN/b.key" seed=3 count=30 choices=3 district=1 > "$WORK/late"
	cat "$WORK/north" "$WORK/south" "$WORK/late" > "$WORK/all"
}

# All that anybody can get over HTTP, into $WORK/http.
fetch_all() {
	local path size
	rm -rf "$WORK/http"
	mkdir "$WORK/http"
	size=$(sed -n 2p "$data/public/checkpoint")
	(cd "$data/public" && find . -type f) > "$WORK/paths"
	printf '%s\n' healthz readyz results receipt/1 receipt/2 tile/entries/000 \
		tile/entries/001 "tile/entries/000.p/$((size % 256))" \
		"tile/entries/001.p/$((size % 256))" tally/152 tally/303 \
		"../sealed/tally/152" "%2e%2e/sealed/tally/152" sealed/tally/152 >> "$WORK/paths"
	while read -r path; do
		curl -s --path-as-is "http://127.0.0.1:$HTTP/$path" \
			-o "$WORK/http/$(printf %s "$path" | tr / _)"
	done < "$WORK/paths"
}

wire() {
	"$OUT/tests/e2e/results" "$PORT" "$CAMPAIGN/campaign.json" "$CAMPAIGN/log.key.pub" 0
}

# closed_mouth WHAT: nothing is told to anybody.
closed_mouth() {
	same "$1: no bundles, no texts" \
		"$(find "$data/public/tile/entries" "$data/public/tally" -type f 2> /dev/null)" ""
	same "$1: RESULTS over the wire" "$(wire)" sealed
	tallyctl receipt --connect "127.0.0.1:$PORT" --index 2 > "$WORK/receipt"
	exits 1 "$1: an entry cannot be shown" tallyctl entry show 2 --log "$data"
	says "$1: and why" 'results are sealed' "$WORK/err"
	exits 0 "$1: results of the public log" tallyctl results --log "$data/public"
	cp "$WORK/out" "$WORK/told"
	fetch_all
	check "$1: nothing leaks" python3 tests/e2e/leak.py "$WORK/all" "$data/public" \
		"$WORK"/tallyd.*.log "$WORK/http" "$WORK/receipt" "$WORK/told"
	check "$1: DIR/sealed is its owner's alone" sh -c \
		"[ -z \"\$(find '$data/sealed' '$data/state' '$data/ledger' -perm /077)\" ]"
	exits 0 "$1: tally-verify passes what is public" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" "$data/public"
	says "$1: tally-verify says why it skips" 'results are sealed' "$WORK/out"
}

# published SIZE: waits for a checkpoint of at least that many entries.
published() {
	local deadline=$((SECONDS + 100))
	until [ "$(sed -n 2p "$data/public/checkpoint")" -ge "$1" ]; do
		[ $SECONDS -lt $deadline ] || { not_ok "a checkpoint of $1 entries"; exit 1; }
		read -rt 0.05 <> <(:)
	done
}

notice() {
	tallyctl notice --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key" "$@"
}

# answered WHAT FILE VERDICT
answered() {
	send "$CAMPAIGN/b.key" "$2" "$WORK/answered" --no-retry
	same "$1: $3" "$(cut -d' ' -f1 "$WORK/answered" | sort -u | xargs)" "$3"
}

minute() {
	date -u -d "$1" +%Y-%m-%dT%H:%M:00Z
}

voting() {
	tallyd_must "$data"
	answered "open" "$WORK/north" accepted
	answered "open" "$WORK/south" accepted
	published $((north + 20))
	closed_mouth "open"
	exits 1 "unseal while it is open" notice unseal
	says "unseal while it is open: the verdict" '^notice-impossible$' "$WORK/out"
	stops "in the middle"
	tallyd_must "$data"
	closed_mouth "after a restart"
	same "a restart had all texts" "$(grep -c 'replaying the whole' "$LOG")" 0
}

closing() {
	exits 0 "close" notice close
	answered "closed" "$WORK/late" closed
	exits 0 "extend after the close" notice extend --to "$(minute '+11 days')"
	answered "extended" "$WORK/late" accepted
	exits 0 "close again" notice close
	index=$(cut -d' ' -f2 "$WORK/out")
	published $((index + 3))
	closed_mouth "closed"
	exits 1 "unseal from a later minute on" notice unseal --at "$(minute '+1 hour')"
	says "unseal from a later minute on: the verdict" '^notice-impossible$' "$WORK/out"
	says "unseal from a later minute on: why" 'that time has not come yet$' "$WORK/err"
	exits 2 "unseal: not a minute" notice unseal --at 2026-01-01T00:00:01Z
	mkdir -p "$data/public/tile/entries" "$data/public/tally"
	head -c 3000 "$WORK/all" > "$data/public/tile/entries/000"
	echo "tally/counts/v1" > "$data/public/tally/152"
	tallyd_kill
	tallyd_must "$data"
	says "what must not be there is removed, and said" '2 files .* removed' "$LOG"
	closed_mouth "killed and started"
}

# A folder where a bundle belongs stops the unsealing there; the process is killed, and goes on.
unsealing() {
	local before
	before=$(cat "$data/public/checkpoint")
	mkdir -p "$data/public/tile/entries/001/in-the-way"
	exits 0 "unseal" notice unseal
	says "unseal: accepted, and its index" '^accepted [0-9]+$' "$WORK/out"
	index=$(cut -d' ' -f2 "$WORK/out")
	await_line "$LOG" "$TALLYD" 'publishing: .*entries/001' || not_ok "it is stopped"
	same "cut in the middle: the first bundle is there" \
		"$(ls "$data/public/tile/entries/000")" "$data/public/tile/entries/000"
	same "cut in the middle: the checkpoint is the old one" \
		"$(cat "$data/public/checkpoint")" "$before"
	tallyd_kill
	rm -r "$data/public/tile/entries/001"
	echo torn > "$data/public/tile/entries/000"
	tallyd_must "$data"
	published $((index + 1))
	same "RESULTS over the wire" "$(wire)" $((north + 50))
	exits 1 "extend after the unsealing" notice extend --to "$(minute '+12 days')"
	exits 1 "unseal twice" notice unseal
	stops "unsealed"
	same "nothing waits any more" "$(ls "$data/sealed/tally")" ""
}

open_books() {
	exits 0 "unsealed: tally-verify passes" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" --old "$WORK/old" "$data/public"
	same "unsealed: nothing is skipped for the seal" "$(grep -c 'are sealed' "$WORK/out")" 0
	results "$data" "$WORK/results"
	check "unsealed: a recount gives the same" judge -r "$WORK/results" "$data/public"
	same "unsealed: the counts" "$(jq -r '"\(.ballots) \(.contests[0].options |
		map(.votes) | add)"' "$WORK/results")" \
		"$((north + 50)) $((3 * north + 2 * 20 + 3 * 30))"
	python3 tests/e2e/leak.py "$WORK/all" "$data/public" > "$WORK/leaks"
	check "unsealed: what was looked for is all there" \
		test "$(tail -n 1 "$WORK/leaks")" -ge $((2 * (north + 50)))
}

found_sealed
voting
cp "$data/public/checkpoint" "$WORK/old"
closing
unsealing
open_books
