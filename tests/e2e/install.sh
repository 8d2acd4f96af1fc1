#!/bin/bash
# What `make install` puts down: programs that are hardened, a library that a stranger's program
# can link, alone and into a shared library; and that `make uninstall` leaves nothing.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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

usr=$work/usr
put=$work/root$usr
installing=(env -u CC -u SAN make DESTDIR="$work/root" PREFIX="$usr")
check "make install" "${installing[@]}" install
for program in tallyd tallyctl tally-verify tally-bench; do
	check "$program is hardened" hardened "$put/bin/$program"
	check "$program --version" "$put/bin/$program" --version
done
check "libtally.a shows the public names alone" only_public "$put/lib/libtally.a"

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
