#!/bin/bash
# What `make install` puts down: programs that are hardened, a library that a stranger's program
# can link, alone and into a shared library; that the client in include/README.md is one; and that
# `make uninstall` leaves nothing.
set -u
work=$(mktemp -d)
daemon=
trap '[ -z "$daemon" ] || kill "$daemon"; wait; rm -rf "$work"' EXIT
bad=0

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" > "$work/said" 2>&1; then
		echo "ok install - $name"
	else
		sed 's/^/# /' "$work/said"
		echo "not ok install - $name"
		bad=1
	fi
}

hardened() {
	local program=$1
	readelf -hW "$program" | grep -q 'Type: *DYN' &&
		readelf -lW "$program" | grep -q GNU_RELRO &&
		readelf -lW "$program" | grep -q 'GNU_STACK.* RW ' &&
		readelf -dW "$program" | grep -q 'NOW' &&
		readelf -sW --dyn-syms "$program" | grep -q __stack_chk_fail &&
		readelf -sW --dyn-syms "$program" | grep -q '_chk@' &&
		! readelf -dW "$program" | grep -qE 'RPATH|RUNPATH'
}

only_public() {
	local names
	names=$(nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }')
	[ -n "$names" ] && ! grep -v '^tally_' <<< "$names"
}

# votes PROGRAM TALLYD: the example gets a ballot into the log of a `tallyd --test`, and a receipt.
votes() {
	local name value port= campaign=
	mkfifo "$work/told"
	"$2" --test --listen 127.0.0.1:0 --http 127.0.0.1:0 > "$work/told" 2> "$work/log" &
	daemon=$!
	while read -r name value; do
		[ "$name" != listen ] || port=${value##*:}
		[ "$name" != campaign.json ] || campaign=$value
		[ "$name" != public ] || break
	done < "$work/told"
	"$1" "$port" "$campaign" '+40 722 000 001'
}

usr=$work/usr
put=$work/root$usr
installing=(env -u CC -u SAN make DESTDIR="$work/root" PREFIX="$usr")
check "make install" "${installing[@]}" install
for program in tallyd tallyctl tally-verify tally-bench; do
	check "$program is hardened" hardened "$put/bin/$program"
	check "$program --version" "$put/bin/$program" --version
done
check "libtally.a shows the public names alone" only_public "$put/lib/libtally.a"

sed -n '/^```c$/,/^```$/{//!p}' include/README.md > "$work/vote.c"
flags=$(PKG_CONFIG_PATH=$put/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/root \
	pkg-config --cflags --libs tally)
check "the documents' client links it below DESTDIR" gcc -std=c11 -Wall -Wextra -Wpedantic \
	-Werror "$work/vote.c" $flags -o "$work/vote"
check "and votes" votes "$work/vote" "$put/bin/tallyd"

mv "$work/root$usr" "$usr"
cat > "$work/stranger.c" << 'C'
#include <tally/client.h>
#include <tally/journal.h>
#include <tally/proof.h>
#include <tally/status.h>
#include <tally/tag.h>
#include <stdio.h>

int stranger(void);

int
stranger(void)
{
	char trouble[TALLY_TROUBLE_MAX];

	return puts(tally_class_name(tally_verdict_text(TALLY_HAS_VOTED)->class)) < 0 ||
	       tally_journal_close(NULL, trouble) != TALLY_CLIENT_FINE;
}
C
printf 'int stranger(void);\nint main(void) { return stranger(); }\n' > "$work/main.c"
export PKG_CONFIG_PATH=$usr/lib/pkgconfig
flags=$(pkg-config --cflags --libs tally)
check "each header stands alone" bash -c 'for header in "$1"/include/tally/*.h; do
	echo "#include <tally/$(basename "$header")>" |
		gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc -I"$1/include" - ||
		exit 1
done' headers "$usr"
check "a program links it" gcc -Wall -Werror "$work/stranger.c" "$work/main.c" $flags \
	-o "$work/program"
check "and runs" "$work/program"
check "a shared library links it" gcc -shared -fPIC "$work/stranger.c" $flags -Wl,-z,defs \
	-o "$work/libstranger.so"

mkdir -p "$(dirname "$put")"
mv "$usr" "$put"
check "make uninstall" "${installing[@]}" uninstall
check "nothing is left" test -z "$(find "$work/root" -type f)"
exit $bad
