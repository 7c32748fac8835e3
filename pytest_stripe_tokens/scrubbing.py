"""Takes secrets out of what a recording run shows: test reports and the log; imports no pytest.

A failing test's traceback shows the values in its clients' frames with `--showlocals`, and stripe-python's log shows
what it sent; while recording, the key among them is a real one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_plus

from pytest_stripe_tokens import forms
from pytest_stripe_tokens.redaction import reduce_params
from pytest_stripe_tokens.sensitive import HIDDEN, SECRET_NAMES, hide

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable

_SHORT = 6
_NAMES = "|".join(sorted((name.replace("_", "[_-]?") for name in SECRET_NAMES), key=len, reverse=True))
_POST_DATA = re.compile(r"post_data=('[^']*'|\S+)")
_CVC = re.compile(r"""(cvc(?:[\\"'\]]|%5D)*\s*[:=,]\s*[\\"']*)[0-9]{3,4}(?![0-9A-Za-z])""", re.IGNORECASE)
_LOG_LINK = re.compile(r"(https://dashboard\.stripe\.com/)[^\s'\"<>]+")
_SHOWN = ("longrepr", "sections", "user_properties")


class Scrubber:
    """Hides the secrets of a run in whatever text it is given.

    Args:
        secrets: gives those that are known so far.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def text(self, text: str) -> str:
        """Hide each secret as it is, url-encoded and as JSON escapes it; a short one beside its parameter's name."""
        pattern = self._compiled()
        known = text if pattern is None else pattern.sub(_hidden, text)
        # A client may log a request before it is known here, and a test may show what it never sends.
        return _LOG_LINK.sub(rf"\1{HIDDEN}", _CVC.sub(rf"\1{HIDDEN}", hide(known)))

    def report(self, report: Any) -> None:
        """Hide the secrets in a test's report, in place."""
        for name in _SHOWN:
            if getattr(report, name, None):
                setattr(report, name, self._walk(getattr(report, name), set()))

    def record(self, record: logging.LogRecord) -> None:
        """Hide the secrets in a record of the log, in place; one without any stays as it is."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # Whoever logged it will be told by logging itself.
            return
        shown = _POST_DATA.sub(_reduced, self.text(message))
        if shown != message:
            record.msg, record.args = shown, ()

    def _compiled(self) -> re.Pattern[str] | None:
        secrets = frozenset(self._secrets())
        if secrets != self._known:
            self._known = secrets
            parts = [part for secret in sorted(secrets, key=len, reverse=True) if secret for part in _parts(secret)]
            self._pattern = re.compile("|".join(parts), re.IGNORECASE) if parts else None
        return self._pattern

    def _walk(self, value: Any, seen: set[int]) -> Any:
        """Go through strings, containers and what pytest's reports are made of; a suite's own objects are its own."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._walk(item, seen) for item in cast("list[object]", value)]
        if isinstance(value, tuple):
            return tuple(self._walk(item, seen) for item in cast("tuple[object, ...]", value))
        if isinstance(value, dict):
            return {key: self._walk(item, seen) for key, item in cast("dict[object, object]", value).items()}
        if type(value).__module__.startswith("_pytest.") and hasattr(value, "__dict__") and id(value) not in seen:
            seen.add(id(value))
            for name, item in list(cast("dict[str, object]", vars(value)).items()):
                object.__setattr__(value, name, self._walk(item, seen))
        return value


def _parts(secret: str) -> list[str]:
    forms_of = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    either = "|".join(re.escape(form) for form in sorted(forms_of, key=len, reverse=True))
    if len(secret) < _SHORT:
        return [
            rf"""(?P<n{secret.encode().hex()}>(?:{_NAMES})(?:[\\"'\]]|%5D)*\s*[:=,]\s*[\\"']*)(?:{either})(?![0-9A-Za-z])"""
        ]
    # Within a longer number it is another number.
    return [rf"(?<![0-9])(?:{either})(?![0-9])" if secret.isdigit() else f"(?:{either})"]


def _hidden(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "") + HIDDEN


def _reduced(match: re.Match[str]) -> str:
    sent = forms.decode(match[1].strip("'"))
    return f"post_data={forms.encode(reduce_params(sent), safe='[]*')}"
