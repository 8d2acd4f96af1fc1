#!/bin/bash
# run.sh [STAGE...]: builds and runs checks, counts them, ends with what failed and "N passed, N
# failed". Without a stage: all of `make check`. README.md beside this file says what each stage is
# and what counts.
set -u
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS
jobs=$(nproc)
lanes=$((jobs + 1)) # programs at a time: many wait, for disks and for each other
logs=build/check
passed=0
failed=0
skipped=0
failures=() # STAGE: NAME, and below it a few lines of what it said

export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=die_after_fork=0:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.txt
limit_s=${TEST_TIMEOUT:-300}
export limit_s
# The sanitizers of gcc 12 and clang 14 find no place for their shadow where the kernel's address
# layout is random to more than 28 bits.
export wrap=
fixed_layout() {
	setarch -R true 2>/dev/null && wrap="setarch -R"
}

# one LOG PROGRAM ARGUMENT...: stdout, stderr and exit code to LOG.{out,err,code}; to LOG.time the
# seconds it took, and of how much processor time.
one() {
	local log=$1 TIMEFORMAT='%1R %1U %1S'
	shift
	if [ ! -x "$1" ]; then
		echo missing > "$log.code"
		: > "$log.out" 2> "$log.err"
		return
	fi
	{
		time timeout -k 10 "$limit_s" $wrap "$@" > "$log.out" 2> "$log.err" < /dev/null
		echo $? > "$log.code"
	} 2> "$log.time"
}
export -f one

# run STAGE < "NAME PROGRAM ARGUMENT..." lines: all of them, `lanes` at a time, then the counting.
# What took longest when it last ran begins first, that the end does not wait for it alone.
run() {
	local folder=$logs/$1 name rest
	rm -rf "$folder"
	mkdir -p "$folder"
	cat > "$folder/list"
	if [ ! -s "$folder/list" ]; then
		failed=$((failed + 1))
		remember "$stage: no list (1) of what to run" /dev/null
		return
	fi
	touch "$logs/took"
	awk 'FILENAME == ARGV[1] { took[$1] = $2; next } { print took[$1] + 0, $0 }' \
		"$logs/took" "$folder/list" | sort -s -rn -k 1,1 |
		while read -r _ name rest; do
			echo "$folder/${name//\//-} $rest"
		done |
		xargs -r -P "$lanes" -L 1 bash -c 'one "$@"' one
	while read -r name rest; do
		harvest "$name" "$folder/${name//\//-}"
	done < "$folder/list"
	slowest "$folder"
}

# slowest FOLDER: of the programs that ran, those that took longest.
slowest() {
	local name rest
	while read -r name rest; do
		echo "$name $(cat "$1/${name//\//-}.time" 2> /dev/null || echo 0 0 0)"
	done < "$1/list" | sort -rn -k 2,2 > "$1/times"
	awk '!seen[$1]++' "$1/times" "$logs/took" > "$logs/took.new"
	mv "$logs/took.new" "$logs/took"
	[ "$(wc -l < "$1/list")" -lt 3 ] || awk 'BEGIN { print "   slowest:" }
		NR <= 10 { printf "  %-34s %5.1f s, %5.1f s of processors\n", $1, $2, $3 + $4 }' \
		"$1/times"
}

# "PASSED FAILED SKIPPED WHY" of what a program said and its exit code.
count() {
	if [ ! -e "$1.out" ] || [ ! -s "$1.code" ]; then
		echo "0 1 0 never ran, or not to its end"
		return
	fi
	awk -v code="$(cat "$1.code")" '
	/^1\.\.[0-9]+$/ { planned += substr($0, 4); tap = 1 }
	/^[0-9]+ inputs$/ && $1 > 0 && code == 0 { passed++ }
	/^SKIPPED: / { if (tap) excuse = 1; else skipped++ }
	/^ok / { if (tap && excuse) skipped++; else passed++; excuse = 0 }
	/^not ok / { if ($0 ~ /# SKIP/) skipped++; else failed++; excuse = 0 }
	END {
		seen = passed + failed + skipped
		if (code == "missing")
			why = "was not built"
		else if (code == 124 || code == 137)
			why = "took too long"
		else if (seen < planned)
			why = "ended with code " code " after " seen + 0 " of " planned
		else if (seen == 0)
			why = "checked nothing, code " code
		else if (code != 0 && failed == 0)
			why = "ended with code " code
		print passed + 0, failed + (why != ""), skipped + 0, why
	}' "$1.out"
}

# harvest NAME LOG: adds to the sums; one line, or all that was said if something failed.
harvest() {
	local p f s why
	read -r p f s why <<< "$(count "$2")"
	[ -n "$s" ] || { p=0 f=1 s=0 why="could not be counted"; }
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	if [ "$f" -eq 0 ]; then
		printf '  %-34s %3d ok%s\n' "$1" "$p" "$([ "$s" -eq 0 ] || echo ", $s skipped")"
		grep -h '^SKIPPED: ' "$2.out" | sort -u | sed 's/^/      /'
	else
		printf '  %-34s %d FAILED %s\n' "$1" "$f" "$why"
		tail -q -n 200 "$2.out" "$2.err" 2> /dev/null | sed 's/^/    | /'
		remember "$stage: $1 ($f) $why" "$2.err" "$2.out"
	fi
}

# remember TITLE FILE...: for the end, since the tail of the output may be all that is kept: of each
# file what was not ok or what a sanitizer found, and what was said last.
remember() {
	local title=$1 said
	shift
	said=$(awk '
	function told(i) {
		for (i = 1; i <= last; i++)
			if (i in shown || i > last - 4)
				print "    | " substr(line[i], 1, 200)
	}
	FNR == 1 { told(); split("", shown); found = reports = 0 }
	{ line[last = FNR] = $0 }
	/ERROR: |SUMMARY: |runtime error:|WARNING: ThreadSanitizer/ && ++reports <= 4 { shown[FNR] }
	/^not ok/ && ++found <= 3 { shown[FNR]; shown[FNR + 1]; shown[FNR + 2] }
	END { told() }' "$@" 2> /dev/null | head -n 15)
	failures+=("$title${said:+$'\n'$said}")
}

# recall: every failure again, ten of them with what they said; the names last.
recall() {
	local failure
	[ ${#failures[@]} -gt 0 ] || return
	printf '%s\n' "== what failed" "${failures[@]:0:10}"
	printf 'failed:'
	for failure in "${failures[@]}"; do
		printf ' %s;' "${failure%% (*}"
	done
	echo
}

# build COMPILER SAN TARGET...: a failure counts as one, and does not hide what was built.
build() {
	local compiler=$1 san=$2 log=$logs/build-$1-$2.log began=$SECONDS debug=
	shift 2
	mkdir -p "$logs"
	[ "$san" != plain ] || debug=DEBUG=-g0 # nothing would print it
	if ! make -k -j "$lanes" CC="$compiler" SAN="$san" $debug "$@" > "$log" 2>&1; then
		failed=$((failed + 1))
		printf '  %-34s FAILED\n' "build with $compiler, $san"
		grep -vE '^(CC|AR|LD) ' "$log" | tail -n 100 | sed 's/^/    | /'
		remember "$stage: build with $compiler, $san (1)" \
			<(grep -E -m 4 ': (error|undefined|.*Error [0-9])' "$log")
	fi
	printf '  %-34s %3d s\n' "build with $compiler, $san" $((SECONDS - began))
}

# tests OUT: the list for run: every test program and every fuzz harness with its corpus.
tests() {
	local source name
	for source in tests/unit/*_test.c tests/sim/*_test.c tests/crash/*_test.c; do
		[ -e "$source" ] || continue
		name=${source%.c}
		echo "${name#tests/} $1/$name"
	done
	for source in tests/fuzz/*_fuzz.c; do
		[ -e "$source" ] || continue
		name=${source%.c}
		echo "${name#tests/} $1/$name tests/fuzz/corpus/$(basename "$name" _fuzz)"
	done
}

stage_pure() {
	build gcc plain pure-objects
	local objects
	objects=$(ls engine/*/*.c build/gcc-plain/engine/*/*.avx2.o |
		grep -vE '^engine/(keyring|shell)/' |
		sed 's|^engine|build/gcc-plain/engine|; s|c$|o|')
	run pure < <(echo pure tests/tidy/pure.sh build/gcc-plain $objects)
}

stage_tidy() {
	local check
	run tidy < <(for check in includes format nouns sizes words selftest; do
		echo "tidy/$check tests/tidy/$check.sh"
	done)
}

stage_gcc() {
	build gcc plain all tests fuzzers
	run gcc < <(tests build/gcc-plain)
}

# threaded OUT: names of the test programs that can start a thread.
threaded() {
	local name program
	local starts_threads="pthread_create|MHD_start_daemon|uv_queue_work|uv_thread_create"
	tests "$1" | awk 'NF == 2' | while read -r name program; do
		nm -u "$program" 2>/dev/null | grep -qE " ($starts_threads)" && echo "$name"
	done
}

# Everything is compiled; what starts threads runs in the three other builds, and is not linked.
# gcc's programs tell what that is: without them all are linked, and run.
stage_clang() {
	local list=$logs/clang.list
	mkdir -p "$logs"
	awk 'FILENAME == ARGV[1] { threaded[$1]; next } !($1 in threaded)' \
		<(threaded build/gcc-plain) <(tests build/clang-plain) > "$list"
	build clang plain programs test-objects script-programs fuzzers \
		$(awk 'NF == 2 { print $2 }' "$list")
	LIES=${LIES:-456} SEEDS=${SEEDS:-10} run clang < "$list"
}

# Lies are told by the thousand in the first build, by the hundred in the others; random campaigns
# are fewer, too.
stage_asan() {
	build gcc asan programs tests fuzzers
	fixed_layout
	LIES=${LIES:-684} SEEDS=${SEEDS:-10} run asan < <(tests build/gcc-asan)
}

# The tests of what has threads: those whose plain build can start one. Not those that compute for
# long and start none but what start_test, keeper_test and audit_test start too.
stage_tsan() {
	local threaded name
	local long='unit/(audit_law|derived|lies_start|restore|sealed_start|unbelieved|voided)_test'
	build gcc plain tests
	threaded=$(threaded build/gcc-plain | grep -vxE "$long")
	fixed_layout
	build gcc tsan programs $(printf 'build/gcc-tsan/tests/%s ' $threaded)
	LIES=${LIES:-114} run tsan < <(for name in $threaded; do
		echo "$name build/gcc-tsan/tests/$name"
	done)
}

# scripts BUILD MARK SCRIPT...: the list for run.
scripts() {
	local out=$PWD/build/$1 mark=$2 script
	shift 2
	for script; do
		echo "${script#tests/}$mark $(command -v env) BIN=$out/bin OUT=$out" \
			"$(command -v bash) $script $out/bin"
	done
}

# The real programs: scripts that wait more than they compute, two for each processor, the longest
# text first; what kills and cuts, one for each.
stage_scripts() {
	build gcc plain all tests benches
	local limit_s=$((2 * limit_s)) # much of it is waiting for the others
	lanes=$((2 * jobs)) run scripts < <(scripts gcc-plain "" $(ls -S tests/e2e/*.sh))
	lanes=$jobs run crash < <(scripts gcc-plain "" $(ls -S tests/crash/*.sh))
}

# tallyd with its threads under load, killed and not. Tools that end need not free what they had.
stage_load() {
	local san
	for san in asan tsan; do
		build gcc $san programs script-programs
	done
	ASAN_OPTIONS+=:detect_leaks=0 lanes=2 run load < <(for san in asan tsan; do
		scripts gcc-$san ",$san" tests/e2e/contention.sh tests/crash/kill.sh
	done)
}

# One build, as CC and SAN say.
stage_unit() {
	local out=${CC:-gcc}-${SAN:-plain}
	[ "${SAN:-plain}" = plain ] || fixed_layout
	build "${CC:-gcc}" "${SAN:-plain}" tests fuzzers
	run "unit-$out" < <(tests "build/$out")
}

# What is found stays in build/; README.md in tests/fuzz says how it gets into the corpus.
stage_fuzz() {
	local seconds=${FUZZ_SECONDS:-20} source found name
	build clang fuzz fuzzers
	fixed_layout
	limit_s=$((seconds + 120))
	run fuzz < <(for source in tests/fuzz/*_fuzz.c; do
		name=$(basename "$source" .c)
		found=build/clang-fuzz/found/$name
		mkdir -p "$found"
		echo "fuzz/$name tests/fuzz.sh build/clang-fuzz/tests/fuzz/$name $seconds" \
			"$found tests/fuzz/corpus/${name%_fuzz}"
	done)
}

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/tally-check-XXXXXX") || exit 2 # what is killed leaves nothing
export TMPDIR
chmod 711 "$TMPDIR" # PostgreSQL runs as a user of its own (e2e/side_by_side.sh)
trap 'rm -rf "$TMPDIR"' EXIT

[ $# -gt 0 ] || set -- pure tidy gcc clang asan tsan scripts load
started=$SECONDS
for stage in "$@"; do
	began=$SECONDS
	echo "== $stage"
	if ! declare -F "stage_$stage" > /dev/null; then
		echo "run.sh: there is no stage $stage" >&2
		exit 2
	fi
	wrap=
	"stage_$stage"
	echo "   $stage took $((SECONDS - began)) s"
	[ $failed -eq 0 ] || recall | tail -n 1
done
echo "all took $((SECONDS - started)) s"
recall
[ $((passed + failed)) -gt 0 ] || echo "nothing ran"
echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ $failed -eq 0 ] && [ ${#failures[@]} -eq 0 ] && [ $passed -gt 0 ]
