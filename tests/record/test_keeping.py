"""What keeps recordings true over months: their age, accepted drift, and recording only what is missing."""

from __future__ import annotations

import difflib
import json
import re

import pytest
import server as test_mode
from suites import ALONE_AND_BY_TWO

TESTS = "def test_card(card_token): ...\ndef test_pii(pii_token): ...\n"


def _aged(suite, name, recorded_at="2026-01-31T00:00:00+00:00"):
    path = suite.cassettes / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"recorded_at: .*", f"recorded_at: '{recorded_at}'", text), encoding="utf-8")


@pytest.mark.parametrize(
    ("on_expiry", "code"), [("", 0), ("stripe_tokens_on_expiry = warn", 0), ("stripe_tokens_on_expiry = fail", 1)]
)
@ALONE_AND_BY_TWO
def test_a_run_that_uses_an_expired_cassette_says_so(suite, recordings, on_expiry, code, workers):
    suite.write("test_it.py", TESTS).write("pytest.ini", f"[pytest]\nstripe_tokens_max_age = 30\n{on_expiry}\n")
    suite.give(recordings, "card", "pii", "person")
    for name in ("card", "person"):
        _aged(suite, name)
    result = suite.run(*workers)
    result.assert_outcomes(passed=2)
    assert result.ret == code
    (line,) = [line for line in result.outlines if line.startswith("expired:")]
    assert re.fullmatch(
        r"expired: cassettes/card.yaml is \d+ days old, stripe_tokens_max_age is 30: record it anew with pytest --record",
        line,
    )


def test_a_cassette_of_unknown_age_or_within_its_age_has_not_expired(suite, recordings):
    suite.write("test_it.py", TESTS)
    suite.write("pytest.ini", "[pytest]\nstripe_tokens_max_age = 1\nstripe_tokens_on_expiry = fail\n")
    suite.give(recordings, "card", "pii")
    _aged(suite, "pii", "long ago")
    result = suite.run()
    assert result.ret == 0
    result.stdout.no_fnmatch_line("expired:*")


def test_a_recording_makes_an_expired_cassette_young_though_nothing_changed(suite, recordings):
    suite.write("test_it.py", TESTS)
    suite.write("pytest.ini", "[pytest]\nstripe_tokens_max_age = 30\nstripe_tokens_on_expiry = fail\n")
    suite.give(recordings, "card", "pii")
    _aged(suite, "card")
    result = suite.record()
    assert result.ret == 0
    result.stdout.re_match_lines([r"  card  refreshed  nothing changed, but it was \d+ days old", "  pii   unchanged"])
    result.stdout.no_fnmatch_line("expired:*")
    assert suite.run().ret == 0


@pytest.mark.parametrize(
    "line", ["stripe_tokens_max_age = soon", "stripe_tokens_max_age = 0", "stripe_tokens_on_expiry = cry"]
)
def test_a_bad_value_is_a_usage_error(suite, line):
    result = suite.write("test_it.py", TESTS).write("pytest.ini", f"[pytest]\n{line}\n").run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            f"*ini option {line.split()[0]}: *{line.split()[2]}*expected a number of days*"
            if "age" in line
            else "*the values are warn, fail"
        ]
    )


@ALONE_AND_BY_TWO
def test_only_missing_cassettes_are_recorded_and_the_others_replayed(suite, server, recordings, workers):
    suite.write(
        "test_it.py",
        TESTS
        + """
import pytest

@pytest.mark.stripe_tokens(cassette="there")
def test_there(card_token): ...

@pytest.mark.stripe_tokens(cassette="missing")
def test_missing(card_token): ...

def test_origin(card_token): assert card_token.origin == "recorded"
""",
    )
    suite.give(recordings, "card")
    (suite.cassettes / "there.yaml").write_bytes(recordings["card.yaml"])
    before = suite.hashes()
    result = suite.run("--record-missing", *workers)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["  missing  refreshed  first recording", "  pii      refreshed  first recording"])
    assert {name: content for name, content in suite.hashes().items() if name in before} == before
    assert suite.hashes().keys() == {"card.yaml", "there.yaml", "missing.yaml", "pii.yaml"}
    assert sorted(server.creates()) == ["card", "pii"]
    again = suite.run("--record-missing", *workers)
    again.stdout.fnmatch_lines(
        ["  none: every cassette that the tests of this run need is there", "0 requests sent in * s"]
    )
    assert again.ret == 0


def test_a_report_without_a_recording_is_a_usage_error(suite):
    result = suite.write("test_it.py", TESTS).run("--record-report=report.md")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--record-report reports what a recording did; add --record or --record-missing"])


def test_missing_cassettes_need_a_key_too(suite, server):
    suite.monkeypatch.delenv("STRIPE_SECRET_KEY")
    result = suite.write("test_it.py", TESTS).run("--record-missing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert server.requests == []


BREAKING = test_mode.changed(lambda token: token["card"].update(funding="barter"))


def test_accepted_drift_is_written_though_the_schema_forbids_it(suite, server, recordings):
    suite.write("test_it.py", "def test_card(card_token): ...")
    suite.write("pytest.ini", "[pytest]\nstripe_tokens_accept_drift =\n    card.funding\n    card.wallet\n")
    suite.give(recordings, "card")
    server.fail(BREAKING)
    result = suite.record("--record-report=report.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  card  drifted    ~ card.funding: credit -> barter (accepted)*"])
    (cassette,) = json.loads((suite.path / "report.json").read_text())["cassettes"]
    (drift,) = cassette["drift"]
    assert (drift["path"], drift["request"], drift["accepted"]) == ("card.funding", "POST /v1/tokens", True)
    assert suite.run().ret == 0
    assert "barter" in (suite.cassettes / "card.yaml").read_text()


def test_what_is_not_accepted_is_refused_as_before(suite, server, recordings):
    suite.write("test_it.py", "def test_card(card_token): ...")
    suite.write("pytest.ini", "[pytest]\nstripe_tokens_accept_drift = card.wallet\n")
    suite.give(recordings, "card")
    server.fail(BREAKING)
    result = suite.record("--record-report=report.json")
    assert result.ret == 1
    (cassette,) = json.loads((suite.path / "report.json").read_text())["cassettes"]
    assert (cassette["drift"][0]["change"], cassette["drift"][0]["request"]) == ("schema", "POST /v1/tokens")
    assert "barter" not in (suite.cassettes / "card.yaml").read_text()


def test_what_else_drifted_is_told_beside_a_broken_schema(suite, server, recordings):
    suite.write("test_it.py", "def test_card(card_token): ...")
    suite.give(recordings, "card")
    server.fail(test_mode.changed(lambda token: token["card"].update(funding="barter", shiny=1)))
    result = suite.record("--record-report=report.json")
    assert result.ret == 1
    (cassette,) = json.loads((suite.path / "report.json").read_text())["cassettes"]
    assert [(drift["path"], drift["change"]) for drift in cassette["drift"]] == [
        ("card.funding", "schema"),
        ("card.shiny", "new"),
    ]


def test_drift_names_the_request_whose_answer_it_is_in(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest, stripe

        @pytest.mark.stripe_tokens(cassette="shop")
        def test_it(card_token):
            customer = stripe.Customer.create(source=card_token.id)
            stripe.Customer.retrieve(customer.id)
        """,
    )
    suite.record()
    server.fail(test_mode.changed(lambda body: body.update(shiny=1) if body.get("object") == "customer" else None))
    result = suite.record("--record-report=report.md")
    result.stdout.fnmatch_lines(["  shop  drifted    + shiny (info)*", "3 requests sent in * s"])
    report = (suite.path / "report.md").read_text()
    assert "- `shiny` of `POST /v1/customers`: new, an integer (info): shop" in report
    assert "@@ POST /v1/customers @@" in report
    assert '\n+  "shiny": 1' in report


@ALONE_AND_BY_TWO
def test_a_types_cassette_is_judged_by_every_test_that_it_answered(suite, recordings, workers):
    suite.write(
        "test_it.py",
        """
        def test_records(card_token): ...
        def test_fails(card_token): assert not card_token
        def test_other(pii_token): ...
        """,
    )
    suite.give(recordings, "card", "pii")
    before = suite.hashes()
    result = suite.record(*workers)
    assert (result.ret, suite.hashes()) == (1, before)
    result.stdout.fnmatch_lines(
        ["  card  kept *test_it.py::test_fails * it and did not pass; the old cassette is kept", "  pii   unchanged"]
    )


FLOW = """
import pytest, stripe

def test_card(card_token): ...

@pytest.mark.stripe_tokens(cassette="shop")
def test_shop(card_token):
    customer = stripe.Customer.create(source=card_token.id)
    stripe.Charge.create(amount=500, currency="usd", customer=customer.id)
    stripe.Customer.retrieve(customer.id)
"""


def test_a_rewritten_cassette_keeps_its_ids_and_times_so_that_its_diff_shows_what_changed(suite, server):
    suite.write("test_it.py", FLOW)
    suite.record()
    before = {name: (suite.cassettes / name).read_text().splitlines() for name in suite.hashes()}
    server.fail(
        test_mode.changed(lambda body: body.update(shiny=1) if body.get("object") in {"token", "customer"} else None)
    )
    suite.record().assert_outcomes(passed=2)
    for name, old in before.items():
        new = (suite.cassettes / name).read_text().splitlines()
        lines = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in {"---", "+++"}]
        changed = [line for line in lines if line[0] in "+-" and "shiny" not in line and "recorded_at" not in line]
        # The line before a new last field gets a comma.
        assert len(changed) <= 2 * len([line for line in lines if "shiny" in line]), (name, changed)
        assert any("shiny" in line for line in lines)
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=2)
    after = suite.hashes()
    suite.record().stdout.fnmatch_lines(["  card  unchanged*", "  shop  unchanged*"])
    assert suite.hashes() == after
