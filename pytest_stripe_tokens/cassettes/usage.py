"""`Usage`: which tests use each cassette, how they ended, and whether the whole suite was collected.

A recording that this run did not use may be another test's. It is known that none needs it only where the whole suite
was collected and every test that is known to use its cassette ran to its end and passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.token_types import BY_CASSETTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A number for each test, since every test of a run is noted: a set of its own would be felt in a large suite.
_PHASES = {"setup": 1, "call": 2, "teardown": 4}
_WHOLE = sum(_PHASES.values())
# The users of the types' cassettes: which of them a test asks for, only the test itself shows.
_OF_TYPES = ""


class Outcomes:
    """What became of each test, phase by phase; a test that is run anew starts again."""

    def __init__(self) -> None:
        self._passed: dict[str, int] = {}
        self._failed: set[str] = set()
        self._grouped: dict[str, set[str]] = {}

    def note(self, test: str, phase: str, *, has_passed: bool) -> None:
        """Take down the outcome of one phase of one test."""
        if phase == "setup":
            self._passed.pop(test, None)
            self._failed.discard(test)
        if not has_passed:
            self._failed.add(test)
            return
        self._passed[test] = self._passed.get(test, 0) | _PHASES.get(phase, 0)
        # pytest-xdist appends the group to the node id with --dist loadgroup.
        name, _, rest = test.partition("@")
        while rest:
            self._grouped.setdefault(name, set()).add(test)
            part, _, rest = rest.partition("@")
            name = f"{name}@{part}"

    def has_passed(self, test: str) -> bool:
        """Whether a test has passed in all its phases; one that did not get to its end has not."""
        names = (test, *self._grouped.get(test, ()))
        return any(self._passed.get(name) == _WHOLE and name not in self._failed for name in names)


class Usage:
    """What the tests of a run use and how they ended; a worker of pytest-xdist hands its own to the controller.

    Attributes:
        used: the cassettes of the suite that answered something.
        users: the tests that are known to use each cassette.
        narrowed: why this run is not the whole suite; empty where it is.
        usage_error: what a worker could not raise.
        outcomes: of the tests, where their reports arrive.
        unplayed: the places of a named cassette's recordings that no test has played.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.users: dict[str, set[str]] = {}
        self.narrowed: str = ""
        self.usage_error: str = ""
        self.outcomes: Outcomes = Outcomes()
        self.unplayed: dict[str, set[int]] = {}

    def leave(self, unplayed: Mapping[str, Iterable[int]]) -> None:
        """Note what a test has left unplayed of its named cassette: what another plays is played."""
        for name, places in unplayed.items():
            self.unplayed[name] = self.unplayed.get(name, set(places)) & set(places)

    def narrow(self, reason: str) -> None:
        """Note why this run is not the whole suite; the first reason stays."""
        self.narrowed = self.narrowed or reason

    def expect(self, test: str, cassette: str | None) -> None:
        """Note that a test uses the cassette that its marker names, or those of the token types where it names none."""
        self.users.setdefault(cassette or _OF_TYPES, set()).add(test)

    def doubt(self, cassette: str) -> str:
        """Say why a recording that this run did not use may still be needed; empty where none of the suite needs it."""
        names = {cassette, _OF_TYPES} if cassette in BY_CASSETTE else {cassette}
        return self.narrowed or self._unfinished(names, "it")

    @property
    def unfinished(self) -> str:
        """Say why it is not known that no test needs any cassette; empty where it is."""
        return self.narrowed or self._unfinished(set(self.users), "one")

    def _unfinished(self, names: set[str], what: str) -> str:
        tests = set[str]().union(*(self.users.get(name, set()) for name in names))
        left = sorted(test for test in tests if not self.outcomes.has_passed(test))
        more = f", nor did {len(left) - 1} more" if len(left) > 1 else ""
        return f"{left[0]}, which uses {what}, did not run to its end and pass{more}" if left else ""

    def to_dict(self) -> dict[str, Any]:
        """Give what can travel between processes."""
        return {
            "used": sorted(self.used),
            "users": {name: sorted(tests) for name, tests in self.users.items()},
            "unplayed": {name: sorted(places) for name, places in self.unplayed.items()},
            "narrowed": self.narrowed,
            "usage_error": self.usage_error,
        }

    def merge(self, payload: Mapping[str, Any]) -> None:
        """Add what another process saw."""
        self.used |= set(payload["used"])
        for name, tests in payload["users"].items():
            self.users.setdefault(name, set()).update(tests)
        self.leave(payload["unplayed"])
        self.narrow(str(payload["narrowed"]))
        self.usage_error = self.usage_error or str(payload["usage_error"])
