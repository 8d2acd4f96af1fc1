#!/bin/bash
# Hostile neighbours: a frontend that floods with forged ballots, strangers who connect and say
# nothing, clients that never read, noise, more connections than descriptors. The honest frontend
# beside them is served, and memory stays within its bounds.
. "$(dirname "$0")/common.bash"
echo "# seed $SEED"
count=$([ -n "$FULL" ] && echo 60000 || echo 8000)
flood=$OUT/tests/e2e/flood
dir=$WORK/data

rss() {
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$TALLYD/status"
}

# honest WHAT FIRST: a thousand new voters through frontend b, all accepted.
honest() {
	voters key="$CAMPAIGN/b.key" seed="$SEED" count=1000 first="$2" > "$WORK/honest.$2"
	send "$CAMPAIGN/b.key" "$WORK/honest.$2" "$WORK/honest.$2.answers"
	same "$1: the honest frontend's ballots are all accepted" "$?" 0
	pairs+=("$WORK/honest.$2" "$WORK/honest.$2.answers")
}

forged() {
	local said answered accepted forged
	voters key="$CAMPAIGN/b.key" seed="$SEED" count="$count" > "$WORK/good"
	"$flood" fair "$PORT" "$CAMPAIGN/campaign.json" "$CAMPAIGN/log.key.pub" \
		"$CAMPAIGN/a.key" "$WORK/forged" 16 "$CAMPAIGN/b.key" "$WORK/good" > "$WORK/said"
	same "forged ballots on 16 connections: the flood ran" "$?" 0
	read -r _ answered _ accepted _ forged < "$WORK/said"
	: > "$WORK/said"
	same "forged ballots on 16 connections: the honest frontend's are all accepted" \
		"$answered $accepted" "$count $count"
	# Its half, less what sixteen busy neighbours on the same cores take from its client; by
	# connections it would be a seventeenth.
	check "forged ballots: a fair share for the honest frontend ($answered beside $forged)" \
		test $((answered * 6)) -ge $((answered + forged))
}

silent() {
	local sockets=() fd
	for ((i = 0; i < 200; i++)); do
		exec {fd}<> "/dev/tcp/127.0.0.1/$PORT" || break
		sockets+=("$fd")
	done 2> /dev/null
	same "200 strangers who say nothing are connected" "${#sockets[@]}" 200
	honest "beside 200 silent strangers" 200000
	for fd in "${sockets[@]}"; do
		exec {fd}>&-
	done
}

never_reads() {
	local before after input
	before=$(rss)
	mkfifo "$WORK/hold"
	"$flood" unread "$PORT" "$CAMPAIGN/campaign.json" "$CAMPAIGN/log.key.pub" \
		"$CAMPAIGN/a.key" "$WORK/forged" 40 < "$WORK/hold" > "$WORK/stuck" &
	input=$!
	running+=("$input")
	exec {hold}> "$WORK/hold"
	await_line "$WORK/stuck" "$input" '^stuck'
	says "40 clients that never read: they are stuck" '^stuck' "$WORK/stuck"
	honest "beside 40 clients that never read" 210000
	after=$(rss)
	# 2 x 64 KiB of reading and 256 KiB of writing each, what the allocator keeps, and the
	# pipeline's 64 parcels of 160 KiB, which this load may be the first to fill.
	check "40 clients that never read: memory grew from $before to $after KiB only" \
		test $((after - before)) -lt $((40 * 400 + 4096 + 64 * 160))
	exec {hold}>&-
	wait "$input"
}

noise() {
	local sockets=() fd i hung=0
	for ((i = 0; i < 30; i++)); do
		exec {fd}<> "/dev/tcp/127.0.0.1/$PORT"
		sockets+=("$fd")
		# A frame of the greatest size that is announced and never comes; or anything.
		if [ $((i % 3)) -eq 0 ]; then
			printf '\0\1\0\0\1\0\0\0\0\0\0\0' >&"$fd"
		else
			head -c $((RANDOM % 3000 + 1)) /dev/urandom >&"$fd"
		fi
	done 2> /dev/null
	honest "beside noise" 220000
	for fd in "${sockets[@]}"; do
		timeout 60 cat <&"$fd" > /dev/null 2>&1
		[ $? -ne 124 ] || hung=$((hung + 1))
		exec {fd}>&-
	done
	same "noise: every one of its connections is ended by tallyd" "$hung" 0
}

descriptors() {
	local sockets=() fd limit
	PREFIX=(prlimit --nofile=64)
	tallyd_start "$dir"
	PREFIX=()
	same "too few descriptors: tallyd says so and does not start" "$CODE" 3
	tallyd_must "$dir"
	limit=$(prlimit --pid "$TALLYD" --nofile --noheadings --output SOFT,HARD | tr -s ' ' :)
	prlimit --pid "$TALLYD" --nofile=64:
	exec {first}<> "/dev/tcp/127.0.0.1/$PORT"
	for ((i = 0; i < 100; i++)); do
		exec {fd}<> "/dev/tcp/127.0.0.1/$PORT" || break
		sockets+=("$fd")
	done 2> /dev/null
	for fd in "${sockets[@]}" $first; do
		exec {fd}>&-
	done
	prlimit --pid "$TALLYD" --nofile="${limit%%:*}:"
	honest "after more connections than descriptors" 230000
	stops "more connections than descriptors"
}

pairs=()
campaign "$WORK/campaign" voters=200000 || exit 1
voters key="$CAMPAIGN/a.key" seed="$SEED" first=100000 count=20000 forge=1 > "$WORK/forged"
found "$dir"
# Where signatures are what the server is short of: with tables one connection asks for less than
# its half, and a share says nothing.
tallyd_must "$dir" --verify=libsodium
forged
stops "forged ballots"
tallyd_must "$dir"
silent
never_reads
noise
stops flood
descriptors
results "$dir" "$WORK/results"
check "no forged ballot is in the log; every answer is true" judge -n $((count + 4000)) \
	-v accepted -r "$WORK/results" "$dir/public" "${pairs[@]}"
audit flood "$dir"
