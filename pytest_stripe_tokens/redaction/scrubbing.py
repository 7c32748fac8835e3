"""Hides secrets in what a recording run shows: test reports, warnings, the log.

While recording, the key is a real one, and it stands in clients' frames, in stripe-python's log, in whatever a suite
prints. All that pytest and its plugins show of a run passes one of two places: what they are handed (a report, a
warning, a record of the log) and what is written to `sys.stdout` and `sys.stderr`. `Output` stands at both.

It ends where Python's streams do: a child process, `os.write`, `sys.stdout.buffer`, and files that the suite writes
itself are the suite's own. A secret written in two pieces is not known again.
"""

from __future__ import annotations

import dataclasses
import html
import json
import logging
import re
import sys
import traceback
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_plus

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.redaction.leaks import base64_forms, without_start
from pytest_stripe_tokens.redaction.messages import redact_params
from pytest_stripe_tokens.redaction.sensitive import HIDDEN, SECRET_NAMES, hide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import TextIO
    from warnings import WarningMessage

_SHORT = 6
_LONG = 12
_NAMES = "|".join(sorted((name.replace("_", "[_-]?") for name in SECRET_NAMES), key=len, reverse=True))
_POST_DATA = re.compile(r"post_data=('[^']*'|\S+)")
_CVC = re.compile(r"""(cvc(?:[\\"'\]]|%5D)*\s*[:=,]\s*[\\"']*)[0-9]{3,4}(?![0-9A-Za-z])""", re.IGNORECASE)
_LOG_LINK = re.compile(r"(https://dashboard\.stripe\.com/)(?!test/apikeys|connect\b)[^\s'\"<>]+")
# By these a report is known, and a collector's result is the suite's own objects.
_IDENTITY = frozenset({"nodeid", "location", "keywords", "result", "outcome", "when"})
_PYTESTS = ("_pytest._code", "_pytest.reports", "_pytest.subtests")
_STREAMS = ("stdout", "stderr")


class Scrubber:
    """Hides the secrets of a run in whatever text it is given.

    Args:
        secrets: gives those that are known so far.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets
        self._known: dict[str, _Secret] = {}
        # By what each form begins with, in lower case: which of a thousand secrets stand in a line, a few looks tell.
        self._starts: dict[str, list[_Secret]] = {}
        self._lengths: set[int] = set()

    def know(self, secrets: Callable[[], Iterable[str]]) -> None:
        """Take the secrets from here from now on."""
        self._secrets = secrets

    def text(self, text: str) -> str:
        """Hide each secret as it is, url-encoded and as JSON escapes it; a short one beside its parameter's name."""
        parts = [secret.part for secret in self._standing_in(text)]
        known = re.sub("|".join(parts), _hidden, text, flags=re.IGNORECASE) if parts else text
        # A client may log a request before it is known here, and a test may show what it never sends.
        return _LOG_LINK.sub(rf"\1{HIDDEN}", _CVC.sub(rf"\1{HIDDEN}", hide(known)))

    def report(self, report: Any) -> None:
        """Hide the secrets in a report of a test, a subtest or a collector, in place."""
        for name, value in list(cast("dict[str, object]", vars(report)).items()):
            if name not in _IDENTITY:
                setattr(report, name, self.walk(value))

    def warning(self, warning: WarningMessage) -> None:
        """Hide the secrets in a warning that pytest will show, in place."""
        message = warning.message
        shown = self.text(str(message))
        if shown == str(message):
            return
        if isinstance(message, Warning):
            message.args = (shown,)
        if str(message) != shown:
            warning.message = UserWarning(shown)

    def record(self, record: logging.LogRecord) -> None:
        """Hide the secrets in a record of the log, in place; one without any stays as it is."""
        if record.exc_info and record.exc_info[1] is not None and not record.exc_text:
            # A formatter takes the text where it is there.
            shown = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
            record.exc_text = self.text(shown)
        if record.stack_info:
            record.stack_info = self.text(record.stack_info)
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # Whoever logged it will be told by logging itself.
            return
        shown = _POST_DATA.sub(_reduced, self.text(message))
        if shown != message:
            record.msg, record.args = shown, ()

    def file(self, path: Path) -> None:
        """Hide the secrets in a file that a plugin has written of what it was not handed."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            return
        shown = self.text(text)
        if shown != text:
            path.write_text(shown, encoding="utf-8")

    def walk(self, value: Any) -> Any:
        """Hide the secrets in strings, containers and what pytest's reports are made of.

        Objects of the suite are its own and stay as they are.
        """
        return self._walk(value, set())

    def _standing_in(self, text: str) -> list[_Secret]:
        """Give the secrets that may stand in a text, the longest first.

        A pattern of all that are known would be made anew for nearly every request, and take longer each time.
        """
        for name in set(self._secrets()).difference(self._known, {""}):
            self._learn(_Secret(name))
        if not text.isascii():
            found = [secret for secret in list(self._known.values()) if secret.pattern.search(text)]
        else:
            lower = text.lower()
            begun = {
                start
                for length in list(self._lengths)
                for at in range(len(lower) - length + 1)
                if (start := lower[at : at + length]) in self._starts
            }
            likely = {secret.text: secret for start in begun for secret in self._starts[start]}
            found = [secret for secret in likely.values() if any(form in lower for form in secret.lower_forms)]
        return sorted(found, key=lambda secret: -len(secret.text))

    def _learn(self, secret: _Secret) -> None:
        for form in secret.lower_forms:
            start = form[:_SHORT]
            self._starts.setdefault(start, []).append(secret)
            self._lengths.add(len(start))
        # Last: a test that is stopped by a signal in between leaves it to be learned anew.
        self._known[secret.text] = secret

    def _walk(self, value: Any, seen: set[int]) -> Any:
        """Go through strings, containers and what pytest's reports are made of; a suite's own objects are its own."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            shown = self.text(str(value))
            return value if shown == str(value) else shown
        if isinstance(value, list):
            return [self._walk(item, seen) for item in cast("list[object]", value)]
        if isinstance(value, tuple):
            return tuple(self._walk(item, seen) for item in cast("tuple[object, ...]", value))
        if isinstance(value, dict):
            items = cast("dict[object, object]", value).items()
            return {self._walk(key, seen): self._walk(item, seen) for key, item in items}
        if type(value).__module__.startswith(_PYTESTS) and id(value) not in seen:
            seen.add(id(value))
            for name in _attributes(value):
                object.__setattr__(value, name, self._walk(getattr(value, name), seen))
        return value


class Output:
    """Where all that a process shows of a recording run passes, from `open` to `close`.

    `scrubber` hides what is secret in it.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self.scrubber = Scrubber(secrets)
        self._streams: dict[str, _Stream] = {}
        self._make_record: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()

    def open(self) -> None:
        """Stand before Python's streams and in the log's way."""
        for name in _STREAMS:
            stream = getattr(sys, name)
            if stream is not None:
                self._streams[name] = _Stream(stream, self.scrubber.text)
                setattr(sys, name, self._streams[name])
        # What goes into a log file is in no report that could be cleaned.
        self._make_record = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._clean_record)

    def show(self, out: str, err: str) -> None:
        """Show what a capture has kept of the two streams."""
        for name, text in zip(_STREAMS, (out, err), strict=True):
            if text and name in self._streams:
                self._streams[name].write(text)
                self._streams[name].stream.flush()

    def close(self) -> None:
        """Leave nothing behind; while an exception passes, the streams stay as they are: pytest will print it."""
        if logging.getLogRecordFactory() == self._clean_record:
            logging.setLogRecordFactory(self._make_record)
        if sys.exc_info()[0] is None:
            self.give_back()

    def give_back(self) -> None:
        """Give the streams back; whoever took one meanwhile writes as before."""
        for name, stream in self._streams.items():
            stream.shown = str
            if getattr(sys, name) is stream:
                setattr(sys, name, stream.stream)

    def _clean_record(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make_record(*args, **kwargs)
        self.scrubber.record(record)
        return record


class _Stream:
    """A text stream that shows what `shown` makes of a text; all else is that of the stream behind it."""

    def __init__(self, stream: TextIO, shown: Callable[[str], str]) -> None:
        self.stream = stream
        self.shown = shown

    def write(self, text: str) -> int:
        self.stream.write(self.shown(text) if isinstance(cast("object", text), str) else text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __iter__(self) -> Any:
        return iter(self.stream)


def _attributes(value: object) -> list[str]:
    if hasattr(value, "__dict__"):
        return list(vars(value))
    return [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []


class _Secret:
    """A secret as it may be written."""

    def __init__(self, text: str) -> None:
        self.text = text
        forms = {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], html.escape(text)}
        if len(text) >= _LONG:
            forms |= {without_start(text), *base64_forms(text)}
        self._forms = sorted(forms, key=len, reverse=True)
        # A letter of another script may be one of ours in another case: it is left to the pattern.
        self.lower_forms = {form.lower() if form.isascii() else "" for form in self._forms}

    @cached_property
    def part(self) -> str:
        """What finds it, in a pattern that takes either case."""
        either = "|".join(re.escape(form) for form in self._forms)
        if len(self.text) < _SHORT:
            name = f"n{self.text.encode().hex()}"
            return rf"""(?P<{name}>(?:{_NAMES})(?:[\\"'\]]|%5D)*\s*[:=,]\s*[\\"']*)(?:{either})(?![0-9A-Za-z])"""
        # Within a longer number it is another number.
        return rf"(?<![0-9])(?:{either})(?![0-9])" if self.text.isdigit() else f"(?:{either})"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it alone."""
        return re.compile(self.part, re.IGNORECASE)


def _hidden(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "") + HIDDEN


def _reduced(match: re.Match[str]) -> str:
    sent = forms.decode(match[1].strip("'"))
    return f"post_data={forms.encode(redact_params(sent), safe='[]*')}"
