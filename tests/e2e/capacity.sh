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
check "the JSON keeps its schema" python3 tests/e2e/schema.py --closed \
	bench/tally-bench/run.schema.json "$WORK/run.json"
jq '.runs[0].later = 1' "$WORK/run.json" > "$WORK/later.json"
check "a member that is added keeps it, too" python3 tests/e2e/schema.py \
	bench/tally-bench/run.schema.json "$WORK/later.json"
check "the page is well-formed" python3 -c \
	'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$WORK/run.html"
says "it has curves" '<svg ' "$WORK/run.html"
accepted=$(jq '.runs[0].total.verdicts.accepted' "$WORK/run.json")
for try in {1..3000}; do # at the latest a tick of tallyd's later
	seen=$(curl -s "$METRICS/metrics" |
		sed -n 's/^tallyd_ballots_total{result="accepted"} //p')
	[ "$seen" = "$accepted" ] && break
done
same "accepted ballots are those of the metrics" "$accepted" "$seen"
same "the ledger's bytes are those of the metrics" \
	"$(jq '.runs[0].ledger_bytes == .runs[0].total.metrics.log_bytes and
		.runs[0].ledger_bytes > 170 * .runs[0].total.answered / 2' "$WORK/run.json")" true
exits 0 "a run without metrics" bench load --connect "127.0.0.1:$PORT" \
	--key "$CAMPAIGN/a.key" --key "$CAMPAIGN/b.key" --ballots "$WORK/ballots" \
	--data "$WORK/data" --json "$WORK/bare.json"
same "the ledger's bytes are not known then" "$(jq -c '.runs[0] | [.ledger_bytes,
	(.data_bytes | type)]' "$WORK/bare.json")" '[null,"number"]'
stops "afterwards"

exits 0 "plan" bench plan --voters 10000 --peak 10 --data "$WORK" --json "$WORK/plan.json"
check "its JSON keeps its schema" python3 tests/e2e/schema.py --closed \
	bench/tally-bench/plan.schema.json "$WORK/plan.json"
says "says that it is enough" '^This machine is enough: what binds is ' "$WORK/out"
same "so does the JSON" "$(jq -r '.format, .enough' "$WORK/plan.json" | tr '\n' ' ')" \
	"tally-bench/plan/v1 true "
exits 0 "plan by a run" bench plan --voters 10000 --peak 10 --data "$WORK" \
	--from "$WORK/run.json" --json -
cp "$WORK/out" "$WORK/by_run.json"
check "plan by a run: the schema" python3 tests/e2e/schema.py --closed \
	bench/tally-bench/plan.schema.json "$WORK/by_run.json"
same "it says so" "$(jq -r '.parts.beyond_by' "$WORK/out")" run
same "by the run's path" "$(jq -r .parts.verify "$WORK/out")" \
	"$(jq -r '.runs[0].verify' "$WORK/run.json")"
same "it claims no more than that run reached" "$(jq --slurpfile run "$WORK/run.json" \
	'.rate_max <= $run[0].runs[0].answered_per_s' "$WORK/out")" true

# not_from CHANGE LIKE: a run changed by jq so is refused with such words.
not_from() {
	jq "$1" "$WORK/run.json" > "$WORK/other.json"
	exits 2 "no plan from a run with $1" bench plan --voters 10000 --peak 10 \
		--data "$WORK" --from "$WORK/other.json"
	says "no plan from a run with $1: why" "$2" "$WORK/err"
}
not_from '.runs[0].verify = "abacus"' 'another path'
not_from '.runs[0].loop = "open"' 'a run at given times'
not_from '.runs[0].server_ended_s = 3.5' 'process ended'
jq '.signing = "voter"' "$WORK/run.json" > "$WORK/voter.json"
exits 0 "plan by a run with voters' signatures" bench plan --voters 10000 --peak 10 \
	--data "$WORK" --from "$WORK/voter.json" --json "$WORK/voter_plan.json"
same "their keys take more memory than a tag" "$(jq --slurpfile run "$WORK/by_run.json" \
	'.parts.voter_bytes > 2 * $run[0].parts.voter_bytes' "$WORK/voter_plan.json")" true
says "both signatures are counted" "voter's and registrar's signature" "$WORK/out"
exits 1 "a peak beyond any machine" bench plan --voters 1e8 --peak 1e7 --data "$WORK"
says "what binds is named" '^This machine is not enough: what binds is ' "$WORK/out"
exits 2 "no earlier run" bench plan --voters 10 --peak 1 --from "$WORK/nowhere.json"
says "no earlier run: why" 'cannot open .*nowhere.json' "$WORK/err"
exits 2 "no run" bench plan --voters 10 --peak 1 --data "$WORK" --from "$WORK/plan.json"
exits 2 "no folder" bench plan --voters 10 --peak 1 --data "$WORK/nowhere"
exits 2 "a peak of more than all" bench plan --voters 10 --peak 11
exits 2 "no voters" bench plan --voters 0 --peak 1
exits 2 "no peak" bench plan --voters 10
exits 2 "a ballot that cannot be" bench plan --voters 10 --peak 1 --ballot-bytes 9
