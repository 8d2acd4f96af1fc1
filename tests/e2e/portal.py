"""What a portal's or another city's program reads of the files that tallyctl results writes.

portal.py units FILE.pb CAMPAIGN.json    minor units of the manifest in one of the file's money
portal.py pb ORIGINAL.pb EXPORT.pb       the same projects, costs, votes, scores and ballots?
portal.py package FOLDER RESULTS.json    do the tables keep their description and the JSON?

Prints what is wrong, a line each; exit code 1 if anything is. Shares nothing with tools/."""
import collections
import csv
import fractions
import json
import os
import sys

wrong = []


def expect(fine, sentence):
    if not fine and len(wrong) < 10:
        wrong.append(sentence)


def pb_read(path):
    """META as a dictionary, PROJECTS and VOTES as lists of dictionaries."""
    sections, header, section = {"META": {}, "PROJECTS": [], "VOTES": []}, None, None
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            word = row[0].strip() if len(row) == 1 else ""
            if not row:
                continue
            if word.upper() in sections:
                section, header = word.upper(), None
            elif header is None:
                header = [name.strip().lower() for name in row]
            elif section == "META":
                sections["META"][row[0].strip()] = row[1].strip()
            else:
                sections[section].append(dict(zip(header, (cell.strip() for cell in row))))
    return sections


def ballot(row, vote_type):
    """A ballot's choices, comparable; a project named twice counts once, as from-pb says."""
    projects = [p.strip() for p in row["vote"].split(",") if p.strip()]
    if vote_type == "ordinal":
        return tuple(dict.fromkeys(projects))
    if vote_type in ("cumulative", "scoring"):
        return frozenset(zip(projects, (fractions.Fraction(p) for p in row["points"].split(","))))
    return frozenset(projects)


def units(original, campaign):
    costs = {p["project_id"]: fractions.Fraction(p["cost"]) for p in pb_read(original)["PROJECTS"]}
    with open(campaign, encoding="utf-8") as file:
        options = json.load(file)["contests"][0]["options"]
    print({o["cost"] / costs[o["id"]] for o in options if costs[o["id"]] > 0}.pop())


def same_pb(original, export):
    one, other = pb_read(original), pb_read(export)
    kind = one["META"]["vote_type"]
    expect(kind == other["META"]["vote_type"], "another vote_type")
    counts = [collections.Counter(ballot(row, kind) for row in pb["VOTES"]) for pb in (one, other)]
    counts[0].pop(frozenset(), None)
    expect(counts[0] == counts[1], f"other ballots: {counts[0] - counts[1]} {counts[1] - counts[0]}")
    expect(int(other["META"]["num_votes"]) == len(other["VOTES"]), "num_votes is wrong")
    projects = [p["project_id"] for p in one["PROJECTS"]]
    expect(projects == [p["project_id"] for p in other["PROJECTS"]], "other projects")
    twice = collections.Counter()
    for row in one["VOTES"]:
        named = [p.strip() for p in row["vote"].split(",")]
        twice.update({p: named.count(p) - 1 for p in named if named.count(p) > 1})
    named = collections.Counter(p for row in other["VOTES"] for p in row["vote"].split(","))
    for a, b in zip(one["PROJECTS"], other["PROJECTS"]):
        name = a["project_id"]
        expect(fractions.Fraction(a["cost"]) == fractions.Fraction(b["cost"]), f"{name}: cost")
        expect(named[name] == int(b["votes"]), f"{name}: votes are not those of the ballots")
        for column in ("votes", "score"):
            if a.get(column):
                expect(fractions.Fraction(a[column]) == fractions.Fraction(b[column]) + twice[name],
                       f"{name}: {column} {a[column]} and {b[column]}")


TYPES = {"string": lambda cell: True, "integer": int, "number": fractions.Fraction,
         "boolean": {"true": True, "false": True}.__getitem__}


def table(folder, resource):
    fields = resource["schema"]["fields"]
    with open(os.path.join(folder, resource["path"]), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    expect(rows[0] == [field["name"] for field in fields], f"{resource['path']}: another header")
    for row in rows[1:]:
        expect(len(row) == len(fields), f"{resource['path']}: {row}")
        for cell, field in zip(row, fields):
            try:
                cell == "" or TYPES[field["type"]](cell)
            except (ValueError, KeyError):
                expect(False, f"{resource['path']}: {cell!r} is no {field['type']}")
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def package(folder, results):
    with open(os.path.join(folder, "datapackage.json"), encoding="utf-8") as file:
        description = json.load(file)
    with open(results, encoding="utf-8") as file:
        told = json.load(file)
    expect(description["profile"] == "tabular-data-package", "another profile")
    tables = {r["name"]: table(folder, r) for r in description["resources"]}
    seen = {(r["contest"], r["option"]): r for r in tables["options"]}
    for contest in told["contests"]:
        for option in contest["options"]:
            row = seen.pop((contest["id"], option["id"]))
            expect(int(row["votes"]) == option["votes"], f"{row}: votes")
            expect(int(row["score"]) == option["score"], f"{row}: score")
            cells = [r for r in tables["districts"]
                     if (r["contest"], r["option"]) == (contest["id"], option["id"])]
            if cells:
                expect(sum(int(r["votes"]) for r in cells) == option["votes"], f"{row}: districts")
                expect(sum(int(r["score"]) for r in cells) == option["score"], f"{row}: districts")
            if "positions" in option:
                expect(sum(option["positions"]) == option["votes"], f"{row}: positions")
        winners = [r["option"] for r in tables["winners"] if r["contest"] == contest["id"]]
        expect(winners == contest["winners"], f"{contest['id']}: winners")
    expect(not seen, f"options that nobody has: {list(seen)}")
    steps = sum(len(contest["trace"]) for contest in told["contests"])
    expect(len(tables["trace"]) == steps, "another trace")
    pairs = sum(len(c["options"]) * (len(c["options"]) - 1) for c in told["contests"] if "pairs" in c)
    expect(len(tables["pairs"]) == pairs, "other pairs")


{"units": units, "pb": same_pb, "package": package}[sys.argv[1]](*sys.argv[2:])
print(*wrong, sep="\n", end="")
sys.exit(1 if wrong else 0)
