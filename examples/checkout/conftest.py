"""Collects what each test showed and prints it as one table at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens import Token

COLUMNS = "{type:<14}{origin:<12}{id:<33}{line}"


@pytest.fixture
def order_page(record_property: Callable[[str, Any], None]) -> Callable[[Token], str]:
    """The shop's order page for a token."""

    def show(token: Token) -> str:
        line = shop.order_line(token.id)
        record_property("order_page", {"type": token.type, "origin": token.origin, "id": token.id, "line": line})
        return line

    return show


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed: list[pytest.TestReport] = terminalreporter.stats.get("passed", [])
    rows = [value for report in passed for name, value in report.user_properties if name == "order_page"]
    if not rows:
        return
    terminalreporter.section("tokens on the order page")
    terminalreporter.write_line(COLUMNS.format(type="type", origin="origin", id="id", line="the page says"), bold=True)
    # Tests may run in any order; the table reads the same each time.
    for row in sorted(rows, key=lambda row: (row["origin"], row["type"], row["id"])):
        terminalreporter.write_line(COLUMNS.format(**row))
    terminalreporter.write_line("Stripe's API reference has no example of a pii token, so it is only generated.")
