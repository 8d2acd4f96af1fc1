#!/bin/bash
# journals.sh: what a frontend's journal is good for: nothing is lost when server or frontend are
# killed, and a log that drops an accepted ballot, or has one too many, is found out. And lookup.
. "$(dirname "$0")/common.bash"

ballots=6000
[ -n "$FULL" ] && ballots=60000
CAMPAIGN=$WORK/campaign
key=$CAMPAIGN/frontend.key
check "a campaign" tallyctl campaign demo --out "$CAMPAIGN" --ballots $ballots --seed "$SEED"

# found DIR: a data directory of that campaign.
found() {
	check "founded: $(basename "$1")" "$BIN/tallyd" --init --data "$1" \
		--campaign "$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key"
}

# begin_sending JOURNAL BALLOTS [OPTION...]: in the background, as $sender.
begin_sending() {
	local journal=$1 file=$2
	shift 2
	"$BIN/tallyctl" send --connect "127.0.0.1:$PORT" --key "$key" --ballots "$file" \
		--journal "$journal" "$@" > "$WORK/send.out" 2> "$WORK/send.err" &
	sender=$!
	running+=("$sender")
}

# reconcile CODE WHAT LOG [OPTION...]
reconcile() {
	local code=$1 what=$2 log=$3
	shift 3
	exits "$code" "$what" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" "$@" \
		"$log/public"
}

# The server is killed while ballots are on their way; what the journal has is sent again.
found "$WORK/data"
tallyd_must "$WORK/data"
one=$WORK/one.journal
begin_sending "$one" "$CAMPAIGN/ballots.bin"
by_steps has "$one" 100000 || not_ok "the journal did not grow"
tallyd_kill
await "$sender"
same "sending ends with 3 when the server is killed" "$CODE" 3
same "the journal is the frontend's own" "$(stat -c %a "$one")" 600
tallyd_must "$WORK/data"
send "$key" "$one" "$WORK/answers" --journal "$one"
says "the journal says what is sent again" ' a journal: [0-9]+ accepted and [0-9]+ unanswered' \
	"$WORK/send.err"
same "all of it is accepted, unless it was refused before" \
	"$(grep -c '^unanswered' "$WORK/answers")" 0

# The frontend itself is killed, and continues its journal.
two=$WORK/two.journal
begin_sending "$two" "$CAMPAIGN/ballots.bin" --connections 3 --journal-sync
by_steps has "$two" 150000 || not_ok "the second journal did not grow"
kill -KILL "$sender"
await "$sender"
same "the frontend was still sending" "$CODE" 137
kill -CONT "$TALLYD"
send "$key" "$CAMPAIGN/ballots.bin" "$WORK/answers" --journal "$two" --connections 3
cut -d' ' -f1 "$WORK/answers" > "$WORK/verdicts"
check "every verdict is the one it should be" cmp "$WORK/verdicts" "$CAMPAIGN/ballots.expected"

# A ballot under the frontend's key that it did not send from here.
check "a voter's ballot" tallyctl ballot make --campaign "$CAMPAIGN/campaign.json" --key "$key" \
	--tag-secret "$CAMPAIGN/tag.secret" --identity +40721000000 --district zona-1 \
	--choose proiecte=p01,p05 --out "$WORK/extra.bin"
cp "$one" "$WORK/before.journal"
three=$WORK/three.journal
send "$key" "$WORK/extra.bin" "$WORK/answers" --journal "$three"
extra=$(cut -d' ' -f2 "$WORK/answers")

lookup() {
	tallyctl lookup --campaign "$CAMPAIGN/campaign.json" \
		--tag-secret "$CAMPAIGN/tag.secret" "$@"
}
exits 0 "lookup asks the server" lookup --identity "0040 721 000 000" \
	--connect "127.0.0.1:$PORT" --key "$key"
says "and says where the ballot is" "^server: a ballot, revision 1, entry $extra\$" "$WORK/out"
exits 1 "lookup of somebody who has not voted" lookup --identity - --connect "127.0.0.1:$PORT" \
	--key "$key" <<< "+40721000001"
says "says that there is none" '^server: no ballot$' "$WORK/out"

check "closed" tallyctl notice close --key "$CAMPAIGN/authority.key" \
	--connect "127.0.0.1:$PORT"
stops "the evening"

exits 0 "lookup reads the log" lookup --identity +40721000000 --log "$WORK/data" --json
same "what was chosen, in words" \
	"$(jq -c '[.found, .log.ballots[0].index, .log.ballots[0].counts,
		.log.ballots[0].district,
		[.log.ballots[0].contests[0].choices[].id]]' "$WORK/out")" \
	"[true,$extra,true,\"zona-1\",[\"p01\",\"p05\"]]"
exits 0 "lookup for people" lookup --identity +40721000000 --log "$WORK/data"
says "names the frontend" "entry $extra: revision 1, district zona-1, signed by .*: it counts" \
	"$WORK/out"
exits 1 "lookup finds nobody in the log" lookup --identity +40721000001 --log "$WORK/data"
exits 2 "an identity that is none" lookup --identity 0721000000 --log "$WORK/data"
grep -q 0721000000 "$WORK/out" "$WORK/err" && not_ok "the identity is printed"
exits 3 "a server that is not there" lookup --identity +40721000000 --connect 127.0.0.1:1 \
	--key "$key"

# What the journals say of the log.
all=(--journal "$one" --journal "$two" --journal "$three")
reconcile 0 "all journals and the log agree" "$WORK/data" "${all[@]}"
reconcile 0 "in JSON" "$WORK/data" "${all[@]}" --json
same "every ballot counted is accepted in a journal, and none is missing or foreign" \
	"$(jq -c '[.journals.missing, .journals.foreign, .journals.moved, .journals.not_yet,
		.journals.accepted >= .results.ballots]' "$WORK/out")" "[0,0,0,0,true]"
reconcile 1 "a ballot that no journal has sent" "$WORK/data" --journal "$one" --journal "$two"
says "is named" "entry $extra: it is signed by .*, and no journal has submitted it" "$WORK/out"
reconcile 0 "unless there are more journals" "$WORK/data" --journal "$one" --journal "$two" \
	--some-journals
head -c -10 "$two" > "$WORK/cut.journal"
reconcile 0 "a journal without its seal accuses nobody" "$WORK/data" --journal "$one" \
	--journal "$WORK/cut.journal"
says "and says so" 'not sealed to its end' "$WORK/out"
reconcile 0 "quietly" "$WORK/data" --quiet --journal "$one" --journal "$WORK/cut.journal"
says "that line stays" 'check 31: .* not sealed to its end' "$WORK/err"
reconcile 0 "in JSON" "$WORK/data" --json --journal "$one" --journal "$WORK/cut.journal"
says "it is there as well" '"limits": ".* not sealed to its end' "$WORK/out"
cp "$two" "$WORK/forged.journal"
printf '\001' | dd of="$WORK/forged.journal" bs=1 seek=200 conv=notrunc status=none
reconcile 1 "a journal that was altered" "$WORK/data" --journal "$WORK/forged.journal"
reconcile 2 "a journal that is none" "$WORK/data" --journal "$CAMPAIGN/ballots.bin"

# The operator makes the log again with his key, without one of the ballots.
python3 - "$CAMPAIGN/ballots.bin" "$WORK/fewer.bin" "$ballots" << 'END'
import sys
data, at, all = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    size = 2 + int.from_bytes(data[at:at + 2], "big")
    all.append(data[at:at + size])
    at += size
gone = all[int(sys.argv[3]) // 2]
open(sys.argv[2], "wb").write(b"".join(b for b in all if b != gone))
END
found "$WORK/liar"
tallyd_must "$WORK/liar"
send "$key" "$WORK/fewer.bin" "$WORK/answers"
send "$key" "$WORK/extra.bin" "$WORK/answers"
tallyctl notice close --key "$CAMPAIGN/authority.key" --connect "127.0.0.1:$PORT" > /dev/null
stops "the operator's other log"
reconcile 0 "by itself the other log is sound" "$WORK/liar"
reconcile 1 "the journals find what is missing in it" "$WORK/liar" "${all[@]}"
says "and where" 'entry [0-9]+: journal .*: ballot [0-9]+ was accepted as this entry, but ' \
	"$WORK/out"

# The disk with the data directory is lost; an empty server gets everything back.
found "$WORK/again"
tallyd_must "$WORK/again"
for journal in "$one" "$two" "$three"; do
	send "$key" "$journal" "$WORK/answers" --journal "$journal"
done
check "closed again" tallyctl notice close --key "$CAMPAIGN/authority.key" \
	--connect "127.0.0.1:$PORT"
stops "after the loss"
reconcile 0 "after the loss journals and log agree" "$WORK/again" "${all[@]}" --json
same "the same votes are counted" "$(jq -c .results.contests "$WORK/out")" \
	"$("$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" --json "$WORK/data/public" |
		jq -c .results.contests)"

# A full disk: nothing leaves that is not written down.
tallyd_must "$WORK/again"
exits 3 "a journal that cannot be written" bash -c 'trap "" XFSZ; ulimit -f 8;
	exec "$0" send --connect "$1" --key "$2" --ballots "$3" --journal "$4"' "$BIN/tallyctl" \
	"127.0.0.1:$PORT" "$key" "$CAMPAIGN/late.bin" "$WORK/small.journal"
says "is said" 'keep the journal: write journal .*: File too large' "$WORK/err"
if strace -qq -o /dev/null true 2> /dev/null; then
	exits 3 "a journal that cannot be synced" strace -f -qq -o /dev/null \
		-e trace=fdatasync -e inject=fdatasync:error=EIO:when=2+ "$BIN/tallyctl" send \
		--connect "127.0.0.1:$PORT" --key "$key" --ballots "$CAMPAIGN/late.bin" \
		--journal "$WORK/unsynced.journal" --journal-sync
	says "is said, too" 'keep the journal: sync journal .*: Input/output error' "$WORK/err"
else
	skipped "strace: a journal that cannot be synced"
fi
stops "the end"
