"""Whether a value is a benchmark's result, as result.schema.json says it."""

from __future__ import annotations

import json
import sys
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
        raise SchemaError(f"{place}: {told}" if place else told)
