"""Whether a value is a benchmark's result, as result.schema.json says it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
except ModuleNotFoundError:
    # The one package that the scripts need which run on the Mac beside a phone; said at once, not
    # after the phone has worked for minutes.
    sys.exit("results are checked by jsonschema: pip install jsonschema")

RESULT_SCHEMA = Path(__file__).with_name("result.schema.json")
_LONGEST = 200
# More milliseconds, bytes or operations than anything here has; floats still tell them apart.
_LARGEST = 1e15


def _texts(value: Any) -> Iterator[str]:
    """Every text and every key of JSON."""
    if isinstance(value, str):
        yield value
    for key, part in value.items() if isinstance(value, dict) else ():
        yield key
        yield from _texts(part)
    for part in value if isinstance(value, list) else ():
        yield from _texts(part)


def _numbers(value: Any) -> Iterator[float]:
    """Every number of JSON; whole ones may have any length."""
    if isinstance(value, (int, float)):
        yield value
    for part in value.values() if isinstance(value, dict) else ():
        yield from _numbers(part)
    for part in value if isinstance(value, list) else ():
        yield from _numbers(part)


class SchemaError(ValueError):
    """A value is not as the schema says; the message names the place and what is wrong there."""


def check_result(value: Any) -> None:
    """Raise `SchemaError` unless ``value``, parsed JSON, is a result."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:  # which no minimum refuses
        raise SchemaError("it holds a number that JSON does not have, such as NaN") from None
    schema = json.loads(RESULT_SCHEMA.read_text(encoding="utf-8"))
    found = best_match(Draft202012Validator(schema).iter_errors(value))
    if found is not None and found.context:
        found = found.context[0]  # a value or null: of the alternatives the first says more
    if found is not None:
        # It begins with the value itself, which may be the whole file.
        told = found.message if len(found.message) <= _LONGEST else f"…{found.message[-_LONGEST:]}"
        place = found.json_path.removeprefix("$").removeprefix(".")
        place = place if len(place) <= _LONGEST else f"{place[:_LONGEST]}…"
        raise SchemaError(f"{place}: {told}" if place else told)
    # Pages quote them: no pattern knows all the characters that end a line or turn it round.
    quoted = {key: part for key, part in value.items() if key != "extra"}
    if any(abs(number) > _LARGEST for number in _numbers(quoted)):
        raise SchemaError("it holds a number that is too large for a measurement")
    for text in _texts(quoted):
        if not text.isprintable():
            raise SchemaError(f"{text[:_LONGEST]!a} has characters that are not printable")
