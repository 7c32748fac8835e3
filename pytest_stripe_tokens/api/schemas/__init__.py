"""The documented schemas of tokens, as JSON Schema: a file for each `object`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jsonschema.exceptions import ValidationError


_SHORT = 60
_KINDS = {
    "NoneType": "null",
    "bool": "a boolean",
    "dict": "an object",
    "float": "a number",
    "int": "an integer",
    "list": "an array",
    "str": "a string",
}


@cache
def token_schema(kind: str = "token") -> Mapping[str, Any]:
    """Give the schema of the tokens with this `object`, draft 2020-12; not to be changed."""
    schema: Mapping[str, Any] = json.loads(Path(__file__).with_name(f"{kind}.json").read_text(encoding="utf-8"))
    return schema


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (50 ms that only a recording needs)

    return Draft202012Validator(token_schema(kind))


def problems(token: Any, kind: str = "token") -> list[str]:
    """Tell what of a token breaks the documented schema of its `object`; empty where nothing does.

    Each is `"path: what is wrong"`, `"card.exp_year: is a string, not integer"`, in alphabetical order of path.
    """
    errors: Iterable[ValidationError] = _validator(kind).iter_errors(token)
    return sorted(f"{_path(error)}: {_what(error)}" for error in errors)


def _path(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "token"


def _what(error: ValidationError) -> str:
    """Say it without the value where that may be anything: what is no token may hold what nobody should see."""
    value: Any = error.instance
    expected: Any = error.validator_value
    if error.validator == "type":
        names: list[str] = [expected] if isinstance(expected, str) else expected
        return f"is {_KINDS.get(value.__class__.__name__, 'a value')}, not {' or '.join(names)}"
    if error.validator == "not":
        return "does not belong to this type of token"
    if error.validator == "enum" and len(str(value)) <= _SHORT:
        return f"{value!r} is none of {', '.join(str(item) for item in expected if item is not None)}"
    if error.validator == "required" or len(error.message) <= _SHORT:
        return str(error.message)
    return f"breaks the rule {error.validator}"
