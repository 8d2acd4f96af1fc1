#!/bin/bash
# sizes.sh: no line over 100 columns (a tab is 8), no file over 600 lines. `ok sizes`, or a line
# for each and `not ok`.
set -u
export LC_ALL=C

find . -path ./build -prune -o -path ./.git -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.sh' -o -name Makefile -o -path './.ci/run' \) -print | sort |
	xargs awk '
	function complain(text) {
		print "sizes: " text
		bad++
	}
	FNR == 601 { complain(FILENAME ": more than 600 lines") }
	length($0) > 30 {
		gsub(/[\200-\277]/, "") # what follows the first byte of a character
		columns = 0
		n = split($0, part, "\t")
		for (i = 1; i <= n; i++) {
			columns += length(part[i])
			if (i < n)
				columns += 8 - columns % 8
		}
		if (columns > 100)
			complain(FILENAME ":" FNR ": wide")
	}
	END {
		print (bad || !NR ? "not ok" : "ok") " sizes"
		exit bad > 0 || NR == 0
	}'
