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
