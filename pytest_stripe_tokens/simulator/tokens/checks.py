"""The checks of a card's or a bank account's values, by test mode's rules."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.bank_numbers import bank_number
from pytest_stripe_tokens.api.card_numbers import card_number, digits, passes_luhn
from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS
from pytest_stripe_tokens.simulator.currencies import MINIMUMS, SUPPORTED, in_words
from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Tokenized in test mode although no page of Stripe's lists it (answers that users have posted).
ALSO_ACCEPTED = frozenset({"4111111111111111"})

NETWORKS = ("cartes_bancaires", "mastercard", "visa")

_SHORTEST, _LONGEST = 12, 19
_MONTHS = 12
# "Up to 50 years in the past" (Stripe's testing page) is how a two-digit year is read, and how far ahead one may lie.
_YEARS_AHEAD = 50
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_ROUTING = re.compile(r"[0-9]{9}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
# The reference's test IBAN under any country's letters and check digits.
_TEST_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}37040044053201300[0-5]")
_VALID_IBAN = 97


def check_card(card: Mapping[str, Any], *, now: int, livemode: bool, parent: str = "card") -> None:
    """Refuse a card that the API refuses when its token is made; a card that declines later is none of these.

    Args:
        card: number, exp_month, exp_year and perhaps cvc, currency and networks, as text.
        now: the time of the request, Unix seconds, which an expiry is held against.
        livemode: whether a live key was used.
        parent: the parameter that holds the card.

    Raises:
        ApiError: the first thing wrong: number, month, year, security code, in this order.
    """
    number = digits(str(card["number"]))
    _check_number(str(card["number"]), number)
    check_expiry(str(card["exp_month"]), str(card["exp_year"]), now)
    cvc = card.get("cvc")
    if cvc is not None and not _is_cvc(str(cvc), number):
        raise ApiError("invalid_cvc")
    check_currency(card.get("currency"), f"{parent}[currency]")
    is_test_number = card_number(number) is not None or number in ALSO_ACCEPTED
    if livemode and is_test_number:
        raise ApiError("live_mode_test_card", more={"decline_code": "live_mode_test_card"})
    if not livemode and not is_test_number:
        raise ApiError("test_mode_live_card", more={"decline_code": "test_mode_live_card"})


def check_network(card: Mapping[str, Any], parent: str = "card") -> None:
    """Refuse a preferred network that is none (code token_card_network_invalid)."""
    networks = card.get("networks")
    preferred = cast("dict[str, Any]", networks).get("preferred") if isinstance(networks, dict) else None
    if isinstance(preferred, str) and preferred and preferred not in NETWORKS:
        raise ApiError(
            "token_card_network_invalid",
            param=f"{parent}[networks][preferred]",
            values="cartes_bancaires, mastercard, or visa",
        )


def check_cvc(cvc: str) -> None:
    """Refuse a security code that no card can have; three and four digits are both possible.

    Raises:
        ApiError: invalid_cvc.
    """
    if re.fullmatch(r"[0-9]{3,4}", cvc) is None:
        raise ApiError("invalid_cvc")


def check_bank_account(bank: Mapping[str, Any], *, livemode: bool, parent: str = "bank_account") -> None:
    """Refuse a bank account that the API refuses when its token is made.

    Raises:
        ApiError: the first thing wrong: country, currency, routing number, account number, in this order.
    """
    country = str(bank["country"])
    if _COUNTRY.fullmatch(country) is None:
        raise ApiError("country_code_invalid", param=f"{parent}[country]", value=country)
    country = country.upper()
    check_currency(bank.get("currency"), f"{parent}[currency]")
    routing, number = bank.get("routing_number"), str(bank["account_number"])
    if country == "US":
        if routing is None:
            raise ApiError("parameter_missing", param=f"{parent}[routing_number]")
        if _ROUTING.fullmatch(str(routing)) is None:
            raise ApiError("routing_number_invalid", param=f"{parent}[routing_number]")
    if not livemode and not _is_test_account(country, number):
        known = TEST_BANK_ACCOUNTS.get(country) or TEST_BANK_ACCOUNTS["US"]
        raise ApiError("account_number_invalid", param=f"{parent}[account_number]", example=known["account_number"])


def check_currency(currency: object, param: str) -> None:
    """Refuse what is none of the API's currencies, in either case."""
    if currency is not None and str(currency).lower() not in SUPPORTED:
        raise ApiError("invalid_currency", param=param, value=currency, supported=", ".join(SUPPORTED))


def check_minimum(amount: int, currency: str) -> None:
    """Refuse a payment of less than the least of its currency."""
    least = MINIMUMS.get(currency, 0)
    if amount < least:
        raise ApiError("amount_too_small", least=in_words(least, currency), currency=currency)


def _check_number(sent: str, number: str) -> None:
    # A sign, letters or other scripts' digits make it no number at all; a typing error makes it a wrong one.
    if not number.isascii() or not number.isdigit() or sent.lstrip().startswith("-"):
        raise ApiError("invalid_card_number")
    # 4000000000000019 was published and has a wrong check digit.
    if card_number(number) is not None:
        return
    if not _SHORTEST <= len(number) <= _LONGEST or not passes_luhn(number):
        raise ApiError("incorrect_number")
    if number[:2] in {"34", "37"} and len(number) != len("378282246310005"):
        raise ApiError("incorrect_number")


def check_expiry(month: str, year: str, now: int) -> int:
    """Refuse what is no date, one that is past and one that is too far ahead; give the year in full."""
    today = dt.datetime.fromtimestamp(now, tz=dt.UTC)
    if re.fullmatch(r"[0-9]{1,2}", month) is None or not 1 <= int(month) <= _MONTHS:
        raise ApiError("invalid_expiry_month")
    if re.fullmatch(r"[0-9]{2}|[0-9]{4}", year) is None:
        raise ApiError("invalid_expiry_year")
    full = int(year)
    if len(year) == len("95"):
        full += 2000
        full -= 100 if full > today.year + _YEARS_AHEAD else 0
    if not today.year <= full <= today.year + _YEARS_AHEAD:
        raise ApiError("invalid_expiry_year")
    if full == today.year and int(month) < today.month:
        raise ApiError("invalid_expiry_month")
    return full


def _is_cvc(cvc: str, number: str) -> bool:
    # An American Express card is taken with three digits too (53 of 53 real answers).
    lengths = {3, 4} if number[:2] in {"34", "37"} else {3}
    return cvc.isascii() and cvc.isdigit() and len(cvc) in lengths


def _is_test_account(country: str, number: str) -> bool:
    """Tell whether test mode takes an account number: the API's set is larger than what is published.

    Published numbers of any country pass, and what has the form of an IBAN and either its check sum or the digits of
    the reference's test IBAN.
    """
    plain = number.replace(" ", "").upper()
    if bank_number(country, plain) is not None:
        return True
    if country == "US":
        return False
    if _IBAN.fullmatch(plain) is not None:
        return _TEST_IBAN.fullmatch(plain) is not None or _has_iban_checksum(plain)
    return any(plain == known["account_number"] for known in TEST_BANK_ACCOUNTS.values())


def _has_iban_checksum(iban: str) -> bool:
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % _VALID_IBAN == 1
