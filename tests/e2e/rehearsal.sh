#!/bin/bash
# `tallyd --test`: every verdict can be provoked in it, naturally where it can happen and by a tag
# where not; what it accepts is in a log like any other; nothing of it stays behind.
. "$(dirname "$0")/common.bash"
table=$WORK/table
awk '/^## /{here = /^## 16\./} here && /^\| [0-9]/' include/README.md > "$table"
same "the specification has 50 verdicts" "$(wc -l < "$table")" 50

# begin [OPTION...]: a test server: TALLYD, LOG, and what it tells in $WORK/told.
begin() {
	LOG=$WORK/tallyd.$((++starts)).log
	: > "$LOG"
	: > "$WORK/told"
	"$BIN/tallyd" --test --listen 127.0.0.1:0 --http 127.0.0.1:0 "$@" \
		> "$WORK/told" 2> "$LOG" &
	TALLYD=$!
	running+=("$TALLYD")
	if ! await_line "$WORK/told" "$TALLYD" '^public '; then
		not_ok "tallyd --test starts"
		exit 1
	fi
	PORT=$(told listen | sed 's/.*://')
	FOLDER=$(dirname "$(told campaign.json)")
}

told() {
	sed -n "s/^$1 //p" "$WORK/told"
}

# row WHAT NAME: the answer to WHAT (in $WORK/answers) is the specification's row of verdict NAME.
row() {
	local answer
	answer=$(sed -n "s/^$1: //p" "$WORK/answers")
	same "$2: $1" "${answer/ accepted |  |/ accepted | the entry is in the log |}" \
		"$(grep -F "| $2 |" "$table" | head -n 1)"
}

every_verdict() {
	local name
	"$OUT/tests/e2e/verdicts" "$PORT" "$FOLDER" vectors > "$WORK/answers" 2> "$WORK/said" ||
		not_ok "asking for every verdict"
	while IFS='|' read -r _ _ name _; do
		name=${name// /}
		row "$name" "$name"
	done < "$table"
	for name in accepted_blank accepted_abstaining accepted_asked accepted_unknown; do
		row "$name" accepted
	done
}

# The receipt of the vector that was accepted first, checked offline.
receipt() {
	exits 0 "a receipt" tallyctl receipt --connect "127.0.0.1:$PORT" --index 2 \
		--log-key "$(cat "$(told log.key.pub)")"
	cp "$WORK/out" "$WORK/receipt"
	{ printf '\000\247'; sed -n 's/^accepted //p' tests/vectors/verdicts.txt | xxd -r -p; } \
		> "$WORK/ballot"
	check "the vector's receipt verifies" "$BIN/tally-verify" --key "$(told log.key.pub)" \
		--receipt "$WORK/receipt" --ballot "$WORK/ballot"
}

# As the README tells it.
first_hour() {
	exits 0 "a ballot of one's own" tallyctl ballot make --campaign "$(told campaign.json)" \
		--key "$(told frontend.key)" --tag-secret "$(told tag.secret)" \
		--identity +447700900123 --choose projects=park,library --out "$WORK/mine"
	send "$(told frontend.key)" "$WORK/mine" "$WORK/mine.answers" ||
		not_ok "sending it: code $?"
	says "it is accepted" '^accepted 1$' "$WORK/send.out"
}

natural() {
	"$OUT/tests/e2e/verdicts" "$PORT" "$FOLDER" natural > "$WORK/answers" 2> "$WORK/said" ||
		not_ok "provoking verdicts naturally"
	row "a ballot of 8,193 bytes" too-large
	row "RECEIPT of an index far away" not-found
	row "NOTICE number 2 first" notice-out-of-order
	row "NOTICE extend to what is past" notice-impossible
	row "NOTICE resume of what is not paused" notice-impossible
	row "NOTICE of kind 12" malformed
	row "many STATUS" slow-down
	row "SUBMIT without a proven key" not-for-you
	row "one voter too many" roll-full
}

# Closed by the authority, opened again by it; a key that nobody knows is told goodbye.
authority() {
	local notice=(--key "$(told authority.key)" --connect "127.0.0.1:$PORT")
	exits 0 "notice close" tallyctl notice close "${notice[@]}"
	exits 0 "another ballot" tallyctl ballot make --campaign "$(told campaign.json)" \
		--key "$(told frontend.key)" --tag-secret "$(told tag.secret)" \
		--identity +447700900124 --choose projects=park --out "$WORK/late"
	send "$(told frontend.key)" "$WORK/late" "$WORK/late.answers"
	says "closed: after a notice close" '^closed 1$' "$WORK/send.out"
	exits 0 "notice extend" tallyctl notice extend --to 2031-01-01T00:00:00Z "${notice[@]}"
	send "$(told frontend.key)" "$WORK/late" "$WORK/late.answers"
	says "roll-full: open again, and the roll is still full" '^roll-full 1$' "$WORK/send.out"
	send "$FOLDER/log.key" "$WORK/late" "$WORK/late.answers"
	says "GOODBYE unknown-signer: a key that is no frontend's" 'not listed' "$WORK/send.err"
}

begin --data "$WORK/kept"
every_verdict
receipt
first_hour
natural
authority
stops "the rehearsal"
same "a folder that was asked for stays" "$(ls "$WORK/kept" | xargs)" "authority.key \
authority.key.pub campaign.json data frontend.key frontend.key.pub log.key log.key.pub tag.secret"
check "its log passes the audit" "$BIN/tally-verify" --key "$(told log.key.pub)" \
	"$(told public)"
for signal in INT TERM; do
	begin
	kill -"$signal" "$TALLYD"
	await "$TALLYD"
	same "SIG$signal ends it with 0" "$CODE" 0
	same "SIG$signal: its folder is gone" "$(ls -d "$FOLDER" 2> /dev/null)" ""
done
exits 2 "--test and --init are two things" "$BIN/tallyd" --test --init \
	--campaign "$WORK/kept/campaign.json" --log-key "$WORK/kept/log.key"
