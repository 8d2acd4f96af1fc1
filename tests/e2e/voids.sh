#!/bin/bash
# Notices that take ballots out, and precedence: sets larger than a notice, a frontend's range,
# votes cast again and not, a tallyd killed in between; the counts before and after in tallies.
. "$(dirname "$0")/common.bash"
echo "# seed $SEED"

# order WORDS...: a notice by the authority; its lines in $WORK/notice.
order() {
	tallyctl notice "$@" --key "$CAMPAIGN/authority.key" --connect "127.0.0.1:$PORT" \
		> "$WORK/notice" 2> "$WORK/said"
}

# answered WHAT FILE VERDICT COUNT: so many answers, all of them this one.
answered() {
	same "$1" "$(cut -d' ' -f1 "$2" | sort | uniq -c | xargs)" "$4 $3"
}

# vote ANSWERS KEY WORDS...: ballots of voters, sent.
vote() {
	local answers=$1 key=$CAMPAIGN/$2.key
	shift 2
	voters key="$key" seed="$SEED" "$@" > "$WORK/ballots"
	send "$key" "$WORK/ballots" "$answers"
}

# classes WHAT DIR BALLOTS REPLACED VOIDED
classes() {
	results "$2" "$WORK/results"
	same "$1" "$(jq -r '"\(.ballots) \(.replaced) \(.voided)"' "$WORK/results")" "$3 $4 $5"
}

# tallied WHAT DIR WORDS: some published tally says so.
tallied() {
	check "$1" grep -rqx "ballots $3" "$2/public/tally"
}

large_sets() {
	local dir=$WORK/first
	campaign "$WORK/first.campaign" || exit 1
	found "$dir"
	tallyd_must "$dir"
	vote "$WORK/votes" a count=5000
	answered "first: 5,000 vote" "$WORK/votes" accepted 5000
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=4000 tags=1 > "$WORK/tags"
	check "first: a void of 4,000 tags" order void --tags "$WORK/tags" --again \
		--reason "their page showed last year's list"
	same "first: it is three notices" "$(grep -c '^accepted ' "$WORK/notice")" 3
	tallyd_kill
	tallyd_must "$dir"
	vote "$WORK/same" a count=5000
	check "first: the same ballots get their first answers, voided or not" \
		cmp "$WORK/votes" "$WORK/same"
	vote "$WORK/answers" a from=3 count=100
	answered "first: not with a revision too far" "$WORK/answers" bad-revision 100
	vote "$WORK/answers" a from=2 first=4000 count=1000
	answered "first: not those whose ballot counts" "$WORK/answers" has-voted 1000
	vote "$WORK/again" a from=2 count=3000
	answered "first: 3,000 vote again" "$WORK/again" accepted 3000
	vote "$WORK/same" a count=5000
	check "first: and their voided ballots get their first answers" \
		cmp "$WORK/votes" "$WORK/same"
	by_signer "$dir"
	stops first
	classes "first: what counts, what was voided" "$dir" 4000 0 6200
	tallied "first: a tally from right before the voids" "$dir" \
		"5000 replaced 0 voided 0 in_tree 5000"
	tallied "first: one from right behind" "$dir" "1000 replaced 0 voided 4000 in_tree 5000"
	tallied "first: before b's ballots were barred" "$dir" \
		"6200 replaced 0 voided 4000 in_tree 10200"
	tallied "first: and behind" "$dir" "4000 replaced 0 voided 6200 in_tree 10200"
	audit first "$dir"
}

# Frontend b's ballots among others: more than a notice can take out.
by_signer() {
	vote "$WORK/b" b first=10000 count=2200
	answered "first: 2,200 vote at b" "$WORK/b" accepted 2200
	check "first: b's ballots are barred" order void --signer "$CAMPAIGN/b.key.pub" \
		--from "$(head -n 1 "$WORK/b" | cut -d' ' -f2)" \
		--to "$(tail -n 1 "$WORK/b" | cut -d' ' -f2)" --barred --reason "a stolen key"
	same "first: that is two notices" "$(grep -c '^accepted ' "$WORK/notice")" 2
	vote "$WORK/answers" a first=10000 count=2200 from=2
	answered "first: for ever" "$WORK/answers" barred 2200
	tallyd_kill
	tallyd_must "$1"
	vote "$WORK/answers" a first=10000 count=2200 from=2
	answered "first: behind a restart, too" "$WORK/answers" barred 2200
	exits 1 "first: what does not count cannot be voided" \
		order void --tags "$WORK/tags" --again --reason "once more"
}

# lookup WORDS...: of one voter, whose ballot is voided twice.
lookup() {
	tallyctl lookup --campaign "$CAMPAIGN/campaign.json" --tag-secret "$CAMPAIGN/tag.secret" \
		--identity p-900 "$@"
}

asks() {
	lookup --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key"
}

# one_votes REVISION: that voter's ballot; its verdict in $WORK/answers.
one_votes() {
	tallyctl ballot make --campaign "$CAMPAIGN/campaign.json" --key "$CAMPAIGN/a.key" \
		--tag-secret "$CAMPAIGN/tag.secret" --identity p-900 --revision "$1" \
		--choose c=o1 --out "$WORK/one.bin" > "$WORK/said" 2>&1
	send "$CAMPAIGN/a.key" "$WORK/one.bin" "$WORK/answers"
}

what_became() {
	head -c 32 /dev/urandom | xxd -p -c 64 > "$CAMPAIGN/tag.secret"
	chmod 600 "$CAMPAIGN/tag.secret"
	one_votes 1
	asks > "$WORK/out"
	sed -n 's/^tag //p' "$WORK/out" > "$WORK/tags"
	check "lookup: a void" order void --tags "$WORK/tags" --again --reason "a mistake"
	exits 0 "lookup: the server is asked" asks
	says "lookup: and says that it was voided" \
		'^server: a ballot, revision 1, that was voided: the tag may vote again$' \
		"$WORK/out"
	one_votes 2
	answered "lookup: who may vote again does" "$WORK/answers" accepted 1
	check "lookup: another void" order void --tags "$WORK/tags" --barred --reason "a forgery"
	exits 0 "lookup: the server is asked again" asks
	says "lookup: and says that the tag is barred" 'server: .*the tag is barred$' "$WORK/out"
	one_votes 3
	answered "lookup: who is barred does not vote" "$WORK/answers" barred 1
}

policy_last() {
	local dir=$WORK/last
	campaign "$WORK/last.campaign" revote='{"policy": "last", "revisions_max": 5}' || exit 1
	found "$dir"
	tallyd_must "$dir"
	vote "$WORK/votes" a count=500 revisions=2
	voters key="$CAMPAIGN/a.key" seed="$SEED" count=200 tags=1 > "$WORK/tags"
	check "last: a void of 200 tags" order void --tags "$WORK/tags" --again --reason "a mistake"
	tallyd_kill
	tallyd_must "$dir"
	vote "$WORK/same" a count=500 revisions=2
	check "last: the same ballots get their first answers" cmp "$WORK/votes" "$WORK/same"
	vote "$WORK/answers" b count=200 from=2
	answered "last: the voided revision is used up" "$WORK/answers" superseded 200
	vote "$WORK/answers" a count=200 from=3
	answered "last: the next one counts" "$WORK/answers" accepted 200
	what_became
	stops last
	exits 0 "lookup: in the log" lookup --log "$dir" --json
	same "lookup: both ballots were voided" \
		"$(jq -c '[.log.ballots[] | [.counts, .voided]]' "$WORK/out")" \
		'[[false,"again"],[false,"barred"]]'
	classes "last: what counts, what was replaced, what was voided" "$dir" 500 500 202
	audit last "$dir"
}

# precedence KIND HIGH LOW POLICY: ballots of HIGH over those of LOW.
precedence() {
	local what="$1 under $4" high=$2 low=$3 dir=$WORK/$1.$4 revote='{"policy": "first"}'
	local late=has-voted more=has-voted replaced=600
	if [ "$4" = last ]; then
		revote='{"policy": "last", "revisions_max": 3}'
		late=superseded more=accepted replaced=900
	fi
	campaign "$dir.campaign" revote="$revote" || exit 1
	jq --arg kind "$1" '.precedence = $kind' "$CAMPAIGN/campaign.json" > "$WORK/json"
	mv "$WORK/json" "$CAMPAIGN/campaign.json"
	found "$dir"
	tallyd_must "$dir"
	vote "$WORK/low" "$low" count=1000
	vote "$WORK/high" "$high" count=600 vote=7
	answered "$what: over 600 of 1,000" "$WORK/high" accepted 600
	tallyd_kill
	tallyd_must "$dir"
	vote "$WORK/same" "$low" count=1000
	check "$what: replaced ballots get their first answers" cmp "$WORK/low" "$WORK/same"
	vote "$WORK/answers" "$low" count=600 from=2
	answered "$what: never back" "$WORK/answers" "$late" 600
	vote "$WORK/answers" "$high" count=300 from=2 vote=7
	answered "$what: again in the same rank" "$WORK/answers" "$more" 300
	stops "$what"
	classes "$what: what counts" "$dir" 1000 "$replaced" 0
	audit "$what" "$dir"
}

large_sets
policy_last
precedence booth b a first
precedence online a b last
