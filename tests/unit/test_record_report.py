from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import Level
from pytest_stripe_tokens.recording.replacement import Result
from pytest_stripe_tokens.recording.report import RecordReport, checked_report, shown_drift
from pytest_stripe_tokens.redaction.usage_error import UsageError

NEW = Drift("networks.preferred", Level.INFO, "new", None, "string", "POST /v1/tokens")
GONE = Drift("wallet", Level.WARNING, "gone", "null", None, "POST /v1/tokens", is_accepted=True)
TYPE = Drift("used", Level.ERROR, "type", "boolean", "string")
SCHEMA = Drift("used", Level.ERROR, "schema", None, "is a string, not boolean")
RESULTS = (
    Result("account", "refreshed", "built-in example replaced by a recording", api_version="2026-10-28.endive"),
    Result("bank_account", "unchanged"),
    Result("card", "refused", "this account may not send raw card numbers", cause="refused"),
    Result("cvc_update", "drifted", drift=(NEW, GONE)),
    Result("person", "kept", "unreachable: no answer", cause="unreachable"),
    Result("pii", "drifted", "the answer breaks the documented schema", (SCHEMA,), cause="schema"),
)


def _report(*results, level="error"):
    return RecordReport("https://api.stripe.com", "2026-11-22T00:00:00+00:00", results or RESULTS, level)


@pytest.mark.parametrize(
    ("drift", "shown"),
    [
        (NEW, "+ networks.preferred (info)"),
        (GONE, "- wallet (accepted)"),
        (TYPE, "~ used: boolean -> string (error)"),
        (Drift("card.brand", Level.ERROR, "enum", "Visa", "VISA"), "~ card.brand: Visa -> VISA (error)"),
        (Drift("card.exp_year", Level.INFO, "value", 2050, 2051), "~ card.exp_year: 2050 -> 2051 (info)"),
        (SCHEMA, "! used: is a string, not boolean (error)"),
        (Drift("x", Level.INFO, "value", "a" * 99, "b\x1b[0m"), f"~ x: {'a' * 60}... -> b\\x1b[0m (info)"),
    ],
)
def test_a_drift_is_shown_in_a_few_words(drift, shown):
    assert shown_drift(drift) == shown


def test_the_table_has_a_line_for_each_cassette():
    report = _report()
    assert report.title() == "cassettes (recorded against https://api.stripe.com, API version 2026-10-28.endive)"
    assert [line for line, _ in report.table()] == [
        "  account       refreshed  built-in example replaced by a recording",
        "  bank_account  unchanged",
        "  card          refused    this account may not send raw card numbers",
        "  cvc_update    drifted    + networks.preferred (info)   - wallet (accepted)",
        "  person        kept       unreachable: no answer",
        "  pii           drifted    ! used: is a string, not boolean (error); the answer breaks the documented schema",
    ]


def test_a_long_list_of_drift_is_cut_with_a_count():
    drift = tuple(Drift(f"f{number}", Level.INFO, "new", None, "string") for number in range(20))
    assert next(iter(_report(Result("card", "drifted", drift=drift)).table()))[0].endswith("+ f7 (info)   and 12 more")


@pytest.mark.parametrize(
    ("drift", "fails"),
    [
        (NEW, {"info"}),
        (replace(GONE, is_accepted=False), {"info", "warning"}),
        (GONE, set()),
        (TYPE, {"info", "warning", "error"}),
    ],
)
@pytest.mark.parametrize("level", ["info", "warning", "error", "never"])
def test_drift_fails_the_run_from_the_level_on(drift, fails, level):
    assert bool(_report(Result("card", "drifted", drift=(drift,)), level=level).failures) == (level in fails)


@pytest.mark.parametrize(
    ("result", "fails"),
    [
        (Result("card", "refreshed"), False),
        (Result("card", "unchanged"), False),
        (Result("card", "refused", cause="refused"), False),
        (Result("card", "kept", cause="test"), True),
        (Result("card", "drifted", drift=(SCHEMA,), cause="schema"), True),
    ],
)
@pytest.mark.parametrize("level", ["error", "never"])
def test_a_cassette_that_could_not_be_recorded_fails_the_run_but_a_refusal_does_not(result, fails, level):
    assert _report(result, level=level).failures == (["could not be recorded: card"] if fails else [])


def test_the_json_report_has_the_documented_keys():
    data = json.loads(_report().json())
    assert list(data) == ["api_base", "api_version", "recorded_at", "cassettes"]
    assert data["cassettes"][3] == {
        "name": "cvc_update",
        "status": "drifted",
        "reason": "",
        "drift": [
            {
                "path": "networks.preferred",
                "level": "info",
                "change": "new",
                "old": None,
                "new": "string",
                "request": "POST /v1/tokens",
            },
            {
                "path": "wallet",
                "level": "warning",
                "change": "gone",
                "old": "null",
                "new": None,
                "request": "POST /v1/tokens",
                "accepted": True,
            },
        ],
    }


def test_the_markdown_report_keeps_drift_refusals_and_the_unreachable_apart():
    text = _report().markdown()
    sections = {part.splitlines()[0]: part for part in text.split("\n## ")[1:]}
    assert list(sections) == ["Drift", "Refused to this account", "Unreachable"]
    assert "networks.preferred" in sections["Drift"]
    assert "- card: this account" in sections["Refused to this account"]
    assert "- person: unreachable" in sections["Unreachable"]
    assert "| bank\\_account | unchanged | - |" in text
    assert "**The run fails:** could not be recorded: person, pii" in text


def _rendered(report):
    """The report as a reader of GitHub sees it: rendered, without its tags."""
    html = MarkdownIt("commonmark").enable("table").render(report.markdown())
    return [line for line in re.sub("<[^>]+>", "", unescape(html)).split("\n") if line]


def test_drift_is_told_in_words_once_for_all_cassettes_and_with_what_can_be_done():
    lines = ("@@ POST /v1/tokens @@", '-  "brand": "Visa",', '+  "brand": "``` visa",')
    seen = _rendered(
        _report(
            Result("bank_account", "drifted", drift=(NEW, GONE, TYPE)),
            Result("card", "drifted", drift=(NEW, SCHEMA), lines=lines),
            Result("pii", "refreshed", "first recording"),
        )
    )
    section = seen[seen.index("Drift") :]
    assert section[1:5] == [
        "networks.preferred of POST /v1/tokens: new, a string (info): bank_account, card",
        "wallet of POST /v1/tokens: gone, was null (accepted): bank_account",
        "used: now a string, was a boolean (error): bank_account",
        "used: is a string, not boolean (error): card",
    ]
    assert {"New fields need nothing: the cassettes hold them from now on.", *lines} <= set(section)
    assert any("stripe_tokens_accept_drift" in line for line in section)
    # The cells of the table.
    assert "3 fields drifted" in seen


def test_what_an_account_is_refused_is_told_once():
    why = "this account may not send raw card numbers: ask Stripe"
    refused = [Result(name, "refused", why, cause="refused") for name in ("account", "card", "person")]
    report = _report(*refused, Result("pii", "refused", "Connect is not enabled", cause="refused"))
    assert [line.split(maxsplit=2)[2] for line, _ in report.table()] == [
        why,
        "as account",
        "as account",
        "Connect is not enabled",
    ]
    assert report.markdown().count("raw card numbers") == 2  # in the table, and in its section
    assert [item["reason"] for item in json.loads(report.json())["cassettes"]][:3] == [why] * 3


def test_the_report_says_how_many_requests_were_sent():
    report = replace(_report(), requests=7)
    assert report.sent() == "7 requests sent"
    assert replace(report, seconds=3.14159).sent() == "7 requests sent in 3.14 s"
    assert "7 requests sent" in report.markdown()


def test_markup_in_an_answer_stays_text():
    text = _report(Result("card", "kept", "<img src=x> | [x](y) *b*", cause="answer")).markdown()
    assert "<img" not in text
    assert "\\| \\[x\\](y) \\*b\\*" in text


def test_a_run_without_recordings_says_so():
    assert "No cassette: no test of this run needed one." in RecordReport("b", "t", ()).markdown()


@pytest.mark.parametrize(
    ("name", "start"), [("r.md", "# Cassettes"), ("r.MARKDOWN", "# Cassettes"), ("sub/r.json", "{")]
)
def test_the_form_follows_the_suffix(tmp_path, name, start):
    _report().write(checked_report(str(tmp_path / name), "--record-report"))
    assert (tmp_path / name).read_text().startswith(start)


@pytest.mark.parametrize("name", ["report", "report.txt", "md"])
def test_an_unknown_suffix_is_a_usage_error(name):
    with pytest.raises(UsageError, match=r"--record-report.*\.md, \.markdown, \.json"):
        checked_report(name, "--record-report")


def test_a_known_suffix_gives_the_path():
    assert checked_report("a/b.json", "--record-report") == Path("a/b.json")
