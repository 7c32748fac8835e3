from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from pytest_stripe_tokens.redaction.scrubbing import Scrubber

SECRETS = ["sk_test_" + "canary1234567890", "000123456789", "123", "a b&cdef"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("api_key = 'sk_test_canary1234567890'", "api_key = '***'"),
        ("account_number=000123456789&x=1", "account_number=***&x=1"),
        ("9000123456789", "9000123456789"),
        ("{'cvc': '123', 'exp': '123'}", "{'cvc': '***', 'exp': '123'}"),
        ("card%5Bcvc%5D=123", "card%5Bcvc%5D=***"),
        ("card[cvc]=1234", "card[cvc]=***"),
        ("a+b%26cdef and a%20b%26cdef and a b&cdef", "*** and *** and ***"),
        ("nothing to see", "nothing to see"),
    ],
)
def test_secrets_are_hidden_in_text(text, shown):
    assert Scrubber(lambda: SECRETS).text(text) == shown


def test_a_secret_that_comes_later_is_hidden_from_then_on():
    secrets: list[str] = []
    scrubber = Scrubber(lambda: secrets)
    assert scrubber.text("secretvalue") == "secretvalue"
    secrets.append("secretvalue")
    assert scrubber.text("secretvalue") == "***"


def test_a_secret_is_hidden_among_thousands_and_beside_letters_of_any_script():
    secrets = [f"canary-{number}-{'x' * (number % 7)}" for number in range(3000)]
    scrubber = Scrubber(lambda: secrets)
    assert scrubber.text(f"{secrets[7]}, {secrets[2999].upper()} and canary-x") == "***, *** and canary-x"
    assert (
        Scrubber(lambda: SECRETS).text("\u00e9 SK_TEST_CANARY1234567890 \u2028 000123456789") == "\u00e9 *** \u2028 ***"
    )
    # The long s and the Kelvin sign are an s and a k in the other case.
    assert Scrubber(lambda: SECRETS).text("\u017f\u212a_te\u017ft_canary1234567890") == "***"


def test_reports_are_scrubbed_at_every_level():
    def fail():
        number = "000123456789"  # noqa: F841 - shown among the locals
        raise ValueError("000123456789") from KeyError("000123456789")

    with pytest.raises(ValueError, match="0001") as error:
        fail()
    longrepr = error.getrepr(showlocals=True, style="long")
    assert "000123456789" in str(longrepr)
    report = SimpleNamespace(longrepr=longrepr, sections=[("Captured stdout call", "000123456789")], user_properties=[])
    Scrubber(lambda: SECRETS).report(report)
    assert "000123456789" not in str(report.longrepr) + repr(report.sections)
    assert "number     = '***'" in str(report.longrepr)


def test_objects_of_the_suite_are_left_alone():
    mine = SimpleNamespace(text="000123456789")
    report = SimpleNamespace(longrepr=None, sections=[], user_properties=[("mine", mine)])
    Scrubber(lambda: SECRETS).report(report)
    assert mine.text == "000123456789"


def test_what_stripe_python_logs_of_a_request_is_reduced_before_it_is_known():
    record = logging.LogRecord(
        "stripe",
        logging.DEBUG,
        "",
        1,
        "api_version=1 message='Post details' post_data='card[number]=4000056655665556&card[cvc]=321'",
        (),
        None,
    )
    Scrubber(list).record(record)
    assert record.getMessage().endswith("post_data=card[number]=****5556&card[cvc]=***")


def test_a_record_that_holds_no_secret_keeps_its_arguments():
    record = logging.LogRecord("any", logging.DEBUG, "", 1, "%s and %d", ("a", 1), None)
    Scrubber(lambda: SECRETS).record(record)
    assert (record.msg, record.args) == ("%s and %d", ("a", 1))


def test_a_record_that_is_malformed_is_left_to_logging():
    record = logging.LogRecord("any", logging.DEBUG, "", 1, "%d", ("a",), None)
    Scrubber(lambda: SECRETS).record(record)
    assert record.args == ("a",)
