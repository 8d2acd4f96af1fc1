#!/bin/bash
# setup.sh PACKAGE...: installs the Debian packages that are missing; quick when none is.
set -u

missing=()
for package in "$@"; do
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
		missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
	echo "setup: all $# packages are there"
	exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: neither root nor sudo here; have somebody run" >&2
		echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
		exit 1
	fi
	root=(sudo)
fi
if ! command -v apt-get >/dev/null; then
	echo "setup: no apt-get here; on Debian 12 these are missing: ${missing[*]}" >&2
	exit 1
fi

echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install=("${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}")
# A fresh machine has no package lists, an old one has stale ones.
"${install[@]}" 2>/dev/null || { "${root[@]}" apt-get update -q && "${install[@]}"; } || {
	echo "setup: apt-get could not install ${missing[*]}" >&2
	exit 1
}
