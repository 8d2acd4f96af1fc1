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
	xargs clang-format --dry-run -Werror 2>&1 |
	awk -F: '/^[^ ].*(error|warning): / && !seen[$1]++ { print "format: " $1 ":" $2; bad++ }
		END { print (bad ? "not ok" : "ok") " format"; exit bad > 0 }'
