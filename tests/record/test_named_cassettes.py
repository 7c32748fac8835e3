"""Cassettes that are called after the test or after a parameter of it."""

from __future__ import annotations

import pytest
from pytest_recording.plugin import get_default_cassette_name
from suites import ALONE_AND_BY_TWO

TESTS = """
import pytest, stripe, unittest

own = pytest.mark.stripe_tokens(cassette=True)

@own
def test_plain(card_token): ...

@own
@pytest.mark.parametrize("how", ["a/b:c", "x y", 1.5, "ü"])
def test_each(card_token, how): ...

class TestShop:
    @own
    def test_buy(self, card_token): ...

class OldShop(unittest.TestCase):
    @own
    def test_buy(self): stripe.Token.create(pii={"id_number": "000000000"})

@pytest.mark.stripe_tokens(cassette="by/{how}-{count}")
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("how", ["full", "in/part"])
def test_by(card_token, how, count): ...

@own
class TestMarked:
    def setup_class(self): stripe.Token.create(cvc_update={"cvc": "123"})  # replayed from the built-in one
    def test_buy(self, card_token): ...
"""


def _by_pytest_recording(cls, *names):
    kind = type(cls, (), {}) if cls else None
    return {f"test_shop/{get_default_cassette_name(kind, name)}" for name in names}


EXPECTED = (
    _by_pytest_recording(None, "test_plain", "test_each[a/b:c]", "test_each[x y]", "test_each[1.5]")
    | _by_pytest_recording(None, r"test_each[\xfc]")
    | _by_pytest_recording("TestShop", "test_buy")
    | _by_pytest_recording("OldShop", "test_buy")
    | _by_pytest_recording("TestMarked", "test_buy")
    | {"by/full-1", "by/full-2", "by/in-part-1", "by/in-part-2"}
)


@ALONE_AND_BY_TWO
def test_each_test_is_recorded_in_its_own_cassette_and_replayed_from_it(suite, workers):
    suite.write("test_shop.py", TESTS)
    result = suite.record(*workers)
    result.assert_outcomes(passed=12)
    assert {name.removesuffix(".yaml") for name in suite.hashes()} == EXPECTED
    replayed = suite.run("--stripe-tokens=replay", *workers)
    replayed.assert_outcomes(passed=12)
    replayed.stdout.no_fnmatch_line("*unused:*")
    suite.run("--record", "-k", "test_each and 1.5", *workers).assert_outcomes(passed=1)
    assert {name.removesuffix(".yaml") for name in suite.hashes()} == EXPECTED


def test_a_cassette_with_the_other_suffix_is_replayed_and_recorded_anew_where_it_is(suite):
    suite.write("test_it.py", "def test_it(card_token): ...")
    suite.record()
    (suite.cassettes / "card.yaml").rename(suite.cassettes / "card.yml")
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["stripe-tokens: mode replay, cassettes: card (today)*"])
    old = suite.hashes()
    suite.write(
        "conftest.py", "import pytest\n@pytest.fixture\ndef stripe_tokens_params(): return {'card': {'name': 'Jenny'}}"
    )
    suite.record().stdout.fnmatch_lines(["  card  refreshed*"])
    assert list(suite.hashes()) == ["card.yml"]
    assert suite.hashes() != old
    suite.write("test_it.py", "def test_it(): ...")
    suite.run().stdout.fnmatch_lines(["unused: cassettes/card.yml - *"])


WRONG = {
    'cassette="by/{where}"': "*test_it.py::test_it?a?: marker stripe_tokens: cassette 'by/{where}' names the parameter 'where', which this test does not have; its parameters are how",
    'cassette="by/{how}/x.yml"': "*invalid cassette name 'by/a/x.yml': leave .yml out, it is added",
    "cassette=1": "*invalid cassette 1: expected the name of a file*, or True for one that is called like the test",
}


@pytest.mark.parametrize("marker", WRONG)
def test_a_name_that_can_not_be_made_is_a_usage_error(suite, marker):
    suite.write(
        "test_it.py",
        f"""
        import pytest

        @pytest.mark.stripe_tokens({marker})
        @pytest.mark.parametrize("how", ["a"])
        def test_it(card_token, how): ...
        """,
    )
    result = suite.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([WRONG[marker]])


def test_a_parameter_that_is_an_object_makes_no_name(suite):
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.stripe_tokens(cassette="by/{how}")
        @pytest.mark.parametrize("how", [{}])
        def test_it(card_token, how): ...
        """,
    )
    result = suite.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the parameter 'how' is a dict, which makes no name*"])


def test_two_modules_of_one_name_do_not_share_a_cassette_by_chance(suite):
    test = "import pytest\n@pytest.mark.stripe_tokens(cassette=True)\ndef test_it(card_token): ...\n"
    for package in ("one", "two"):
        suite.write(f"{package}/__init__.py", "").write(f"{package}/test_shop.py", test)
    result = suite.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*cassette=True gives it 'test_shop/test_it', which a test in *one?test_shop.py has already*"]
    )
