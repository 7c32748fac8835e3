"""What differs between Stripe's answer and the simulator's, and between an answer and what is known of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.calibration.filling import inside
from pytest_stripe_tokens.calibration.sides import error_of, without_ids
from pytest_stripe_tokens.recording.drift import compare, is_volatile
from pytest_stripe_tokens.redaction.messages import redact_params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_stripe_tokens.calibration.filling import Unknown
    from pytest_stripe_tokens.calibration.sides import Answer, Side
    from pytest_stripe_tokens.calibration.table import Expected

# What is the account's own, or the day's: neither side is wrong where these differ.
_OWN = frozenset(
    {
        "calculated_statement_descriptor",
        "client_ip",
        "exp_month",
        "exp_year",
        "next_invoice_sequence",
        "payment_method_configuration_details",
        "payment_method_types",
        "risk_score",
        "statement_descriptor",
    }
)
_VALUES = frozenset({"value", "enum", "nullability"})
# Objects inside an error, whose values are compared where they are a word of a list.
_INSIDE = re.compile(r"error\.(?:payment_intent|payment_method|setup_intent|source|charge)\.")
_BEGINNING = "..."
PART = re.compile(r"[^.\[\]]+")
"""One step of a path."""


class Missing:
    """Stands for what an answer does not hold."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = Missing()


@dataclass(frozen=True)
class Part:
    """A part of two answers that differs.

    Args:
        path: of the field, `error.code`; `status`, or `header Stripe-Should-Retry`.
        stripe: what Stripe answered; `MISSING` where it is not there.
        simulator: what the simulator answered, likewise.
    """

    path: str
    stripe: Any
    simulator: Any


def parted(expected: Expected | None, stripe: Answer, simulator: Answer) -> list[Part]:
    """Tell where Stripe's answer and the simulator's part: only what is compared, and only what differs.

    Args:
        expected: what is known of the answer, and so what is compared of an object; None where its success is.
        stripe: Stripe's answer.
        simulator: the simulator's.
    """
    found = [Part("status", stripe.status, simulator.status)] if stripe.status != simulator.status else []
    if stripe.is_success != simulator.is_success:
        # Of an object and an error no part is the same.
        return [*found, Part("error", stripe.error or MISSING, simulator.error or MISSING)]
    if expected is None and stripe.is_success:
        return found
    chosen = (*_paths(expected.body), *expected.same) if expected else ()
    apart = expected.apart_from if expected else ()
    ours, theirs = _compared(simulator.body), _compared(stripe.body)
    for drift in compare(_compared(simulator.raw), _compared(stripe.raw)):
        *above, name = PART.findall(drift.path) or [""]
        is_error = drift.path.startswith("error") and not _INSIDE.match(drift.path)
        # Of what is another each time, it is the kind that has changed: what an id begins with.
        is_value = drift.change == "value" and not (is_error or is_volatile(name) or _within(drift.path, chosen))
        if drift.change in _VALUES and at(theirs, drift.path) == at(ours, drift.path):
            continue
        is_own = (name in _OWN and drift.change in _VALUES) or not _OWN.isdisjoint(above)
        if is_value or is_own or _within(drift.path, apart):
            continue
        found.append(_part(drift.path, at(theirs, drift.path), at(ours, drift.path)))
    # An id is another each time, which is no drift; that it is the one of an earlier answer is.
    for path in (*chosen, "error.message"):
        values = [_text(at(body, path)) for body in (theirs, ours)]
        if values[0] != values[1] and not _within(path, tuple(part.path for part in found)):
            found.append(_part(path, *values))
    for name in expected.headers if expected else ():
        values = [answer.headers.get(name.lower(), MISSING) for answer in (stripe, simulator)]
        if values[0] != values[1]:
            found.append(Part(f"header {name}", *values))
    return found


def problems(expected: Expected | None, side: Side, answer: Answer) -> Iterator[str]:
    """Tell where an answer is not what is known of it.

    Args:
        expected: None where its success is all that counts.
        side: whose answers stand in the places of what is expected.
        answer: to the step.
    """
    if expected is None:
        if not answer.is_success:
            yield f"{answer.status}: {answer.body}"
        return
    if answer.status != expected.status:
        yield f"status {answer.status}, expected {expected.status}: {answer.error or answer.body}"
    wanted, raw = side.filled(expected.error), error_of(answer.raw)
    is_whole = {"message", "type"} <= wanted.keys() and not str(wanted["message"]).endswith(_BEGINNING)
    for name in {**wanted, **(answer.error if is_whole else {})}:
        if not any(_fits(wanted.get(name), error.get(name)) for error in (answer.error, raw)):
            yield f"error.{name} is {answer.error.get(name)!r}, expected {wanted.get(name)!r}"
    body = side.filled(expected.body)
    for path in _paths(body):
        if not any(_fits(at(body, path), at(shown, path)) for shown in (answer.body, answer.raw)):
            yield f"{path} is {at(answer.body, path)!r}, expected {at(body, path)!r}"
    yield from (f"{path} is there" for path in expected.lacks if at(answer.body, path) is not MISSING)
    yield from (f"{path} is not there" for path in expected.same if at(answer.body, path) is MISSING)
    for name, value in expected.headers.items():
        if answer.headers.get(name.lower()) != side.filled(value):
            yield f"header {name} is {answer.headers.get(name.lower())!r}, expected {value!r}"


def at(value: Any, path: str) -> Any:
    """Give what a path leads to, `card.networks` or `data[0].id`; `MISSING` where it leads nowhere."""
    for part in PART.findall(path):
        try:
            value = inside(value, part)
        except LookupError:
            return MISSING
    return value


def lacking(unknown: Unknown) -> Part:
    """Say that an earlier answer of Stripe's lacks what a request names."""
    return Part(unknown.place, MISSING, "a value, which the next request names")


def _compared(body: Mapping[str, Any]) -> dict[str, Any]:
    error = error_of(body)
    return {"error": error} if error else dict(body)


def _part(path: str, stripe: Any, simulator: Any) -> Part:
    """Give a part without what its field's name says is secret."""
    name = next((part for part in reversed(PART.findall(path)) if not part.isdecimal()), "answer")
    values = (stripe, simulator)
    shown = [value if value is MISSING else next(iter(redact_params({name: value}).values())) for value in values]
    return Part(path, *shown)


def _text(value: Any) -> Any:
    return without_ids(value) if isinstance(value, str) else value


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, str) and wanted.endswith(_BEGINNING):
        return isinstance(value, str) and value.startswith(wanted.removesuffix(_BEGINNING))
    if isinstance(wanted, dict):
        known = cast("dict[str, Any]", wanted)
        return isinstance(value, dict) and all(
            _fits(item, cast("dict[str, Any]", value).get(name)) for name, item in known.items()
        )
    return wanted == value and type(wanted) is type(value)


def _within(path: str, chosen: tuple[str, ...]) -> bool:
    return any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in chosen)


def _paths(body: Mapping[str, Any], above: str = "") -> tuple[str, ...]:
    """Give the paths of the values in a hash; an empty one and a list are values."""
    found: list[str] = []
    for name, item in body.items():
        path = f"{above}.{name}" if above else name
        if isinstance(item, dict) and item:
            found += _paths(cast("dict[str, Any]", item), path)
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            for index, inner in enumerate(cast("list[dict[str, Any]]", item)):
                found += _paths(inner, f"{path}[{index}]")
        else:
            found.append(path)
    return tuple(found)
