"""The tables of docs/reference/ are made from the code's own; run this file to write them anew.

A table stands between `<!-- generated: name -->` and `<!-- end -->`; what stands around it is written by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from http import HTTPStatus

from pages import DOCS, Page
from suites import Suite

from pytest_stripe_tokens.api.bank_numbers import bank_values
from pytest_stripe_tokens.api.card_numbers import card_values
from pytest_stripe_tokens.api.test_values import TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE
from pytest_stripe_tokens.cassettes import file_format, writing
from pytest_stripe_tokens.cassettes.library import Library
from pytest_stripe_tokens.plugin import hooks
from pytest_stripe_tokens.recording import environment
from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import DEFAULT_FAIL_LEVEL, FAIL_LEVELS, LEVELS
from pytest_stripe_tokens.recording.replacement import Result
from pytest_stripe_tokens.recording.report import RecordReport
from pytest_stripe_tokens.redaction import messages, sensitive
from pytest_stripe_tokens.sandbox.settings import MARKER_ARGUMENTS, MODES
from pytest_stripe_tokens.sandbox.sources import BY_MODE
from pytest_stripe_tokens.simulator.errors.by_code import error_for
from pytest_stripe_tokens.simulator.errors.codes import DECLINE_CODES, ERROR_CODES
from pytest_stripe_tokens.simulator.errors.table import ERRORS
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES

MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
# What a source does, for the table of modes; by the name of its class.
SOURCES = {
    "Given": "own answers",
    "StubsWhileRecording": None,
    "Live": None,
    "Cassettes": "cassettes",
    "Held": "the tokens that this test holds",
    "Simulated": "the simulator",
    "Stubs": "other tools' stubs",
    "Refused": "a refusal that says what to type",
    "Missed": "a failure that shows the closest recording",
}
BUILTIN = {"replay": "cassettes (the built-in ones too)"}
CARD_EFFECTS = {
    "3ds_already_set_up": "3D Secure is already set up",
    "3ds_required": "3D Secure is required",
    "3ds_supported": "3D Secure is supported, not required",
    "3ds_supported_error": "3D Secure is supported, and fails",
    "bypass_pending": "its charge is available at once",
    "charge_block": "blocks the account's charges",
    "decline_after_attaching": "can be attached, and is declined when charged",
    "dispute_fraudulent": "disputed as fraudulent",
    "dispute_inquiry": "disputed as an inquiry",
    "dispute_product_not_received": "disputed as not received",
    "disputes_multiple": "disputed several times",
    "domestic_pricing": "domestic pricing",
    "early_fraud_warning": "an early fraud warning",
    "mandate": "a mandate (India)",
    "mandate_canceled": "a mandate that is canceled",
    "mandate_debit_canceled": "a mandate whose debit is canceled",
    "mandate_not_notified": "a mandate whose debit is not notified",
    "next_requirements": "brings the account's next requirements",
    "no_instant_payout": "takes no instant payout",
    "payout_block": "blocks the account's payouts",
    "payout_fails": "payouts to it fail",
    "payout_invalid_type": "can't be paid out to",
    "pin_offline": "asks for an offline PIN",
    "pin_offline_retry": "asks for an offline PIN, and again",
    "pin_online": "asks for an online PIN",
    "pin_online_retry": "asks for an online PIN, and again",
    "refund_fails": "its refund fails later",
    "refund_pending": "its refund is pending first",
    "risk_elevated": "elevated risk",
    "risk_highest": "highest risk",
}


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)])


def code(value):
    return f"`{value}`" if value not in (None, "") else ""


def modes():
    assert tuple(BY_MODE) == MODES
    rows = []
    for mode, sources in BY_MODE.items():
        # What a recording adds stands in a sentence of its own.
        asked = [name for source in sources if (name := SOURCES[source.__name__])]
        rows.append(
            (code(mode), ", then ".join(BUILTIN.get(mode, name) if name == "cassettes" else name for name in asked))
        )
    return table(("mode", "asks"), rows)


def token_fixtures():
    return table(
        ("fixture", "type of its token", "default parameters"),
        [(code(row.fixture), code(row.name), code(shown_params(row.defaults))) for row in CATALOGUE.values()],
    )


def shown_params(params):
    return ", ".join(f"{name}={value!r}" for name, value in params.items()) or "none"


class Parser:
    """Takes down the options and ini values that the plugin adds."""

    def __init__(self):
        self.options = []
        self.inis = []

    def getgroup(self, *_args):
        return self

    def addoption(self, *names, **given):
        self.options.append((names[0], given))

    def addini(self, name, text, **given):
        self.inis.append((name, text, given))

    def register(self, *_args):
        pass


def added():
    parser = Parser()
    hooks.pytest_addoption(parser, parser)
    return parser


def options():
    rows = []
    for name, given in added().options:
        shown = (
            f"{name}[=NAME]"
            if given.get("nargs") == "?"
            else f"{name}={given['metavar']}"
            if "metavar" in given
            else name
        )
        rows.append((code(shown), given["help"]))
        if name == "--stripe-record":
            rows.append((code("--record"), "the same, unless another plugin or a conftest owns an option of this name"))
    return table(("option", "does"), rows)


def ini_values():
    rows = [
        (code(name), code(given["default"] or "") or "none", text.partition(" (default")[0])
        for name, text, given in added().inis
    ]
    return table(("ini option", "default", "is"), rows)


def cards():
    kinds = {
        "Brands and funding": lambda card: not what_becomes_of(card) and not is_of_country(card),
        "Countries": lambda card: not what_becomes_of(card) and is_of_country(card),
        "Declines": lambda card: card.code and not card.effect,
        "Failing checks": lambda card: card.checks,
        "3D Secure and authentication": lambda card: (card.effect or "").startswith("3ds"),
        "Risk, disputes, refunds, mandates, PINs": lambda card: (
            card.effect and not card.effect.startswith("3ds") and "payout" not in card.effect
        ),
        "Payouts": lambda card: "payout" in (card.effect or ""),
    }
    parts, left = [], list(card_values())
    for kind, is_of in kinds.items():
        found = [card for card in left if is_of(card)]
        left = [card for card in left if card not in found]
        parts.append(
            f"### {kind}\n\n"
            + table(
                ("name", "number", "brand", "country", "what happens"),
                [
                    (
                        code(card.name),
                        code(card.number),
                        f"{card.brand}, {card.funding}",
                        card.country,
                        what_becomes_of(card),
                    )
                    for card in found
                ],
            )
        )
    assert not left
    return "\n\n".join(parts)


def is_of_country(card):
    return bool(re.match(r"[A-Z]{2}(_|$)", card.name))


def what_becomes_of(card):
    parts = []
    if card.code:
        decline = f", {code(card.decline_code)}" if card.decline_code and card.decline_code != card.code else ""
        parts.append(f"{code(card.code)}{decline}{'' if card.is_attachable else ', also when attached'}")
    parts += [f"{code(name)} is {code(value)}" for name, value in card.checks.items()]
    parts += [CARD_EFFECTS[card.effect]] if card.effect else []
    return "; ".join(parts) + (f" (needs {code(card.needs)})" if card.needs else "")


def refused_cards():
    names = TEST_CARDS.keys() - {card.name for card in card_values()}
    return table(("name", "sends"), [(code(name), code(shown_params(TEST_CARDS[name]))) for name in sorted(names)])


def banks():
    return table(
        ("name", "currency", "routing number", "account number", "what happens"),
        [
            (
                code(bank.name),
                bank.currency,
                code(bank.routing_number),
                code(bank.account_number),
                (bank.effect or "").replace("_", " "),
            )
            for bank in bank_values()
        ],
    )


def failures():
    own = sorted({row.code for row in ERRORS.values() if row.code} | DECLINES.keys())
    rows = []
    for name in own:
        error = error_for(code=name)
        rows.append(
            (
                code(name),
                str(int(error.row.status)),
                code(error.row.type),
                error.message.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;"),
            )
        )
    return table(("code", "status", "type", "message"), rows)


def other_failures():
    own = {row.code for row in ERRORS.values()} | DECLINES.keys()
    groups = defaultdict(list)
    for name in sorted((ERROR_CODES | DECLINE_CODES) - own):
        row = error_for(code=name).row
        groups[int(row.status), row.type].append(name)
    return table(
        ("status", "type", "codes"),
        [(str(status), code(type_), ", ".join(map(code, names))) for (status, type_), names in sorted(groups.items())],
    )


def failures_by_status():
    rows = []
    for status in (400, 401, 402, 403, 404, 409, 429, 500, 502, 503):
        error = error_for(status)
        rows.append(
            (
                code(f"fail_next({status})"),
                HTTPStatus(status).phrase,
                code(error.row.type),
                code(error.more.get("code") or error.row.code),
            )
        )
    return table(("call", "is", "type", "code"), rows)


def redacted():
    names = sorted(sensitive.SECRET_NAMES - sensitive.TAIL_NAMES)
    rows = [
        ("a request's headers: stored", ", ".join(map(code, sorted(messages._REQUEST_HEADERS)))),
        ("an answer's headers: stored", ", ".join(map(code, sorted(messages._RESPONSE_HEADERS)))),
        ("parameters of which the last four characters stay", ", ".join(map(code, sorted(sensitive.TAIL_NAMES)))),
        ("parameters of which nothing stays", ", ".join(map(code, names))),
        ("fields that become `0.0.0.0`", ", ".join(map(code, sorted(messages._ADDRESS_NAMES)))),
    ]
    return table(("what", "which"), rows)


def cassette():
    found = Library(DOCS).builtin("cvc_update")
    return f"```yaml\n{writing.dump(file_format.plain(found)).decode()}```"


def levels():
    said = {
        "new": "a field is new",
        "gone": "a field is gone",
        "type": "a field has another type",
        "nullability": "a field is null and was not, or the other way round",
        "enum": "a field whose values are words, such as `funding`, has another word",
        "value": "a field has another value of the same type",
        "status": "the HTTP status is another one; reports call the change `value`, of `HTTP status`",
        "schema": "the answer breaks the documented schema; it is not written",
    }
    return table(("change", "level", "means"), [(code(name), str(level), said[name]) for name, level in LEVELS.items()])


def report():
    drift = Drift("card.wallet", LEVELS["new"], "new", None, "object", "POST /v1/tokens")
    results = (Result("card", "drifted", "", (drift,)), Result("person", "unchanged"))
    made = RecordReport("https://api.stripe.com", "2026-11-22T03:00:00+00:00", results)
    return f"```json\n{made.json()}```"


TABLES = {
    "modes": modes,
    "token_fixtures": token_fixtures,
    "options": options,
    "ini": ini_values,
    "cards": cards,
    "refused_cards": refused_cards,
    "banks": banks,
    "failures": failures,
    "other_failures": other_failures,
    "failures_by_status": failures_by_status,
    "redacted": redacted,
    "cassette": cassette,
    "levels": levels,
    "report": report,
}


def pages():
    return [path for path in sorted(DOCS.rglob("*.md")) if "<!-- generated: " in path.read_text(encoding="utf-8")]


def written(text):
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)


def test_the_help_names_the_levels_of_drift():
    said = dict(added().options)["--fail-on-drift"]["help"]
    assert said.endswith(f": {', '.join(FAIL_LEVELS)} (default: {DEFAULT_FAIL_LEVEL})")


def test_the_tables_are_those_of_the_code():
    names = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        names += [found[2] for found in MARKED.finditer(text)]
        assert text == written(text), f"{path.name}: write it anew: .venv/bin/python tests/docs/test_reference.py"
    assert sorted(names) == sorted(TABLES)


def test_the_options_are_those_that_pytest_shows(pytester):
    shown = Suite(pytester).run("--help").stdout.str()
    group = shown.partition("\nStripe tokens:\n")[2].partition("\n\n")[0]
    page = Page(DOCS / "reference" / "settings.md").text
    assert set(re.findall(r"^\| `(--[\w-]+)", page, re.MULTILINE)) == set(
        re.findall(r"^ +(--[\w-]+)", group, re.MULTILINE)
    )
    inis = set(re.findall(r"^ +(stripe_tokens_\w+)", shown, re.MULTILINE))
    assert set(re.findall(r"^\| `(stripe_tokens_\w+)`", page, re.MULTILINE)) == inis


def test_the_fixtures_are_those_that_pytest_shows(pytester):
    shown = Suite(pytester).run("--fixtures").stdout.str()
    named = set(re.findall(r"^(stripe_\w+|\w+_token)\b.* -- ", shown, re.MULTILINE))
    page = Page(DOCS / "reference" / "fixtures.md").text
    assert set(re.findall(r"^\| `(stripe_\w+|\w+_token)` \|", page, re.MULTILINE)) == named


def test_the_markers_arguments_are_all_there():
    page = Page(DOCS / "reference" / "fixtures.md").text
    assert set(re.findall(r"^\| `(\w+)=", page, re.MULTILINE)) == set(MARKER_ARGUMENTS)


def test_the_environment_is_that_which_the_code_reads():
    text = Page(DOCS / "reference" / "settings.md").text
    names = {*environment.SECRET_NAMES, environment.PUBLISHABLE_NAME, environment.BASE_NAME, *environment.TRUST_NAMES}
    assert set(re.findall(r"^\| `([A-Z][A-Z_]+)`", text, re.MULTILINE)) >= names


def test_the_commands_are_those_that_help_shows():
    text = Page(DOCS / "reference" / "commands.md").text
    for arguments in ([], ["serve"], ["calibrate"]):
        command = [sys.executable, "-m", "pytest_stripe_tokens", *arguments, "--help"]
        shown = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"}
        )
        for name in re.findall(r"^ +(--?[\w-]{2,})", shown.stdout, re.MULTILINE):
            assert f"`{name}" in text, name
    commands = re.search(
        r"{([\w,]+)}",
        subprocess.run(
            [sys.executable, "-m", "pytest_stripe_tokens", "--help"], capture_output=True, text=True, check=True
        ).stdout,
    )[1]
    for name in commands.split(","):
        assert f"## `stripe-tokens {name}`" in text, name


def test_the_members_that_a_page_shows_exist(stripe_tokens):
    row = re.search(
        r"^\| `stripe_tokens` \| .*: (.*) \|$", Page(DOCS / "reference" / "fixtures.md").text, re.MULTILINE
    )[1]
    for name in re.findall(r"`(\w+)`", row):
        assert hasattr(stripe_tokens, name), name


if __name__ == "__main__":
    for page in pages():
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
