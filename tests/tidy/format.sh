#!/bin/bash
# format.sh: is every .c and .h as .clang-format wants it? `ok format`, or the first place in each
# file that is not, and `not ok`; `make fmt` mends them.
set -u

if ! command -v clang-format > /dev/null; then
	echo "format: there is no clang-format"
	echo "not ok format"
	exit 1
fi
find . -path ./build -prune -o -path ./.git -prune -o -name '*.[ch]' -print | sort |
	while read -r file; do
		clang-format "$file" | cmp - "$file" 2>&1 | sed "s|.* line |format: $file:|"
	done | awk '{ print } END { print (NR ? "not ok" : "ok") " format"; exit NR > 0 }'
