"""The report of a recording run: table, Markdown, JSON, and whether the run fails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.showing import code, escaped, one_line
from pytest_stripe_tokens.recording.levels import DEFAULT_FAIL_LEVEL, Level
from pytest_stripe_tokens.recording.stage import plain_drift
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_stripe_tokens.recording.drift import Drift
    from pytest_stripe_tokens.recording.replacement import Result

_SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".json": "json"}
_SHOWN = 8
_LONGEST = 60
_SIGNS = {"new": "+", "gone": "-"}
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
    """

    api_base: str
    recorded_at: str
    results: tuple[Result, ...]
    fail_on_drift: str = DEFAULT_FAIL_LEVEL
    nothing: str = "no test of this run needed one"

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
            if result.name not in lost and any(self._is_grave(drift.level) for drift in result.drift)
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
        for result in self.results:
            yield f"  {result.name:<{width}}  {result.status:<9}  {_details(result)}".rstrip(), result.status

    def title(self) -> str:
        """The line above the table."""
        version = f", API version {one_line(self.api_version)}" if self.api_version else ""
        return f"cassettes (recorded against {self.api_base}{version})"

    def markdown(self) -> str:
        """Give the report as Markdown."""
        version = f", API version {self.api_version}" if self.api_version else ""
        lines = [
            "# Cassettes",
            "",
            f"Recorded against {escaped(self.api_base)}{escaped(version)}, {self.recorded_at}.",
            "",
        ]
        lines += ["| cassette | status | why |", "|---|---|---|"]
        lines += [
            f"| {escaped(result.name)} | {result.status} | {_details(result, _cell, escaped) or '-'} |"
            for result in self.results
        ]
        if not self.results:
            lines[-2:] = [f"No cassette: {escaped(self.nothing)}."]
        for group, heading in _HEADINGS.items():
            entries = [result for result in self.results if _group(result) == group]
            if entries:
                lines += ["", f"## {heading}", ""]
                lines += [line for result in entries for line in _section(result)]
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


def shown_drift(drift: Drift, field: Callable[[str], str] = one_line, said: Callable[[str], str] = one_line) -> str:
    """Say a drift in a few words: `+ networks.preferred (info)`.

    Args:
        drift: whose field and values a server has chosen.
        field: makes a field's name fit for where it is shown.
        said: likewise any other text.
    """
    path = field(_cut(drift.path)) if drift.path else "the answer"
    old, new = said(_short(drift.old)), said(_short(drift.new))
    if drift.change in _SIGNS:
        return f"{_SIGNS[drift.change]} {path} ({drift.level})"
    if drift.change == "schema":
        return f"! {path}: {new} ({drift.level})"
    return f"~ {path}: {old} -> {new} ({drift.level})"


def _details(result: Result, field: Callable[[str], str] = one_line, said: Callable[[str], str] | None = None) -> str:
    said = said or _reason
    shown = [shown_drift(drift, field, said) for drift in result.drift[:_SHOWN]]
    if len(result.drift) > _SHOWN:
        shown.append(f"and {len(result.drift) - _SHOWN} more")
    drift = "   ".join(shown)
    return "; ".join(part for part in (drift, said(result.reason)) if part)


def _reason(text: str) -> str:
    # What a server said is cut before; what we say of it stands behind.
    return one_line(text, longest=1000)


def _group(result: Result) -> str:
    if result.drift:
        return "drift"
    if result.status in {"refreshed", "unchanged"}:
        return ""
    return result.cause if result.cause in _HEADINGS else "other"


def _section(result: Result) -> Iterator[str]:
    yield f"- {escaped(result.name)}{': ' if result.reason else ''}{escaped(result.reason)}"
    for drift in result.drift:
        yield f"  - {shown_drift(drift, code, escaped)}"


def _short(value: Any) -> str:
    return _cut(value if isinstance(value, str) else json.dumps(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _cell(field: str) -> str:
    """Give a field's name as code within a table."""
    return code(field).replace("|", "\\|")
