"""A fact's row as it would have to read for what Stripe answered, ready to be put into the table."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.calibration.comparing import MISSING, PART, at
from pytest_stripe_tokens.redaction.messages import redact_params

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_stripe_tokens.calibration.sides import Answer
    from pytest_stripe_tokens.calibration.table import Fact
    from pytest_stripe_tokens.calibration.trials import Difference

# The name of an id, `{charge.id:ch_}`, or an id that has none.
_ID = re.compile(
    r"\{(?P<path>(?P<name>[\w ]+)[\w.]*):(?P<prefix>\w+)\}"
    r"|(?<![A-Za-z0-9_])(?P<start>[a-z]+(?:_[a-z]+)*_)(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8,}(?![A-Za-z0-9])"
)
_HEADER = "header "
# Of an object inside an error.
_TOLD = ("object", "status")


def as_read(fact: Fact, answers: Sequence[Answer], found: Sequence[Difference], day: str) -> dict[str, Any]:
    """Write a fact anew: it is no reading any more, and its steps expect what Stripe answered.

    Args:
        fact: as it is.
        answers: Stripe's, one for each step that was asked.
        found: where they part from the simulator's.
        day: on which they were given, `"2026-11-28"`.
    """
    row: dict[str, Any] = {}
    for name, value in fact.row.items():
        # In place of the one or the other.
        row |= {"source": f"stripe-tokens calibrate, {day}"} if name in {"reading", "source"} else {name: value}
    row.pop("settled", None)
    steps = [dict(step) for step in row["steps"]]
    for difference in found:
        if difference.step < len(answers):
            known = frozenset(step.name for step in fact.steps[: difference.step]) - {""}
            steps[difference.step] = _step(steps[difference.step], answers[difference.step], difference, known)
    has_ended = 0 < len(answers) < len(steps) and not answers[-1].is_success
    return {**row, "steps": steps[: len(answers)] if has_ended else steps}


def _step(step: Mapping[str, Any], answer: Answer, difference: Difference, known: frozenset[str]) -> dict[str, Any]:
    kept = {name: value for name, value in step.items() if name not in {"status", "error"}}
    headers = {
        part.path.removeprefix(_HEADER): None if part.stripe is MISSING else part.stripe
        for part in difference.parts
        if part.path.startswith(_HEADER)
    }
    if headers:
        kept["answer_headers"] = {**kept.get("answer_headers", {}), **headers}
    if not answer.is_success:
        kept = {name: value for name, value in kept.items() if name not in {"body", "same", "lacks"}}
        error = {name: _told(item, known) for name, item in redact_params(answer.error).items()}
        return {**kept, "status": answer.status, "error": error}
    body: dict[str, Any] = deepcopy(kept.get("body", {}))
    for part in difference.parts:
        if not part.path.startswith((_HEADER, "error", "status")):
            _put(body, PART.findall(part.path), _told(part.stripe, known))
    lacks = [part.path for part in difference.parts if part.stripe is MISSING and not part.path.startswith(_HEADER)]
    if lacks:
        kept["lacks"] = [*kept.get("lacks", ()), *lacks]
    if body:
        return {**kept, "body": body}
    return kept if kept.keys() & {"same", "lacks", "answer_headers"} else {**kept, "status": answer.status}


def _put(body: Any, path: Sequence[str], value: Any) -> None:
    """Let a value stand in a nested hash, or be gone from it; what is above it is made where it is not there."""
    place, *rest = path
    name: Any = place
    if isinstance(body, list):
        name, items = int(place), cast("list[object]", body)
        if value is MISSING and not rest:
            del items[name:]
            return
        items.extend({} for _ in range(name + 1 - len(items)))
    if rest:
        inner: Any = at(body, place)
        is_there = isinstance(inner, list if rest[0].isdecimal() else dict)
        body[name] = inner if is_there else [] if rest[0].isdecimal() else {}
        _put(body[name], rest, value)
    elif value is not MISSING:
        body[name] = value
    else:
        cast("dict[str, Any]", body).pop(name, None)


def _told(value: Any, known: frozenset[str]) -> Any:
    """Give a value without what is another the next time: a text ends where an id begins that no earlier step names."""
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        told = {name: items[name] for name in _TOLD if name in items} or items
        return {name: _told(item, known) for name, item in told.items()}
    if isinstance(value, list):
        return [_told(item, known) for item in cast("list[object]", value)]
    if not isinstance(value, str):
        return value
    shown, end = "", 0
    for match in _ID.finditer(value):
        shown += value[end : match.start()]
        if match["name"] not in known:
            return f"{shown}{match['prefix'] or match['start']}..."
        shown, end = f"{shown}{{{match['path']}}}", match.end()
    return shown + value[end:]
