#!/bin/bash
# The judge of the other scripts can tell: one lie each, and it must say no.
. "$(dirname "$0")/common.bash"

# sees WHAT FILE SED [WORD...]: the lie is made in FILE by a sed command, then taken back.
sees() {
	local what=$1 file=$2 lie=$3
	shift 3
	cp "$file" "$WORK/truth"
	sed -i -e "$lie" "$file"
	if cmp -s "$file" "$WORK/truth"; then
		not_ok "$what: the lie is no lie"
	else
		exits 1 "$what is seen" judge "$@" "$dir/public" "$WORK/a" "$WORK/a.answers" \
			"$WORK/b" "$WORK/b.answers"
	fi
	cp "$WORK/truth" "$file"
}

dir=$WORK/data
campaign "$WORK/campaign" revote='{"policy": "last", "revisions_max": 2}' || exit 1
found "$dir"
voters key="$CAMPAIGN/a.key" count=50 vote=1 revisions=2 > "$WORK/a"
voters key="$CAMPAIGN/b.key" count=60 vote=2 > "$WORK/b"
tallyd_must "$dir"
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.answers"
send "$CAMPAIGN/b.key" "$WORK/b" "$WORK/b.answers"
stops "an honest run"
results "$dir" "$WORK/results"
all=(-a -n 110 -v accepted,superseded -r "$WORK/results")
check "the truth passes" judge "${all[@]}" "$dir/public" "$WORK/a" "$WORK/a.answers" \
	"$WORK/b" "$WORK/b.answers"
check "the truth passes in the ledger" judge -l -a -n 110 "$dir" "$WORK/a" \
	"$WORK/a.answers" "$WORK/b" "$WORK/b.answers"
sees "another index" "$WORK/a.answers" '7s/ .*/ 9/'
sees "an index beyond the log" "$WORK/a.answers" '7s/ .*/ 900/'
sees "accepted, of what is not in the log" "$WORK/b.answers" '3s/.*/accepted 5/'
sees "superseded, of what is in the log" "$WORK/b.answers" '55s/.*/superseded -/'
sees "a ballot that nobody was answered" "$WORK/b.answers" '55s/.*/unanswered -/' -a
sees "a verdict that may not be" "$WORK/b.answers" '55s/.*/closed -/' -v accepted,superseded
sees "a missing answer" "$WORK/b.answers" '$d'
sees "a vote too many" "$WORK/results" 's/"votes": */"votes":1/' -r "$WORK/results"
sees "another count of ballots" "$WORK/results" 's/"ballots": *60/"ballots":61/' \
	-r "$WORK/results"
exits 1 "another number of ballots is seen" judge -n 111 "$dir/public"
bundle=$(find "$dir/public/tile/entries" -type f | sort -V | tail -n 1) # the newest size's
printf 'x' | dd of="$bundle" bs=1 seek=$(($(stat -c %s "$bundle") - 300)) conv=notrunc status=none
exits 1 "a changed entry is seen" judge "${all[@]}" "$dir/public" "$WORK/a" \
	"$WORK/a.answers" "$WORK/b" "$WORK/b.answers"
