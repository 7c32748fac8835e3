"""stripe-python, where it is installed: a key for tests that have none, and the API version it was made for."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.imports import on_import

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def test_key(key: str) -> Generator[None]:
    """Give stripe-python `key` until the block ends, where it has none; also where it is first imported inside it."""
    given: list[tuple[Any, Any]] = []

    def give(_module: str = "stripe") -> None:
        stripe: Any = sys.modules["stripe"]
        if not getattr(stripe, "api_key", None):
            given.append((stripe, getattr(stripe, "api_key", None)))
            stripe.api_key = key

    is_loaded = "stripe" in sys.modules
    if is_loaded:
        give()
    with contextlib.nullcontext() if is_loaded else on_import({"stripe"}, give):
        try:
            yield
        finally:
            for stripe, previous in given:
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
