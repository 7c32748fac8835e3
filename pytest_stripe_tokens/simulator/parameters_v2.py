"""The check of a request to /v2 against the table of its endpoint (`parameters.py` has the notation).

JSON has types: a text is a string, a number an integer, and a decimal a string. `null` clears a value, whatever it is.
A query has texts alone, which are read as the table says; lists in it are numbered, or repeat their name, as in the
URLs of further pages.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.simulator import versions
from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import (
    METADATA_KEY,
    METADATA_KEYS,
    METADATA_VALUE,
    Spec,
    hint,
    spec_of,
    table,
    typed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


def read_json(body: str, query: str, name: str, version: str | None) -> dict[str, Any]:
    """Read what was sent to an endpoint of /v2.

    Args:
        body: a JSON object; empty for none.
        query: of the URL.
        name: of the endpoint's table, `"v2_core.accounts.create"`.
        version: that the request asks for; None for the newest.

    Raises:
        ApiError: the first thing that is wrong.
    """
    spec = table(name)
    params: dict[str, Any] = {**_queried(query, spec), **(json.loads(body) if body else {})}
    _check_hash(params, spec, "")
    try:
        return versions.as_sent(version, name, params)
    except ApiError as gone:
        raise of_v2.refusal(
            "unknown_field", param=(gone.param or "").replace("[", ".").replace("]", ""), hint="."
        ) from gone


def _queried(query: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    params = forms.decode(query)
    for name, value in params.items():
        if isinstance(spec_of(spec, name), list) and isinstance(value, str):
            params[name] = [sent for key, sent in parse_qsl(query) if key == name]
    return {name: _typed(value, spec_of(spec, name)) for name, value in params.items()}


def _typed(value: Any, spec: Spec | None) -> Any:
    """Read a text of the query as the table says; one that cannot be is left for the check to refuse."""
    is_number = isinstance(spec, str) and spec.startswith("integer")
    is_flag = isinstance(spec, str) and spec.startswith("boolean")
    if isinstance(value, str) and ((is_number and not _INTEGER.fullmatch(value)) or (is_flag and value not in _FLAGS)):
        return value
    return typed(value, spec)


_FLAGS = frozenset({"false", "true"})


def _check_hash(params: Mapping[str, Any], spec: Mapping[str, Any], parent: str) -> None:
    for name, value in params.items():
        rule = spec_of(spec, name)
        if rule is None:
            names = [candidate.rstrip("!") for candidate in spec if candidate not in {"", "?"}]
            raise of_v2.refusal("unknown_field", param=_path(parent, name), hint=hint(name, names) or ".")
        if value is not None:
            _check(value, rule, _path(parent, name))
    for name in spec:
        if name.endswith("!") and params.get(name[:-1]) is None:
            raise of_v2.refusal("missing_field", param=_path(parent, name[:-1]))


def _check(value: Any, spec: Spec, path: str) -> None:
    if isinstance(spec, dict):
        if not isinstance(value, dict):
            raise of_v2.refusal("invalid_type", param=path, kind="an object")
        _check_hash(cast("dict[str, Any]", value), spec, path)
    elif isinstance(spec, list):
        if not isinstance(value, list):
            raise of_v2.refusal("invalid_type", param=path, kind="an array")
        for place, item in enumerate(cast("list[object]", value)):
            _check(item, spec[0], f"{path}[{place}]")
    elif isinstance(spec, str):
        kind, *rest = spec.split()
        if kind == "metadata":
            _check_metadata(value, path)
        else:
            _check_leaf(value, kind, rest, path)


def _check_leaf(value: Any, kind: str, rest: list[str], path: str) -> None:
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            raise of_v2.refusal("invalid_type", param=path, kind="an integer")
        limits = [int(limit) for limit in rest]
        if limits and not limits[0] <= value <= limits[-1]:
            raise of_v2.refusal("invalid_type", param=path, kind=f"an integer from {limits[0]} to {limits[-1]}")
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise of_v2.refusal("invalid_type", param=path, kind="a boolean")
    elif not isinstance(value, str):
        raise of_v2.refusal(
            "invalid_type", param=path, kind="a decimal in a string" if kind == "decimal" else "a string"
        )
    elif kind == "decimal" and not _DECIMAL.fullmatch(value):
        raise of_v2.refusal("invalid_type", param=path, kind="a decimal in a string")
    elif kind == "enum" and value not in rest:
        raise of_v2.refusal("invalid_value", param=path, values=", ".join(rest))


def _check_metadata(value: Any, path: str) -> None:
    """The limits are those of /v1; null takes a key away."""
    if not isinstance(value, dict):
        raise of_v2.refusal("invalid_type", param=path, kind="an object")
    entries = cast("dict[str, Any]", value)
    if len(entries) > METADATA_KEYS:
        raise of_v2.refusal("too_many_metadata_keys", param=path, limit=METADATA_KEYS)
    for name, entry in entries.items():
        if not isinstance(entry, str | None):
            raise of_v2.refusal("invalid_type", param=_path(path, name), kind="a string")
        for text, limit in ((name, METADATA_KEY), (entry or "", METADATA_VALUE)):
            if len(text) > limit:
                raise of_v2.refusal("too_long", param=_path(path, name), limit=limit)


def _path(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent else name
