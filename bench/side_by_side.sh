#!/bin/bash
# side_by_side: tallyd beside what this machine could do at most, and beside others, in one run.
#
#   bench/side_by_side.sh OUT [ROUNDS [SECONDS]]     OUT: a build folder, as build/gcc-plain
#
# A round measures everything once, for about SECONDS (5) each: what else the machine does disturbs
# all of them alike. A ratio is made of figures of one round; the better of ROUNDS (2) counts, and
# the range is shown. QUICK=1: one round of a second, which proves that it works and little else.
# FULL=1: the audit too, some minutes more. RESULTS=FILE: where the figures go
# (OUT/side_by_side.tsv): round, what was measured, quantity, value. PER_SECOND: ballots signed for
# a second of sending.
#
# All files are below $TMPDIR, on one disk, below 5 GB (ROUNDS=2 SECONDS=5), and gone at the end.
set -eu
. "${BASH_SOURCE%/*}/common.bash"

here=$(cd "${BASH_SOURCE%/*}" && pwd)
programs "$1"
rounds=${2:-2}
seconds=${3:-5}
per_second=${PER_SECOND:-200000} # ballots signed beforehand for a second of sending
if [ "${QUICK:-}" = 1 ]; then
	rounds=1 seconds=1 per_second=20000
fi
many=$(awk "BEGIN { print int($per_second * $seconds) }")
results=$(realpath "${RESULTS:-$out/side_by_side.tsv}")
connections=8
round=0
begin
chmod 711 "$work" # PostgreSQL runs as a user of its own
export BENCH_FOLDER=$work

# record WHAT QUANTITY VALUE
record() {
	printf '%s\t%s\t%s\t%s\n' "$round" "$1" "$2" "$3" >> "$results"
}

# make_ballots FOLDER FILE COUNT [OPTION...]
make_ballots() {
	local folder=$1 file=$2 count=$3
	shift 3
	attend make.log "$bin/tally-bench" make --campaign "$folder" --voters "$count" \
		--out "$file" "$@" || die "no ballots"
}

# One campaign of the demo's shape; and the same whose voters sign with keys of their own.
make_campaigns() {
	"$bin/tallyctl" campaign demo --ballots 200 --out frontend > demo.log
	mkdir voter
	cp frontend/* voter
	"$bin/tallyctl" keygen --name decide.example/registrar --out voter/registrar.key \
		> keygen.log
	jq ".voters_max = $((many * 2))" voter/campaign.json > frontend/campaign.json
	jq ".signing = \"voter\" | .registrars = [\"$(cat voter/registrar.key.pub)\"]" \
		frontend/campaign.json > campaign.json
	mv campaign.json voter/campaign.json
	make_ballots frontend frontend.bin "$many"
	make_ballots frontend forged.bin "$many" --forged 0.01
	make_ballots voter voter.bin $((many / 8))
}

# serve_tallyd CAMPAIGN PATH
serve_tallyd() {
	found "$1"
	tallyd --verify="$2"
}

# serve_probe CAMPAIGN PATH: its verify jobs are as large as tallyd's.
serve_probe() {
	serve probe.log ' ready: ' "$out/bench/probe/probe" --campaign "$1/campaign.json" \
		--log-key "$1/log.key" --verify "$2" --voters "$many"
	ports_of probe.log
}

# load WHAT CAMPAIGN BALLOTS [OPTION...]: what tally-bench sees goes to the results.
load() {
	local what=$1 campaign=$2 ballots=$3
	shift 3
	attend load.txt "$bin/tally-bench" load --connect "127.0.0.1:$port" --pid "$server" \
		--key "$campaign/frontend.key" --ballots "$ballots" --seconds "$seconds" \
		--connections "$connections" --json load.json "$@" ||
		{ cat load.txt >&2; die "load: $what"; }
	while read -r quantity value; do
		record "$what" "$quantity" "$value"
	done < <(jq -r '.runs[0] | .total as $all | "rate \(.answered_per_s)",
		"p50_ms \(.latency_ns.p50 / 1e6)", "p99_ms \(.latency_ns.p99 / 1e6)",
		"server_us \($all.server.cpu_s * 1e6 / $all.answered)",
		"client_us \($all.client_cpu_s * 1e6 / $all.answered)",
		"server_mb \($all.server.memory_bytes / 1e6)",
		if .loop == "open" then "late \(100 * $all.late / ([$all.sent, 1] | max))"
			else empty end' load.json)
}

step() {
	echo "round $round: $*" >&2
	"$@"
}

# bare_on THREADS WHAT PATH [BATCH]
bare_on() {
	local rate us
	read -r rate us < <("$out/bench/verify_rate" "$1" "$brief" "${@:3}")
	record "$2" rate "$rate"
	record "$2" server_us "$us"
}

# Signatures alone: on one core, and in jobs of tallyd's size on all of them, which share their
# caches and more: there each takes longer.
bare() {
	local path
	for path in libsodium $paths; do
		bare_on 1 "bare-$path" "$path" 64
		bare_on "$(nproc)" "bare-$path-all" "$path"
	done
}

# probed WHAT CAMPAIGN PATH BALLOTS
probed() {
	serve_probe "$2" "$3"
	load "$1" "$2" "$4"
	stop
}

# tallied WHAT CAMPAIGN PATH BALLOTS [OPTION...]
tallied() {
	local what=$1 campaign=$2 path=$3 ballots=$4
	shift 4
	serve_tallyd "$campaign" "$path"
	load "$what" "$campaign" "$ballots" "$@"
	stop
}

# The same ballots, each time to a fresh server.
saturated() {
	probed probe-none frontend none frontend.bin
	for path in $paths; do
		tallied "tallyd-$path" frontend "$path" frontend.bin
		probed "probe-$path" frontend "$path" frontend.bin
	done
	tallied forged frontend "$best" forged.bin
}

# libsodium has every signature: two a ballot, the second by a key that nobody else has.
voters_own() {
	probed probe-libsodium-voter voter libsodium voter.bin
	tallied tallyd-libsodium-voter voter libsodium voter.bin
}

# open WHAT PERCENT: so much of what this round's saturation was.
open() {
	local rate
	rate=$(awk -F '\t' -v round="$round" -v what="tallyd-$best" -v percent="$2" \
		'$1 == round && $2 == what && $3 == "rate" { printf "%d", $4 * percent / 100 }' \
		"$results")
	tallied "$1" frontend "$best" frontend.bin --rate "$rate" --short
}

alone() {
	serve_tallyd frontend "$best"
	connections=1
	load lone frontend frontend.bin --window 1 --seconds "$brief"
	connections=8
	stop
}

# What the scripts of peers/ say: a word, then pairs of quantity and value; or why there is nothing.
peers() {
	attend peers.txt "$here/peers/postgres.sh" "$out" frontend.bin "$seconds" ||
		die "PostgreSQL does not agree with itself: $(cat peers.txt)"
	attend redis.txt "$here/peers/redis.sh" "$seconds" 174 ||
		die "Redis does not agree with itself: $(cat redis.txt)"
	sed 's/^\(single\|unnest\) /postgres-\1 /' peers.txt redis.txt | while read -r what rest; do
		if [ "$what" = SKIPPED: ]; then
			echo "SKIPPED: $rest"
			continue
		fi
		set -- $rest
		while [ $# -ge 2 ]; do
			record "$what" "$1" "$2"
			shift 2
		done
	done
}

# What audit.sh prints a round and way becomes rates of `audit` or `audit-fast`.
audited() {
	attend audit.txt "$here/audit.sh" "$out" 200000 "$rounds" 4 || die "audit.sh"
	while read -r round way bare rate; do
		what=audit
		[ "$way" != --fast ] || what=audit-fast
		record "$what-bare" rate "$bare"
		record "$what" rate "$rate"
	done < <(awk '/^round/ {
		gsub(/[,:]/, "")
		print $2, $3, $5 + 0, $7 + 0
	}' audit.txt)
}

brief=$(awk "BEGIN { print $seconds < 2 ? $seconds : 2 }")
paths=portable
! grep -qw avx512ifma /proc/cpuinfo || paths="portable ifma"
best=${paths##* }
machine
echo "tallyd $("$bin/tallyd" --version | awk 'NR == 1 { print $NF }')," \
	"$(date -u +%Y-%m-%dT%H:%M:%SZ), $rounds rounds of about $seconds s each"
: > "$results"
step make_campaigns
for round in $(seq "$rounds"); do
	step bare
	step saturated
	step peers
	step voters_own
	step open open-50 50
	step open open-70 70
	step alone
done
[ "${FULL:-}" != 1 ] || step audited
awk -v ifma=$([ "$best" = ifma ] && echo 1 || echo 0) -f "$here/side_by_side.awk" "$results"
