"""A fact's row as it would have to read for what Stripe answered, ready to be put into the table."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.calibration.comparing import MISSING, PART, at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_stripe_tokens.calibration.sides import Answer
    from pytest_stripe_tokens.calibration.table import Fact
    from pytest_stripe_tokens.calibration.trials import Difference

_ID = re.compile(r"(?<![A-Za-z0-9_{])([a-z]+(?:_[a-z]+)*_)(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8,}(?![A-Za-z0-9])")
_NAME = re.compile(r"\{([\w. ]+):\w+\}")
# Of an object inside an error.
_TOLD = ("object", "status")


def as_read(fact: Fact, answers: Sequence[Answer], found: Sequence[Difference]) -> dict[str, Any]:
    """Write a fact anew: it is no reading any more, and its steps expect what Stripe answered.

    Args:
        fact: as it is.
        answers: Stripe's, one for each step that was asked.
        found: where they part from the simulator's.
    """
    row: dict[str, Any] = {}
    for name, value in fact.row.items():
        # In place of the one or the other.
        row |= {"source": "stripe-tokens calibrate"} if name in {"reading", "source"} else {name: value}
    row.pop("settled", None)
    steps = [dict(step) for step in row["steps"]]
    for difference in found:
        if difference.step < len(answers):
            steps[difference.step] = _step(steps[difference.step], answers[difference.step], difference)
    return {**row, "steps": steps[: len(answers)] if _ends_early(steps, answers) else steps}


def _ends_early(steps: Sequence[object], answers: Sequence[Answer]) -> bool:
    return 0 < len(answers) < len(steps) and not answers[-1].is_success


def _step(step: Mapping[str, Any], answer: Answer, difference: Difference) -> dict[str, Any]:
    kept = {name: value for name, value in step.items() if name not in {"status", "error"}}
    if not answer.is_success:
        kept = {name: value for name, value in kept.items() if name not in {"body", "same", "lacks"}}
        return {**kept, "status": answer.status, "error": {name: _told(item) for name, item in answer.error.items()}}
    body = _merged(deepcopy(cast("dict[str, Any]", kept.get("body", {}))), difference)
    lacks = [part.path for part in difference.parts if part.stripe is MISSING and not part.path.startswith("header ")]
    headers = {
        part.path.removeprefix("header "): None if part.stripe is MISSING else part.stripe
        for part in difference.parts
        if part.path.startswith("header ")
    }
    if headers:
        kept["answer_headers"] = {**kept.get("answer_headers", {}), **headers}
    if lacks:
        kept["lacks"] = [*kept.get("lacks", ()), *lacks]
    if body:
        return {**kept, "body": body}
    return kept if kept.keys() & {"same", "lacks", "answer_headers"} else {**kept, "status": answer.status}


def _merged(body: dict[str, Any], difference: Difference) -> dict[str, Any]:
    for part in difference.parts:
        if part.path in {"", "status"} or part.path.startswith(("header ", "error")):
            continue
        _put(body, PART.findall(part.path), part.stripe if part.stripe is MISSING else _told(part.stripe))
    return body


def _put(body: Any, path: Sequence[str], value: Any) -> None:
    """Let a value stand in a nested hash, or be gone from it; what is above it is made where it is not there."""
    place, *rest = path
    name: Any = place
    if isinstance(body, list):
        name, items = int(place), cast("list[object]", body)
        items.extend({} for _ in range(name + 1 - len(items)))
    if rest:
        inner: Any = at(body, place)
        is_there = isinstance(inner, list if rest[0].isdecimal() else dict)
        body[name] = inner if is_there else [] if rest[0].isdecimal() else {}
        _put(body[name], rest, value)
    elif value is not MISSING:
        body[name] = value
    elif isinstance(body, dict):
        cast("dict[str, Any]", body).pop(name, None)


def _told(value: Any) -> Any:
    """Give a value without what is another the next time: an id that no step has named is its beginning."""
    if isinstance(value, dict):
        known = cast("dict[str, Any]", value)
        return {name: known[name] for name in _TOLD if name in known} or known
    if not isinstance(value, str):
        return value
    value = _NAME.sub(r"{\1}", value)
    match = _ID.search(value)
    # What begins a text is known; behind an id that is not, nothing is.
    return value if match is None else f"{value[: match.end(1)]}..."
