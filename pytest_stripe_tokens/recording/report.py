"""The report of a recording run: table, Markdown, JSON, and whether the run fails."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.showing import code, escaped, one_line
from pytest_stripe_tokens.recording.levels import DEFAULT_FAIL_LEVEL, Level
from pytest_stripe_tokens.recording.stage import plain_drift
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stripe_tokens.recording.drift import Drift
    from pytest_stripe_tokens.recording.replacement import Result

_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".json": "json"}
_SHOWN = 8
_LONGEST = 60
_SIGNS = {"new": "+", "gone": "-"}
_DIFF_LINES = 200
# What each kind of drift asks of whoever reads the report.
_ADVICE = {
    "new": "New fields need nothing: the cassettes hold them from now on.",
    "value": "Another value needs nothing, unless a test expects the old one.",
    "gone": "A field that is gone: look whether your code reads it.",
    "type": "Another type: look at the code that reads the field.",
    "nullability": "A field that may be null now, or no longer: look at the code that reads it.",
    "enum": "A new word: look where your code tells these words apart.",
    "status": "Another status: look at the code that sends the request.",
    "schema": "What breaks the documented schema is not written. Read the API's changelog; where the change is meant, "
    "name the field in the ini option `stripe_tokens_accept_drift`.",
}
_HEADINGS = {
    "drift": "Drift",
    "refused": "Refused to this account",
    "unreachable": "Unreachable",
    "other": "Not recorded for other reasons",
}


@dataclass(frozen=True)
class RecordReport:
    """The results of a run.

    Args:
        api_base: what was recorded against.
        recorded_at: ISO 8601, UTC.
        results: one for each cassette, by name.
        fail_on_drift: one of `FAIL_LEVELS`.
        nothing: why there are no results, where there are none.
        requests: how many were sent.
        seconds: how long the run took; None where that is not known.
    """

    api_base: str
    recorded_at: str
    results: tuple[Result, ...]
    fail_on_drift: str = DEFAULT_FAIL_LEVEL
    nothing: str = "no test of this run needed one"
    requests: int = 0
    seconds: float | None = None

    @property
    def api_version(self) -> str | None:
        """The API version of the answers; several are joined by commas, None where none says it."""
        versions = sorted({_cut(result.api_version) for result in self.results if result.api_version})
        return ", ".join(versions[:_SHOWN]) or None

    @property
    def failures(self) -> list[str]:
        """Why the run fails, a line for each kind of reason; empty where it may pass."""
        lost = [result.name for result in self.results if result.status == "kept" or result.cause == "schema"]
        drifted = [
            result.name
            for result in self.results
            if result.name not in lost
            and any(self._is_grave(drift.level) for drift in result.drift if not drift.is_accepted)
        ]
        lines: list[str] = []
        if lost:
            lines.append(f"could not be recorded: {', '.join(lost)}")
        if drifted:
            lines.append(f"drifted ({self.fail_on_drift} or worse): {', '.join(drifted)}")
        return lines

    def table(self) -> Iterator[tuple[str, str]]:
        """Give the table's lines for a terminal, each with its status."""
        width = max((len(result.name) for result in self.results), default=0)
        for result in _told_once(self.results):
            yield f"  {result.name:<{width}}  {result.status:<9}  {_details(result)}".rstrip(), result.status

    def title(self) -> str:
        """The line above the table."""
        version = f", API version {one_line(self.api_version)}" if self.api_version else ""
        return f"cassettes (recorded against {self.api_base}{version})"

    def sent(self) -> str:
        """The line below the table."""
        took = "" if self.seconds is None else f" in {self.seconds:.3g} s"
        return f"{self.requests} request{'s' if self.requests != 1 else ''} sent{took}"

    def markdown(self) -> str:
        """Give the report as Markdown."""
        version = f", API version {self.api_version}" if self.api_version else ""
        lines = [
            "# Cassettes",
            "",
            f"Recorded against {escaped(self.api_base)}{escaped(version)}, {self.recorded_at}, {self.sent()}.",
            "",
        ]
        lines += ["| cassette | status | why |", "|---|---|---|"]
        lines += [
            f"| {escaped(result.name)} | {result.status} | {_why(result) or '-'} |"
            for result in _told_once(self.results)
        ]
        if not self.results:
            lines[-2:] = [f"No cassette: {escaped(self.nothing)}."]
        for group, heading in _HEADINGS.items():
            entries = [result for result in _told_once(self.results) if _group(result) == group]
            if entries:
                lines += ["", f"## {heading}", ""]
                lines += _drift_section(entries) if group == "drift" else [_entry(result) for result in entries]
        if self.failures:
            lines += ["", *(f"**The run fails:** {escaped(line)}" for line in self.failures)]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """Give the report as JSON."""
        data: dict[str, Any] = {
            "api_base": self.api_base,
            "api_version": self.api_version,
            "recorded_at": self.recorded_at,
            "cassettes": [
                {
                    "name": result.name,
                    "status": result.status,
                    "reason": result.reason,
                    "drift": [plain_drift(drift) for drift in result.drift],
                }
                for result in self.results
            ],
        }
        # A CI system that is shown the file reads commands from this anywhere; to who reads JSON it is the same.
        return json.dumps(data, indent=2).replace("##", "#\\u0023") + "\n"

    def write(self, path: Path) -> None:
        """Write the report in the form that the file's suffix names.

        Raises:
            OSError: it can't be written.
        """
        text = self.json() if _SUFFIXES[path.suffix.lower()] == "json" else self.markdown()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _is_grave(self, level: Level) -> bool:
        return self.fail_on_drift != "never" and level >= Level[self.fail_on_drift.upper()]


def checked_report(value: str, source: str) -> Path:
    """Return the path of a report.

    Raises:
        UsageError: its suffix names no form.
    """
    path = Path(value)
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{source}: {value!r} has an unknown suffix; a report's are {', '.join(_SUFFIXES)}")
    return path


def shown_drift(drift: Drift) -> str:
    """Say a drift in a line of a terminal: `+ networks.preferred (info)`."""
    path = one_line(_cut(drift.path)) if drift.path else "the answer"
    old, new = one_line(_short(drift.old)), one_line(_short(drift.new))
    level = "accepted" if drift.is_accepted else drift.level
    if drift.change in _SIGNS:
        return f"{_SIGNS[drift.change]} {path} ({level})"
    if drift.change == "schema":
        return f"! {path}: {new} ({level})"
    return f"~ {path}: {old} -> {new} ({level})"


def said_drift(drift: Drift) -> str:
    """Say a drift in words, as Markdown: `networks.preferred` of `POST /v1/tokens`: new, a string (info)."""
    path = code(_cut(drift.path)) if drift.path else "the answer"
    request = f" of {code(drift.request)}" if drift.request else ""
    level = "accepted" if drift.is_accepted else drift.level
    return f"{path}{request}: {_change(drift)} ({level})"


def _told_once(results: tuple[Result, ...]) -> list[Result]:
    """Let what an account is refused be told with the first cassette that it keeps from being recorded."""
    first: dict[str, str] = {}
    return [
        result
        if result.cause != "refused" or first.setdefault(result.reason, result.name) == result.name
        else replace(result, reason=f"as {first[result.reason]}")
        for result in results
    ]


def _change(drift: Drift) -> str:
    old, new = _short(drift.old), _short(drift.new)
    if drift.change == "new":
        return f"new, {_kind(new)}"
    if drift.change == "gone":
        return f"gone, was {_kind(old)}"
    if drift.change == "schema":
        return escaped(new)
    if drift.change in {"type", "nullability"}:
        return f"now {_kind(new)}, was {_kind(old)}"
    return f"now {code(new)}, was {code(old)}"


def _kind(name: str) -> str:
    """Put an article before a type's name."""
    if name == "null":
        return name
    return f"{'an' if name.startswith(('a', 'i', 'o')) else 'a'} {escaped(name)}"


def _details(result: Result) -> str:
    shown = [shown_drift(drift) for drift in result.drift[:_SHOWN]]
    if len(result.drift) > _SHOWN:
        shown.append(f"and {len(result.drift) - _SHOWN} more")
    return "; ".join(part for part in ("   ".join(shown), _reason(result.reason)) if part)


def _why(result: Result) -> str:
    """Say in a cell of a Markdown table what became of a cassette; what drifted stands below the table."""
    number = len(result.drift)
    drift = f"{number} field{'s' if number > 1 else ''} drifted" if number else ""
    return "; ".join(part for part in (drift, escaped(result.reason)) if part)


def _reason(text: str) -> str:
    # What a server said is cut before; what we say of it stands behind.
    return one_line(text, longest=1000)


def _group(result: Result) -> str:
    if result.drift:
        return "drift"
    if result.status in {"refreshed", "unchanged"}:
        return ""
    return result.cause if result.cause in _HEADINGS else "other"


def _entry(result: Result) -> str:
    return f"- {escaped(result.name)}{': ' if result.reason else ''}{escaped(result.reason)}"


def _drift_section(results: list[Result]) -> Iterator[str]:
    """Say each drift once, with the cassettes that show it, then what can be done, then the answers' difference."""
    cassettes: dict[str, list[str]] = {}
    for result in results:
        for drift in result.drift:
            cassettes.setdefault(said_drift(drift), []).append(escaped(result.name))
    yield from (f"- {said}: {', '.join(names)}" for said, names in cassettes.items())
    yield ""
    kinds = {drift.change for result in results for drift in result.drift}
    yield from (advice for change, advice in _ADVICE.items() if change in kinds)
    for result in results:
        lines = [one_line(line) for line in result.lines[:_DIFF_LINES]]
        if len(result.lines) > _DIFF_LINES:
            lines.append(f"... and {len(result.lines) - _DIFF_LINES} lines more")
        if lines:
            # Code ends at as many backticks as it began with.
            fence = "`" * max(3, 1 + max(len(ticks) for line in lines for ticks in re.findall("`*", line)))
            yield from ("", f"{escaped(result.name)}:", "", f"{fence}diff", *lines, fence)


def _short(value: Any) -> str:
    return _cut(value if isinstance(value, str) else json.dumps(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
