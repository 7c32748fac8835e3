"""JSON values copied, and written as the API writes them.

Both are on the way of every request, and the standard library's are several times slower: `copy.deepcopy` keeps a memo
that JSON has no need of, and `json.dumps` leaves its C code once it is to indent.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring as _text
from typing import Any, cast

_WORDS = {None: "null", True: "true", False: "false"}


def copy_of(value: Any) -> Any:
    """Copy a JSON value."""
    if isinstance(value, dict):
        return {name: copy_of(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [copy_of(item) for item in cast("list[object]", value)]
    return value


def without_null(value: Any) -> Any:
    """Copy a JSON value without what is null in its hashes."""
    if isinstance(value, list):
        return [without_null(item) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value).items()
    return {name: without_null(item) for name, item in items if item is not None}


def pretty(value: Any, indent: str = "\n") -> str:
    """Write a JSON value with two spaces for each level, as `json.dumps(value, indent=2, ensure_ascii=False)` does.

    The API sends what is not ASCII as it is (real answers).
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    inner = f"{indent}  "
    if isinstance(value, dict) and value:
        items = cast("dict[str, Any]", value).items()
        # Most values are text or null: calling this for each would be half of what an answer costs.
        lines = [
            f"{inner}{_text(name)}: "
            + (_text(item) if isinstance(item, str) else "null" if item is None else pretty(item, inner))
            for name, item in items
        ]
        return f"{{{','.join(lines)}{indent}}}"
    if isinstance(value, list) and value:
        lines = [f"{inner}{pretty(item, inner)}" for item in cast("list[object]", value)]
        return f"[{','.join(lines)}{indent}]"
    return str(value) if isinstance(value, int) else json.dumps(value)


def encoded(text: str) -> bytes:
    """Encode JSON as UTF-8; a lone surrogate, which UTF-8 has not, stays a JSON escape."""
    return text.encode("utf-8", "backslashreplace")
