from __future__ import annotations

from rows import each
from simulator_api import LIVE, Api

from pytest_stripe_tokens.api.bank_numbers import bank_values
from pytest_stripe_tokens.api.card_numbers import card_values
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import Generator

VISA = "4242424242424242"
AMEX = "378282246310005"


def card(number=VISA, **values):
    return {"card": {"number": number, "exp_month": "12", "exp_year": "2050", **values}}


def bank(account_number, country="US", **values):
    routing = {"routing_number": "110000000"} if country == "US" else {}
    return {"bank_account": {"country": country, "account_number": account_number, **routing, **values}}


@each("value", card_values())
def test_every_published_card_is_tokenized(value):
    cvc = "1234" if value.brand == "American Express" else "123"
    token = Api().post("/v1/tokens", card(value.number, cvc=cvc))
    assert (token["card"]["last4"], token["card"]["cvc_check"]) == (value.number[-4:], "unchecked")


@each("number", ["4242 4242 4242 4242", "4242-4242-4242-4242", " 4242424242424242 "])
def test_separators_are_tolerated(number):
    assert Api().post("/v1/tokens", card(number))["card"]["last4"] == "4242"


def test_the_well_known_number_of_no_page_is_tokenized():
    assert Api().post("/v1/tokens", card("4111111111111111"))["card"]["funding"] == "unknown"


@each("number", ["4000000000000000000", "5500000000000004", "6759649826438453"])
def test_a_number_that_is_no_test_number_is_declined_in_test_mode(number):
    error = Api().refused("/v1/tokens", card(number))
    expected = "incorrect_number" if number.startswith("4") else "card_declined"
    assert (error["status"], error["code"]) == (402, expected)
    assert expected == "incorrect_number" or error["decline_code"] == "test_mode_live_card"


def test_a_real_number_is_taken_in_live_mode():
    assert Api().post("/v1/tokens", card("5500000000000004"), key=LIVE)["livemode"] is True


@each("number", ["4", "42424242424242424242424242424242", "37828224631000", "3782822463100054"])
def test_a_number_of_a_wrong_length_is_incorrect(number):
    assert Api().refused("/v1/tokens", card(number))["code"] == "incorrect_number"


@each("number", ["abcd", "4242x424242424242", "-4242424242424242", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"])
def test_what_is_no_number_is_invalid(number):
    assert Api().refused("/v1/tokens", card(number))["code"] == "invalid_number"


@each("month", ["1", "01", "9", "12"])
def test_a_month_has_one_or_two_digits(month):
    assert Api().post("/v1/tokens", card(exp_month=month))["card"]["exp_month"] == int(month)


@each("month", ["0", "13", "16", "-1", "x", "1.0", "012"])
def test_another_month_is_invalid(month):
    assert Api().refused("/v1/tokens", card(exp_month=month))["code"] == "invalid_expiry_month"


@each(("year", "shown"), [("2050", 2050), ("50", 2050), ("27", 2027)])
def test_a_year_has_two_or_four_digits(year, shown):
    assert Api().post("/v1/tokens", card(exp_year=year))["card"]["exp_year"] == shown


@each("year", ["2025", "1999", "95", "25", "2095", "205", "xx", "-50", "20500"])
def test_another_year_is_invalid(year):
    assert Api().refused("/v1/tokens", card(exp_year=year))["code"] == "invalid_expiry_year"


@each(("month", "verdict"), [("1", "invalid_expiry_month"), ("4", "invalid_expiry_month"), ("5", None)])
def test_whether_a_card_has_expired_is_the_same_in_every_test(month, verdict):
    scoped = [Simulator(Generator(seed=number % 5, scope=f"test_{number}")) for number in range(50)]
    codes = {Api(simulator=simulator).code(card(exp_month=month, exp_year="2026")) for simulator in scoped}
    assert codes == {verdict}


def test_whether_a_card_has_expired_does_not_depend_on_what_was_made_before():
    api = Api()
    for _ in range(40):
        api.post("/v1/customers")
    assert api.code(card(exp_month="5", exp_year="2026")) is None


@each(("number", "cvc"), [(VISA, "123"), (VISA, "000"), (AMEX, "1234"), (AMEX, "123")])
def test_a_security_code_has_its_brands_length(number, cvc):
    assert Api().post("/v1/tokens", card(number, cvc=cvc))["card"]["cvc_check"] == "unchecked"


@each(("number", "cvc"), [(VISA, "1234"), (VISA, "12"), (VISA, "12x"), (AMEX, "12"), (VISA, "-1")])
def test_another_security_code_is_invalid(number, cvc):
    error = Api().refused("/v1/tokens", card(number, cvc=cvc))
    assert (error["code"], error["param"]) == ("invalid_cvc", "cvc")


def test_a_card_without_a_security_code_is_not_checked():
    assert Api().post("/v1/tokens", card())["card"]["cvc_check"] is None


@each("cvc", ["12", "12345", "abc"])
def test_a_cvc_tokens_code_has_three_or_four_digits(cvc):
    assert Api().refused("/v1/tokens", {"cvc_update": {"cvc": cvc}})["code"] == "invalid_cvc"
    assert Api().post("/v1/tokens", {"cvc_update": {"cvc": "1234"}})


def test_the_number_is_looked_at_first():
    error = Api().refused("/v1/tokens", card("4242424242424241", exp_month="13", exp_year="95", cvc="9"))
    assert error["code"] == "incorrect_number"


@each("currency", ["us", "dollars", "12"])
@each("parameters", [card(), bank("000123456789")])
def test_a_currency_has_three_letters(parameters, currency):
    (kind,) = parameters
    error = Api().refused("/v1/tokens", {kind: {**parameters[kind], "currency": currency}})
    assert error["param"] == f"{kind}[currency]"


def test_a_network_that_the_card_lacks_is_kept_as_a_wrong_preference():
    token = Api().post("/v1/tokens", card(networks={"preferred": "cartes_bancaires"}))
    assert token["card"]["networks"] == {"preferred": "invalid_preference"}


@each("value", bank_values())
def test_every_published_bank_account_is_tokenized(value):
    token = Api().post("/v1/tokens", {"bank_account": value.params})
    assert token["bank_account"]["last4"] == value.account_number[-4:]


@each(
    ("number", "country"),
    [("123123123", "US"), ("000123456788", "US"), ("DE00123456780000000000", "DE"), ("999", "JP"), ("x", "GB")],
)
def test_another_account_number_is_refused_in_test_mode(number, country):
    error = Api().refused("/v1/tokens", bank(number, country))
    assert (error["code"], error["param"]) == ("account_number_invalid", "bank_account[account_number]")


def test_the_refusal_names_the_countrys_own_number():
    assert "Try DE89370400440532013000 or" in Api().refused("/v1/tokens", bank("1", "DE"))["message"]


@each("number", ["IE29AIBK93115212345678", "FR89370400440532013000", "DE89 3704 0044 0532 0130 00"])
def test_an_iban_of_the_right_form_is_taken(number):
    assert Api().post("/v1/tokens", bank(number, number[:2]))


def test_an_american_account_needs_a_routing_number():
    params = {"bank_account": {"country": "US", "account_number": "000123456789"}}
    assert Api().refused("/v1/tokens", params)["param"] == "bank_account[routing_number]"


@each("routing", ["11000000", "1100000000", "abcdefghi"])
def test_an_american_routing_number_has_nine_digits(routing):
    error = Api().refused("/v1/tokens", bank("000123456789", routing_number=routing))
    assert error["code"] == "routing_number_invalid"


@each("country", ["USA", "1", "U1"])
def test_a_country_has_two_letters(country):
    error = Api().refused("/v1/tokens", bank("000123456789", country))
    assert (error["code"], error["param"]) == ("country_code_invalid", "bank_account[country]")
