#!/bin/bash
# tally-bench against a live tallyd: ballots signed beforehand get the verdicts that were foretold;
# a stopped server shows in the latency of an open loop, a killed one costs reconnects, no ballot.
# FULL: 60,000 voters, else 2,500.
. "$(dirname "$0")/common.bash"
count=$([ -n "$FULL" ] && echo 60000 || echo 2500)
dir=$WORK/data

bench() {
	"$BIN/tally-bench" "$@"
}

# load WHAT CODE OPTION...: its JSON in $WORK/run.json
load() {
	local what=$1 code=$2
	shift 2
	rm -f "$WORK/run.json"
	exits "$code" "$what" bench load --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" \
		--key "$CAMPAIGN/b.key" --ballots "$WORK/ballots" --json "$WORK/run.json" "$@"
}

figure() {
	jq -cS ".runs[0] | $1" "$WORK/run.json"
}

# Verdicts and their counts, as `make` told them, as JSON.
foretold() {
	awk '{ sum[$3] += $2 } END { for (verdict in sum) print verdict, sum[verdict] }' \
		"$WORK/made" | jq -cnR '[inputs | split(" ") | {(.[0]): (.[1] | tonumber)}] | add' |
		jq -cS .
}

make_ballots() {
	local words=(make --campaign "$CAMPAIGN" --voters "$count" --repeats 3% --revotes 3%
		--forged 0.06 --seed "$SEED")
	exits 0 "make" bench "${words[@]}" --out "$WORK/ballots"
	cp "$WORK/out" "$WORK/made"
	exits 2 "make: does not overwrite" bench "${words[@]}" --out "$WORK/ballots"
	exits 0 "make: on one thread" bench "${words[@]}" --threads 1 --out "$WORK/again"
	check "make: the same seed makes the same file" cmp "$WORK/ballots" "$WORK/again"
	check "make: and the same .kinds" cmp "$WORK/ballots.kinds" "$WORK/again.kinds"
	same "make: each voter has a first ballot" "$(awk '/^fresh/ { print $2 }' "$WORK/made")" \
		"$count"
	same "make: every kind of forgery is there" "$(grep -c '^forged-' "$WORK/made")" 6
	rm "$WORK/again" "$WORK/again.kinds"
}

words() {
	exits 2 "load: what is missing is told" bench load
	exits 2 "load: two rates are one too many" bench load --rate 5 --ramp 1:2:3
	exits 2 "load: connections that threads cannot share" bench load --connect x:1 --key k \
		--ballots b --connections 5 --threads 2
	exits 2 "sweep: a rate of nothing" bench sweep --rates 0
	exits 2 "sweep: rates and shares do not mix" bench sweep --rates 500,50%
	bench sweep --help > "$WORK/help"
	says "sweep: a heading has options below it" '^  *-b, --ballots' \
		<(grep -A3 'Where to, and what' "$WORK/help")
	exits 2 "make: shares beyond all" bench make --campaign "$CAMPAIGN" --voters 5 \
		--forged 99% --out "$WORK/none"
	exits 3 "load: nobody is there" bench load --connect 127.0.0.1:1 --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/ballots"
	for option in --report --json; do
		exits 2 "load: a place for $option that is not there, before the run" \
			bench load --connect 127.0.0.1:1 --key "$CAMPAIGN/a.key" \
			--ballots "$WORK/ballots" "$option" "$WORK/nowhere/x"
	done
	head -c 1000 "$WORK/ballots" > "$WORK/cut"
	exits 2 "load: a file that is cut off" bench load --connect 127.0.0.1:1 \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/cut"
	exits 2 "load: a folder in place of ballots" bench load --connect 127.0.0.1:1 \
		--key "$CAMPAIGN/a.key" --ballots "$WORK"
	exits 2 "load: a folder in place of a report, before the run" bench load \
		--connect 127.0.0.1:1 --key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" \
		--report "$WORK"
	exits 2 "load: seconds beyond any run" bench load --seconds 1e300
	exits 2 "load: a speed without a profile" bench load --connect x:1 --key k --ballots b \
		--rate 5 --speed 2
	says "load: a speed without a profile: why" 'speed is for --profile' "$WORK/err"
	exits 2 "sweep: a rate beyond any" bench sweep --rates 1e300
	echo '{}' > "$WORK/campaign.json"
	exits 2 "make: what is no campaign" bench make --campaign "$WORK" --voters 5 \
		--out "$WORK/none"
}

# never WHY OPTION...: times by which nothing can be sent are refused in such words, at once.
never() {
	local why=$1
	shift
	exits 2 "load $*" bench load --connect 127.0.0.1:1 --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/ballots" "$@"
	says "load $*: why" "$why" "$WORK/err"
}

times() {
	never 'nothing is sent in it' --rate 0
	never 'a rate is above' --rate 1e300
	never 'no time, or for more than' --ramp 1:2:0
	never 'the peak .* is longer' --spike 1:2:3:4:5
	never 'line 7: a rate is above' --last-evening 1e300
	never 'cannot open .*: No such file' --profile "$WORK/nowhere.csv"
	printf 'seconds,rate\n0,1\n5,x\n' > "$WORK/profile.csv"
	never 'profile.csv: line 3: is not SECONDS,RATE' --profile "$WORK/profile.csv"
}

# refused WHY KEY OPTION...: what the server refuses for good is told at once.
refused() {
	local why=$1 key=$2
	shift 2
	exits 2 "refused for good ($why)" timeout 60 "$BIN/tally-bench" load \
		--connect "127.0.0.1:$PORT" --key "$key" --ballots "$WORK/ballots" "$@"
	says "refused for good: $why" "^tally-bench: connection [0-9]+: .*$why" "$WORK/err"
}

refusals() {
	refused 'not listed in the campaign' "$CAMPAIGN/log.key"
	refused 'runs another campaign' "$CAMPAIGN/a.key" --campaign "$(printf '0%.0s' {1..64})"
	refused 'log key is not the expected' "$CAMPAIGN/a.key" \
		--log-key "$(cat "$CAMPAIGN/a.key.pub")"
	exits 3 "no metrics at that port" bench load --connect "127.0.0.1:$PORT" \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" --metrics http://127.0.0.1:1
	says "no metrics at that port: why" '127.0.0.1:1/metrics: .*connect' "$WORK/err"
	exits 3 "no room for the JSON" bench load --connect "127.0.0.1:$PORT" --count 10 \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" --json /dev/full \
		--report "$WORK/page.html"
	says "no room for the JSON: the page is written all the same" '</html>' "$WORK/page.html"
}

# A server that does not greet holds nobody up who wants to end.
unheard() {
	kill -STOP "$TALLYD"
	"$BIN/tally-bench" load --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/ballots" --log-key "$(cat "$CAMPAIGN/log.key.pub")" --campaign \
		"$(jq -r .campaign "$WORK/run.json")" \
		> "$WORK/out" 2>&1 &
	LOADING=$!
	running+=("$LOADING")
	until (($(sed -n "s/^SigCgt:\t*/0x/p" "/proc/$LOADING/status") & 2)); do # SIGINT
		kill -0 "$LOADING" || break
		read -rt 0.02 <> <(:)
	done
	kill -INT "$LOADING"
	await "$LOADING"
	same "interrupted before the server has greeted" "$CODE" 130
	kill -CONT "$TALLYD"
}

closed() {
	load "closed loop: all as foretold" 0 --connections 6 --threads 2 --pid "$TALLYD" \
		--data "$dir"
	same "closed loop: the verdicts that make foretold" \
		"$(figure .total.verdicts)" "$(foretold)"
	same "closed loop: no surprise, all are answered" \
		"$(figure '[.total.surprises, .unanswered, .total.sent - .total.answered]')" \
		'[0,0,0]'
	same "closed loop: the server's processor and memory were seen" \
		"$(figure '.total.server | .cpu_s > 0 and .memory_bytes > 1000000')" true
	load "the same file again: the same answers" 0 --connections 3
	same "the same file again: the verdicts that make foretold" \
		"$(figure .total.verdicts)" "$(foretold)"
}

ran_out() {
	exits 2 "ballots that will run out are told before the start" bench load \
		--connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" \
		--rate 1000000 --seconds 1
	says "ballots that will run out: how many it takes" 'takes 1000000 ballots' "$WORK/err"
	load "ballots that run out, knowingly" 0 --rate 10000 --seconds 10 --count 90000 --short
	same "ballots that run out: how many were missing" \
		"$(figure '.missing + .total.sent')" 90000
	says "ballots that run out: loudly" 'THE BALLOTS RAN OUT' "$WORK/out"
	exits 2 "sweep: rates that the file cannot feed, before it begins" bench sweep \
		--connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" \
		--rates 1000,100000 --seconds 1
	bench make --campaign "$CAMPAIGN" --voters 40 --seed "$SEED" --out "$WORK/few" \
		> "$WORK/said"
	exits 2 "sweep: shares that the file cannot feed" bench sweep \
		--connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" --ballots "$WORK/few" \
		--window 2 --connections 2 --seconds 0.2 \
		--rates "10,$(printf '200,%.0s' {1..14})200%" --json "$WORK/short.json"
	says "sweep: how many would do" 'too few ballots for .*200 %: .* a file of [0-9]+ would' \
		"$WORK/err"
	says "sweep: the JSON names what was left out" '"left_out": ".*200 %"' "$WORK/short.json"
}

# taken COUNT: until so many ballots are accepted.
taken() {
	local seen=0
	until [ "${seen:-0}" -ge "$1" ]; do
		kill -0 "$LOADING" || return
		seen=$(curl -s "$METRICS/metrics" |
			sed -n 's/^tallyd_ballots_total{result="accepted"} //p')
	done
}

# loading DIR OPTION...: a server of its own and an open loop that goes on beside: LOADING.
loading() {
	local dir=$1
	shift
	found "$dir"
	tallyd_must "$dir" --metrics 127.0.0.1:0
	METRICS=http://127.0.0.1:$(sed -n 's/.*metrics at port \([0-9]*\)$/\1/p' "$LOG")
	bench load --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" --ballots "$WORK/ballots" \
		--connections 4 --window 8 --patience 100 --json "$WORK/run.json" \
		--pid "$TALLYD" "$@" \
		> "$WORK/out" 2>&1 &
	LOADING=$!
	running+=("$LOADING")
}

paused() {
	loading "$WORK/paused" --rate 400
	taken 100
	kill -STOP "$TALLYD"
	sleep 1
	kill -CONT "$TALLYD"
	await "$LOADING"
	same "a server stopped for a second: every answer comes, as foretold" "$CODE" 0
	same "a server stopped for a second: it is in the latency" \
		"$(figure '.latency_ns.max >= 1000000000')" true
	same "a server stopped for a second: of all that were meant to be sent in it" \
		"$(figure '.total.late > 200')" true
	stops "a server stopped for a second"
}

killed() {
	loading "$WORK/killed" --rate 400
	taken 100
	tallyd_kill
	FIXED_PORT=$PORT tallyd_must "$WORK/killed"
	await "$LOADING"
	same "a server killed on the way: every answer comes, as foretold" "$CODE" 0
	same "a server killed on the way: each connection was made again" \
		"$(figure .total.reconnects)" 4
	same "a server killed on the way: its processor time is not known, from then on" \
		"$(figure '[.server_ended_s > 0, .total.server]')" '[true,null]'
	same "a server killed on the way: the verdicts are those of any other" \
		"$(figure .total.verdicts)" "$(foretold)"
	stops "a server killed on the way"
	audit "a server killed on the way" "$WORK/killed"
}

# Between two ballots, when nothing is owed: what is still to be sent waits for nobody in vain.
gone() {
	loading "$WORK/gone" --rate 5 --patience 1
	taken 4
	tallyd_kill
	await "$LOADING"
	same "a server gone for good: the load comes to an end" "$CODE" 3
	same "a server gone for good: lost connections are a line a second" \
		"$(($(grep -c '^tally-bench: connection ' "$WORK/out") <= 4))" 1
	says "a server gone for good: it says what is left" \
		'given up: [0-9]+ ballots have no answer, [0-9]+ are left' "$WORK/out"
}

surprised() {
	local place
	found "$WORK/surprised"
	tallyd_must "$WORK/surprised"
	printf '\x03' | dd of="$WORK/ballots.kinds" bs=1 seek=36 conv=notrunc status=none
	load "a file that foretells something else" 1 --count 50
	place=$(figure '.surprises[] | [.place, .kind, .foretold, .verdict]')
	same "a file that foretells something else: the ballot is named" "$place" \
		'[0,"second","has-voted","accepted"]'
	truncate -s -1 "$WORK/ballots.kinds"
	exits 2 "a .kinds of another file" bench load --connect "127.0.0.1:$PORT" \
		--key "$CAMPAIGN/a.key" --ballots "$WORK/ballots"
	stops "a file that foretells something else"
}

swept() {
	found "$WORK/swept"
	tallyd_must "$WORK/swept"
	exits 0 "sweep" bench sweep --connect "127.0.0.1:$PORT" --key "$CAMPAIGN/a.key" \
		--ballots "$WORK/ballots" --window 2 --connections 2 --seconds 0.05 \
		--rates 20,50% --json "$WORK/run.json"
	same "sweep: saturation, then parts of it" "$(jq -c '[.runs[].label]' "$WORK/run.json")" \
		'["saturation","20 % of saturation","50 % of saturation"]'
	stops sweep
	results "$WORK/swept" "$WORK/swept.json"
	# A repeat of a ballot is accepted again, and is in the log once.
	same "sweep: each run had ballots of its own" \
		"$(jq '[.runs[].kinds[] | select(.kind == "fresh") | .answered] | add' \
			"$WORK/run.json")" "$(jq .ballots "$WORK/swept.json")"
}

campaign "$WORK/campaign" || exit 1
make_ballots
words
times
found "$dir"
tallyd_must "$dir"
closed
refusals
unheard
ran_out
stops "closed loop"
audit "closed loop" "$dir"
paused
killed
gone
swept
surprised
