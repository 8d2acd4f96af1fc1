#!/bin/bash
# nouns.sh: has every noun, engine/ROOM/NOUN.h or bench/tally-bench/NOUN.h, a test NOUN_test.c
# below tests/ (of the latter, one that includes it: names are taken by other rooms)? Those in
# untested.txt need none. No two rooms of the engine have a noun of one name: a test's name says
# whose it is. `ok nouns`, or a line for each and `not ok`.
set -u
here=$(dirname "$0")
bad=0
count=0

for header in engine/*/*.h bench/tally-bench/*.h; do
	[ -e "$header" ] || continue
	name=${header#engine/}
	name=${name#bench/}
	name=${name%.h}
	noun=${name#*/}
	count=$((count + 1))
	grep -q "^$name[[:space:]]" "$here/untested.txt" && continue
	test=$(find tests -name "${noun}_test.c")
	case $header in
	bench/*) [ -n "$test" ] && grep -qF "\"$header\"" "$test" && continue ;;
	*) [ -n "$test" ] && continue ;;
	esac
	echo "nouns: $header has no tests/unit/${noun}_test.c"
	bad=1
done
while read -r name _; do
	[ -e "engine/$name.h" ] || [ -e "bench/$name.h" ] && continue
	echo "nouns: untested.txt names $name, which is not there"
	bad=1
done < <(sed 's/#.*//' "$here/untested.txt" | grep .)
while read -r noun; do
	echo "nouns: more than one room has" engine/*/"$noun"
	bad=1
done < <(find engine -mindepth 2 -maxdepth 2 -name '*.h' -printf '%f\n' | sort | uniq -d)
doubled=$(find tests -name '*_test.c' -printf '%f\n' | sort | uniq -d)
if [ -n "$doubled" ]; then
	echo "nouns: more than one test is named $doubled"
	bad=1
fi
[ $bad -eq 0 ] && [ $count -gt 0 ] && echo "ok nouns" && exit
echo "not ok nouns"
exit 1
