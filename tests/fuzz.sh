#!/bin/bash
# fuzz.sh HARNESS SECONDS FOUND CORPUS: searches from the corpus on; `ok fuzz` and how many inputs
# were tried, or the input that broke it, which stays in FOUND.
set -u
harness=$1
seconds=$2
found=$3
corpus=$4

"$harness" -max_total_time="$seconds" -max_len=70000 -timeout=10 -print_final_stats=1 \
	-artifact_prefix="$found/" -verbosity=0 "$found" "$corpus" 2> "$found.log"
code=$?
tries=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")
if [ $code -eq 0 ] && [ "${tries:-0}" -gt 0 ]; then
	echo "ok $(basename "$harness"): $tries inputs tried"
	exit 0
fi
tail -n 60 "$found.log"
echo "not ok $(basename "$harness")"
exit 1
