#!/bin/bash
# Real elections (Pabulib files): every ballot of the file goes through tallyd, and each project's
# votes and score are those the file states, less what is named twice in a ballot and taken once;
# where the file names a rule that there is and whom it selected, so does the log. The file is read
# here a second time, in Python. FULL=1: all files.

. "$(dirname "$0")/common.bash"

# read_again FILE: three files in $WORK. stated: "project votes score" as the PROJECTS section has
# it, less what a ballot names twice; counted: the same from the VOTES section; selected: the
# projects with 1 in that column, none if it is not there. "-": no such column.
read_again() {
	python3 - "$1" "$WORK/stated" "$WORK/counted" "$WORK/selected" <<'PYTHON'
import csv, sys
section, header, meta = "", None, {}
projects, votes, score, twice, twice_score = {}, {}, {}, {}, {}

def names(text):
    return [name.strip() for name in text.split(",")] if text.strip() else []

def ballot(cells):
    chosen = names(cells["vote"])
    kind = meta["vote_type"]
    if kind in ("cumulative", "scoring"):
        worth = [int(float(points)) for points in names(cells["points"])]
    elif kind == "ordinal":
        worth = [len(chosen) - place for place in range(len(chosen))]
    else:
        worth = [1] * len(chosen)
    seen = set()
    for name, points in zip(chosen, worth):
        if name in seen:
            twice[name] = twice.get(name, 0) + 1
            twice_score[name] = twice_score.get(name, 0) + points
            continue
        seen.add(name)
        votes[name] = votes.get(name, 0) + 1
        score[name] = score.get(name, 0) + points

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.reader(file, delimiter=";"):
        if not row:
            continue
        word = row[0].strip()
        if word in ("META", "PROJECTS", "VOTES"):
            section, header = word, None
        elif section == "META":
            meta[word] = row[1].strip() if len(row) > 1 else ""
        elif header is None:
            header = [name.strip() for name in row]
        elif section == "PROJECTS":
            cells = dict(zip(header, row))
            projects[cells["project_id"].strip()] = cells
        elif section == "VOTES":
            ballot(dict(zip(header, row)))

def column(cells, key, less):
    text = cells.get(key, "").strip()
    return str(int(float(text)) - less) if text else "-"

with open(sys.argv[2], "w") as stated, open(sys.argv[3], "w") as counted:
    for name in sorted(projects):
        cells = projects[name]
        stated.write(f"{name} {column(cells, 'votes', twice.get(name, 0))} "
                     f"{column(cells, 'score', twice_score.get(name, 0))}\n")
        counted.write(f"{name} {votes.get(name, 0)} {score.get(name, 0)}\n")
with open(sys.argv[4], "w") as out:
    for name in sorted(projects):
        if projects[name].get("selected", "").strip() == "1":
            out.write(name + "\n")
PYTHON
}

# Whom the log selected, of the file's rule.
winners() {
	local name=$1
	if ! [ -s "$WORK/selected" ]; then
		return
	fi
	jq -r '.contests[].winners // [] | .[] | .id? // .' "$WORK/results" | sort > "$WORK/won"
	check "$name: winners are the file's" diff "$WORK/selected" "$WORK/won"
}

election() {
	local file=$DATA/pabulib/$1.pb dir=$WORK/data started=$SECONDS count
	if [ ! -e "$file" ]; then
		skipped "$file is not there"
		return
	fi
	CAMPAIGN=$WORK/campaign
	rm -rf "$dir" "$CAMPAIGN"
	check "$1: from-pb" tallyctl campaign from-pb "$file" --out "$CAMPAIGN"
	check "$1: campaign check" tallyctl campaign check "$CAMPAIGN/campaign.json"
	found "$dir"
	tallyd_must "$dir"
	send "$CAMPAIGN/frontend.key" "$CAMPAIGN/ballots.bin" "$WORK/answers"
	same "$1: all are accepted" "$?" 0
	count=$(wc -l < "$WORK/answers")
	stops "$1"
	results "$dir" "$WORK/results"
	read_again "$file"
	jq -r '.contests[].options[] | "\(.id) \(.votes) \(.score)"' "$WORK/results" |
		sort > "$WORK/told"
	check "$1: votes and score are a recount of the file" diff "$WORK/counted" "$WORK/told"
	# Where the file has no column, ours has nothing to be compared with.
	check "$1: votes and score are the file's columns" diff "$WORK/stated" \
		<(join "$WORK/stated" "$WORK/told" |
			awk '{print $1, $2 == "-" ? "-" : $4, $3 == "-" ? "-" : $5}')
	winners "$1"
	check "$1: every answer is true" judge -a -n "$count" -v accepted \
		-r "$WORK/results" "$dir/public" "$CAMPAIGN/ballots.bin" "$WORK/answers"
	audit "$1" "$dir"
	echo "# $1: $count ballots, $((SECONDS - started)) s;" \
		"$(grep -h 'answers in' "$WORK/send.err")"
}

if ! command -v python3 > /dev/null; then
	skipped "there is no python3 to read the elections a second time"
	exit 0
fi
election Netherlands_Assen_2024
election Switzerland_Zurich_S5R
election US_Stanford_Dataset_PB_Rochester_NY_2019_vote_knapsacks
election Poland_Katowice_2024_Murcki
election Poland_Krakow_2022_Czyzyny
election Poland_Warszawa_2017_Grochow_Poludniowy
election Poland_Warszawa_2022_Wola
election Poland_Wieliczka_2023_Green_Budget
if [ -n "$FULL" ]; then
	election Poland_Warszawa_2023_Ursus
	election France_Toulouse_2024
	election Poland_Gdynia_2020
	election Poland_Czestochowa_2025
	election Poland_Wroclaw_2015_up_to_150
fi
