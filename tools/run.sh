#!/bin/bash
# run.sh TARGET...: installs what this machine lacks (Debian 12, root or sudo), then makes the
# targets. Quick when all is there.
#
#   bash tools/run.sh demo       one evening of a campaign, from keys to the verified result
#   bash tools/run.sh check      all tests
set -eu
cd "$(dirname "$0")/.."
root=
[ "$(id -u)" -eq 0 ] || root=sudo
command -v make > /dev/null || { $root apt-get update -q && $root apt-get install -y -q make; }
exec make setup "$@"
