"""JSON values whose shape is not known yet."""

from __future__ import annotations

from typing import Any, cast


def as_object(value: object) -> dict[str, Any]:
    """Give a value that is a JSON object as one, and anything else as an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
