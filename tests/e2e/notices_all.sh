#!/bin/bash
# A campaign with every kind of notice, revotes and voids while ballots flow from two frontends; the
# log passes the audit behind each of them and, in the end, at a dozen of the checkpoints that were
# published (FULL: at all); and an authority, or who says so, that signs nonsense.
. "$(dirname "$0")/common.bash"

data=$WORK/data

order() {
	tallyctl notice --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key" "$@"
}

# tags FIRST COUNT: of so many voters, a line each.
tags() {
	voters key="$CAMPAIGN/a.key" seed=3 first="$1" count="$2" tags=1
}

# Keeps every checkpoint that is published, in its file's own order, as long as tallyd runs.
keep() {
	tail -n +1 -s 0.05 --pid="$TALLYD" -F "$data/public/checkpoint" \
		> "$WORK/checkpoints" 2> /dev/null &
	keeper=$!
	running+=("$keeper")
	await_line "$data/public/checkpoint" "$TALLYD" '^— ' ||
		not_ok "a checkpoint is published"
}

# trim DIR SIZE: as it was with so many entries: tiles end there, and texts.
trim() {
	python3 - "$1" "$2" << 'END'
import os, re, sys
root, size = sys.argv[1], int(sys.argv[2])
def cut(level, data, width):
    if level != "entries":
        return data[:width * 32]
    end = 0
    for _ in range(width):
        end += 2 + int.from_bytes(data[end:end + 2], "big")
    return data[:end]
def trim_tile(path, base, level, number, width):
    shown = size >> 8 * (0 if level == "entries" else int(level))
    left = min(shown - number * 256, 256)
    if width <= left:
        return
    data = open(path, "rb").read()
    os.remove(path)
    if left > 0:
        os.makedirs(base + ".p", exist_ok=True)
        open("%s.p/%d" % (base, left), "wb").write(cut(level, data, left))
for folder, _, names in list(os.walk(root)):
    for name in names:
        path = os.path.join(folder, name)
        tile = re.fullmatch(r"(.*/tile/(entries|\d+)/((?:x?\d{3}/)*\d{3}))(?:\.p/(\d+))?", path)
        text = re.fullmatch(r".*/tally/(\d+)", path)
        if tile:
            number = int(re.sub(r"\D", "", tile[3]))
            trim_tile(path, tile[1], tile[2], number, int(tile[4] or 256))
        if text and int(text[1]) >= size:
            os.remove(path)
END
}

# chosen: of the checkpoints kept, newest first, the last, the first and ten between; FULL: all.
chosen() {
	printf '%s\n' "$WORK"/kept/* | sort -r | awk -v full="$FULL" '
		{ line[NR] = $0 }
		END {
			most = full == "" && NR > 12 ? 12 : NR
			for (i = 0; i < most; i++)
				print line[1 + (most > 1 ? int(i * (NR - 1) / (most - 1)) : 0)]
		}'
}

# The log as it was when they were published.
every_checkpoint() {
	local one failed=0 count=0
	mkdir "$WORK/past" "$WORK/kept"
	cp -r "$data/public" "$WORK/past/"
	wait "$keeper"
	awk -v dir="$WORK/kept" '{ print > sprintf("%s/%04d", dir, n) } /^— / { n++ }' \
		"$WORK/checkpoints"
	for one in $(chosen); do
		cp "$one" "$WORK/past/public/checkpoint"
		trim "$WORK/past/public" "$(sed -n 2p "$one")"
		count=$((count + 1))
		"$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" -q "$WORK/past/public" \
			> "$WORK/said" 2>&1 && continue
		failed=$((failed + 1))
		not_ok "tally-verify at the checkpoint of $(sed -n 2p "$one") entries"
	done
	same "tally-verify passes at $count of $(ls "$WORK/kept" | wc -l) checkpoints" "$failed" 0
	check "there were some" test "$count" -ge 4
}

# The roster of voters 0 to 1999, and what the manifest says of it: a second hand's root.
roster() {
	tags 0 2000 > "$WORK/listed"
	python3 - "$WORK/listed" "$WORK/roster" > "$WORK/commitment" << 'END'
import hashlib, sys
def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()
tags = sorted(bytes.fromhex(line) for line in open(sys.argv[1]))
records = [tag + b"\0\0" for tag in tags]
open(sys.argv[2], "wb").write(b"".join(records))
leaves = [hashlib.sha256(b"\0" + record).digest() for record in records]
print('{"root": "%s", "count": %d}' % (root(leaves).hex(), len(records)))
END
	jq --slurpfile roster "$WORK/commitment" '.roster = $roster[0] |
		.contests[0].outcome = {rule: "count/v1", seats: 2, tie_order: "drawn"}' \
		"$CAMPAIGN/campaign.json" > "$WORK/changed.json"
	mv "$WORK/changed.json" "$CAMPAIGN/campaign.json"
}

# flow NAME FIRST: voters FIRST to FIRST + 799, their revisions 1 to 3, shuffled, in ten parts.
flow() {
	local part
	for part in {0..9}; do
		voters key="$CAMPAIGN/$1.key" seed=3 first=$(($2 + part * 80)) count=80 \
			revisions=3 order=$((part + 1)) > "$WORK/flow.$1"
		tallyctl send --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/$1.key" \
			--ballots "$WORK/flow.$1" >> "$WORK/flow.$1.out" 2>> "$WORK/flow.$1.err"
	done
}

# ordered WHAT KIND...: accepted, and the log passes the audit at its newest checkpoint.
ordered() {
	local what=$1
	shift
	exits 0 "$what" order "$@"
	audit "$what" "$data"
}

# Until a checkpoint that holds what was just accepted is published, and kept.
await_kept() {
	local index i
	index=$(awk '$1 == "accepted" { print $2 }' "$WORK/answered" | sort -n | tail -n 1)
	for ((i = 0; i < 3000; i++)); do
		[ "$(grep -xE '[0-9]+' "$WORK/checkpoints" | sort -n | tail -n 1)" -gt \
			"${index:--1}" ] && return
		sleep 0.03
	done
	not_ok "entry $index is published"
}

answers() {
	send "$2" "$3" "$WORK/answered" --no-retry
	await_kept
	same "$1" "$(cut -d' ' -f1 "$WORK/answered" | sort | uniq -c | xargs)" "$4"
}

before() {
	voters key="$CAMPAIGN/a.key" seed=3 first=1900 count=5 > "$WORK/five"
	answers "it waits for its draw" "$CAMPAIGN/a.key" "$WORK/five" "5 not-open-yet"
	check "/readyz says so" grep -q 'waits for the draw' <(
		curl -s "http://127.0.0.1:$HTTP/readyz")
	ordered "notice draw" draw "7, 23, 11, 42, 3"
	await_line "$LOG" "$TALLYD" 'voting is open'
	answers "open" "$CAMPAIGN/a.key" "$WORK/five" "5 accepted"
	same "the roster over HTTP" \
		"$(curl -s "http://127.0.0.1:$HTTP/roster" | sha256sum)" \
		"$(sha256sum < "$WORK/roster")"
}

# While both frontends send.
during() {
	flow a 0 &
	local first=$!
	flow b 800 &
	local second=$!
	ordered "notice pause" pause
	ordered "notice resume" resume
	ordered "notice text" text "Booth 5 has moved."
	ordered "notice withdraw" withdraw --contest c --option o9
	tags 3000 100 | sed 's/$/;/' > "$WORK/late"
	ordered "notice enrol" enrol --roster "$WORK/late"
	tags 1900 2 > "$WORK/two"
	ordered "notice void: again" void --tags "$WORK/two" --again --reason "minutes 12/2026"
	tags 1902 1 > "$WORK/one"
	ordered "notice void: barred" void --tags "$WORK/one" --barred --reason "a dead man"
	wait "$first" "$second"
	says "ballots have flown from a" '^accepted [0-9]+$' "$WORK/flow.a.out"
	says "ballots have flown from b" '^accepted [0-9]+$' "$WORK/flow.b.out"
}

after() {
	voters key="$CAMPAIGN/a.key" seed=3 first=1900 count=3 revisions=1 from=2 vote=1 \
		> "$WORK/again"
	answers "again, barred" "$CAMPAIGN/a.key" "$WORK/again" "2 accepted 1 barred"
	voters key="$CAMPAIGN/a.key" seed=3 first=3099 count=2 > "$WORK/late"
	answers "enrolled, and not" "$CAMPAIGN/a.key" "$WORK/late" "1 accepted 1 not-on-roster"
	ordered "notice revoke" revoke --frontend "$(cat "$CAMPAIGN/b.key.pub")"
	voters key="$CAMPAIGN/b.key" seed=3 first=1950 count=2 > "$WORK/stolen"
	answers "a revoked frontend's ballots" "$CAMPAIGN/a.key" "$WORK/stolen" \
		"2 revoked-signer"
	ordered "notice void: a signer's ballots" void --signer "$(cat "$CAMPAIGN/b.key.pub")" \
		--from 0 --to 900 --again --reason "a stolen key"
	ordered "notice extend" extend --to "$(date -u -d '+20 days' +%Y-%m-%dT%H:%M:00Z)"
	ordered "notice close" close
	tags 1903 2 > "$WORK/two"
	ordered "notice void: when it is closed" void --tags "$WORK/two" --again \
		--reason "minutes 13/2026"
}

# refused NAME CODE VERDICT COMMAND...: the verdict is the only line.
refused() {
	local what=$1 code=$2 verdict=$3
	shift 3
	exits "$code" "$what" "$@"
	same "$what: the verdict" "$(cut -d' ' -f1 "$WORK/out")" "$verdict"
}

nonsense() {
	local raw=("$OUT/tests/e2e/notices" "$PORT" "$CAMPAIGN/campaign.json"
		"$CAMPAIGN/log.key.pub")
	refused "a notice out of order" 0 notice-out-of-order "${raw[@]}" \
		"$CAMPAIGN/authority.key" close 1 1
	refused "a notice by a key that is not listed" 0 unknown-signer "${raw[@]}" \
		"$CAMPAIGN/a.key" close 0 1
	refused "a notice of another campaign" 0 wrong-campaign "${raw[@]}" \
		"$CAMPAIGN/authority.key" stray 0 1
	exits 0 "a notice again, behind another" "${raw[@]}" "$CAMPAIGN/authority.key" \
		replay 0 2
	same "a notice again, behind another: the verdicts" \
		"$(cut -d' ' -f1 "$WORK/out" | xargs)" \
		"accepted accepted notice-out-of-order notice-out-of-order"
	exits 0 "the newest again" "${raw[@]}" "$CAMPAIGN/authority.key" text 0 2
	same "the newest again: its first answer" "$(sort -u "$WORK/out" | wc -l)" 1
	refused "unseal what is not sealed" 1 notice-impossible order unseal
	refused "close what is closed" 1 notice-impossible order close
	refused "draw again" 1 notice-impossible order draw "1, 2"
	refused "revoke again" 1 notice-impossible order revoke --frontend \
		"$(cat "$CAMPAIGN/b.key.pub")"
	refused "withdraw again" 1 notice-impossible order withdraw --contest c --option o9
	refused "void what does not count" 1 notice-impossible order void \
		--tags "$WORK/one" --again --reason x
	says "void: why not" 'voided before' "$WORK/err"
	refused "enrol who is on the roster" 1 notice-impossible order enrol --roster <(
		tags 5 1 | sed 's/$/;/')
	says "enrol: why not" 'one of the tags is on the roster' "$WORK/err"
	refused "enrol who is enrolled" 1 notice-impossible order enrol --roster <(
		tags 3000 3 | sed 's/$/;/')
	says "enrol: why not" '3 of the tags are enrolled already' "$WORK/err"
	audit "nothing of that is in the log" "$data"
}

campaign "$WORK/campaign" revote='{"policy": "last", "revisions_max": 3}' || exit 1
roster
found "$data" --roster "$WORK/roster"
tallyd_must "$data"
keep
before
during
after
nonsense
stops "the campaign"
audit "the whole of it" "$data"
every_checkpoint
check "what was voided" test "$(jq .voided "$data/public/results")" -gt 5
same "who was enrolled" "$(jq .enrolled "$data/public/results")" 100
tallyd_must "$data"
answers "started again: what was accepted, and who is barred" "$CAMPAIGN/a.key" "$WORK/again" \
	"2 accepted 1 closed"
stops "started again"
check "its poll book's home is lost" rm -r "$data/state"
tallyd_must "$data"
answers "from the ledger alone: those who were enrolled or barred" "$CAMPAIGN/a.key" \
	"$WORK/again" "2 accepted 1 closed"
answers "from the ledger alone: who was enrolled" "$CAMPAIGN/a.key" "$WORK/late" \
	"1 accepted 1 closed"
stops "from the ledger alone"
