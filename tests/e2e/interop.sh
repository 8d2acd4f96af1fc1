#!/bin/bash
# A published log of a real election, read by others' programs: OpenSSL for the checkpoints, and
# golang.org/x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev) for notes, tiles, entries,
# proofs between any two published sizes and receipts, from the folder and from tallyd's HTTP door.
# That reader also refuses what is forged.
. "$(dirname "$0")/common.bash"
dir=$WORK/data
public=$dir/public

# An election of Pabulib's where that is to be had, else one that we make.
election() {
	local file=$DATA/pabulib/Poland_Warszawa_2023_Ursus.pb
	CAMPAIGN=$WORK/campaign
	if [ -e "$file" ]; then
		check "a real election" tallyctl campaign from-pb "$file" --out "$CAMPAIGN"
	else
		check "a made election" tallyctl campaign demo --ballots 5000 --seed "$SEED" \
			--out "$CAMPAIGN"
	fi
	VKEY=$(cat "$CAMPAIGN/log.key.pub")
}

# part FROM TO: the ballots FROM to TO-1 of the campaign, each behind its size.
part() {
	local bounds first last
	bounds=$(od -An -v -tu1 -w1 "$CAMPAIGN/ballots.bin" | awk -v from="$1" -v to="$2" '
		NR == next_at + 1 {
			if (count == from || count == to)
				print next_at + 0
			count++
			high = $1
		}
		NR == next_at + 2 { next_at += 2 + high * 256 + $1 }')
	read -r first last <<< "${bounds//$'\n'/ }"
	tail -c +$((first + 1)) "$CAMPAIGN/ballots.bin" |
		if [ -n "$last" ]; then head -c $((last - first)); else cat; fi
}

# receipts DIR LAST: of entries at the edges of tiles and trees, as a voter would get them.
receipts() {
	local index missing=0
	mkdir -p "$1"
	for index in 0 1 2 3 127 128 254 255 256 257 333 511 512 1023 1024 2047 2048 2815 4095 \
		4096 $(($2 - 1)) "$2"; do
		[ "$index" -gt "$2" ] && continue
		tallyctl receipt --connect "127.0.0.1:$PORT" --log-key "$VKEY" --index "$index" \
			--out "$1/$index.tlog-proof" 2> "$WORK/said" || missing=$((missing + 1))
	done
	same "evening $evening: tallyctl receipt" "$missing" 0
}

# evening FROM TO [OPTION...]: tallyd runs for that part of the ballots; the checkpoint it leaves
# is kept as $WORK/checkpoint.N. All that is asked of it meanwhile lies in $WORK/receipts.N.
evening=0
evening() {
	evening=$((evening + 1))
	part "$1" "$2" > "$WORK/part"
	shift 2
	tallyd_must "$dir"
	send "$CAMPAIGN/frontend.key" "$WORK/part" "$WORK/answers" "$@"
	check "evening $evening: every ballot is answered" test $? -le 1
	receipts "$WORK/receipts.$evening" \
		"$(awk '$2 > last { last = $2 } END { print last }' "$WORK/answers")"
	stops "evening $evening"
	cp "$public/checkpoint" "$WORK/checkpoint.$evening"
}

# openssl_verifies CHECKPOINT: the one signature, over the text.
openssl_verifies() {
	local key=${VKEY#*+}
	sed '/^$/,$d' "$1" > "$WORK/text"
	sed -n 's/^— .* //p' "$1" | base64 -d | tail -c 64 > "$WORK/signature"
	{
		printf '\060\052\060\005\006\003\053\145\160\003\041\000'
		base64 -d <<< "${key#*+}" | tail -c 32
	} > "$WORK/key.der"
	openssl pkeyutl -verify -pubin -keyform DER -inkey "$WORK/key.der" -rawin \
		-in "$WORK/text" -sigfile "$WORK/signature"
}

# reads COMMAND [FILE...]: and says what it has seen. $from is a folder or an address.
from=$public
where='the folder'
reads() {
	exits 0 "x/mod, $where: $1" "$WORK/interop" "$1" "$VKEY" "$from" "${@:2}"
	sed 's/^/# /' "$WORK/out"
}

# The same log as a running tallyd shows it.
over_http() {
	tallyd_must "$dir"
	from=http://127.0.0.1:$HTTP
	where=HTTP
	reads checkpoint
	reads tiles
	reads entries
	reads records
	reads trees "$WORK"/checkpoint.[123]
	reads served
	stops "the last evening"
}

# flip FILE OFFSET: the lowest bit of that byte is another one.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# refuses WHAT COMMAND EDIT [FILE...]: a copy of the log, $log, after EDIT.
refuses() {
	local log=$WORK/log file
	rm -rf "$log"
	cp -r "$public" "$log"
	eval "$3"
	exits 1 "x/mod refuses: $1" "$WORK/interop" "$2" "$VKEY" "$log" "${@:4}"
	sed "s|$WORK/||; s/^/# /" "$WORK/err"
}

forgeries() {
	local receipt=$WORK/forged/257.tlog-proof other=$WORK/other.key
	mkdir "$WORK/forged"
	refuses "a checkpoint with another size" checkpoint \
		'sed -i "2s/\$/0/" "$log/checkpoint"'
	refuses "a checkpoint with another root" checkpoint \
		'sed -i "3s/.*/$(head -c 32 /dev/zero | base64)/" "$log/checkpoint"'
	refuses "a hash of a full tile" entries 'flip "$log/tile/0/000" 100'
	refuses "a hash of a partial tile" entries \
		'for file in "$log"/tile/1/000.p/*; do flip "$file" 10; done'
	refuses "a hash of a full tile, by its file" tiles 'flip "$log/tile/0/000" 100'
	refuses "an entry" entries 'flip "$log/tile/entries/001" 100'
	refuses "a tile that is gone" records 'rm "$log/tile/0/001"'
	refuses "a tile cut short" tiles 'truncate -s -1 "$log/tile/0/001"'
	refuses "a file that is no tile" tiles 'cp "$log/tile/0/001" "$log/tile/0/1"'
	refuses "an older log that says it is newest" trees \
		'cp "$WORK/checkpoint.1" "$log/checkpoint"' "$WORK/checkpoint.2"
	cp "$WORK/receipts.3/257.tlog-proof" "$receipt"
	refuses "a receipt with another path" receipts \
		'sed -i "3s/.*/$(head -c 32 /dev/zero | base64)/" "$receipt"' "$receipt"
	cp "$WORK/receipts.3/257.tlog-proof" "$WORK/forged/256.tlog-proof"
	sed -i 's/^index .*/index 256/' "$WORK/forged/256.tlog-proof"
	refuses "a receipt with another index" receipts : "$WORK/forged/256.tlog-proof"
	tallyctl keygen --name "${VKEY%%+*}" --out "$other" > /dev/null
	exits 1 "x/mod refuses: another key of that name" "$WORK/interop" checkpoint \
		"$(cat "$other.pub")" "$public"
}

election
found "$dir"
evening 0 300 --receipts "$WORK/receipts.0"
evening 300 2000
evening 2000 end
for number in 1 2 3; do
	check "openssl: checkpoint $number" openssl_verifies "$WORK/checkpoint.$number"
done
if ! interop_build; then
	skipped "no Go with golang.org/x/mod here: nobody else's reader"
	exit 0
fi
reads checkpoint
reads tiles
reads entries
reads records
reads trees "$WORK"/checkpoint.[123]
for number in 0 1 2 3; do
	reads receipts "$WORK/receipts.$number"/*.tlog-proof
done
over_http
forgeries
