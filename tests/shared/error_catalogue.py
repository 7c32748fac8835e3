"""Every row of the error catalogue, and whether an answer is a row's; for the simulator's tests and the front door's.

What Stripe's test mode can be asked stands in the table of facts; the other rows are of live mode.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrating import TODAY, UNIQUE, keys_for
from rows import each
from simulator_rows_of_live_mode import LIVE_ROWS

from pytest_stripe_tokens.api.messages import is_v2
from pytest_stripe_tokens.calibration.comparing import problems
from pytest_stripe_tokens.calibration.filling import known_at
from pytest_stripe_tokens.calibration.sides import Side
from pytest_stripe_tokens.calibration.table import Fact, facts

if TYPE_CHECKING:
    from simulator_api import Api
    from simulator_rows import Row

    from pytest_stripe_tokens.api.messages import Response


@dataclass
class FactRow:
    """A fact that ends in an error, as a row of the catalogue."""

    fact: Fact
    _found: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.fact.steps[-1].expected.status

    def send(self, api: Api) -> Any:
        """Send all of its requests, and give the last answer."""
        keys = keys_for(self.fact)
        side = Side(api.exchange, keys, known_at(TODAY, UNIQUE, keys.secret))
        for number, step in enumerate(self.fact.steps):
            answer = side.ask(step, number)
        self._found = list(problems(step.expected, side, answer))
        return answer.response

    def assert_sent(self) -> None:
        """Assert that the last answer was what the table says."""
        assert self._found == []


def _is_error(fact: Fact) -> bool:
    last = fact.steps[-1]
    # What is sent to /v2 has another form, and so have its errors: unit/test_v2_requests.py.
    is_form = last.raw is None and not any(step.json is not None or is_v2(step.path) for step in fact.steps)
    return last.expected is not None and last.expected.status >= 400 and is_form


# One of those that show the same error stands for them.
FACTS = {fact.errors or fact.family: FactRow(fact) for fact in facts() if _is_error(fact)}
# Rows that are no facts, with the headers that each of a section has.
SECTIONS = {
    "live mode": (LIVE_ROWS, {}),
}
OTHERS = [(row, {**headers, **row.headers}) for rows, headers in SECTIONS.values() for row in rows]
each_row = each("row, headers", [*OTHERS, *((row, {}) for row in FACTS.values())])
each_other = each("row, headers", OTHERS)


def assert_is(row: Row | FactRow, headers: dict[str, str | None], response: Response) -> None:
    """Compare field by field: nothing is lacking, nothing is there that the row does not know of."""
    if isinstance(row, FactRow):
        row.assert_sent()
        return
    error = response.json()["error"]
    assert response.status == row.status, error
    error.pop("request_log_url", None)
    if set(row.error) >= {"message", "type"} and not row.starts:
        assert error == row.error
    for name, value in row.error.items():
        if name == "message":
            assert value in error[name]
        else:
            assert error.get(name) == value
    if "code" in error:
        assert error["doc_url"] == f"https://stripe.com/docs/error-codes/{error['code'].replace('_', '-')}"
    for name, value in headers.items():
        assert response.headers.get(name) == value, name
