"""What the tests of calibrations share: a simulator in Stripe's place, whose answers can be changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.calibration.filling import known_at
from pytest_stripe_tokens.calibration.sides import Keys, Side
from pytest_stripe_tokens.calibration.table import Fact, facts
from pytest_stripe_tokens.calibration.trials import Outcome, Trials
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECRET = "sk_test_" + "CanaryKey4eC39HqLyjWDarjtT1"
RESTRICTED = SECRET.replace("sk_", "rk_")
KEYS = Keys(SECRET, "pk_test_" + "CanaryPub4eC39HqLyjWDarjtT1")
UNIQUE = "0123456789abcdef"
# The simulator's own day, of whichever seed.
TODAY = datetime(2026, 5, 28, tzinfo=UTC)


def fact(name: str) -> Fact:
    (found,) = (row for row in facts() if row.name == name)
    return found


def keys_for(row: Fact) -> Keys:
    return Keys(RESTRICTED, KEYS.publishable) if any(step.key == "restricted" for step in row.steps) else KEYS


def simulated(row: Fact) -> Side:
    """The simulator alone, to be asked a fact's steps."""
    keys = keys_for(row)
    return Side(Simulator(Generator(seed=0, scope=row.name)).answer, keys, known_at(TODAY, UNIQUE, keys.secret))


class Server:
    """Answers as test mode would, in this process; `change` sees each answer, with its number in the fact."""

    def __init__(self, change: Callable[[str, int, Response], Response] | None = None) -> None:
        self.change = change or (lambda _name, _number, response: response)
        self.requests: list[Request] = []
        self._name, self._number = "", 0

    def tried(self, rows: Iterable[Fact], **more: Any) -> list[Outcome]:
        trials: dict[Keys, Trials] = {}
        outcomes = []
        for row in rows:
            self._simulator = Simulator(Generator(seed=1, scope=row.name))
            self._name, self._number = row.name, 0
            keys = keys_for(row)
            made = Trials(self._answer, keys, UNIQUE, now=lambda: TODAY, **more)
            outcomes.append(trials.setdefault(keys, made).of(row))
        return outcomes

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        response = self.change(self._name, self._number, self._simulator.answer(request))
        self._number += 1
        return response


def changed(response: Response, change: Callable[[Any], object]) -> Response:
    """Give an answer with its JSON changed."""
    body = json.loads(response.body)
    change(body)
    return Response(response.status, response.headers, json.dumps(body).encode())
