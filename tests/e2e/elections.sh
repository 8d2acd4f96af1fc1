#!/bin/bash
# Real elections (Pabulib files): every ballot of the file goes through tallyd, and each project's
# votes are those the file states. The file is read here a second time, in Python.

. "$(dirname "$0")/common.bash"

# votes FILE: "project votes" of the PROJECTS section, and "project ballots" of the VOTES section,
# to two files.
votes() {
	python3 - "$1" "$WORK/stated" "$WORK/counted" <<'PYTHON'
import csv, sys
section, header, stated, counted = "", None, {}, {}
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.reader(file, delimiter=";"):
        if not row:
            continue
        word = row[0].strip()
        if word in ("META", "PROJECTS", "VOTES"):
            section, header = word, None
        elif header is None:
            header = [name.strip() for name in row]
        elif section == "PROJECTS":
            cells = dict(zip(header, row))
            stated[cells["project_id"].strip()] = cells.get("votes", "").strip()
            counted.setdefault(cells["project_id"].strip(), 0)
        elif section == "VOTES":
            cells = dict(zip(header, row))
            for project in dict.fromkeys(p.strip() for p in cells["vote"].split(",")):
                if project:
                    counted[project] = counted.get(project, 0) + 1
for path, table in ((sys.argv[2], stated), (sys.argv[3], counted)):
    with open(path, "w") as out:
        out.writelines(f"{name} {table[name]}\n" for name in sorted(table))
PYTHON
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
	votes "$file"
	jq -r '.contests[].options[] | "\(.id) \(.votes)"' "$WORK/results" | sort > "$WORK/told"
	check "$1: votes are the file's column" diff <(sort "$WORK/stated") "$WORK/told"
	check "$1: votes are a recount of the file" diff <(sort "$WORK/counted") "$WORK/told"
	check "$1: every answer is true" judge -a -n "$count" -v accepted \
		-r "$WORK/results" "$dir/public" "$CAMPAIGN/ballots.bin" "$WORK/answers"
	audit "$1" "$dir"
	echo "# $1: $count ballots, $((SECONDS - started)) s;" \
		"$(grep -h 'answers in' "$WORK/send.err")"
}

if ! command -v python3 > /dev/null; then
	skipped "there is no python3 to read the elections a second time"
	exit
fi
election Poland_Gdynia_2020
election Poland_Warszawa_2023_Ursus
election France_Toulouse_2024
election Poland_Wroclaw_2015_up_to_150
