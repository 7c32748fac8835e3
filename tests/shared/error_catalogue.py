"""Every row of the error catalogue, and whether an answer is a row's; for the simulator's tests and the front door's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rows import each
from simulator_rows import EXECUTED, UNTRIED
from simulator_rows_of_connect import CONNECTING
from simulator_rows_of_making import CREATING, KEYS
from simulator_rows_of_payments import CAPTURING, CONFIRMING, REFUNDING, SETTING_UP
from simulator_rows_of_using import ATTACHING, CHARGING, IDEMPOTENCY, READING, USING

if TYPE_CHECKING:
    from simulator_rows import Row

    from pytest_stripe_tokens.api.messages import Response

# A read says nothing of retrying; a decline was executed.
SECTIONS = {
    "keys": (KEYS, {}),
    "creating": (CREATING, {}),
    "reading": (READING, UNTRIED),
    "using": (USING, {}),
    "charging": (CHARGING, EXECUTED),
    "attaching": (ATTACHING, EXECUTED),
    "refunding": (REFUNDING, EXECUTED),
    "capturing": (CAPTURING, EXECUTED),
    "setting up": (SETTING_UP, EXECUTED),
    "confirming": (CONFIRMING, EXECUTED),
    "connecting": (CONNECTING, EXECUTED),
    "idempotency": (IDEMPOTENCY, {}),
}
ROWS = [(row, {**headers, **row.headers}) for rows, headers in SECTIONS.values() for row in rows]
each_row = each("row, headers", ROWS)


def assert_is(row: Row, headers: dict[str, str | None], response: Response) -> None:
    """Compare field by field: nothing is lacking, nothing is there that the row does not know of."""
    error = response.json()["error"]
    assert response.status == row.status, error
    error.pop("request_log_url", None)
    assert ("charge" in error) >= row.has_charge
    if row.has_charge:
        assert error.pop("charge").startswith("ch_")
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
