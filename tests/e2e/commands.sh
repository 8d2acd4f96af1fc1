#!/bin/bash
# The contract of the commands, line by line: options, exit codes, files, what is refused and how;
# an afternoon of a campaign with notices; the closing minute.
. "$(dirname "$0")/common.bash"
data=$WORK/data

words() {
	local program
	for program in tallyd tallyctl tally-verify tally-bench; do
		exits 0 "$program --help" "$BIN/$program" --help
		says "$program --help: on stdout" "^Usage: $program" "$WORK/out"
		exits 0 "$program --version" "$BIN/$program" --version
		says "$program --version: on stdout" "^$program [0-9]" "$WORK/out"
		exits 2 "$program: an unknown option" "$BIN/$program" --nonsense
		same "$program: an unknown option says nothing on stdout" "$(cat "$WORK/out")" ""
	done
	for program in keygen "campaign check" "campaign from-pb" send "ballot make" \
		"ballot show" "entry show" results receipt notice; do
		# shellcheck disable=SC2086
		exits 0 "tallyctl $program --help" tallyctl $program --help
		# shellcheck disable=SC2086
		exits 2 "tallyctl $program: what is missing is told" tallyctl $program
	done
	exits 2 "tallyctl without a command" "$BIN/tallyctl"
	exits 2 "tallyctl with an unknown one" tallyctl abracadabra
	exits 2 "tallyd without --data" "$BIN/tallyd"
	exits 2 "tally-verify without --key" "$BIN/tally-verify" "$WORK"
}

keys() {
	local key=$WORK/a.key
	exits 0 "keygen" tallyctl keygen --name tally.example/one --out "$key"
	same "keygen: the private key is mode 600" "$(stat -c %a "$key")" 600
	check "keygen: FILE.pub holds the vkey that is printed" cmp "$WORK/out" "$key.pub"
	says "keygen: a vkey" '^tally\.example/one\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$' "$key.pub"
	cp "$key" "$WORK/kept"
	exits 2 "keygen: does not overwrite" tallyctl keygen --name tally.example/one --out "$key"
	check "keygen: what was there stays" cmp "$key" "$WORK/kept"
	rm "$key"
	exits 2 "keygen: does not overwrite FILE.pub either" \
		tallyctl keygen --name tally.example/one --out "$key"
	same "keygen: both files or none" "$(ls "$WORK"/a.key 2> /dev/null)" ""
	exits 2 "keygen: a name with a space" tallyctl keygen --name "a b" --out "$WORK/b.key"
	exits 2 "keygen: a name with a plus" tallyctl keygen --name "a+b" --out "$WORK/b.key"
	exits 2 "keygen: no such folder" tallyctl keygen --name a --out "$WORK/nowhere/b.key"
}

# changed FILTER: a changed manifest in $WORK/changed.json
changed() {
	jq "$1" "$CAMPAIGN/campaign.json" > "$WORK/changed.json"
}

# wrong WHAT FILTER PATH
wrong() {
	changed "$2"
	exits 1 "campaign check: $1" tallyctl campaign check "$WORK/changed.json"
	says "campaign check: $1: by its path" "$3" "$WORK/err"
	exits 2 "tallyd --init: $1" "$BIN/tallyd" --init --data "$WORK/never" \
		--campaign "$WORK/changed.json" --log-key "$CAMPAIGN/log.key"
	says "tallyd --init: $1: by its path" "$3" "$WORK/err"
}

manifests() {
	local id
	exits 0 "campaign check" tallyctl campaign check "$CAMPAIGN/campaign.json"
	id=$(sha256sum < "$CAMPAIGN/campaign.json" | cut -d' ' -f1)
	same "campaign check: prints the campaign id, the SHA-256 of the file" \
		"$(cat "$WORK/out")" "$id"
	exits 2 "campaign check: no such file" tallyctl campaign check "$WORK/none.json"
	wrong "an unknown key" '.surprise = 1' '\$.*surprise'
	wrong "an option twice" '.contests[0].options[2].id = "o1"' \
		'\$\.contests\[0\]\.options\[2\]'
	wrong "closing before opening" '.closes = "2020-01-01T00:00:00Z"' '\$\.closes'
	wrong "more choices than options" '.contests[0].max = 11' '\$\.contests\[0\]'
	wrong "a cost below zero" '.contests[0].options[3].cost = -1' \
		'\$\.contests\[0\]\.options\[3\]\.cost'
	wrong "no frontend" '.frontends = []' '\$\.frontends'
	wrong "a tag context of 31 bytes" '.tag_context |= .[2:]' '\$\.tag_context'
	wrong "another format" '.format = "tally/campaign/v2"' '\$\.format'
	wrong "no voters" '.voters_max = 0' '\$\.voters_max'
	wrong "precedence of nobody" '.precedence = "booth" | .frontends |= .[:1]' \
		'\$\.precedence'
	wrong "a witness with a key of another type" \
		'.witnesses = [.authorities[0] | sub("authority"; "witness")]' 'witness'
	changed '.roster = {root: "'"$id"'", count: 3}'
	exits 2 "tallyd --init: a roster that is not given" "$BIN/tallyd" --init \
		--data "$WORK/never" --campaign "$WORK/changed.json" --log-key "$CAMPAIGN/log.key"
	says "tallyd --init: it is asked for" '\$\.roster.*--roster FILE is missing' "$WORK/err"
	same "tallyd --init: a refusal makes no directory" "$(ls -d "$WORK/never" 2> /dev/null)" ""
}

founding() {
	exits 2 "tallyd --init: --roster" "$BIN/tallyd" --init --data "$WORK/never" --roster x \
		--campaign "$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key"
	says "tallyd --init: --roster is refused by name" 'roster' "$WORK/err"
	exits 2 "tallyd --init: another key than the campaign's" "$BIN/tallyd" --init \
		--data "$WORK/never" --campaign "$CAMPAIGN/campaign.json" \
		--log-key "$CAMPAIGN/a.key"
	exits 2 "tallyd --init: no such campaign" "$BIN/tallyd" --init --data "$WORK/never" \
		--campaign "$WORK/none.json" --log-key "$CAMPAIGN/log.key"
	exits 2 "tallyd --init: without --log-key" "$BIN/tallyd" --init --data "$WORK/never" \
		--campaign "$CAMPAIGN/campaign.json"
	mkdir "$WORK/full"
	touch "$WORK/full/something"
	exits 2 "tallyd --init: a directory that is not empty" "$BIN/tallyd" --init \
		--data "$WORK/full" --campaign "$CAMPAIGN/campaign.json" \
		--log-key "$CAMPAIGN/log.key"
	same "tallyd --init: and nothing is put there" "$(ls "$WORK/full")" something
	exits 0 "tallyd --init" "$BIN/tallyd" --init --data "$data" --anchor "$WORK/anchor" \
		--campaign "$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key"
	same "tallyd --init: the log key's copy has mode 600" "$(stat -c %a "$data/log.key")" 600
	same "tallyd --init: the log key is copied" \
		"$(cmp "$data/log.key" "$CAMPAIGN/log.key" && echo copied)" copied
	exits 2 "tallyd --init: twice" "$BIN/tallyd" --init --data "$data" \
		--campaign "$CAMPAIGN/campaign.json" --log-key "$CAMPAIGN/log.key"
	exits 3 "tallyd: no such data directory" "$BIN/tallyd" --data "$WORK/nowhere"
}

doors() {
	exits 2 "--listen beyond loopback without --plain" "$BIN/tallyd" --data "$WORK/second" \
		--listen 0.0.0.0:0 --http 127.0.0.1:0
	says "--listen beyond loopback: it says what to do" 'plain' "$WORK/err"
	exits 2 "--listen without a port" "$BIN/tallyd" --data "$WORK/second" --listen 127.0.0.1 \
		--http 127.0.0.1:0
	exits 3 "--listen where somebody listens" "$BIN/tallyd" --data "$WORK/second" \
		--listen "127.0.0.1:$PORT" --http 127.0.0.1:0
	exits 3 "a second tallyd on one directory" "$BIN/tallyd" --data "$data" \
		--listen 127.0.0.1:0 --http 127.0.0.1:0
	says "a second tallyd names the first" "process $TALLYD\$" "$WORK/err"
	local status=(curl -s -o /dev/null -w '%{http_code}')
	same "healthz while it runs" \
		"$(curl -s -w '%{http_code}' "http://127.0.0.1:$HTTP/healthz" | xargs)" "ok 200"
	same "any other path" "$("${status[@]}" "http://127.0.0.1:$HTTP/else")" 404
	same "POST is not served" \
		"$("${status[@]}" -d x "http://127.0.0.1:$HTTP/healthz")" 405
}

ballots() {
	local secret=$WORK/tag.secret make=(ballot make --campaign "$CAMPAIGN/campaign.json"
		--key "$CAMPAIGN/a.key" --tag-secret "$WORK/tag.secret")
	(umask 077; head -c 32 /dev/urandom | xxd -p -c 64 > "$secret")
	exits 0 "ballot make" tallyctl "${make[@]}" --identity "voter one" --choose c=o3,o1 \
		--out "$WORK/one"
	exits 0 "ballot make: the same again" tallyctl "${make[@]}" --identity "voter one" \
		--choose c=o1,o3 --out "$WORK/one.again"
	check "ballot make: one vote has one encoding" cmp "$WORK/one" "$WORK/one.again"
	exits 0 "ballot make: another vote of the same voter" tallyctl "${make[@]}" \
		--identity "voter one" --choose c=o2 --out "$WORK/two"
	exits 0 "ballot make: too many choices can be made" tallyctl "${make[@]}" \
		--identity "voter two" --choose c=o1,o2,o3,o4 --out "$WORK/four"
	exits 2 "ballot make: no such option" tallyctl "${make[@]}" --identity x \
		--choose c=o99 --out "$WORK/none"
	exits 2 "ballot make: no such contest" tallyctl "${make[@]}" --identity x \
		--choose d=o1 --out "$WORK/none"
	exits 0 "ballot show --json" tallyctl ballot show --json --campaign \
		"$CAMPAIGN/campaign.json" "$WORK/one"
	check "ballot show --json: a line of JSON" jq -e . "$WORK/out"
	exits 1 "ballot show: what is no ballot" tallyctl ballot show \
		<(printf '\0\4what')
	exits 2 "ballot show: a file cut short" tallyctl ballot show \
		<(head -c 100 "$WORK/one")
	exits 0 "send" tallyctl send --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/one" --receipts "$WORK/receipts" --answers "$WORK/one.answers"
	same "send: a line for each verdict" "$(cat "$WORK/out")" "accepted 1"
	index=$(cut -d' ' -f2 "$WORK/one.answers")
	exits 1 "send: refusals" tallyctl send --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/b.key" \
		--ballots <(cat "$WORK/one" "$WORK/two" "$WORK/four")
	same "send: their names and counts" "$(sort "$WORK/out" | xargs)" \
		"accepted 1 has-voted 1 too-many-choices 1"
	exits 3 "send: nobody there" tallyctl send --connect 127.0.0.1:1 --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/one"
	exits 3 "send: a frontend that is not listed" tallyctl send --connect "127.0.0.1:$PORT" \
		--key "$CAMPAIGN/log.key" --ballots "$WORK/one"
	exits 1 "send: an authority does not vote" tallyctl send \
		--connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key" --ballots "$WORK/one"
	says "send: an authority is told so" '^not-for-you 1$' "$WORK/out"
	exits 2 "send: no such file" tallyctl send --connect "127.0.0.1:$PORT" \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/none"
}

receipts() {
	local verify=("$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" --receipt)
	exits 0 "receipt" tallyctl receipt --connect "127.0.0.1:$PORT" --index "$index"
	cp "$WORK/out" "$WORK/receipt"
	same "receipt: a tlog-proof" "$(head -n 1 "$WORK/receipt")" "c2sp.org/tlog-proof@v1"
	exits 0 "a receipt is verified without the log" "${verify[@]}" "$WORK/receipt" --json
	check "a receipt's report is JSON" jq -e . "$WORK/out"
	exits 0 "a receipt is verified for its ballot" "${verify[@]}" "$WORK/receipt" \
		--ballot "$WORK/one"
	exits 1 "a receipt is not for another ballot" "${verify[@]}" "$WORK/receipt" \
		--ballot "$WORK/two"
	exits 0 "send --receipts: as good" "${verify[@]}" "$WORK/receipts/$index.tlog-proof" \
		--ballot "$WORK/one"
	exits 1 "a receipt by another key is refused" "$BIN/tally-verify" \
		--key "$CAMPAIGN/a.key.pub" --receipt "$WORK/receipt"
	sed "s/^index .*/index $((index + 100))/" "$WORK/receipt" > "$WORK/receipt.bad"
	exits 1 "a receipt with another index is refused" "${verify[@]}" "$WORK/receipt.bad"
	exits 1 "receipt: an entry that is not there" tallyctl receipt \
		--connect "127.0.0.1:$PORT" --index 999999
}

# notices KIND SKIP TIMES [KEY]
notices() {
	"$OUT/tests/e2e/notices" "$PORT" "$CAMPAIGN/campaign.json" "$CAMPAIGN/log.key.pub" \
		"${4:-$CAMPAIGN/authority.key}" "$1" "$2" "$3"
}

# answered WHAT FILE VERDICT: sends the voters of FILE through b.
answered() {
	send "$CAMPAIGN/b.key" "$2" "$WORK/answered" --no-retry
	same "$1: $3" "$(cut -d' ' -f1 "$WORK/answered" | sort -u | xargs)" "$3"
}

orders() {
	local end later notice
	end=$(date -d "$(jq -r .closes "$CAMPAIGN/campaign.json")" +%s)
	later=$(date -u -d "@$((end + 3600))" +%Y-%m-%dT%H:%M:00Z)
	notice=(tallyctl notice --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key")
	for n in 0 1 2 3; do
		voters key="$CAMPAIGN/b.key" seed=5 first=$((n * 10)) count=10 > "$WORK/ten.$n"
	done
	answered "open" "$WORK/ten.0" accepted
	same "a notice out of order" "$(notices close 1 1)" "notice-out-of-order -"
	same "a notice by a key that is no authority's" "$(notices close 0 1 "$CAMPAIGN/a.key")" \
		"unknown-signer -"
	exits 1 "notice extend: to an earlier time" "${notice[@]}" extend \
		--to "$(date -u -d "@$((end - 3600))" +%Y-%m-%dT%H:%M:00Z)"
	says "notice extend: to an earlier time: the verdict" '^notice-impossible$' "$WORK/out"
	says "notice extend: to an earlier time: why" 'not later than the closing time' "$WORK/err"
	exits 1 "notice unseal: while it is open" "${notice[@]}" unseal
	says "notice unseal: why not" 'the campaign is not closed$' "$WORK/err"
	exits 0 "notice close" "${notice[@]}" close
	says "notice close: accepted, and its index" '^accepted [0-9]+$' "$WORK/out"
	await_line "$LOG" "$TALLYD" 'voting is closed'
	answered "after close" "$WORK/ten.1" closed
	answered "after close, what was accepted before" "$WORK/ten.0" accepted
	exits 1 "notice close: when it is closed" "${notice[@]}" close
	says "notice close: why not" 'closed already$' "$WORK/err"
	exits 1 "notice unseal: of live results" "${notice[@]}" unseal
	says "notice unseal: why not" 'results are not sealed$' "$WORK/err"
	exits 0 "notice extend" "${notice[@]}" extend --to "$later"
	await_line "$LOG" "$TALLYD" 'voting is open'
	answered "after extend" "$WORK/ten.2" accepted
	notices $((end + 7200)) 0 2 > "$WORK/twice"
	same "a notice twice: accepted both times" "$(cut -d' ' -f1 "$WORK/twice" | xargs)" \
		"accepted accepted"
	same "a notice twice: one index" "$(sort -u "$WORK/twice" | wc -l)" 1
	exits 2 "notice extend: without --to" "${notice[@]}" extend
	exits 2 "notice: a kind that there is not" "${notice[@]}" vote
	exits 2 "notice: an option of another kind" "${notice[@]}" pause --to "$later"
	exits 2 "notice text: nothing to say" "${notice[@]}" text
	exits 2 "notice draw: two lines" "${notice[@]}" draw $'7\n8'
	exits 2 "notice revoke: whose" "${notice[@]}" revoke
	exits 2 "notice void: again or barred" "${notice[@]}" void --tags /dev/null --reason x
}

# /readyz does, at the latest a tick of tallyd's later.
says_ready() {
	local try answer
	for try in {1..200}; do
		answer=$(curl -s "http://127.0.0.1:$HTTP/readyz")
		[ "$answer" = "$1" ] && break
	done
	same "readyz" "$answer" "$1"
}

# pause, resume, text, withdraw, revoke, draw: what they do to ballots, and why not.
further_orders() {
	local notice key
	notice=(tallyctl notice --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/authority.key")
	exits 1 "notice resume: while nothing is paused" "${notice[@]}" resume
	says "notice resume: why not" 'the campaign is not paused$' "$WORK/err"
	exits 0 "notice pause" "${notice[@]}" pause
	await_line "$LOG" "$TALLYD" 'voting is paused'
	answered "paused" "$WORK/ten.3" paused
	says_ready 'voting is paused'
	exits 1 "notice pause: twice" "${notice[@]}" pause
	says "notice pause: why not" 'paused already$' "$WORK/err"
	exits 0 "notice resume" "${notice[@]}" resume
	printf 'Voting was paused.\nIt goes on.\n' > "$WORK/words"
	exits 0 "notice text: of a file" "${notice[@]}" text "@$WORK/words"
	exits 1 "notice draw: where nothing is drawn" "${notice[@]}" draw "7, 23"
	says "notice draw: why not" 'no contest of the campaign has drawn ties$' "$WORK/err"
	exits 2 "notice withdraw: no such contest" "${notice[@]}" withdraw --contest nowhere \
		--option x
	says "notice withdraw: it says so" "no contest 'nowhere'$" "$WORK/err"
	exits 1 "notice enrol: without a roster" "${notice[@]}" enrol --roster <(
		printf '%064d;%s\n' 7 "$(jq -r '.districts[0].id // ""' "$CAMPAIGN/campaign.json")")
	says "notice enrol: why not" 'the campaign has no roster$' "$WORK/err"
	key=$(cat "$CAMPAIGN/a.key.pub")
	exits 0 "notice revoke" "${notice[@]}" revoke --frontend "$key"
	exits 1 "notice revoke: twice" "${notice[@]}" revoke --frontend "$key"
	says "notice revoke: why not" 'has been revoked already$' "$WORK/err"
	exits 1 "notice revoke: a registrar" "${notice[@]}" revoke --registrar "$key"
	says "notice revoke: of whom" 'lists no registrar with that key$' "$WORK/err"
	exits 3 "a revoked frontend is sent away" tallyctl send --connect "127.0.0.1:$PORT" \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/ten.0"
	says "a revoked frontend: why" 'the signing key has been revoked' "$WORK/err"
}

restart() {
	local before
	stops "running"
	says "SIGTERM: the last line counts" 'stopped with [0-9]+ entries' "$LOG"
	before=$(sed -n 2p "$data/public/checkpoint")
	same "SIGTERM publishes everything" "$(judge "$data/public" > /dev/null; echo $?) $before" \
		"0 $(sed -n 's/.*stopped with \([0-9]*\) entries/\1/p' "$LOG")"
	cp "$data/public/checkpoint" "$WORK/old"
	results "$data" "$WORK/before"
	tallyd_must "$data"
	says "a restart continues" "ready: .* $before entries" "$LOG"
	answered "after a restart, what was accepted before" "$WORK/ten.0" accepted
	answered "after a restart, new voters" "$WORK/ten.3" accepted
	kill -INT "$TALLYD"
	await "$TALLYD"
	same "SIGINT ends tallyd with 0 too" "$CODE" 0
	exits 0 "the log continues the older checkpoint" "$BIN/tally-verify" --key \
		"$CAMPAIGN/log.key.pub" --old "$WORK/old" \
		--campaign "$(sha256sum < "$CAMPAIGN/campaign.json" | cut -d' ' -f1)" "$data/public"
	exits 1 "tally-verify --campaign: another one" "$BIN/tally-verify" --key \
		"$CAMPAIGN/log.key.pub" --campaign "$(printf '0%.0s' {1..64})" "$data/public"
	exits 0 "tally-verify --json" "$BIN/tally-verify" --json --key "$CAMPAIGN/log.key.pub" \
		"$data/public"
	check "tally-verify --json: JSON" jq -e . "$WORK/out"
	exits 1 "tally-verify: another key" "$BIN/tally-verify" --key "$CAMPAIGN/a.key.pub" \
		"$data/public"
	exits 2 "tally-verify: no such log" "$BIN/tally-verify" --key "$CAMPAIGN/log.key.pub" \
		"$WORK/nowhere"
}

reading() {
	results "$data" "$WORK/after"
	same "results: before and after" \
		"$(jq .ballots "$WORK/before" "$WORK/after" | xargs)" "21 31"
	check "results: the fields of the contract" jq -e '
		(.index | type == "number") and (.ballots == .in_tree) and .replaced == 0 and
		.voided == 0 and (.contests | length == 1) and .contests[0].id == "c" and
		(.contests[0].options | length == 10) and
		(.contests[0].options[0] | .id == "o0" and (.votes | type == "number") and
		.score == .votes) and .contests[0].winners == [] and
		.contests[0].outcome == "none"' "$WORK/after"
	check "results: a recount gives the same" judge -r "$WORK/after" "$data/public"
	exits 0 "results: a table" tallyctl results --log "$data/public"
	exits 2 "results: an unknown format" tallyctl results --log "$data/public" --format xml
	exits 0 "entry show" tallyctl entry show "$index" --log "$data/public"
	exits 0 "entry show --json" tallyctl entry show "$index" --log "$data/public" --json
	check "entry show --json: JSON" jq -e ".index == $index" "$WORK/out"
	exits 2 "entry show: no such entry" tallyctl entry show 999999 --log "$data/public"
	check "the data directory is its owner's alone" test "$(stat -c %a "$data")" = 700
	check "no line says a tag or a count of an option" \
		sh -c "! grep -hE '[0-9a-f]{64}|o[0-9]+ ' $WORK/tallyd.*.log"
}

closing() {
	local library end now before dir=$WORK/closing
	library=$(faketime_library)
	if [ -z "$library" ]; then
		skipped "there is no libfaketime: opening and closing by the clock"
		return
	fi
	campaign "$WORK/closing.campaign" closes="$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:00Z)"
	end=$(date -d "$(jq -r .closes "$CAMPAIGN/campaign.json")" +%s)
	found "$WORK/asleep"
	for n in 0 1; do
		voters key="$CAMPAIGN/b.key" seed=6 first=$((n * 10)) count=10 > "$WORK/ten.$n"
	done
	at() {
		now=$(date +%s)
		PREFIX=(env LD_PRELOAD="$library" FAKETIME="+$((end - now + $1))s"
			DONT_FAKE_MONOTONIC=1)
	}
	# Who was too slow for that does it again, earlier.
	for before in 3 9 27 81; do
		rm -rf "$dir"
		cp -a "$WORK/asleep" "$dir"
		at -$before
		tallyd_must "$dir"
		send "$CAMPAIGN/b.key" "$WORK/ten.0" "$WORK/answered" --no-retry
		grep -qv '^accepted ' "$WORK/answered" || break
		tallyd_kill
	done
	answered "seconds before the closing time" "$WORK/ten.0" accepted
	await_line "$LOG" "$TALLYD" 'voting is closed' 100
	answered "when the clock has closed it" "$WORK/ten.1" closed
	PREFIX=()
	stops "closed by the clock"
	results "$dir" "$WORK/results"
	same "closed by the clock: the results say so" \
		"$(jq -r '"\(.phase) \(.ballots)"' "$WORK/results")" "closed 10"
	audit "closed by the clock" "$dir"
	at 60
	tallyd_must "$WORK/asleep"
	answered "asleep over the closing time: CLOSE comes before the first ballot" \
		"$WORK/ten.0" closed
	PREFIX=()
	stops "asleep over the closing time"
	audit "asleep over the closing time" "$WORK/asleep"
}

not_open() {
	campaign "$WORK/early.campaign" opens="$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:00Z)"
	found "$WORK/early"
	voters key="$CAMPAIGN/b.key" seed=6 count=10 > "$WORK/ten.0"
	tallyd_must "$WORK/early"
	answered "before it opens" "$WORK/ten.0" not-open-yet
	stops "before it opens"
	audit "before it opens" "$WORK/early"
}

words
keys
campaign "$WORK/campaign" || exit 1
manifests
founding
found "$WORK/second"
tallyd_must "$data"
doors
ballots
receipts
orders
further_orders
restart
reading
audit "the afternoon" "$data"
closing
not_open
