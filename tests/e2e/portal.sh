#!/bin/bash
# Results as others read them: JSON that keeps include/results.schema.json, tables that keep their
# datapackage.json, .pb files that have the ballots of the .pb file a campaign was made from.
. "$(dirname "$0")/common.bash"
here=$(dirname "$0")
data=$WORK/data

if ! command -v python3 > /dev/null; then
	skipped "there is no python3 to read the files"
	exit 0
fi

schema() {
	python3 "$here/schema.py" include/results.schema.json "$@"
}

# option ID COST ZONE
option() {
	echo "{\"id\": \"$1\", \"titles\": {\"en\": \"The \\\"$1\\\", or; so\"}, \"cost\": $2,
		\"zone\": \"$3\"}"
}

contests() {
	local options="[$(option a 100 north), $(option b 250 south), $(option c 300 south)]"
	jq -n --argjson options "$options" '
		{id: "works", titles: {en: "Works"}, method: "approval", options: $options,
		outcome: {rule: "greedy-skip/v1", tie_order: "listed", pools: [
		{id: "n", budget: 90, zones: ["north"]}, {id: "s", budget: 400, zones: ["south"]}],
		top_up: {gap_max: 50, reserve: 20, leftovers: false}}},
		{id: "names", titles: {en: "Names"}, method: "ranked", options: $options,
		outcome: {rule: "irv/v1", tie_order: "listed"}},
		{id: "chair", titles: {en: "Chair"}, method: "ranked", options: $options, max: 2,
		voters: ["north"], outcome: {rule: "schulze/v1", tie_order: "listed"}}'
}

# ballot DISTRICT CHOICES...
ballot() {
	local word chosen=() district=$1
	shift
	for word in "$@"; do
		chosen+=(--choose "$word")
	done
	tallyctl ballot make --campaign "$CAMPAIGN/campaign.json" --key "$CAMPAIGN/a.key" \
		--tag-secret "$WORK/tag.secret" --identity "voter $((++voter))" \
		--district "$district" "${chosen[@]}" --out "$WORK/ballot" || exit 1
	cat "$WORK/ballot" >> "$WORK/ballots"
}

campaign "$WORK/campaign"
jq --slurpfile contests <(contests) '.contests = $contests | .districts = [
	{id: "north", titles: {en: "North"}}, {id: "south", titles: {en: "South"}}]' \
	"$CAMPAIGN/campaign.json" > "$WORK/changed.json"
mv "$WORK/changed.json" "$CAMPAIGN/campaign.json"
(umask 077; head -c 32 /dev/urandom | xxd -p -c 64 > "$WORK/tag.secret")
voter=0
ballot north works=a,b names=c,a chair=b
ballot south works=b names=b
ballot south works=a,c names=a,b,c
ballot north names=c chair=a,c
found "$data"
tallyd_must "$data"
send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
same "all are accepted" "$?" 0
check "a server's results, fetched" curl -sf --retry 60 --retry-all-errors \
	--retry-delay 1 "http://127.0.0.1:$HTTP/results" -o "$WORK/served"
check "they keep the schema" schema "$WORK/served"
exits 0 "a server's results as a data package" tallyctl results --http "http://127.0.0.1:$HTTP" \
	--format csv --out "$WORK/package.http"
says "votes, but no titles" '^works,a,,,[0-9]+,[0-9]+,,,,[0-9]*.$' "$WORK/package.http/options.csv"
exits 2 "a server tells of no ballots" tallyctl results --http "http://127.0.0.1:$HTTP" --format pb
stops "portal"
results "$data" "$WORK/results"
check "counted results keep the schema" schema "$WORK/results"
cp "$data/public/results" "$WORK/served"
check "the last ones of the server, too" schema "$WORK/served"
check "the server's numbers are those of the log" diff \
	<(jq -S '[.contests[] | {id, options, pairs}]' "$WORK/results") \
	<(jq -S '[.contests[] | {id, options, pairs}]' "$WORK/served")
same "winners over counts are the log's" \
	"$(jq -c '[.contests[] | select(.outcome != "irv/v1") | .winners]' "$WORK/served")" \
	"$(jq -c '[.contests[] | select(.outcome != "irv/v1") | .winners]' "$WORK/results")"
same "winners over ballots are not told by the server" \
	"$(jq -c '.contests[1].winners' "$WORK/served")" null
same "winners" "$(jq -c '[.contests[].winners]' "$WORK/results")" '[["b","a"],["c"],["a"]]'
jq '.contests[0].options[0].colour = 1' "$WORK/results" > "$WORK/changed.json"
exits 1 "the schema refuses what it does not know" schema "$WORK/changed.json"
jq 'del(.contests[0].winners)' "$WORK/results" > "$WORK/changed.json"
exits 1 "and what is missing" schema "$WORK/changed.json"

exits 0 "a data package" tallyctl results --log "$data/public" --format csv --out "$WORK/package"
check "its tables keep their description and the JSON" python3 "$here/portal.py" package \
	"$WORK/package" "$WORK/results"
says "a title is quoted" \
	'^works,a,"The ""a"", or; so",1,2,2,,north,,2.$' "$WORK/package/options.csv"
says "a step of the trace" '^works,[0-9]+,topped-up,n,.*,0.10,' "$WORK/package/trace.csv"
exits 0 "written again in its place" tallyctl results --log "$data/public" \
	--format csv --language xx --out "$WORK/package"
exits 2 "--out without csv" tallyctl results --log "$data/public" --out "$WORK/package"

exits 2 "a .pb file of several contests" tallyctl results --log "$data/public" --format pb
exits 2 "of a contest that is not there" tallyctl results --log "$data/public" --format pb \
	--contest no
exits 0 "of one" tallyctl results --log "$data/public" --format pb --contest works --country RO \
	--seed "$(printf '%064d' 7)"
cp "$WORK/out" "$WORK/works.pb"
says "budgets are told" '^budget;4.90$' "$WORK/works.pb"
says "a project that was topped up" '^a;1;2;2;"The ""a"", or; so";;north;2$' "$WORK/works.pb"
exits 0 "the same seed" tallyctl results --log "$data/public" --format pb --contest works \
	--country RO --seed "$(printf '%064d' 7)"
check "is the same file" cmp "$WORK/out" "$WORK/works.pb"
exits 0 "a table of other units" tallyctl results --log "$data/public" --format csv --units 10
says "has costs in them" '^works,a,.*,10\.0,2,2' "$WORK/out"
exits 0 "for people as well" tallyctl results --log "$data/public" --units 1
says "in a step" '^ *[0-9]*[.] a The .*costs 100, left' "$WORK/out"
exits 0 "a .pb file of a ranked contest" tallyctl results --log "$data/public" --format pb \
	--contest names
same "best first" "$(sed '1,/^VOTES/d' "$WORK/out" | sed 1d | cut -d ';' -f 2 | sort | xargs)" \
	"a,b,c b c c,a"

# trip NAME: a campaign made from the file, its ballots through tallyd, and a .pb file of the log.
trip() {
	local file=$DATA/pabulib/$1.pb units
	if [ ! -e "$file" ]; then
		skipped "$file is not there"
		return
	fi
	CAMPAIGN=$WORK/campaign.$1
	if ! tallyctl campaign from-pb "$file" --out "$CAMPAIGN" > "$WORK/said" 2>&1; then
		not_ok "$1: from-pb"
		return
	fi
	rm -rf "$data"
	found "$data"
	tallyd_must "$data"
	send "$CAMPAIGN/frontend.key" "$CAMPAIGN/ballots.bin" "$WORK/answers"
	same "$1: all are accepted" "$?" 0
	stops "$1"
	units=$(python3 "$here/portal.py" units "$file" "$CAMPAIGN/campaign.json")
	exits 0 "$1: --format pb" tallyctl results --log "$data/public" --format pb --units "$units"
	cp "$WORK/out" "$WORK/export.pb"
	check "$1: the same ballots, votes and scores" python3 "$here/portal.py" pb "$file" \
		"$WORK/export.pb"
	results "$data" "$WORK/results"
	check "$1: results keep the schema" schema "$WORK/results"
	rm -rf "$CAMPAIGN"
}
trip Poland_Warszawa_2023_Ursus
trip Netherlands_Assen_2024
trip Poland_Krakow_2022_Czyzyny
trip Poland_Katowice_2024_Murcki
trip Switzerland_Zurich_S5R
[ -n "$FULL" ] || exit 0
for file in Poland_Wieliczka_2023_Green_Budget Poland_Warszawa_2022_Wola \
	Poland_Warszawa_2017_Grochow_Poludniowy Poland_Czestochowa_2025 Poland_Gdynia_2020 \
	US_Stanford_Dataset_PB_Rochester_NY_2019_vote_knapsacks France_Toulouse_2024 \
	Poland_Wroclaw_2015_up_to_150; do
	trip "$file"
done
