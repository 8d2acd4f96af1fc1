#!/bin/bash
# includes.sh: does every file include only what includes.txt lets its room include? Run where
# engine/, include/, tools/ and bench/tally-bench/ are. `ok includes`, or a line for each
# violation and `not ok`.
set -u
here=$(dirname "$0")

find engine include tools bench/tally-bench -name '*.[ch]' | sort |
	xargs grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' |
	sed -E 's/^([^:]*):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1 \2 /' |
	awk -v table="$here/includes.txt" '
	function violation(why) {
		print "includes: " $1 ":" $2 ": " name " " $3 " " why
		bad++
	}
	BEGIN {
		# Free for all: nothing behind them but types and memory.
		n = split("<stdbool.h> <stddef.h> <stdint.h> <string.h> <inttypes.h>", list, " ")
		for (i = 1; i <= n; i++)
			free[list[i]] = 1
		while ((getline line < table) > 0) {
			sub(/#.*/, "", line)
			if (split(line, side, ":") != 2)
				continue
			sub(/ /, "", side[1])
			known[side[1]] = 1
			n = split(side[2], list, " ")
			for (i = 1; i <= n; i++)
				may[side[1], list[i]] = 1
		}
	}
	{
		lines++
		parts = split($1, path, "/")
		name = path[1]
		if (name == "engine")
			name = path[2]
		else if (name == "tools" || name == "bench")
			name = name "/" path[2]
		if (parts == 2 && path[1] == "engine")
			sub(/\.[ch]$/, "", name)
		if (name == "limits")
			name = "include"
		if (!(name in known)) {
			violation("is not in includes.txt")
			next
		}
		if ($3 ~ /^</) {
			if (!free[$3] && !may[name, $3] && !may[name, "<*>"])
				violation("is not for this room")
			next
		}
		target = $3
		gsub(/"/, "", target)
		if (target == "limits.h" || target ~ /^tally\//)
			next
		if (target !~ /\//) {
			violation("does not name its room")
			next
		}
		sub(/\/[^\/]*$/, "", target)
		if (target != name && !may[name, target])
			violation("is not for this room")
	}
	END {
		print (bad || !lines ? "not ok" : "ok") " includes"
		exit bad > 0 || lines == 0
	}'
