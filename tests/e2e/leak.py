"""leak: is anything of these ballots, or any count, in these files?

    leak.py BALLOTS FILE-OR-FOLDER...

BALLOTS is what `tallyctl send` sends: u16 size, ballot, repeated. Looked for are each ballot's
tag and signature, and the words of tally texts; in the bytes of every file, and in what its
hexadecimal and base64 words say. Prints what it finds, then how many things; exit code 1 if any.
"""

import base64
import os
import re
import sys

NEEDLE = 32
COUNTS = re.compile(rb'tally/counts/v1|ballots [0-9]|votes [0-9]|"votes"|"ballots"|"score"')


def ballots(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def needles(path):
    found = {}
    for number, ballot in enumerate(ballots(path)):
        found[ballot[48:80]] = f"tag of ballot {number}"
        found[ballot[-64:-32]] = f"signature of ballot {number}"
    assert len(found) > 1, "no ballots"
    return found


def spoken(data):
    """The bytes themselves, and those that words of theirs say."""
    yield data
    for word in re.findall(rb"(?:[0-9a-f]{2}){32,}", data):
        yield bytes.fromhex(word.decode())
    for word in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", data):
        yield base64.b64decode(word[: len(word) // 4 * 4])


def files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
        for folder, _, names in os.walk(path):
            yield from (os.path.join(folder, name) for name in names)


def look(path, wanted):
    data = open(path, "rb").read()
    for word in COUNTS.findall(data):
        yield word.decode()
    for view in spoken(data):
        for at in range(len(view) - NEEDLE + 1):
            if view[at : at + NEEDLE] in wanted:
                yield wanted[view[at : at + NEEDLE]]


def main():
    wanted = needles(sys.argv[1])
    total = 0
    for path in files(sys.argv[2:]):
        for thing in look(path, wanted):
            total += 1
            if total <= 5:
                print(f"{path}: {thing}")
    print(total)
    sys.exit(1 if total else 0)


main()
