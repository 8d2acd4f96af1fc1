#!/bin/bash
# pure.sh OUT OBJECT...: what do the pure rooms' objects, below OUT/engine/, ask of others, and do
# they keep state? One line `ok pure ROOM` for each room, or a line for each object and symbol that
# is not in pure.txt, and for each variable that can be written, then `not ok pure ROOM`.
#
# base/check may keep the one reporter it was given. Constants that hold addresses are in
# .data.rel.ro: read-only once the program runs.
set -u
out=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || { echo "not ok pure: no objects"; exit 1; }

{
	sed 's/#.*//' "$here/pure.txt" | awk 'NF { print "allow", $0 }'
	nm -A -g --defined-only "$@" | awk '{ print "have", $NF }'
	for object in "$@"; do
		name=${object#"$out/engine/"}
		echo "object ${name%.o}"
		nm -u "$object" | awk '{ print "want", $NF }'
		# value, flags (7 characters, maybe with spaces), section, size, name
		objdump -t "$object" | awk '
			match($0, /\t/) {
				n = split(substr($0, 1, RSTART - 1), before, " ")
				split(substr($0, RSTART + 1), after, " ")
				section = before[n]
				if (substr($0, 23, 1) != "d" && section !~ /^\.data\.rel\.ro/ &&
				    section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/)
					print "keeps", after[2]
			}'
	done
} | awk '
	function pattern(glob) {
		gsub(/\*/, ".*", glob)
		return "^" glob "$"
	}
	function allowed(symbol, i, j, rooms, n) {
		if (symbol in have)
			return 1
		for (i = 1; i <= allows; i++) {
			if (symbol !~ allow[i])
				continue
			n = split(where[i], rooms, " ")
			if (n == 0)
				return 1
			for (j = 1; j <= n; j++)
				if (rooms[j] == room || rooms[j] == object)
					return 1
		}
		return 0
	}
	function violation(text) {
		print "pure: engine/" object ".c " text
		bad[room]++
	}
	$1 == "allow" {
		allow[++allows] = pattern($2)
		$1 = $2 = ""
		where[allows] = $0
	}
	$1 == "have" { have[$2] = 1 }
	$1 == "object" {
		object = $2
		room = object
		sub(/\/.*/, "", room)
		if (!(room in seen)) {
			seen[room] = 1
			order[++rooms_count] = room
		}
	}
	$1 == "want" && !allowed($2) { violation("asks for " $2) }
	$1 == "keeps" && object != "base/check" { violation("keeps " $2) }
	END {
		for (i = 1; i <= rooms_count; i++) {
			room = order[i]
			print (room in bad ? "not ok" : "ok") " pure " room
			failed += (room in bad)
		}
		exit failed > 0 || rooms_count == 0
	}'
