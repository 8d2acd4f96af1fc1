#!/bin/bash
# The benches still work: bench/side_by_side.sh comes to its table in its smallest form: probe,
# peers where they are installed, every kind of load. No figure is judged.
. "${BASH_SOURCE%/*}/common.bash"

chmod 711 "$WORK" # PostgreSQL runs as a user of its own
PER_SECOND=3000 RESULTS=$WORK/figures bench/side_by_side.sh "$OUT" 1 0.3 > "$WORK/table" \
	2> "$WORK/said"
same "all is measured, and nothing ends badly" "$?" 0
: > "$WORK/said"
sed -n 's/^SKIPPED: /SKIPPED: side_by_side: /p' "$WORK/table"
for row in "ingest, libsodium" "verify rate by tables" "saturated ingest" "processor time" \
	"at 50 %" "at 70 %" "lone ballot" "1 % forged"; do
	says "a row: $row" \
		"^\\|.*$row.* \\| [0-9.-]+( us| ms)? \\| (aim|must|missed|noise) \\|$" "$WORK/table"
done
same "all ballots came to the probe" \
	"$(awk -F '\t' '$2 == "probe-none" && $3 == "rate" && $4 > 0' "$WORK/figures" | wc -l)" 1

# The probe does what it is measured for: signatures, one ballot of a tag, all of it on disk.
"$BIN/tallyctl" campaign demo --ballots 10 --out "$WORK/campaign" > "$WORK/demo"
"$BIN/tally-bench" make --campaign "$WORK/campaign" --voters 1000 --repeats 5% --forged 5% \
	--out "$WORK/ballots" > "$WORK/made"
fresh=$(awk '/^fresh/ { print $2 }' "$WORK/made")
all=$(awk 'NF == 3 { sum += $2 } END { print sum }' "$WORK/made")
"$OUT/bench/probe/probe" --campaign "$WORK/campaign/campaign.json" --folder "$WORK" \
	--log-key "$WORK/campaign/log.key" --verify portable > "$WORK/probe" 2> "$WORK/said" &
probe=$!
running+=("$probe")
until grep -q ready "$WORK/said"; do
	kill -0 "$probe" || break
	read -rt 0.02 <> <(:)
done
"$BIN/tally-bench" load --connect "127.0.0.1:$(sed -n 's/.*at port //p' "$WORK/said")" \
	--key "$WORK/campaign/frontend.key" --ballots "$WORK/ballots" > "$WORK/load" 2>&1
kill -TERM "$probe"
wait "$probe"
same "the probe takes each voter's first, and nothing that is forged" \
	"$(awk '{ print $2, $4 }' "$WORK/probe")" "$fresh $((all - fresh))"
