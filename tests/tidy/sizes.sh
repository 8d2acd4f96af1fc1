#!/bin/bash
# sizes.sh: no line over 100 columns (a tab is 8), no file over 600 lines. `ok sizes`, or a line
# for each and `not ok`.
set -u
export LC_ALL=C.UTF-8

find . -path ./build -prune -o -path ./.git -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.sh' -o -name Makefile -o -path './.ci/run' \) -print | sort |
	while read -r file; do
		expand -t 8 "$file" | grep -nE '.{101}' |
			sed "s|\([0-9]*\).*|sizes: $file:\1: wide|"
		lines=$(wc -l < "$file")
		[ "$lines" -le 600 ] || echo "sizes: $file: $lines lines"
	done | awk '{ print } END { print (NR ? "not ok" : "ok") " sizes"; exit NR > 0 }'
