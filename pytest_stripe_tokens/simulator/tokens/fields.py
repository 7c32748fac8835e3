"""The `card` and `bank_account` inside a token, made from the parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from pytest_stripe_tokens.api.bank_numbers import currency_of, shown_bank
from pytest_stripe_tokens.api.card_numbers import CardNumber, card_number, country_of, digits
from pytest_stripe_tokens.api.token_types import CATALOGUE, complete

_SEPARATORS = re.compile(r"[\s-]+")
_DEFAULT_NUMBER = "4242424242424242"
_DEFAULT_ACCOUNT = "000123456789"
_ECHOED = ("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip", "name")
_MONTHS = range(1, 13)
_CENTURY = 100
_FIRST_YEAR = 1000
_DEFAULT_YEAR = 2050
_YEAR_DIGITS = 4
_HOLDER_TYPES = frozenset({"company", "individual"})
_ACCOUNT_TYPES = frozenset({"checking", "futsu", "savings", "toza"})

# First and last leading digits of a brand's numbers, as the brands publish them, the longer ones first.
_RANGES = (
    ("2221", "2720", "MasterCard"),
    ("3528", "3589", "JCB"),
    ("6011", "6011", "Discover"),
    ("300", "305", "Diners Club"),
    ("309", "309", "Diners Club"),
    ("644", "649", "Discover"),
    ("34", "34", "American Express"),
    ("36", "36", "Diners Club"),
    ("37", "37", "American Express"),
    ("38", "39", "Diners Club"),
    ("51", "55", "MasterCard"),
    ("62", "62", "UnionPay"),
    ("65", "65", "Discover"),
    ("81", "81", "UnionPay"),
    ("4", "4", "Visa"),
)

# Routing numbers that stand for no bank in particular: documented ones and BICs of the test bank, "AAAADZDZXXX".
_PLACEHOLDER = re.compile(r"AAAA.*|TEST.*|110[0-]*|111000000|9{3}0*1?|[0-]*")


def text(params: Mapping[str, Any], name: str) -> str | None:
    """Give a parameter as text; `None` where it is absent, empty (which unsets it) or no scalar."""
    value = params.get(name)
    if value is None or value == "" or not isinstance(value, (str, int)):
        return None
    return str(value)


def _integer(params: Mapping[str, Any], name: str, default: int) -> int:
    value = text(params, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _YEAR_DIGITS else default


def _one_of(params: Mapping[str, Any], name: str, values: frozenset[str]) -> str | None:
    value = text(params, name)
    return value if value in values else None


def card_of(number: str) -> CardNumber:
    """Tell brand, funding and country of a card number without separators.

    A number that Stripe doesn't publish gets the brand of its range; its funding is `"unknown"`, as in a real answer
    for 4111111111111111.
    """
    published = card_number(number)
    if published is not None:
        return published
    for first, last, brand in _RANGES:
        if first <= number[: len(first)] <= last:
            return CardNumber("", number, brand, "unknown", country_of(number))
    return CardNumber("", number, "Unknown", "unknown", "")


class Drawn(NamedTuple):
    """What the fields of a nested object take from the generator.

    Args:
        fingerprint: makes the fingerprint of a card or account number.
        bank_name: names the bank of a routing number that Stripe doesn't publish.
    """

    fingerprint: Callable[[str], str]
    bank_name: Callable[[str], str]


def card_fields(params: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    """Give the fields of a token's `card`, in the order of real answers, without `id` and `object`.

    Args:
        params: the decoded `card` hash, already found valid; what can't be read is the default card's.
        drawn: what comes from the generator.
    """
    number = digits(text(params, "number") or "") or _DEFAULT_NUMBER
    card = card_of(number)
    month = _integer(params, "exp_month", 12)
    year = _integer(params, "exp_year", _DEFAULT_YEAR)
    fields: dict[str, Any] = {name: text(params, name) for name in _ECHOED}
    fields |= {
        "address_line1_check": _check(params, "address_line1"),
        "address_zip_check": _check(params, "address_zip"),
        "brand": card.brand,
        "country": card.country or None,
        "cvc_check": _check(params, "cvc"),
        "dynamic_last4": None,
        "email": None,
        "exp_month": month if month in _MONTHS else 12,
        "exp_year": year + 2000 if year < _CENTURY else year if year >= _FIRST_YEAR else _DEFAULT_YEAR,
        "fingerprint": drawn.fingerprint(number),
        "funding": card.funding,
        "last4": number[-4:],
        "metadata": {},
        "networks": {"preferred": _preferred(card, params)},
        "phone": None,
        "regulated_status": "unregulated",
        "tokenization_method": None,
        "wallet": None,
    }
    currency = text(params, "currency")
    if currency is not None:
        fields["currency"] = currency.lower()
    return dict(sorted(fields.items()))


def _check(params: Mapping[str, Any], name: str) -> str | None:
    return None if text(params, name) is None else "unchecked"


def _preferred(card: CardNumber, params: Mapping[str, Any]) -> str | None:
    networks = params.get("networks")
    preferred = text(cast("Mapping[str, Any]", networks), "preferred") if isinstance(networks, Mapping) else None
    if preferred is None:
        return None
    return preferred if preferred in (card.networks or (card.brand.lower(),)) else "invalid_preference"


def bank_fields(params: Mapping[str, Any], drawn: Drawn) -> dict[str, Any]:
    """Give the fields of a token's `bank_account`, in the order of real answers, without `id` and `object`.

    Args:
        params: the decoded `bank_account` hash, already found valid; what can't be read is the default account's.
        drawn: what comes from the generator.
    """
    country = (text(params, "country") or "US").upper()
    number = digits(text(params, "account_number") or "") or _DEFAULT_ACCOUNT
    sent = text(params, "routing_number") or ""
    published = shown_bank(country, sent)
    routing, bank = published or (_shown_routing(country, sent), None)
    if bank is None:
        bank = "STRIPE TEST BANK" if _PLACEHOLDER.fullmatch(sent) else drawn.bank_name(f"{country}/{sent}")
    return {
        "account_holder_name": text(params, "account_holder_name"),
        "account_holder_type": _one_of(params, "account_holder_type", _HOLDER_TYPES),
        "account_type": _one_of(params, "account_type", _ACCOUNT_TYPES),
        "bank_name": bank,
        "country": country,
        "currency": (text(params, "currency") or currency_of(country)).lower(),
        "fingerprint": drawn.fingerprint(f"{country}/{sent}/{number}"),
        "last4": number[-4:],
        "routing_number": routing,
        "status": "new",
    }


def _shown_routing(country: str, sent: str) -> str:
    number = digits(sent)
    if country == "AU" and len(number) == len("110000"):
        return f"{number[:2]} {number[2:]}"
    if country == "GB" and len(number) == len("108800"):
        return "-".join((number[:2], number[2:4], number[4:]))
    return sent or "110000000"


NESTED_FIELDS: Mapping[str, Callable[[Mapping[str, Any], Drawn], dict[str, Any]]] = complete(
    {"bank_account": bank_fields, "card": card_fields},
    [row.nested for row in CATALOGUE.values() if row.nested],
    "NESTED_FIELDS in simulator/tokens/fields.py",
)
"""What makes the fields of each object that a token holds, by its name in the table of token types."""
