#!/bin/bash
# selftest.sh: can the checks fail? Plants what each must find in a folder of its own and looks for
# the line that says so. `ok NAME finds WHAT` for each, or `not ok`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir -p {engine,out/engine}/{base,ballot} include tools bench/tally-bench tests/unit
cp "$top/.clang-format" .
bad=0

# expect WHAT LINE COMMAND...: the command fails and says that line.
expect() {
	local what=$1 line=$2 said
	shift 2
	said=$("$@" 2>&1)
	if [ $? -ne 0 ] && grep -qxF -- "$line" <<< "$said"; then
		echo "ok $(basename "$1" .sh) finds $what"
	else
		echo "$said" | sed 's/^/# /'
		echo "not ok $(basename "$1" .sh) finds $what"
		bad=1
	fi
}

# pure NAME SOURCE: compiles it as that pure object.
plant() {
	echo "$2" | gcc -std=c11 -O1 -fPIE -D_GNU_SOURCE -w -x c -c - -o "out/engine/$1.o"
}

plant base/fine 'static const char *const names[] = {"a"};
const char *f(int i) { return names[i]; }'
plant ballot/fine '#include <string.h>
const char *f(int); int g(int n) { return (int)strlen(f(n)); }'
pure() {
	"$here/pure.sh" out "$@"
}
if pure out/engine/{base,ballot}/fine.o > said; then
	echo "ok pure lets the innocent pass"
else
	cat said
	echo "not ok pure lets the innocent pass"
	bad=1
fi
plant ballot/clock '#include <time.h>
long f(void) { return time(0); }'
expect "a clock" "pure: engine/ballot/clock.c asks for time" pure out/engine/ballot/clock.o
plant ballot/memory '#include <stdlib.h>
void *f(void) { return malloc(9); }'
expect "an allocation" "pure: engine/ballot/memory.c asks for malloc" \
	pure out/engine/ballot/memory.o
plant ballot/format '#include <stdio.h>
int f(char *s, int n) { return snprintf(s, 9, "%d", n); }'
expect "printf" "pure: engine/ballot/format.c asks for snprintf" pure out/engine/ballot/format.o
plant ballot/counter 'int f(void) { static int calls; return ++calls; }'
expect "a static" "pure: engine/ballot/counter.c keeps calls.0" pure out/engine/ballot/counter.o
plant base/global 'int shared = 3; _Thread_local int own;'
expect "a global" "pure: engine/base/global.c keeps shared" pure out/engine/base/global.o
expect "a thread's own" "pure: engine/base/global.c keeps own" pure out/engine/base/global.o
plant base/other 'void abort(void); void f(void) { abort(); }'
expect "abort outside base/check" "pure: engine/base/other.c asks for abort" \
	pure out/engine/base/other.o
expect "an empty list" "not ok pure: no objects" pure

echo '#include "shell/disk.h"' > engine/ballot/reach.c
printf '#include "bytes.h"\n#include <stdio.h>\n' > engine/ballot/near.c
expect "a room that is not for it" \
	'includes: engine/ballot/reach.c:1: ballot "shell/disk.h" is not for this room' \
	"$here/includes.sh"
expect "an include without its room" \
	'includes: engine/ballot/near.c:1: ballot "bytes.h" does not name its room' \
	"$here/includes.sh"
expect "a header of the world" \
	'includes: engine/ballot/near.c:2: ballot <stdio.h> is not for this room' \
	"$here/includes.sh"

touch engine/ballot/lonely.h
expect "a noun without a test" \
	'nouns: engine/ballot/lonely.h has no tests/unit/lonely_test.c' "$here/nouns.sh"
touch bench/tally-bench/alone.h
expect "a bench's noun without a test" \
	'nouns: bench/tally-bench/alone.h has no tests/unit/alone_test.c' "$here/nouns.sh"
touch engine/{ballot,base}/twin.h
expect "a noun of two rooms" \
	'nouns: more than one room has engine/ballot/twin.h engine/base/twin.h' "$here/nouns.sh"
echo 'int  f( void );' > engine/ballot/ugly.c
expect "a file that is not formatted" 'format: ./engine/ballot/ugly.c:1' "$here/format.sh"
printf '/* %0101d */\n' 0 > engine/ballot/wide.c
expect "a wide line" 'sizes: ./engine/ballot/wide.c:1: wide' "$here/sizes.sh"
yes '' | head -n 601 > engine/ballot/tall.c
expect "a long file" 'sizes: ./engine/ballot/tall.c: more than 600 lines' "$here/sizes.sh"
echo '/* FIX''ME later */' > engine/ballot/later.c
expect "a note to oneself" 'words: ./engine/ballot/later.c:1:/* FIX''ME later */' \
	"$here/words.sh"

# run.sh over checks that fail: its end names each, with what it said.
mkdir -p run/tests/tidy
cp "$top/tests/run.sh" run/tests
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" > "run/tests/tidy/$1.sh"
	chmod +x "run/tests/tidy/$1.sh"
}
stand_in includes 'echo ok fine'
stand_in format 'echo not ok crooked; echo "# by much"; yes nothing | head -n 300; exit 1'
stand_in nouns 'echo 1..3; echo ok one; echo gone >&2; exit 9'
stand_in sizes 'yes | head -n 300
echo "x.c:1:2: runtime error: a bound" >&2; yes frame | head -n 9 >&2'
stand_in words 'echo ok fine; echo SKIPPED: half'
cat > last << 'EOF'
== what failed
tidy: tidy/format (1) 
    | not ok crooked
    | # by much
    | nothing
    | nothing
    | nothing
    | nothing
    | nothing
tidy: tidy/nouns (1) ended with code 9 after 1 of 3
    | gone
    | 1..3
    | ok one
tidy: tidy/sizes (1) checked nothing, code 0
    | x.c:1:2: runtime error: a bound
    | frame
    | frame
    | frame
    | frame
    | y
    | y
    | y
    | y
tidy: tidy/selftest (1) was not built
failed: tidy: tidy/format; tidy: tidy/nouns; tidy: tidy/sizes; tidy: tidy/selftest;
3 passed, 4 failed, 1 skipped
EOF
TMPDIR=$work bash run/tests/run.sh tidy > told 2>&1
code=$?
tail -n "$(wc -l < last)" told > ended
if diff last ended > said && [ $code -eq 1 ]; then
	echo "ok run.sh ends with what failed"
else
	sed 's/^/# /' said
	echo "not ok run.sh ends with what failed"
	bad=1
fi

# Of a lane that is killed there is an output and no code, and what it had yet to run has neither.
for name in nouns sizes words; do
	stand_in $name 'echo ok fine'
done
stand_in format 'echo ok fine; rm build/check/tidy/tidy-format.out'
stand_in includes 'kill -KILL $(cut -d" " -f4 /proc/$PPID/stat)'
rm -r run/build
TMPDIR=$work bash run/tests/run.sh tidy > told 2>&1
code=$?
if [ $code -eq 1 ] && grep -q '^tidy: tidy/includes (1) never ran' told &&
	grep -q '^tidy: tidy/format (1) never ran' told; then
	echo "ok run.sh counts what was killed"
else
	sed 's/^/# /' told
	echo "not ok run.sh counts what was killed"
	bad=1
fi
exit $bad
