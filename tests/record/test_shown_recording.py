"""The recording that docs/reference/reports.md shows is one that was made, but for the server's address."""

from __future__ import annotations

import re
from pathlib import Path

import server as test_mode

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "reports.md").read_text(encoding="utf-8")
SHOWN = re.search(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[1].splitlines()
TESTS = """
import pytest

@pytest.mark.parametrize("stripe_token", ["account", "card", "cvc_update", "person"], indirect=True)
def test_it(stripe_token): ...
"""


def test_the_recording_that_is_shown_is_real(suite, server, recordings):
    suite.write("test_it.py", TESTS).give(recordings, "card", "cvc_update", "person")
    server.fail(test_mode.error(402, test_mode.RAW_CARDS), only="card")
    server.fail(test_mode.changed(lambda token: token.update(expires_at=1)), only="cvc_update")
    result = suite.record()
    start = next(number for number, line in enumerate(result.outlines) if line.startswith("cassettes (recorded"))
    real = [line.replace(server.url, "https://api.stripe.com") for line in result.outlines[start : start + len(SHOWN)]]
    for shown, line in zip(SHOWN, real, strict=True):
        # The page leaves out the end of a long line.
        assert line.startswith(shown.removesuffix("...")) if shown.endswith("...") else line == shown
