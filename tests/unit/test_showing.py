from __future__ import annotations

import json
import re

import pytest

from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.showing import code, escaped, one_line
from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import Level
from pytest_stripe_tokens.recording.replacement import Result
from pytest_stripe_tokens.recording.report import RecordReport

HOSTILE = (
    "a\nb",
    "a\r\n::error::gone",
    "::set-output name=x::y",
    "  ::error file=a::b",
    ":::error::x",
    "x\n##[error]y",
    "##vso[task.setvariable variable=a]b",
    "###[x]",
    "##teamcity[buildStop]",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "a\u2028b\u2029c\x85d\x0be\x0c",
    "\x00",
    "\ud800",
    "@octocat and @org/team, #123",
    "| a | b |",
    "`rm -rf`",
    "``` a",
    "`",
    "![x](https://evil.example/p.png)",
    "[x](javascript:alert(1))",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "&lt;b&gt; &#64;octocat",
    "https://evil.example/a www.evil.example a@evil.example",
    "https://stripe.com.evil.example/",
    "**b** __i__ ~~s~~ # h",
    "x" * 100_000,
    "",
    " ",
)


def test_what_a_server_says_is_one_line_that_nobody_obeys():
    bad = []
    for text in HOSTILE:
        line = one_line(text)
        if not line.isprintable() or len(line) > 600 or line.lstrip().startswith("::") or "##" in line:
            bad.append((text[:40], line[:40]))
    assert bad == []
    assert one_line("card.networks: Visa -> VISA #1") == "card.networks: Visa -> VISA #1"


def test_code_ends_where_it_should():
    for text in HOSTILE:
        shown = code(text)
        fence = re.match("`+", shown)[0]
        assert shown.endswith(fence)
        inner = shown[len(fence) : -len(fence)]
        assert inner
        # No run of as many backticks stands inside.
        assert all(len(ticks) < len(fence) for ticks in re.findall("`+", inner))


def test_markdown_from_a_server_is_text():
    for text in HOSTILE:
        shown = escaped(text)
        assert not re.search(r"<|(?<!\\)[`*_\[\]|~]|[@#](?=[A-Za-z0-9])(?!\d+;)|https?://(?!stripe\.com/)", shown), (
            shown[:60]
        )
    assert "https://support.stripe.com/contact" in escaped("ask Stripe: https://support.stripe.com/contact")


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_no_report_obeys_a_server(form):
    """As a field's name, a value, a schema's complaint, a version and an error message."""
    bad = []
    for text in HOSTILE:
        drift = (
            Drift(text, Level.INFO, "new", None, "string"),
            Drift(f"card.{text}", Level.ERROR, "enum", text, text),
            Drift("x", Level.ERROR, "schema", None, text),
        )
        result = Result("card", "drifted", f"the API answered 400: {text}", drift, api_version=text)
        report = RecordReport("https://api.stripe.com", "2026-11-22T00:00:00+00:00", (result,))
        clean = RecordReport("https://api.stripe.com", "t", (Result("card", "drifted", "x", drift, api_version="1"),))
        if form == "json":
            shown = report.json()
            json.loads(shown)
        elif form == "markdown":
            shown = report.markdown()
        else:
            shown = "\n".join([report.title(), *(line for line, _ in report.table())])
        lines = shown.split("\n")
        expected = {"table": 2, "markdown": len(clean.markdown().split("\n")), "json": len(report.json().split("\n"))}
        if (
            len(lines) != expected[form]
            or not all(line.isprintable() for line in lines)
            or any(line.lstrip().startswith("::") or "##[" in line or "##v" in line for line in lines)
            or (form != "json" and len(shown) > 10_000)
        ):
            bad.append(text[:40])
    assert bad == []


def test_an_error_of_the_api_is_one_line():
    error = StripeAPIError(400, {"error": {"message": "a\n::error::\x1b[31m", "code": "b\nc"}})
    assert str(error) == "400 b\\nc: a\\n::error::\\x1b[31m"
    assert error.message == "a\n::error::\x1b[31m"
