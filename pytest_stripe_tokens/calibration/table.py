"""The table of facts: what is asked of Stripe and of the simulator alike, and what is known of the answers.

Its rows are YAML, by subject, in `facts/`; CONTRIBUTING.md says how one is written. A row whose answer Stripe has shown
names its `source`; one that is our reading of the documentation names an entry of `readings.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.cassettes.documents import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FACTS = Path(__file__).with_name("facts")
_READINGS = Path(__file__).with_name("readings.yaml")

NEEDS = {
    "raw_cards": "this account may not send raw card numbers",
    "connect": "Connect is not enabled for this account",
    "v2": "this account does not take version 2 of the API",
    "another_month": "in January no month of the year is past",
}
"""What a fact asks of the account, or of the day, and what is said where that is not given."""

_KEYS = ("secret", "publishable", "restricted", "none")
_OF_A_FACT = {"fact", "steps", "errors", "source", "reading", "settled", "needs", "each"}
_OF_A_STEP = {
    *("ask", "as", "with", "json", "raw", "key", "headers", "within"),
    *("status", "error", "body", "same", "lacks", "answer_headers", "apart_from"),
}


class BadRow(Exception):  # noqa: N818 - it says what is wrong with a row
    """A row of the table that can't be read; the message names it."""


@dataclass(frozen=True)
class Expected:
    """What is known of an answer.

    Args:
        status: the HTTP status.
        error: fields of the error; all of them where message and type are among them and the message is whole. One
            that is None is not there; a text that ends in `...` is a beginning.
        body: some fields of an object.
        same: paths of further fields whose values are compared: `"card.brand"`.
        lacks: paths of fields that are not there.
        headers: of the answer; None for one that is not there.
        apart_from: paths that are not compared.
    """

    status: int = 200
    error: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    same: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    headers: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    apart_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One request of a fact; `{name.path}` in any of its texts stands for what an earlier answer holds.

    Args:
        method: upper case.
        path: with its query.
        name: by which later steps know the answer; empty where none does.
        params: sent as a form; None for none.
        json: sent as JSON in place of a form; None for none.
        raw: sent as it is in place of a form; None for none.
        key: `"secret"`, `"publishable"`, `"restricted"`, `"none"`, or the text of a made-up one.
        headers: beside those that every request has.
        within: for how many seconds a read is repeated until both answers agree.
        expected: None where the step only brings about what the next one asks for: its success is all that counts.
    """

    method: str
    path: str
    name: str = ""
    params: Mapping[str, Any] | None = None
    json: Mapping[str, Any] | None = None
    raw: str | None = None
    key: str = "secret"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    within: float = 0
    expected: Expected | None = None

    @property
    def request(self) -> str:
        """As reports name it: `POST /v1/tokens`."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True)
class Fact:
    """One row.

    Args:
        name: unique.
        subject: the file that holds it, `"keys"`.
        steps: the requests, in their order.
        errors: the rows of `simulator/errors` that it shows.
        source: where Stripe has shown it; empty for a reading.
        reading: the entry of `readings.yaml` that it tries; empty for what is confirmed.
        settled: the day on which a calibration confirmed a reading, `"2026-11-28"`; empty before.
        needs: keys of `NEEDS`.
        row: as it is written, for a report that writes it anew.
    """

    name: str
    subject: str
    steps: tuple[Step, ...] = field(repr=False)
    errors: tuple[str, ...] = ()
    source: str = ""
    reading: str = ""
    settled: str = ""
    needs: tuple[str, ...] = ()
    row: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def family(self) -> str:
        """The name without what tells one of several alike: `card` of `card[visa]`."""
        return self.name.partition("[")[0]

    @property
    def is_open(self) -> bool:
        """Whether it is a reading that no calibration has settled."""
        return bool(self.reading) and not self.settled


@dataclass(frozen=True)
class Reading:
    """One thing that no public answer of Stripe's shows.

    Args:
        name: unique.
        section: its heading in docs/unconfirmed.md.
        text: one or two sentences, Markdown.
        untried: why no fact tries it; empty where one does.
    """

    name: str
    section: str
    text: str
    untried: str = ""


@cache
def facts() -> tuple[Fact, ...]:
    """Give the whole table, the open readings first.

    Raises:
        BadRow: a row can't be read.
    """
    found = [fact for path in sorted(FACTS.glob("*.yaml")) for fact in read(path.stem, path.read_bytes())]
    return tuple(sorted(found, key=lambda fact: not fact.is_open))


@cache
def readings() -> tuple[Reading, ...]:
    """Give what is unconfirmed, in the order of the page that lists it."""
    sections, _ = load(_READINGS.read_bytes())
    return tuple(
        Reading(name, section, entry, "") if isinstance(entry, str) else Reading(name, section, **entry)
        for section, entries in sections.items()
        for name, entry in entries.items()
    )


def read(subject: str, data: bytes) -> Iterator[Fact]:
    """Read the rows of one subject.

    Raises:
        BadRow: one of them can't be read; the message names it.
    """
    rows, _ = load(data)
    for row in rows:
        for one in _each(row):
            try:
                yield _fact(subject, one)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise BadRow(f"{subject}.yaml: {one.get('fact')}: {type(error).__name__}: {error}") from error


def _each(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a row for each of the values that it is written for: `<card>` stands for one of `each: {card: [...]}`."""
    if "each" not in row:
        yield row
        return
    ((names, values),) = row["each"].items()
    for value in values:
        parts = cast("list[object]", value) if isinstance(value, list) else [value]
        words = dict(zip(names.split(), parts, strict=True))
        one = cast("dict[str, Any]", _worded({name: item for name, item in row.items() if name != "each"}, words))
        yield {**one, "fact": f"{row['fact']}[{parts[0]}]"}


def _worded(value: Any, words: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {str(_worded(key, words)): _worded(item, words) for key, item in pairs}
    if isinstance(value, list):
        return [_worded(item, words) for item in cast("list[object]", value)]
    if not isinstance(value, str) or "<" not in value:
        return value
    if value[1:-1] in words and value == f"<{value[1:-1]}>":
        return words[value[1:-1]]
    for name, word in words.items():
        value = value.replace(f"<{name}>", str(word))
    return value


def _fact(subject: str, row: dict[str, Any]) -> Fact:
    _check(row, _OF_A_FACT)
    needs = tuple(row.get("needs", ()))
    if ("source" in row) == ("reading" in row):
        raise ValueError("it has a source or a reading, one of the two")
    if unknown := set(needs) - NEEDS.keys():
        raise ValueError(f"it needs {', '.join(unknown)}; known are {', '.join(NEEDS)}")
    return Fact(
        row["fact"],
        subject,
        tuple(_step(step) for step in row["steps"]),
        tuple(row.get("errors", ())),
        row.get("source", ""),
        row.get("reading", ""),
        str(row.get("settled", "")),
        needs,
        row,
    )


def _step(row: dict[str, Any]) -> Step:
    _check(row, _OF_A_STEP)
    method, _, path = row["ask"].partition(" ")
    if not path.startswith("/"):
        raise ValueError(f"{row['ask']!r} is no request, such as POST /v1/tokens")
    key = row.get("key", "secret")
    if key not in _KEYS and key.startswith(("sk_live", "rk_live", "pk_live")):
        raise ValueError("no key of live mode is sent")
    return Step(
        method,
        path,
        row.get("as", ""),
        row.get("with"),
        row.get("json"),
        row.get("raw"),
        key,
        row.get("headers", {}),
        row.get("within", 0),
        _expected(row),
    )


def _expected(row: dict[str, Any]) -> Expected | None:
    if not row.keys() & {"status", "error", "body", "same", "lacks", "answer_headers"}:
        return None
    return Expected(
        row.get("status", 200),
        as_object(row.get("error")),
        as_object(row.get("body")),
        tuple(row.get("same", ())),
        tuple(row.get("lacks", ())),
        row.get("answer_headers", {}),
        tuple(row.get("apart_from", ())),
    )


def _check(row: dict[str, Any], known: set[str]) -> None:
    if unknown := row.keys() - known:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
