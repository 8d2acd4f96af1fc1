#!/bin/bash
# The shell recipe of include/README.md, section 12, as it stands there: it says "proven" of every
# real receipt, whatever the log's key looks like, and of no forged one.
. "$(dirname "$0")/common.bash"
count=$([ -n "$FULL" ] && echo 300 || echo 13)
shells=(bash)
command -v dash > /dev/null && shells+=(dash)

awk '/^## /{here = /^## 12\./} here && /^```$/{exit} text{print} here && /^```sh$/{text = 1}' \
	include/README.md > "$WORK/recipe"
check "the recipe is there" grep -q '^echo proven$' "$WORK/recipe"

# ballot_at PLACE FILE: the ballot at that place of $WORK/ballots, without its size.
ballot_at() {
	local at=0 size place
	for ((place = 0; ; place++)); do
		size=$(od -An -tu1 -j "$at" -N 2 "$WORK/ballots" | awk '{print $1 * 256 + $2}')
		[ "$place" -eq "$1" ] && break
		at=$((at + 2 + size))
	done
	tail -c +$((at + 3)) "$WORK/ballots" | head -c "$size" > "$2"
}

# by_hand SHELL VKEY: in $WORK/hand, whose receipt and ballot it takes; its word in SAID.
by_hand() {
	(cd "$WORK/hand" && find . ! -name receipt ! -name ballot -type f -delete &&
		VKEY=$2 timeout 120 "$1" ../recipe) > "$WORK/hand.out" 2> "$WORK/hand.err"
	CODE=$?
	SAID=$(tail -n 1 "$WORK/hand.out")
}

# refuses WHAT [VKEY]: $WORK/hand is not proven.
refuses() {
	by_hand "${shells[-1]}" "${2:-$VKEY}"
	if [ "$CODE" -ne 0 ] && ! grep -q proven "$WORK/hand.out"; then
		ok "$key: refused: $1"
		return
	fi
	cat "$WORK/hand.out" "$WORK/hand.err" > "$WORK/said"
	not_ok "$key: not refused: $1: code $CODE"
	: > "$WORK/said"
}

# proves: in how many shells $WORK/hand is proven: PROVEN more.
proves() {
	local shell
	for shell in "${shells[@]}"; do
		by_hand "$shell" "$VKEY"
		[ "$CODE $SAID" = "0 proven" ] && PROVEN=$((PROVEN + 1))
	done
}

real() {
	cp "$WORK/real.receipt" "$WORK/hand/receipt"
	cp "$WORK/real.ballot" "$WORK/hand/ballot"
}

# flip FILE OFFSET: the lowest bit of that byte is another one.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# edit WHAT SED: a forgery of the real receipt.
edit() {
	real
	sed -i -E "$2" "$WORK/hand/receipt"
	if cmp -s "$WORK/real.receipt" "$WORK/hand/receipt"; then
		not_ok "$key: nothing was forged: $1"
	else
		refuses "$1"
	fi
}

# other_base64 TEXT: that many bytes, the first of them another.
other_base64() {
	base64 -d <<< "$1" > "$WORK/bytes"
	flip "$WORK/bytes" "${2:-0}"
	base64 -w 0 "$WORK/bytes"
}

forgeries() {
	local index size signature root hash first last
	index=$(sed -n 's/^index //p' "$WORK/real.receipt")
	signature=$(sed -n 's/^— .* //p' "$WORK/real.receipt")
	size=$(sed '1,/^$/d' "$WORK/real.receipt" | sed -n 2p)
	root=$(sed '1,/^$/d' "$WORK/real.receipt" | sed -n 3p)
	hash=$(sed -n '/^index /{n;p}' "$WORK/real.receipt")
	first=$(grep -n '^index ' "$WORK/real.receipt" | cut -d: -f1)
	last=$(grep -n -m1 '^$' "$WORK/real.receipt" | cut -d: -f1)

	edit "the signature" "s|${signature//+/\\+}|$(other_base64 "$signature" 4)|"
	edit "S of the signature" "s|${signature//+/\\+}|$(other_base64 "$signature" 36)|"
	edit "no signature" '/^— /d'
	edit "the size" "s|^$size\$|$((size + 1))|"
	edit "the root" "s|^${root//+/\\+}\$|$(other_base64 "$root")|"
	edit "the origin" "s|^${VKEY%%+*}\$|tally.example/other|"
	edit "a line more is signed" "s|^${root//+/\\+}\$|&\\nmore|"
	edit "a hash of the path" "$((first + 1))s|.*|$(other_base64 "$hash")|"
	edit "a path too short" "$((first + 1))d"
	edit "a path too long" "$((last - 1))p"
	edit "no path" "$((first + 1)),$((last - 1))d"
	edit "the index of the neighbour" "s|^index .*|index $((index ^ 1))|"
	edit "an index beyond the log" "s|^index .*|index $((index + (1 << 20)))|"
	edit "an index with a zero before it" "s|^index |&0|"
	edit "an index that is a command" 's|^index .*|index a[$(touch touched)]|'
	check "$key: it was not run" test ! -e "$WORK/hand/touched"
	edit "no index" '/^index /d'
	real
	flip "$WORK/hand/ballot" 100
	refuses "another ballot"
	real
	: > "$WORK/hand/ballot"
	refuses "no ballot"
	real
	: > "$WORK/hand/receipt"
	refuses "nothing"
	real
	refuses "another log's receipt" "$OTHER"
	# The same name and index, signed by a key of the forger's.
	refuses "another key of that name" "${VKEY%%+*}+${OTHER#*+}"
}

# shaped VKEY KIND: is there a `+` (plus) or none (plain) in its base64?
shaped() {
	local base64=${1#*+}
	case ${base64#*+} in
	*+*) [ "$2" = plus ] ;;
	*) [ "$2" = plain ] ;;
	esac
}

# beginning VKEY KIND: a campaign whose log key is of that kind.
beginning() {
	local try
	for ((try = 0; try < 60; try++)); do
		campaign "$WORK/campaign.$1.$try" || exit 1
		shaped "$(cat "$CAMPAIGN/log.key.pub")" "$2" && return
	done
	not_ok "no key in $try is $2"
	exit 1
}

# take INDEX PLACE: that entry's receipt and ballot, to $WORK/hand.
take() {
	tallyctl receipt --connect "127.0.0.1:$PORT" --campaign "$ID" --log-key "$VKEY" \
		--index "$1" --out "$WORK/hand/receipt" 2> "$WORK/said" || not_ok "$key: receipt $1"
	ballot_at "$2" "$WORK/hand/ballot"
}

# The last entries of a log are under a tree that is not whole: their paths skip levels.
honest() {
	local place=0 verdict index
	PROVEN=0
	while read -r verdict index; do
		take "$index" "$place"
		proves
		cp "$WORK/hand/receipt" "$WORK/receipt.$place"
		cp "$WORK/hand/ballot" "$WORK/ballot.$place"
		place=$((place + 1))
	done < "$WORK/answers"
	same "$key: all $count receipts are proven" "$place $PROVEN" \
		"$count $((count * ${#shells[@]}))"
}

# forged PLACE: of that receipt, which is genuine itself.
forged() {
	mv "$WORK/receipt.$1" "$WORK/real.receipt"
	mv "$WORK/ballot.$1" "$WORK/real.ballot"
	real
	PROVEN=0
	proves
	same "$key: ballot $1 is proven still" "$PROVEN" ${#shells[@]}
	forgeries
}

campaign "$WORK/campaign.other" || exit 1
OTHER=$(cat "$CAMPAIGN/log.key.pub")
mkdir "$WORK/hand"
for key in plain plus.1 plus.2; do
	beginning "$key" "${key%.*}"
	VKEY=$(cat "$CAMPAIGN/log.key.pub")
	ID=$(sha256sum < "$CAMPAIGN/campaign.json" | cut -d' ' -f1)
	found "$WORK/data.$key"
	voters key="$CAMPAIGN/a.key" seed="$SEED" count="$count" > "$WORK/ballots"
	tallyd_must "$WORK/data.$key"
	send "$CAMPAIGN/a.key" "$WORK/ballots" "$WORK/answers"
	honest
	stops "$key"
	[ "$key" = plus.2 ] || forged 0
	[ "$key" = plus.1 ] || forged $((count - 1))
done
