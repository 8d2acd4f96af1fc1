#!/bin/bash
# Paper: papers of voters become ballots of a booth and take precedence over the web; totals of
# sheets are counted apart, shown apart, and decide with the ballots where the rule says so.
. "$(dirname "$0")/common.bash"
dir=$WORK/data

campaign "$WORK/campaign" options=3 choices=2 voters=1000 || exit 1
jq '.precedence = "booth" | .contests[0].outcome = {rule: "count/v1", seats: 1, sheets: true,
	tie_order: "listed"}' "$CAMPAIGN/campaign.json" > "$WORK/changed"
mv "$WORK/changed" "$CAMPAIGN/campaign.json"
printf '0b%.0s' {1..32} > "$CAMPAIGN/tag.secret"
chmod 600 "$CAMPAIGN/tag.secret"
exits 0 "the manifest is one" tallyctl campaign check "$CAMPAIGN/campaign.json"

# import KEY OPTION...
import() {
	local key=$1
	shift
	tallyctl import-paper --manifest "$CAMPAIGN/campaign.json" --key "$CAMPAIGN/$key.key" "$@"
}

cat > "$WORK/papers.csv" <<'CSV'
identity;c
voter 1;o1
voter 2;o1,o2
voter 3;
CSV
cat > "$WORK/faulty.csv" <<'CSV'
identity;c
voter 4;o0
voter 5;o0,o1,o2
voter 4;o1
CSV
cat > "$WORK/totals.csv" <<'CSV'
sheet;operator;papers;contest;option;ballots;blank;votes
1;Desk 1;40;c;;35;;
1;Desk 1;40;c;o0;;;5
1;Desk 1;40;c;o2;;;35
2;Desk 2;10;c;;10;;
2;Desk 2;10;c;o2;;;10
CSV
sed 's/;35;;$/;41;;/' "$WORK/totals.csv" > "$WORK/impossible.csv"

secret=(--tag-secret "$CAMPAIGN/tag.secret")
exits 0 "papers become ballots" import b --ballots "$WORK/papers.csv" "${secret[@]}" \
	--out "$WORK/papers"
exits 1 "papers against the rules are left out" import b --ballots "$WORK/faulty.csv" \
	"${secret[@]}" --out "$WORK/faulty"
same "the others are written" "$(tallyctl ballot show --json "$WORK/faulty" | wc -l)" 1
exits 0 "totals become sheets" import b --totals "$WORK/totals.csv" --out "$WORK/sheets"
exits 1 "totals that cannot be are refused" import b --totals "$WORK/impossible.csv" \
	--out "$WORK/none"
check "and nothing is written" test ! -e "$WORK/none"
exits 2 "ballots and totals at once" import b --totals "$WORK/totals.csv" \
	--ballots "$WORK/papers.csv" --out "$WORK/none"

found "$dir"
tallyd_must "$dir"
# The same voters have voted on the web, revision 1: paper takes precedence, and stays.
for voter in 1 2 3; do
	tallyctl ballot make --campaign "$CAMPAIGN/campaign.json" --key "$CAMPAIGN/a.key" \
		"${secret[@]}" --identity "voter $voter" --choose c=o0 --out "$WORK/one" &&
		cat "$WORK/one"
done > "$WORK/web"
send "$CAMPAIGN/a.key" "$WORK/web" "$WORK/web.answers"
same "on the web first" "$(grep -c '^accepted' "$WORK/web.answers")" 3
send "$CAMPAIGN/b.key" "$WORK/papers" "$WORK/papers.answers"
same "paper replaces it" "$(grep -c '^accepted' "$WORK/papers.answers")" 3
sed 's/;o1$/;o2/; s/;$/;o1/' "$WORK/papers.csv" > "$WORK/other.csv"
exits 0 "other papers of the same voters" import a --ballots "$WORK/other.csv" \
	"${secret[@]}" --out "$WORK/other"
send "$CAMPAIGN/a.key" "$WORK/other" "$WORK/other.answers"
same "the web does not replace paper" "$(grep -c '^has-voted' "$WORK/other.answers")" 3
tallyctl send --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/b.key" --sheets "$WORK/sheets" \
	> "$WORK/sheets.out" 2> "$WORK/sheets.err"
same "two sheets are entered" "$(grep -c '^sheet [12] accepted [0-9]*$' "$WORK/sheets.out")" 2
exits 1 "both again: the first is out of order, the last one is known" tallyctl send \
	--connect "127.0.0.1:$PORT" --key "$CAMPAIGN/b.key" --sheets "$WORK/sheets"
same "and is told so" "$(cut -d' ' -f1-3 "$WORK/out" | xargs)" \
	"sheet 1 sheet-out-of-order sheet 2 accepted"
exits 0 "the last one comes again" import b --totals "$WORK/totals.csv" --from 2 \
	--out "$WORK/second"
exits 0 "and gets its first answer" tallyctl send --connect "127.0.0.1:$PORT" \
	--key "$CAMPAIGN/b.key" --sheets "$WORK/second"
stops paper

results "$dir" "$WORK/results.json"
same "three ballots count, three were replaced" \
	"$(jq -c '[.ballots, .replaced, .in_tree]' "$WORK/results.json")" "[3,3,6]"
same "votes of ballots" "$(jq -c '[.contests[0].options[].votes]' "$WORK/results.json")" "[0,2,1]"
same "sheets are shown apart" "$(jq -c '[.paper.sheets, .paper.papers,
	.paper.contests[0].ballots, .paper.contests[0].abstained,
	[.paper.contests[0].options[].votes]]' "$WORK/results.json")" "[2,50,45,5,[5,0,45]]"
same "they decide with the ballots" "$(jq -c '.contests[0].winners' "$WORK/results.json")" \
	'["o2"]'
same "public/results says the same" "$(jq -c '[.paper, .contests[0].winners]' \
	"$dir/public/results")" "$(jq -c '[.paper, .contests[0].winners]' "$WORK/results.json")"
tallyctl results --log "$dir/public" > "$WORK/table"
says "the table says it" 'On paper, counted apart: 2 sheets, 50 papers' "$WORK/table"
says "under the contest's title" '^  c \(these decide as well\):$' "$WORK/table"
says "and that the winner rests on it" 'count/v1; its votes include those on paper' "$WORK/table"
tallyctl entry list --kind sheet "$dir" > "$WORK/list"
booth=$(cut -d+ -f2 "$CAMPAIGN/b.key.pub")
says "sheets are listed" "SHEET .*number 2  district 0  papers 10  $booth" "$WORK/list"
tallyctl entry show "$(awk 'NR == 1 { print $1 }' "$WORK/list")" --log "$dir" --json \
	> "$WORK/sheet.json"
same "a sheet is shown" "$(jq -c '[.kind, .number, .district, .papers, .operator, .key_id]' \
	"$WORK/sheet.json")" "[\"SHEET\",1,0,40,\"Desk 1\",\"$booth\"]"
same "with its totals" "$(jq -c '.contests | map([.id, .ballots, .blank,
	(.options | map([.id, .votes, .score]))])' "$WORK/sheet.json")" \
	'[["c",35,0,[["o0",5,5],["o2",35,35]]]]'
audit paper "$dir"

# From the kept state and the ledger.
tallyd_must "$dir"
tallyctl results --http "http://127.0.0.1:$HTTP" > "$WORK/stated"
says "the server's table says it" 'On paper, counted apart: 2 sheets, 50 papers;' "$WORK/stated"
says "with votes" '^ *45  o2$' "$WORK/stated"
stops "a restart"
audit "behind a restart" "$dir"
