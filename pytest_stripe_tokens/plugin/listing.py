"""`--stripe-cassettes`: what the cassettes hold and which tests use them, without running a test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stripe_tokens.api.request import params_of
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.api.token_types import BY_CASSETTE, CASSETTES
from pytest_stripe_tokens.cassettes import file_format
from pytest_stripe_tokens.cassettes.library import CassetteError
from pytest_stripe_tokens.plugin import header
from pytest_stripe_tokens.plugin.fixtures import SANDBOX, settings_key
from pytest_stripe_tokens.redaction.sensitive import hide
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.cassettes.heads import Head
    from pytest_stripe_tokens.cassettes.player import Cassette
    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.sandbox.run import Run
    from pytest_stripe_tokens.sandbox.settings import Settings

# A fixture's cassette holds a create and a retrieve for each set of parameters.
_OF_A_FIXTURE = 2
_SHOWN = 3


@dataclass
class Users:
    """Which of the collected tests use each cassette.

    Args:
        of: the tests, by the cassette's name.
        of_any_type: the tests that may create a token of any type themselves.
    """

    of: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    of_any_type: list[str] = field(default_factory=list[str])

    def add(self, item: pytest.Item, settings: Settings) -> None:
        """Note what a test uses."""
        names: list[str] = getattr(item, "fixturenames", [])
        if settings.mode == "generate" or SANDBOX not in names:
            return
        params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        types = [row.cassette for row in BY_CASSETTE.values() if row.fixture in names]
        if "stripe_token" in params:
            asked = str(params["stripe_token"])
            types.append(CASSETTES.get(asked, asked))
        for name in [settings.cassette] if settings.cassette else dict.fromkeys(types):
            self.of.setdefault(name, []).append(item.nodeid)
        if not settings.cassette and not types:
            self.of_any_type.append(item.nodeid)


class Listing:
    """Shows the cassettes in place of running the tests.

    Args:
        config: pytest's.
        run: with the suite's cassettes.
        usage: why not every test of the suite was collected.
        name: of the cassette to show in full; empty for a line of each.

    Raises:
        UsageError: there is no such cassette, or it can't be read.
    """

    def __init__(self, config: pytest.Config, run: Run, usage: Usage, name: str) -> None:
        self._run = run
        self._usage = usage
        self._users = Users()
        self._shown = chosen(run, name) if name else None
        # Who is to list the tests must collect them, and a controller of pytest-xdist does not.
        config.option.dist, config.option.tx = "no", []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Look at what was collected, and run none of it."""
        for item in session.items:
            self._users.add(item, item.stash.get(settings_key, self._run.settings))
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the cassettes."""
        terminalreporter.section("stripe-tokens: cassettes")
        lines = whole(self._shown) if self._shown else listing(self._run, self._users, self._usage.narrowed)
        for line in lines:
            terminalreporter.write_line(line)


def listing(run: Run, found: Users, narrowed: str) -> Iterator[str]:
    """Give a line for each cassette, and how many requests a recording would send.

    Args:
        run: with the suite's cassettes.
        found: which tests use them.
        narrowed: why not every test of the suite was collected; empty where all were.
    """
    rows = [("cassette", "age", "API version", "requests", "used by")]
    there = {head.name: head for head in header.heads_of(run.settings) if head.is_ours or head.name in found.of}
    sent, unknown = 0, 0
    for name in sorted(there.keys() | found.of.keys()):
        head = there.get(name)
        number, said = _requests(run, head)
        tests = found.of.get(name, [])
        if tests or (name in BY_CASSETTE and found.of_any_type and head):
            # What was never recorded is known for a fixture's cassette alone.
            known = number if head else _OF_A_FIXTURE if name in BY_CASSETTE else None
            sent, unknown = sent + (known or 0), unknown + (known is None)
        recorded = header.age_of(head) if head else "not there"
        version = (head.metadata.get("api_version") if head else None) or "-"
        rows.append((one_line(name), recorded, version, said, _used_by(name, tests, found, narrowed)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows if len(rows) > 1 else ():
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
    if len(rows) == 1:
        yield "there are no cassettes, and the collected tests need none"
    more = f", and those of {unknown} that {'were' if unknown > 1 else 'was'} never recorded" if unknown else ""
    yield f"a recording of these tests would send {sent} request{'s' if sent != 1 else ''}{more}"
    if narrowed:
        yield f"this is not the whole suite: {narrowed}"


def _used_by(name: str, tests: list[str], found: Users, narrowed: str) -> str:
    if tests:
        more = f" and {len(tests) - _SHOWN} more" if len(tests) > _SHOWN else ""
        return f"{', '.join(one_line(test) for test in tests[:_SHOWN])}{more}"
    if name in BY_CASSETTE and found.of_any_type:
        return f"perhaps {one_line(found.of_any_type[0])}, which makes tokens itself"
    return "none of these tests" if narrowed else "orphan: no test uses it"


def _requests(run: Run, head: Head | None) -> tuple[int | None, str]:
    try:
        cassette = run.library.find(head.name) if head else None
    except CassetteError as error:
        return None, f"can't be read: {one_line(str(error))}"
    return (None, "-") if cassette is None else (len(cassette.interactions), str(len(cassette.interactions)))


def chosen(run: Run, name: str) -> Cassette:
    """Find the cassette that the option names, or the built-in one of a token type.

    Raises:
        UsageError: there is none, or it can't be read.
    """
    try:
        cassette = run.library.find(name) or run.library.builtin(name)
    except CassetteError as error:
        raise UsageError(f"--stripe-cassettes: {error}") from None
    if cassette is None:
        known = ", ".join(one_line(head.name) for head in header.heads_of(run.settings)) or "none"
        raise UsageError(
            f"--stripe-cassettes: there is no cassette {one_line(name)!r}; the cassettes are: {known}. "
            "Put the tests to collect before the option"
        )
    return cassette


def whole(cassette: Cassette) -> Iterator[str]:
    """Show all that a cassette holds, its bodies as JSON, its secrets hidden."""
    metadata = cassette.metadata
    said = {
        "origin": metadata.origin,
        "recorded at": metadata.recorded_at,
        "API version": metadata.api_version,
        "plugin version": metadata.plugin_version,
    }
    yield str(cassette.path)
    yield ", ".join(f"{name} {one_line(value)}" for name, value in said.items() if value)
    for number, interaction in enumerate(cassette.interactions, 1):
        safe = file_format.redacted(interaction)
        yield ""
        yield f"{number}. {one_line(safe.request.method)} {one_line(hide(safe.request.url))}"
        yield from _message(safe.request, params_of(safe.request))
        yield f"-> {safe.response.status} {one_line(safe.response.reason)}"
        yield from _message(safe.response, safe.answer)


def _message(message: Request | Response, body: Any) -> Iterator[str]:
    for name, value in message.headers.items():
        yield f"   {one_line(name)}: {one_line(value)}"
    if not message.body:
        return
    text = json.dumps(body, indent=2, ensure_ascii=False) if body is not None else "(a body that is no JSON)"
    yield from (f"   {one_line(line, longest=len(line))}" for line in text.splitlines())
