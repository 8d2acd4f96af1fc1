#!/bin/bash
# avx512.sh [SECONDS]: the instructions of engine/ed25519 on a machine that has none: the tests of
# lanes, fieldx, pointx, sha512x and abreast run in Bochs, which emulates a Cannon Lake processor
# with AVX-512 IFMA, on Debian's kernel. Prints what they say; `ok emulated` if each passed.
#
# Wants: apt-get install bochs bochs-term bochsbios vgabios isolinux syslinux-common genisoimage
# cpio, and the network for `apt-get download` of the kernel, unless KERNEL names a
# vmlinuz; the tests built with gcc (make tests). Everything it makes is in a folder of its own,
# removed at the end.
set -eu
cd "$(dirname "$0")/../.."
limit_s=${1:-3600}
programs=(lanes_test fieldx_test pointx_test sha512x_test 'abreast_test native')
units=build/gcc-plain/tests/unit
folder=$(mktemp -d "${TMPDIR:-/tmp}/tally-emulated-XXXXXX")
bochs=
reader=
trap 'for pid in $bochs $reader; do kill "$pid" 2> /dev/null || :; done; rm -rf "$folder"' EXIT

kernel=${KERNEL:-}
if [ -z "$kernel" ]; then
	package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
	(cd "$folder" && apt-get -qq download "$package" 2> /dev/null && dpkg -x ./*.deb kernel)
	kernel=$(echo "$folder"/kernel/boot/vmlinuz-*)
fi

root=$folder/root
mkdir -p "$root/data/ed25519" "$root/dev" "$folder/iso"
gcc -O2 -Wall -Wextra -Werror -static -o "$root/init" tests/emulated/init.c
cp "${TALLY_DATA:-../shared/data}"/ed25519/*.json "$root/data/ed25519/" || true
for program in "${programs[@]}"; do
	echo "/$program" >> "$root/programs"
	cp "$units/${program%% *}" "$root/"
	ldd "$units/${program%% *}" | grep -o '/[^ ]*'
done | sort -u | xargs cp -L --parents -t "$root"
(cd "$root" && find . | cpio -o -H newc --quiet) | gzip -1 > "$folder/iso/initrd.gz"

cp "$kernel" "$folder/iso/vmlinuz"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$folder/iso/"
# Bochs 2.7 has no compacted xsave areas and no place for protection keys, though it says so:
# with three bits of cpuid taken away (xsavec, xsaves, pku) the kernel believes its AVX-512.
options='console=ttyS0 loglevel=3 panic=-1 nokaslr mitigations=off clearcpuid=321,323,515'
printf 'default t\nlabel t\nkernel /vmlinuz\nappend initrd=/initrd.gz %s\n' "$options" \
	> "$folder/iso/isolinux.cfg"
genisoimage -quiet -o "$folder/boot.iso" -b isolinux.bin -c boot.cat -no-emul-boot \
	-boot-load-size 4 -boot-info-table "$folder/iso" 2> /dev/null

cat > "$folder/bochsrc" << END
cpu: model=corei3_cnl, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=$folder/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$folder/serial
clock: sync=none, time0=utc
display_library: term
log: $folder/log
panic: action=fatal
END
touch "$folder/serial"
echo continue > "$folder/commands" # Debian's Bochs is a debugger
TERM=xterm bochs -q -rc "$folder/commands" -f "$folder/bochsrc" > "$folder/screen" 2>&1 \
	< /dev/null &
bochs=$!
# What it would show stands in a terminal of its own, which is full if nobody reads.
until terminal=$(grep -ao '/dev/pts/[0-9]*' "$folder/screen"); do
	kill -0 "$bochs"
	sleep 0.2
done
cat "$terminal" > /dev/null 2>&1 &
reader=$!

while kill -0 "$bochs" 2> /dev/null && [ "$SECONDS" -lt "$limit_s" ] &&
	! grep -q '^that was all' "$folder/serial"; do
	sleep 1
done
tr -d '\r' < "$folder/serial"
passed=$(grep -c '^ended .* with status 0' "$folder/serial" || true)
if [ "$passed" -eq ${#programs[@]} ] && ! grep -q '^SKIPPED' "$folder/serial"; then
	echo "ok emulated"
else
	echo "emulated: $passed of ${#programs[@]} programs passed after $SECONDS s"
	tail -n 5 "$folder/log"
	echo "not ok emulated"
	exit 1
fi
