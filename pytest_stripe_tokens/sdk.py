"""stripe-python, where it is installed: a key for tests that have none, and the API version it was made for."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator


def load() -> None:
    """Import stripe-python where it is installed, so that a test that imports it late finds the key in it."""
    if importlib.util.find_spec("stripe") is not None:
        import_module("stripe")


@contextlib.contextmanager
def test_key(key: str) -> Generator[None]:
    """Give stripe-python `key` until the block ends, where it is loaded and has none."""
    stripe: Any = sys.modules.get("stripe")
    if stripe is None or getattr(stripe, "api_key", None):
        yield
        return
    previous = getattr(stripe, "api_key", None)
    stripe.api_key = key
    try:
        yield
    finally:
        if stripe.api_key == key:
            stripe.api_key = previous


def api_version() -> str | None:
    """The API version that the installed stripe-python was made for, read without importing it; None without it."""
    spec = importlib.util.find_spec("stripe")
    if spec is None or spec.origin is None:
        return None
    try:
        source = (Path(spec.origin).parent / "_api_version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'CURRENT = "([^"]+)"', source)
    return found[1] if found else None
