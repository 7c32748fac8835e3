"""The report of a calibration: lines for a terminal, Markdown, JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.showing import code, escaped, one_line
from pytest_stripe_tokens.calibration.comparing import MISSING
from pytest_stripe_tokens.cassettes.writing import dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_stripe_tokens.calibration.comparing import Part
    from pytest_stripe_tokens.calibration.trials import Outcome
    from pytest_stripe_tokens.recording.environment import RecordSettings

_LONGEST = 300
# In the name of an id, `{charge.id:ch_}`.
_PREFIX = re.compile(r"(?<=\w):\w+_(?=\})")


@dataclass(frozen=True)
class Report:
    """What a calibration has come to.

    Args:
        api_version: of its answers; empty where none said it.
        calibrated_at: ISO 8601, UTC.
        outcomes: of the facts that were tried.
        planned: how many there were to try.
        ended: why it ended before its time; empty where it did not.
        requests: how many were sent, repeats included.
        deleted: how many objects of each type were deleted.
        kept: how many of each type were made that test mode does not delete.
        left: what could not be deleted, each in a few words.
        settings: with which it was asked; they know what is secret.
    """

    api_version: str
    calibrated_at: str
    outcomes: tuple[Outcome, ...]
    planned: int
    ended: str
    requests: int
    deleted: Mapping[str, int]
    kept: Mapping[str, int]
    left: tuple[str, ...]
    settings: RecordSettings

    def clean(self, text: str) -> str:
        """Make one line that may be shown of what a server says."""
        return self.settings.clean(text)

    @property
    def differing(self) -> list[Outcome]:
        """The facts that differ."""
        return self._of("differs")

    @cached_property
    def settled(self) -> list[str]:
        """The names of the readings that Stripe has confirmed now."""
        return [outcome.fact.name for outcome in self._of("agrees") if outcome.fact.is_open]

    def counts(self) -> str:
        """Say in a line what became of the facts."""
        number = Counter(outcome.verdict for outcome in self.outcomes)
        untried = self.planned - len(self.outcomes)
        words = [f"{number['agrees']} agree", f"{number['differs']} differ"]
        words += [f"{number['untested']} not testable with this account"] if number["untested"] else []
        words += [f"{untried} not tried"] if untried else []
        return f"{counted(self.planned, 'fact')}: {', '.join(words)}"

    def lines(self) -> Iterator[str]:
        """Give the end of a run for a terminal; what became of each fact has been told before."""
        yield self.counts()
        if self.ended:
            yield f"ended early: {self.ended}"
        for reason, names in self._untested().items():
            yield f"not testable: {reason}: {', '.join(names)}"
        if self.settled:
            yield f"confirmed now, so that their rows may say `settled: {self._day}`: {', '.join(self.settled)}"
        yield self._sent()
        if self.left:
            yield f"could not be deleted: {', '.join(map(self.clean, self.left))}"
        for outcome in self.differing:
            yield ""
            yield f"{outcome.fact.name} would have to read, in facts/{outcome.fact.subject}.yaml{_in_place(outcome)}:"
            yield from self.row(outcome)

    def row(self, outcome: Outcome) -> list[str]:
        """Give the row that Stripe's answers ask for, as lines of YAML."""
        text = dump({"rows": [outcome.row]}).decode().partition("\n")[2]
        return [self._line(line) for line in text.splitlines()]

    def markdown(self) -> str:
        """Give the report as Markdown."""
        version = f", API version {self.api_version}" if self.api_version else ""
        lines = [
            "# Calibration",
            "",
            f"Against {escaped(self.settings.api_base)}{escaped(version)}, {self.calibrated_at}. {self.counts()}.",
        ]
        if self.ended:
            lines += ["", f"**Ended early:** {escaped(self.ended)}"]
        if self.differing:
            lines += ["", "## Where Stripe and the simulator part"]
        for outcome in self.differing:
            lines += ["", *self._section(outcome)]
        if self._untested():
            lines += ["", "## Not testable with this account", ""]
            lines += [f"- {escaped(why)}: {_names(names)}" for why, names in self._untested().items()]
        if self.settled:
            lines += ["", "## Readings that are confirmed now", ""]
            lines += [f"Their rows may say `settled: {self._day}`: {_names(self.settled)}."]
        lines += ["", "## What it left", "", f"{escaped(self._sent())}."]
        lines += [f"Could not be deleted: {escaped(', '.join(map(self.clean, self.left)))}."] if self.left else []
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """Give the report as JSON."""
        data: dict[str, Any] = {
            "api_base": self.settings.api_base,
            "api_version": self.api_version or None,
            "calibrated_at": self.calibrated_at,
            "planned": self.planned,
            "ended": self.ended or None,
            "requests": self.requests,
            "deleted": dict(self.deleted),
            "kept": dict(self.kept),
            "left": [self.clean(text) for text in self.left],
            "facts": [self._plain(outcome) for outcome in self.outcomes],
        }
        # As in a recording's report: a CI system that is shown the file obeys nothing in it.
        return json.dumps(data, indent=2).replace("##", "#\\u0023") + "\n"

    def write(self, path: Path) -> None:
        """Write the report in the form that the file's suffix names.

        Raises:
            OSError: it can't be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.json() if path.suffix.lower() == ".json" else self.markdown(), encoding="utf-8")

    @property
    def _day(self) -> str:
        return self.calibrated_at.partition("T")[0]

    def _of(self, verdict: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.verdict == verdict]

    def _untested(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for outcome in self._of("untested"):
            found.setdefault(self.clean(outcome.reason), []).append(outcome.fact.name)
        return found

    def _sent(self) -> str:
        gone = ", ".join(counted(number, kind) for kind, number in sorted(self.deleted.items()) if number)
        stays = ", ".join(counted(number, kind) for kind, number in sorted(self.kept.items()))
        said = f"{counted(self.requests, 'request')} sent"
        said += f"; deleted: {gone}" if gone else ""
        return f"{said}; test mode deletes none of these, which stay: {stays}" if stays else said

    def _section(self, outcome: Outcome) -> Iterator[str]:
        fact = outcome.fact
        known = f"a reading: {escaped(fact.reading)}" if fact.reading else f"known from {escaped(fact.source)}"
        yield f"### {escaped(fact.name)}"
        yield ""
        yield f"{known[0].upper()}{known[1:]}."
        yield ""
        yield "| request | field | Stripe | simulator |"
        yield "|---|---|---|---|"
        for difference in outcome.differences:
            for part in difference.parts:
                values = " | ".join(_cell(value) for value in _values(part, self.settings))
                yield f"| {_cell(difference.request)} | {_cell(part.path)} | {values} |"
        lines = self.row(outcome)
        # Code ends at as many backticks as it began with.
        fence = "`" * max(3, 1 + max(len(ticks) for line in lines for ticks in re.findall("`*", line)))
        yield ""
        yield f"As it would have to read, in `facts/{fact.subject}.yaml`{_in_place(outcome)}:"
        yield ""
        yield f"{fence}yaml"
        yield from lines
        yield fence

    def _plain(self, outcome: Outcome) -> dict[str, Any]:
        fact = outcome.fact
        plain: dict[str, Any] = {"name": fact.name, "subject": fact.subject, "verdict": outcome.verdict}
        plain |= {"source": fact.source} if fact.source else {"reading": fact.reading}
        if outcome.reason:
            plain["reason"] = self.clean(outcome.reason)
        if outcome.differences:
            plain["differences"] = [
                {"request": difference.request, "field": part.path, **self._both(part)}
                for difference in outcome.differences
                for part in difference.parts
            ]
            plain["row"] = "\n".join(self.row(outcome))
        return plain

    def _both(self, part: Part) -> dict[str, str]:
        stripe, simulator = _values(part, self.settings)
        return {"stripe": stripe, "simulator": simulator}

    def _line(self, line: str) -> str:
        text = line.lstrip(" ")
        return f"{line[: len(line) - len(text)]}{one_line(self.settings.hide(text), len(text))}"


def told(outcome: Outcome, settings: RecordSettings) -> Iterator[str]:
    """Say what became of one fact, for a terminal."""
    reason = f": {settings.clean(outcome.reason)}" if outcome.reason else ""
    yield f"{outcome.verdict:<8}  {outcome.fact.name}{reason}"
    for difference in outcome.differences:
        yield f"          {difference.request}"
        width = max(len(part.path) for part in difference.parts)
        for part in difference.parts:
            stripe, simulator = _values(part, settings)
            yield f"            {one_line(part.path):<{width}}  Stripe:    {stripe}"
            yield f"            {'':<{width}}  simulator: {simulator}"


def _values(part: Part, settings: RecordSettings) -> tuple[str, str]:
    """Show both values; of two long texts what is around the place where they part."""
    texts = [repr(MISSING) if value is MISSING else json.dumps(value) for value in (part.stripe, part.simulator)]
    # What an id begins with is of interest where nothing else differs.
    plain = [_PREFIX.sub("", text) for text in texts]
    texts = texts if plain[0] == plain[1] else plain
    shared = next((at for at, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), 0)
    start = max(0, shared - _LONGEST // 3) if max(map(len, texts)) > _LONGEST else 0
    hidden = [one_line(settings.hide(text), len(text)) for text in texts]
    cut = [f"{'...' if start else ''}{text[start : start + _LONGEST]}" for text in hidden]
    return cut[0], cut[1]


def _in_place(outcome: Outcome) -> str:
    """Say what a row is for that was one of several alike."""
    name, family = outcome.fact.name, outcome.fact.family
    return "" if name == family else f", in place of its value in the `each` of `{family}`"


def counted(number: int, noun: str) -> str:
    """Say how many of something there are."""
    return f"{number} {noun.replace('_', ' ')}{'' if number == 1 else 's'}"


def _names(names: list[str]) -> str:
    return ", ".join(code(name) for name in names)


def _cell(text: str) -> str:
    return code(text).replace("|", "\\|")
