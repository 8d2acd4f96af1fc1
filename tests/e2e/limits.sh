#!/bin/bash
# Every voting method and every limit of a campaign: a file of ballots, each of which breaks one of
# them or keeps it at its edge, goes through tallyd; each is answered with its own verdict, and what
# is in the log is what kept them.
. "$(dirname "$0")/common.bash"
data=$WORK/data

# option ID COST [MEMBERS]
option() {
	echo "{\"id\": \"$1\", \"titles\": {\"en\": \"$1\"}, \"cost\": $2${3:+, $3}}"
}

# contest ID METHOD LIMITS OPTION...: one of the campaign's contests.
contest() {
	local id=$1 method=$2 limits=$3
	shift 3
	jq -n --arg id "$id" --arg method "$method" --argjson limits "$limits" \
		--argjson options "[$(IFS=,; echo "$*")]" '{id: $id, titles: {en: $id},
		method: $method, options: $options, outcome: {rule: "none"}} + $limits'
}

contests() {
	local a b c d e
	a=$(option a 100) b=$(option b 200) c=$(option c 300) d=$(option d 400)
	e=$(option e 100)
	contest one single '{}' "$a" "$b"
	contest marks approval '{"min": 2, "max": 3, "budget_cap": 700}' "$a" "$b" "$c" "$d" "$e"
	contest sack knapsack '{"budget_cap": 500, "blank": true}' "$a" "$b" "$c" "$d"
	contest points cumulative '{"sum_points": 10, "value_max": 6, "max": 3}' "$a" "$b" "$c" "$d"
	contest scores score '{"value_min": -2, "value_max": 2}' "$a" "$b" "$c"
	contest ranks ranked '{"min": 2, "max": 3}' "$a" "$b" "$c" "$d"
	contest green approval '{"categories": [{"category": "parks", "max": 1},
		{"category": "roads", "budget_cap": 250}, {"category": "schools", "min": 1}]}' \
		"$(option p1 100 '"category": "parks"')" "$(option p2 100 '"category": "parks"')" \
		"$(option r1 100 '"category": "roads"')" "$(option r2 200 '"category": "roads"')" \
		"$(option s1 100 '"category": "schools"')" "$(option free 100)"
	contest areas approval '{"zones": [{"zone": "north", "max": 1},
		{"zone": "south", "budget_cap": 250}], "zones_max": 2}' \
		"$(option n1 100 '"zone": "north"')" "$(option n2 100 '"zone": "north"')" \
		"$(option s1 100 '"zone": "south"')" "$(option s2 200 '"zone": "south"')" \
		"$(option w1 100 '"zone": "west"')" "$(option city 100)"
	contest home approval '{"own_zone_max": 1, "other_zones_max": 0}' \
		"$(option n1 100 '"zone": "north"')" "$(option n2 100 '"zone": "north"')" \
		"$(option s1 100 '"zone": "south"')" "$(option city 100)" "$(option town 100)"
	contest apart approval '{"exclusive": [["a", "b", "c"], ["c", "d"]]}' "$a" "$b" "$c" "$d"
}

# Each line: the verdict due, the district, the choices.
cases() {
	cat <<-'CASES'
	accepted north one=b
	too-many-choices north one=a,b
	not-canonical north one=a:2
	accepted north marks=a,b,d
	too-few-choices north marks=a
	too-many-choices north marks=a,b,c,e
	over-budget north marks=c,d,e
	not-canonical north marks=a,b:0
	accepted north sack=b,c
	accepted south sack=blank
	over-budget north sack=a,b,c
	blank-not-allowed north marks=blank
	accepted north points=a:6,b:4
	accepted south points=b:1
	over-points north points=a:6,b:5
	value-out-of-range north points=a:7
	value-out-of-range north points=a:0,b:1
	value-out-of-range north points=a:-1
	too-many-choices north points=a:1,b:1,c:1,d:1
	accepted north scores=a:-2,b:0,c:2
	value-out-of-range north scores=a:-3
	value-out-of-range north scores=a:3
	accepted north ranks=d,a,b
	accepted south ranks=a,d
	bad-ranking north ranks=a:1,b:1
	bad-ranking north ranks=a:1,b:3
	bad-ranking north ranks=a:0,b:1
	too-few-choices north ranks=a
	too-many-choices north ranks=a,b,c,d
	accepted north green=p1,r2,s1,free
	category-limit north green=p1,p2,s1
	category-limit north green=r1,r2,s1
	category-limit north green=p1
	accepted north areas=n1,s2,city
	zone-limit north areas=n1,n2
	zone-limit north areas=s1,s2
	too-many-zones north areas=n1,s1,w1
	accepted north home=n1,city,town
	accepted south home=s1
	accepted west home=city
	zone-limit north home=n1,n2
	zone-limit south home=n1
	zone-limit west home=s1,city
	accepted north apart=b,d
	exclusive-options north apart=a,c
	exclusive-options north apart=d,c
	accepted north marks=a,b one=a
	too-many-across north marks=a,b one=a sack=a
	accepted north scores=a:1 ranks=a,b
	too-many-contests north points=a:1 scores=a:1 ranks=a,b
	accepted north sack=d areas=city,s1
	over-budget north sack=c,b areas=city,s2
	CASES
}

# The ballots of `cases` in $WORK/ballots, the verdicts due in $WORK/due.
make_ballots() {
	local due district words word voter=0
	: > "$WORK/due"
	: > "$WORK/ballots"
	while read -r due district words; do
		local chosen=()
		for word in $words; do
			chosen+=(--choose "$word")
		done
		tallyctl ballot make --campaign "$CAMPAIGN/campaign.json" --key "$CAMPAIGN/a.key" \
			--tag-secret "$WORK/tag.secret" --identity "voter $((++voter))" \
			--district "$district" "${chosen[@]}" --out "$WORK/ballot" || exit 1
		cat "$WORK/ballot" >> "$WORK/ballots"
		echo "$due $district $words" >> "$WORK/due"
	done < <(cases)
}

campaign "$WORK/campaign"
jq --slurpfile contests <(contests) '.contests = $contests | .districts = [
	{id: "north", titles: {en: "North"}}, {id: "south", titles: {en: "South"}},
	{id: "west", titles: {en: "West"}}] | .across = [
	{contests: ["one", "marks", "sack"], max: 3},
	{contests: ["points", "scores", "ranks"], contests_max: 2},
	{contests: ["sack", "areas"], budget_cap: 700}]' "$CAMPAIGN/campaign.json" \
	> "$WORK/changed.json"
mv "$WORK/changed.json" "$CAMPAIGN/campaign.json"
(umask 077; head -c 32 /dev/urandom | xxd -p -c 64 > "$WORK/tag.secret")
exits 0 "campaign check" tallyctl campaign check "$CAMPAIGN/campaign.json"
same "campaign check: nothing is left to a later release" "$(cat "$WORK/err")" ""
make_ballots
found "$data"
tallyd_must "$data"
send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
same "some are refused" "$?" 1
paste -d ' ' <(cut -d ' ' -f 1 "$WORK/answers") <(cut -d ' ' -f 2- "$WORK/due") > "$WORK/told"
check "each of $(wc -l < "$WORK/due") ballots gets its own verdict" diff "$WORK/due" "$WORK/told"
for verdict in too-many-choices too-few-choices over-budget over-points not-canonical \
	blank-not-allowed value-out-of-range bad-ranking category-limit zone-limit \
	too-many-zones exclusive-options too-many-across too-many-contests; do
	says "$verdict is given" "^$verdict " "$WORK/told"
done
exits 1 "ballot show knows as much" tallyctl ballot show --json \
	--campaign "$CAMPAIGN/campaign.json" "$WORK/ballots"
check "ballot show: the same verdicts" diff <(cut -d ' ' -f 1 "$WORK/due") \
	<(jq -r '.verdict // "accepted"' "$WORK/out")
stops "limits"
results "$data" "$WORK/results"
# told CONTEST: "option votes score", of options with votes.
told() {
	jq -r --arg id "$1" '.contests[] | select(.id == $id) | .options[] |
		select(.votes > 0) | "\(.id) \(.votes) \(.score)"' "$WORK/results" | xargs
}
same "points are added" "$(told points)" "a 1 6 b 2 5"
same "scores are added" "$(told scores)" "a 2 -1 b 1 0 c 1 2"
same "marks are counted" "$(told marks)" "a 2 2 b 2 2 d 1 1"
same "ranks give points from below" "$(told ranks)" "a 3 6 b 2 2 d 2 4"
audit "limits" "$data"
