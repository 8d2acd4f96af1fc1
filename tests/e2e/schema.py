"""schema.py [--closed] SCHEMA FILE...: does every JSON file keep the schema? --closed: and has it no
member that the schema does not describe? The part of JSON Schema 2020-12
that the repository's schemas use, each word checked; a word that is not known here is an error,
so that none is passed over. Prints the first fault of each file; exit code 1 if there is one."""
import json
import re
import sys

TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}
WORDS = {"$schema", "$defs", "$ref", "title", "description", "oneOf", "type", "enum", "pattern",
         "minimum", "minItems", "items", "properties", "required", "additionalProperties"}


CLOSED = len(sys.argv) > 1 and sys.argv[1] == "--closed"


def fault(root, schema, value, path):
    """None, or what is wrong at which path."""
    unknown = set(schema) - WORDS
    if unknown:
        raise SystemExit(f"schema.py does not know {unknown}")
    if "$ref" in schema:
        at = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        found = fault(root, at, value, path)
        if found:
            return found
    if "oneOf" in schema:
        faults = [fault(root, one, value, path) for one in schema["oneOf"]]
        if faults.count(None) != 1:
            return f"{path}: {faults.count(None)} of the alternatives fit: {faults}"
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(TYPES[name](value) for name in types):
        return f"{path}: is no {' or '.join(types)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path}: {value!r} is not among {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return f"{path}: {value!r} is not like {schema['pattern']}"
    if "minimum" in schema and TYPES["number"](value) and value < schema["minimum"]:
        return f"{path}: {value} is too small"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            return f"{path}: has too few elements"
        for at, element in enumerate(value):
            found = fault(root, schema.get("items", {}), element, f"{path}[{at}]")
            if found:
                return found
    if isinstance(value, dict):
        missing = [name for name in schema.get("required", []) if name not in value]
        if missing:
            return f"{path}: {missing} are missing"
        for name, member in value.items():
            others = schema.get("additionalProperties",
                                not (CLOSED and "properties" in schema))
            if name in schema.get("properties", {}):
                found = fault(root, schema["properties"][name], member, f"{path}.{name}")
            elif isinstance(others, dict):
                found = fault(root, others, member, f"{path}.{name}")
            elif others is False:
                found = f"{path}.{name}: is not in the schema"
            else:
                found = None
            if found:
                return found
    return None


def main():
    names = sys.argv[1 + CLOSED:]
    with open(names[0], encoding="utf-8") as file:
        schema = json.load(file)
    bad = 0
    for name in names[1:]:
        with open(name, encoding="utf-8") as file:
            found = fault(schema, schema, json.load(file), "$")
        if found:
            print(f"{name}: {found}")
            bad = 1
    return bad


sys.exit(main())
