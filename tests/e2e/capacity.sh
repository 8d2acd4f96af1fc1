#!/bin/bash
# What tally-bench tells of a real run: the JSON keeps its schema, the page is well-formed, both say
# what the server's metrics say; and `plan`, with that run and without.
. "$(dirname "$0")/common.bash"
bench() {
	"$BIN/tally-bench" "$@"
}

campaign "$WORK/campaign" every=3600
found "$WORK/data"
tallyd_must "$WORK/data" --metrics 127.0.0.1:0
METRICS=http://127.0.0.1:$(sed -n 's/.*metrics at port \([0-9]*\)$/\1/p' "$LOG")
check "ballots are made" bench make --campaign "$CAMPAIGN" --voters 2000 --repeats 5% \
	--seed "$SEED" --out "$WORK/ballots"
exits 0 "a run" bench load --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" \
	--key "$CAMPAIGN/b.key" --ballots "$WORK/ballots" --metrics "$METRICS" --pid "$TALLYD" \
	--data "$WORK/data" --json "$WORK/run.json" --report "$WORK/run.html"
says "the summary has its rate" '^  answers/s +[0-9,]+' "$WORK/out"
check "the JSON keeps its schema" python3 tests/e2e/schema.py \
	bench/tally-bench/run.schema.json "$WORK/run.json"
check "the page is well-formed" python3 -c \
	'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$WORK/run.html"
says "it has curves" '<svg ' "$WORK/run.html"
same "accepted ballots are those of the metrics" \
	"$(jq '.runs[0].total.verdicts.accepted' "$WORK/run.json")" \
	"$(curl -s "$METRICS/metrics" | sed -n 's/^tallyd_ballots_total{result="accepted"} //p')"
stops "afterwards"

exits 0 "plan" bench plan --voters 10000 --peak 10 --data "$WORK" --json "$WORK/plan.json"
says "says that it is enough" '^This machine is enough: what binds is ' "$WORK/out"
same "so does the JSON" "$(jq -r '.format, .enough' "$WORK/plan.json" | tr '\n' ' ')" \
	"tally-bench/plan/v1 true "
exits 0 "plan by a run" bench plan --voters 10000 --peak 10 --data "$WORK" \
	--from "$WORK/run.json" --verify libsodium --json -
same "it says so" "$(jq -r '.parts.beyond_by, .parts.verify' "$WORK/out" | tr '\n' ' ')" \
	"run libsodium "
exits 1 "a peak beyond any machine" bench plan --voters 1e8 --peak 1e7 --data "$WORK"
says "what binds is named" '^This machine is not enough: what binds is ' "$WORK/out"
exits 2 "no run" bench plan --voters 10 --peak 1 --data "$WORK" --from "$WORK/plan.json"
exits 2 "no folder" bench plan --voters 10 --peak 1 --data "$WORK/nowhere"
exits 2 "a peak of more than all" bench plan --voters 10 --peak 11
exits 2 "no voters" bench plan --voters 0 --peak 1
exits 2 "no peak" bench plan --voters 10
exits 2 "a ballot that cannot be" bench plan --voters 10 --peak 1 --ballot-bytes 9
