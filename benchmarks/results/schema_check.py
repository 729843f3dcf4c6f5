"""The part of JSON Schema that result.schema.json uses, for a Python without packages.

The scripts that measure phones run on the Mac beside the phone with nothing installed.

A word of JSON Schema that is not listed here is an error, so that the schema cannot ask for
something that nobody checks.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

RESULT_SCHEMA = Path(__file__).with_name("result.schema.json")

_NOTES = {"$schema", "title", "description", "$defs"}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


class SchemaError(ValueError):
    """A value is not as the schema says; the message names the place and what is wrong there."""


def check_result(value: Any) -> None:
    """Raise `SchemaError` unless ``value`` is a result as result.schema.json describes it."""
    schema = json.loads(RESULT_SCHEMA.read_text(encoding="utf-8"))
    check(value, schema, schema, "result")


def check(value: Any, schema: dict[str, Any], root: dict[str, Any], place: str) -> None:
    """Raise `SchemaError` unless ``value`` fits ``schema``.

    Args:
        value: parsed JSON.
        schema: the schema, or a part of one.
        root: the whole schema, where ``$ref`` looks.
        place: how to call ``value`` in a message.
    """
    for word, wanted in schema.items():
        if word not in _NOTES:
            rule = _RULES.get(word)
            if rule is None:
                raise SchemaError(f"the schema uses {word!r}, which is not checked here")
            rule(value, wanted, schema, root, place)


def _type(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(_is(value, name) for name in names):
        raise SchemaError(f"{place} is not of type {' or '.join(names)}")


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _required(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    for key in wanted if isinstance(value, dict) else []:
        if key not in value:
            raise SchemaError(f"{place} lacks {key!r}")


def _properties(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    for key, part in wanted.items() if isinstance(value, dict) else []:
        if key in value:
            check(value[key], part, root, f"{place}.{key}")


def _additional(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    known = schema.get("properties", {})
    for key in value if isinstance(value, dict) else []:
        if key in known:
            continue
        if wanted is False:
            raise SchemaError(f"{place} has {key!r}, which the schema does not know")
        check(value[key], wanted, root, f"{place}.{key}")


def _items(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    for index, item in enumerate(value if isinstance(value, list) else []):
        check(item, wanted, root, f"{place}[{index}]")


def _min_items(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    if isinstance(value, list) and len(value) < wanted:
        raise SchemaError(f"{place} has fewer than {wanted} entries")


def _enum(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    # True equals 1 in Python, and in JSON it does not.
    if not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in wanted):
        raise SchemaError(f"{place} is {value!r}, not one of {', '.join(map(repr, wanted))}")


def _const(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
        raise SchemaError(f"{place} is {value!r}, not {wanted!r}")


def _pattern(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    if isinstance(value, str) and not re.search(wanted, value):
        raise SchemaError(f"{place} is {value!r}, not of the form {wanted}")


def _minimum(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    # Written so that NaN fails too.
    if isinstance(value, int | float) and not value >= wanted:
        raise SchemaError(f"{place} is {value}, below {wanted}")


def _maximum(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    if isinstance(value, int | float) and not value <= wanted:
        raise SchemaError(f"{place} is {value}, above {wanted}")


def _any_of(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    reasons = []
    for part in wanted:
        try:
            check(value, part, root, place)
            return
        except SchemaError as error:
            reasons.append(str(error))
    raise SchemaError(reasons[0])


def _ref(value: Any, wanted: Any, schema: Any, root: Any, place: str) -> None:
    part = root
    for key in wanted.removeprefix("#/").split("/"):
        part = part[key]
    check(value, part, root, place)


_RULES = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "minItems": _min_items,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "anyOf": _any_of,
    "$ref": _ref,
}
