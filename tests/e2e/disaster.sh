#!/bin/bash
# The data directory is lost while ballots come in. A copy kept beside it and what the frontends
# still have bring the log back: everything that was answered counts exactly once. And what is
# refused, because it would sign a second history.
. "$(dirname "$0")/common.bash"

dir=$WORK/data
anchor=$WORK/anchor

# mirror_once DIR [OPTION...]: a copy of all that is signed now.
mirror_once() {
	local out=$1
	shift
	tallyctl mirror --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key" \
		--log-key "$CAMPAIGN/log.key.pub" --out "$out" "$@"
}

# entries COPY: how many it has.
entries() {
	sed -n 2p "$1/checkpoint"
}

# mirror_last DIR: a copy that is all there is: everything is published, the last tally too.
mirror_last() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		mirror_once "$1" || return
		cmp -s "$1/checkpoint" "$dir/public/checkpoint" && return
	done
	return 1
}

# lose: the process and its disk are gone.
lose() {
	tallyd_kill
	rm -rf "$dir"
}

# adopt COPY [OPTION...]
adopt() {
	local copy=$1
	shift
	"$BIN/tallyd" --init --adopt "$copy" --data "$dir" --log-key "$CAMPAIGN/log.key" "$@"
}

private_audit() {
	check "$1: tally-verify passes on the copy" "$BIN/tally-verify" \
		--key "$CAMPAIGN/log.key.pub" "${@:3}" "$2"
}

# --- the copy is as large as the anchor: nothing signed is lost --------------------------------

campaign "$WORK/campaign" revote='{"policy": "last", "revisions_max": 3}' tally=700 || exit 1
found "$dir" --anchor "$anchor"
voters key="$CAMPAIGN/a.key" count=1500 vote=1 > "$WORK/a"
voters key="$CAMPAIGN/a.key" count=500 vote=2 revisions=2 > "$WORK/revised"
voters key="$CAMPAIGN/b.key" count=1500 first=5000 vote=3 > "$WORK/b"
tallyd_must "$dir"
"$BIN/tallyctl" mirror --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key" \
	--log-key "$CAMPAIGN/log.key.pub" --out "$WORK/copy" --follow --interval 1 \
	> "$WORK/mirror" 2> "$WORK/mirror.err" &
mirror=$!
running+=("$mirror")
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.answers" --journal "$WORK/a.journal"
send "$CAMPAIGN/a.key" "$WORK/revised" "$WORK/revised.answers"
if await_line "$WORK/mirror" "$mirror" \
	' (200[2-9]|20[1-9][0-9]) entries with root [0-9a-f]{64}, '; then
	ok "a mirror follows with the authority's key"
else
	not_ok "a mirror follows with the authority's key: $(cat "$WORK/mirror" "$WORK/mirror.err")"
fi
kill "$mirror"
wait "$mirror" 2> /dev/null
exits 0 "and is continued" mirror_last "$WORK/copy"
same "the copy is its owner's alone" "$(stat -c %a "$WORK/copy" "$WORK/copy/checkpoint" \
	"$WORK/copy/tile/entries/000" | tr '\n' ' ')" "700 600 600 "
private_audit "live" "$WORK/copy"
exits 0 "a mirror of the public address" tallyctl mirror "http://127.0.0.1:$HTTP" \
	--key "$CAMPAIGN/log.key.pub" --out "$WORK/web" --follow --interval 1 --until 2002
private_audit "the address" "$WORK/web"
cp "$WORK/copy/checkpoint" "$WORK/before"
exits 2 "a frontend's key may not have entries" tallyctl mirror --connect "127.0.0.1:$PORT" \
	--key "$CAMPAIGN/a.key" --log-key "$CAMPAIGN/log.key.pub" --out "$WORK/refused"
exits 3 "while the first tallyd runs nobody goes on from its anchor" "$BIN/tallyd" --init \
	--adopt "$WORK/copy" --data "$WORK/second" --log-key "$CAMPAIGN/log.key" --anchor "$anchor"
says "and is told why" 'two of them would sign two histories' "$WORK/err"
[ ! -e "$WORK/second" ] || not_ok "a refusal has made $WORK/second"
lose
exits 2 "an adoption names the newest checkpoint" adopt "$WORK/copy"
exits 0 "a copy as large as the anchor is adopted" adopt "$WORK/copy" --anchor "$anchor"
exits 2 "once" adopt "$WORK/copy" --anchor "$anchor"
tallyd_must "$dir"
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.again"
check "sent again, every ballot gets its first answer" diff "$WORK/a.answers" "$WORK/a.again"
send "$CAMPAIGN/a.key" "$WORK/revised" "$WORK/revised.again"
check "and every revision" diff "$WORK/revised.answers" "$WORK/revised.again"

# --- under load: the anchor is ahead of the copy ------------------------------------------------

exits 0 "a copy is taken" mirror_once "$WORK/small"
small=$(entries "$WORK/small")
send "$CAMPAIGN/b.key" "$WORK/b" "$WORK/b.answers" --journal "$WORK/b.journal" &
sender=$!
running+=("$sender")
# What the copy does not have is signed, and somebody has fetched it.
while :; do
	mirror_once "$WORK/large" > /dev/null 2> "$WORK/said" || break
	[ "$(entries "$WORK/large")" -gt "$small" ] && break
done
large=$(entries "$WORK/large")
lose
wait "$sender"
exits 1 "a copy behind the anchor is refused" adopt "$WORK/small" --anchor "$anchor"
says "with both sizes" "has $small entries, and this log has signed [0-9]+ " "$WORK/err"
exits 1 "a copy behind a checkpoint that was kept is refused" adopt "$WORK/small" \
	--newest "$WORK/large/checkpoint"
says "with both sizes" "has $small entries, and this log has signed $large " "$WORK/err"
[ ! -e "$dir" ] || not_ok "a refusal has made $dir"
flipped=$WORK/flipped
cp -r "$WORK/large" "$flipped"
printf x | dd of="$flipped/tile/entries/002" bs=1 seek=5000 conv=notrunc status=none
exits 1 "a damaged copy is refused" adopt "$flipped" --newest "$WORK/large/checkpoint"
rm "$flipped/tile/entries/001"
exits 1 "an incomplete one" adopt "$flipped" --newest "$WORK/large/checkpoint"
says "by its file" "tile/entries/001: the entries from 256 on are missing" "$WORK/err"
[ ! -e "$dir" ] || not_ok "a refusal has made $dir"

# The anchor is lost too: somebody says that $large is the newest.
rm "$anchor"
exits 0 "on somebody's word the copy is adopted" adopt "$WORK/large" --anchor "$anchor" \
	--newest "$WORK/large/checkpoint"
tallyd_must "$dir"
send "$CAMPAIGN/b.key" "$WORK/b.journal" "$WORK/b.again"
send "$CAMPAIGN/b.key" "$WORK/b" "$WORK/b.all"
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.again"
check "the first ballots have their first answers" diff "$WORK/a.answers" "$WORK/a.again"
stops "after a disaster"
results "$dir" "$WORK/results"
check "everything answered counts exactly once" judge -a -n 3500 -v accepted,superseded \
	-r "$WORK/results" "$dir/public" "$WORK/a" "$WORK/a.again" "$WORK/revised" \
	"$WORK/revised.again" "$WORK/b" "$WORK/b.all"
audit "after a disaster" "$dir"
check "nothing was removed since before" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
	--old "$WORK/before" "$dir/public"

# --- the word was wrong -------------------------------------------------------------------------

rm -rf "$dir"
exits 0 "a wrong word is believed" adopt "$WORK/small" --newest "$WORK/small/checkpoint"
tallyd_must "$dir"
exits 1 "whoever kept more raises the alarm" mirror_once "$WORK/large"
says "with both sizes" 'ALERT: the log has [0-9]+ entries, and has signed [0-9]+ before' \
	"$WORK/err"
check "both checkpoints are kept" test -s "$WORK/large/checkpoint" -a \
	-s "$WORK/large/checkpoint.conflict"
says "and the log takes nothing more" 'older than what has been promised' "$LOG"
stops "a wrong word"
exits 3 "nor starts again" timeout 100 "$BIN/tallyd" --data "$dir" --listen 127.0.0.1:0 \
	--http 127.0.0.1:0

# --- sealed results: only the authority's copy has the entries ----------------------------------

rm -rf "$dir" "$anchor"
campaign "$WORK/sealed" || exit 1
jq '.results = {policy: "sealed", unseal_delay_s: 0}' "$CAMPAIGN/campaign.json" > "$WORK/json"
mv "$WORK/json" "$CAMPAIGN/campaign.json"
found "$dir" --anchor "$anchor"
voters key="$CAMPAIGN/a.key" count=600 vote=1 > "$WORK/a"
tallyd_must "$dir"
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.answers"
exits 0 "sealed: a copy with the authority's key" mirror_last "$WORK/locked"
private_audit "sealed" "$WORK/locked" --private
cp -r "$dir/public" "$WORK/public"
exits 0 "sealed: a mirror of the public address has the hashes" tallyctl mirror \
	"http://127.0.0.1:$HTTP" --key "$CAMPAIGN/log.key.pub" --out "$WORK/hashes"
says "and says so" 'hashes alone: its entries are sealed' "$WORK/out"
lose
exits 1 "sealed: the public log cannot be adopted" adopt "$WORK/public" --anchor "$anchor"
says "and says what can" 'an authority.s copy has them' "$WORK/err"
exits 0 "sealed: the authority's copy is adopted" adopt "$WORK/locked" --anchor "$anchor"
tallyd_must "$dir"
send "$CAMPAIGN/a.key" "$WORK/a" "$WORK/a.again"
check "sealed: every ballot gets its first answer" diff "$WORK/a.answers" "$WORK/a.again"
exits 0 "sealed: the copy goes on" mirror_last "$WORK/locked"
audit "sealed, adopted" "$dir"
check "sealed: closed" tallyctl notice close --key "$CAMPAIGN/authority.key" \
	--connect "127.0.0.1:$PORT"
check "sealed: unsealed" tallyctl notice unseal --key "$CAMPAIGN/authority.key" \
	--connect "127.0.0.1:$PORT"
stops "sealed, unsealed"
results "$dir" "$WORK/results"
check "sealed: everything answered counts exactly once" judge -a -n 600 -v accepted \
	-r "$WORK/results" "$dir/public" "$WORK/a" "$WORK/a.again"
audit "sealed, unsealed" "$dir"
