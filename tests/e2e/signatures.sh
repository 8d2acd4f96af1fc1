#!/bin/bash
# Signatures by every path that this processor has: the same answers, the same log, and an audit of
# it by libsodium and in haste; forged ballots among honest ones.
. "$(dirname "$0")/common.bash"
count=300
forged=40
again=' again by libsodium; '
passed='[0-9]+ of 32 checks passed, [0-9]+ skipped$'

make_ballots() {
	campaign "$WORK/campaign" || exit 1
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=$count > "$WORK/honest"
	voters key="$CAMPAIGN/b.key" seed="$SEED" first=$count count=$forged forge=1 \
		> "$WORK/forged"
	voters key="$CAMPAIGN/b.key" seed="$SEED" first=$((count + forged)) count=$count \
		> "$WORK/booth"
	cat "$WORK/honest" "$WORK/forged" "$WORK/booth" > "$WORK/ballots"
}

# verdicts FILE: how many of each, in one line.
verdicts() {
	cut -d' ' -f1 "$1" | sort | uniq -c | awk '{ printf "%s %s ", $1, $2 }'
}

# sums PATH: the sums within it, as the processor says.
sums() {
	[ "$1" = portable ] || return 0
	local flags
	flags=" $(grep -m 1 '^flags' /proc/cpuinfo) "
	case $flags in
	*' fma '*' avx2 '*) echo ', sums by avx2' ;;
	*' bmi2 '*' adx '*) echo ', sums by adx' ;;
	*) echo ', sums by plain' ;;
	esac
}

path() {
	local path=$1 dir=$WORK/$1
	found "$dir"
	tallyd_must "$dir" "--verify=$path"
	says "$path: the ready line names it" "signatures by $path$(sums "$path")\$" "$LOG"
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/$path.answers"
	same "$path: what is forged is refused, and nothing else" \
		"$(verdicts "$WORK/$path.answers")" \
		"$((2 * count)) accepted $forged bad-signature "
	stops "$path"
	usual "$path" "$dir/public"
	haste "$path" "$dir/public"
	adopted "$path" "$dir"
}

# The last line says whose word signatures are, and that not everything was asked.
usual() {
	exits 0 "$1: tally-verify passes" "$BIN/tally-verify" --quiet \
		--key "$CAMPAIGN/log.key.pub" "$2"
	same "$1: in one line" "$(wc -l < "$WORK/out")" 1
	says "$1: by libsodium" "^PASS: .*; signatures by libsodium; $passed" "$WORK/out"
	exits 0 "$1: tally-verify --json passes" "$BIN/tally-verify" --json \
		--key "$CAMPAIGN/log.key.pub" "$2"
	same "$1: the same in JSON" "$(jq -c "[.signatures.path, .passed + .skipped,
		(.checks | map(select(.status == \"SKIPPED\")) | length) == .skipped]" \
		"$WORK/out")" '["libsodium",32,true]'
}

# The check and the last line say what was done by whom, in words and in JSON.
haste() {
	exits 0 "$1: tally-verify --fast passes" "$BIN/tally-verify" --fast \
		--key "$CAMPAIGN/log.key.pub" "$2"
	says "$1: asks something else" ' 20 PASS    .* by tables of the listed keys' "$WORK/out"
	says "$1: and says how" \
		"^PASS: .*; signatures of $((2 * count)) ballots by tables \\(.*$again$passed" \
		"$WORK/out"
	exits 0 "$1: tally-verify --fast --json passes" "$BIN/tally-verify" --fast --json \
		--key "$CAMPAIGN/log.key.pub" "$2"
	same "$1: and says how in JSON" "$(jq ".signatures.by_tables, .signatures.rechecked > 0,
		(.signatures.path | test(\"portable|ifma\"))" "$WORK/out" | xargs)" \
		"$((2 * count)) true true"
}

# adopted PATH DIR: a copy is looked at by the same path.
adopted() {
	exits 0 "$1: --adopt takes the log" "$BIN/tallyd" --init --adopt "$2" --data "$2.adopted" \
		--log-key "$CAMPAIGN/log.key" --newest "$2/public/checkpoint" "--verify=$1"
	says "$1: --adopt looks by it" "^tallyd: signatures by $1\$" "$WORK/err"
	cp -r "$2/public" "$2.spoilt"
	printf x | dd of="$(find "$2.spoilt/tile/entries" -type f -size +20k | sort | head -n 1)" \
		bs=1 seek=20000 conv=notrunc 2> "$WORK/said"
	exits 1 "$1: --adopt refuses a changed one" "$BIN/tallyd" --init --adopt "$2.spoilt" \
		--data "$2.never" --log-key "$CAMPAIGN/log.key" --newest "$2/public/checkpoint" \
		"--verify=$1"
	cp "$WORK/err" "$WORK/$1.refused"
}

wrong_words() {
	exits 2 "an unknown path" "$BIN/tallyd" --data "$WORK/never" --verify=openssl
	says "an unknown path: what there is" "libsodium, portable, ifma or auto" "$WORK/err"
	exits 2 "--fast does not go with --cosign" "$BIN/tally-verify" --fast --cosign k --state s \
		--key k l
	exits 2 "--fast does not go with --follow" "$BIN/tally-verify" --fast --follow --key k l
	says "--version says what auto takes" \
		"^signatures by (portable, sums by [a-z0-9]+|ifma)\$" <("$BIN/tallyd" --version)
	grep -qw avx512ifma /proc/cpuinfo && return
	exits 2 "ifma where the processor has none" "$BIN/tallyd" --data "$WORK/never" --verify=ifma
	says "ifma where the processor has none: says so" "no AVX-512 IFMA" "$WORK/err"
}

make_ballots
path libsodium
path portable
! grep -qw avx512ifma /proc/cpuinfo || path ifma
check "the paths give the same answers" cmp "$WORK/libsodium.answers" "$WORK/portable.answers"
wrong_words
