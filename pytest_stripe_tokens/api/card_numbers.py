"""Stripe's published test card numbers: what each is and what it does.

Source: Stripe's testing pages (by brand, country, decline, risk, dispute, 3D Secure, mandates, payouts), those of 2019
to 2026: what was published once is still taken. Where the pages leave
a card's country or brand open, it is the one that responses show. Two published numbers fail the Luhn check:
4000000000000019 and 4000007840000006.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOUR_DIGIT_CVC = {"cvc": "1234"}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


# A named tuple, because a frozen dataclass costs the start of every test run a millisecond.
class CardNumber(NamedTuple):
    """One published test card number.

    Args:
        name: its key in `TEST_CARDS`.
        number: the digits, without separators.
        brand: as a token's `card.brand` says it, `"American Express"`.
        funding: `"credit"`, `"debit"` or `"prepaid"`.
        country: ISO 3166 alpha-2, upper case.
        networks: the networks that a co-badged card can prefer; empty for any other card.
        code: the error code of a charge; `None` where it succeeds.
        decline_code: the decline code that goes with `code`, if any.
        is_attachable: whether a customer can be given the card; where not, the attach fails with `code`.
        needs: the parameter without which the number has no effect, `"cvc"`.
        checks: what becomes of the checks once the card is used, `{"cvc_check": "fail"}`.
        effect: what else the number does, in a word: `"dispute_fraudulent"`, `"payout_fails"`, `"3ds_required"`.
        params: what `create("card", ...)` needs beside the number.
    """

    name: str
    number: str
    brand: str = "Visa"
    funding: str = "credit"
    country: str = "US"
    networks: tuple[str, ...] = ()
    code: str | None = None
    decline_code: str | None = None
    is_attachable: bool = True
    needs: str | None = None
    checks: Mapping[str, str] = _NOTHING
    effect: str | None = None
    params: Mapping[str, Any] = _NOTHING


# name, number, brand, funding, country
_BRANDS = (
    ("visa", "4242424242424242", "Visa", "credit", "US"),
    ("visa_debit", "4000056655665556", "Visa", "debit", "US"),
    ("mastercard", "5555555555554444", "MasterCard", "credit", "US"),
    ("mastercard_2_series", "2223003122003222", "MasterCard", "credit", "US"),
    ("mastercard_debit", "5200828282828210", "MasterCard", "debit", "US"),
    ("mastercard_prepaid", "5105105105105100", "MasterCard", "prepaid", "US"),
    ("amex", "378282246310005", "American Express", "credit", "US"),
    ("amex_2", "371449635398431", "American Express", "credit", "US"),
    ("discover", "6011111111111117", "Discover", "credit", "US"),
    ("discover_2", "6011000990139424", "Discover", "credit", "US"),
    ("discover_debit", "6011981111111113", "Discover", "debit", "US"),
    ("diners", "3056930009020004", "Diners Club", "credit", "US"),
    ("diners_14_digits", "36227206271667", "Diners Club", "credit", "US"),
    ("diners_older", "30569309025904", "Diners Club", "credit", "US"),
    ("diners_older_2", "38520000023237", "Diners Club", "credit", "US"),
    ("bccard", "6555900000604105", "Discover", "credit", "US"),
    ("jcb", "3566002020360505", "JCB", "credit", "JP"),
    ("unionpay", "6200000000000005", "UnionPay", "credit", "CN"),
    ("unionpay_debit", "6200000000000047", "UnionPay", "debit", "CN"),
    ("unionpay_19_digits", "6205500000000000004", "UnionPay", "credit", "CN"),
    ("eftpos_visa", "4000050360000001", "Visa", "debit", "AU"),
    ("eftpos_mastercard", "5555050360000080", "MasterCard", "debit", "AU"),
    ("AE_mastercard", "5200007840000022", "MasterCard", "credit", "AE"),
    ("GB_debit", "4000058260000005", "Visa", "debit", "GB"),
    ("GB_mastercard", "5555558265554449", "MasterCard", "credit", "GB"),
    ("JP_jcb", "3530111333300000", "JCB", "credit", "JP"),
    ("TH_debit", "4000057640000008", "Visa", "debit", "TH"),
)

_CO_BADGED = (
    ("cartes_bancaires_visa", "4000002500001001", "Visa", ("cartes_bancaires", "visa")),
    ("cartes_bancaires_mastercard", "5555552500001001", "MasterCard", ("cartes_bancaires", "mastercard")),
)

# One Visa credit card per country; the United States' is 4242 4242 4242 4242.
_COUNTRIES = {
    "AE": "4000007840000001", "AR": "4000000320000021", "AT": "4000000400000008", "AU": "4000000360000006",
    "BE": "4000000560000004", "BG": "4000001000000000", "BR": "4000000760000002", "BY": "4000001120000005",
    "CA": "4000001240000000", "CH": "4000007560000009", "CL": "4000001520000001", "CN": "4000001560000002",
    "CO": "4000001700000003", "CR": "4000001880000005", "CY": "4000001960000008", "CZ": "4000002030000002",
    "DE": "4000002760000016", "DK": "4000002080000001", "EC": "4000002180000000", "EE": "4000002330000009",
    "ES": "4000007240000007", "FI": "4000002460000001", "FR": "4000002500000003", "GB": "4000008260000000",
    "GI": "4000002920000005", "GR": "4000003000000030", "HK": "4000003440000004", "HR": "4000001910000009",
    "HU": "4000003480000005", "IE": "4000003720000005", "IN": "4000003560000008", "IT": "4000003800000008",
    "JP": "4000003920000003", "LI": "4000004380000004", "LT": "4000004400000000", "LU": "4000004420000006",
    "LV": "4000004280000005", "MT": "4000004700000007", "MX": "4000004840008001", "MY": "4000004580000002",
    "NL": "4000005280000002", "NO": "4000005780000007", "NZ": "4000005540000008", "PA": "4000005910000000",
    "PE": "4000006040000068", "PL": "4000006160000005", "PT": "4000006200000007", "PY": "4000006000000066",
    "RO": "4000006420000001", "RU": "4000006430000009", "SA": "4000006820000007", "SE": "4000007520000008",
    "SG": "4000007020000003", "SI": "4000007050000006", "SK": "4000007030000001", "TH": "4000007640000003",
    "TW": "4000001580000008", "US": "4242424242424242", "UY": "4000008580000003",
}  # fmt: skip

# name, number, code, decline code. A customer can't be given any of these.
_DECLINES = (
    ("charge_declined", "4000000000000002", "card_declined", "generic_decline"),
    ("insufficient_funds", "4000000000009995", "card_declined", "insufficient_funds"),
    ("lost_card", "4000000000009987", "card_declined", "lost_card"),
    ("stolen_card", "4000000000009979", "card_declined", "stolen_card"),
    ("expired_card", "4000000000000069", "expired_card", "expired_card"),
    ("processing_error", "4000000000000119", "processing_error", "processing_error"),
    ("fraudulent_older", "4000000000000019", "card_declined", "fraudulent"),
    ("velocity_exceeded", "4000000000006975", "card_declined", "card_velocity_exceeded"),
)

# Numbers that do something else: disputes, refunds, balance, risk, PIN. name, number, effect
_EFFECTS = (
    ("risk_highest", "4000000000004954", "risk_highest"),
    ("risk_elevated", "4000000000009235", "risk_elevated"),
    ("dispute_fraudulent", "4000000000000259", "dispute_fraudulent"),
    ("dispute_product_not_received", "4000000000002685", "dispute_product_not_received"),
    ("dispute_inquiry", "4000000000001976", "dispute_inquiry"),
    ("early_fraud_warning", "4000000000005423", "early_fraud_warning"),
    ("disputes_multiple", "4000000404000079", "disputes_multiple"),
    ("refund_pending", "4000000000007726", "refund_pending"),
    ("refund_fails", "4000000000005126", "refund_fails"),
    ("bypass_pending", "4000000000000077", "bypass_pending"),
    ("bypass_pending_international", "4000003720000278", "bypass_pending"),
    ("domestic_pricing", "4000000000000093", "domestic_pricing"),
    ("3ds_already_set_up", "4000003800000446", "3ds_already_set_up"),
    ("3ds_supported", "4000000000003055", "3ds_supported"),
    ("3ds_supported_error", "4000000000003097", "3ds_supported_error"),
    ("3ds_recommended", "4000000000003089", "3ds_supported"),
    ("3ds_frictionless", "4000000032200000", "3ds_supported"),
    ("IN_mandate", "4000003560000123", "mandate"),
    ("IN_mandate_canceled", "4000003560000263", "mandate_canceled"),
    ("IN_mandate_debit_canceled", "4000003560000297", "mandate_debit_canceled"),
    ("IN_mandate_not_notified", "4000003560000248", "mandate_not_notified"),
    ("pin_offline", "4001007020000002", "pin_offline"),
    ("pin_offline_retry", "4000008260000075", "pin_offline_retry"),
    ("pin_online", "4001000360000005", "pin_online"),
    ("pin_online_retry", "4000002760000008", "pin_online_retry"),
    ("next_requirements", "4000000000004202", "next_requirements"),
    ("charge_block", "4000000000004210", "charge_block"),
    ("payout_block", "4000000000004236", "payout_block"),
)

# A charge by token can't ask for the authentication that these need, and is declined. name, number
_AUTHENTICATION = (
    ("3ds_unless_set_up", "4000002500003155"),
    ("3ds_always", "4000002760003184"),
    ("3ds_required", "4000000000003220"),
    ("3ds_required_older", "4000000000003063"),
    ("3ds_required_US", "4000008400000027"),
    ("3ds_required_declined", "4000008400001629"),
    ("3ds_required_error", "4000008400001280"),
    ("3ds_one_time_password", "4000000000003238"),
    ("3ds_single_select", "4000000000003246"),
    ("3ds_multi_select", "4000000000003253"),
    ("3ds_mobile_out_of_band", "4000582600000094"),
    ("3ds_mobile_one_time_password", "4000582600000045"),
    ("3ds_mobile_single_select", "4000582600000102"),
    ("3ds_mobile_multi_select", "4000582600000110"),
)

_ADDRESS = {"address_line1": "1 Main Street", "address_zip": "12345"}
_NO_CVC = {"cvc_check": "fail"}
_NO_ZIP = {"address_zip_check": "fail"}
_NO_LINE1 = {"address_line1_check": "fail"}
_UNAVAILABLE = {"address_line1_check": "unavailable", "address_zip_check": "unavailable"}

# name, number, checks, what must be sent for the check to be made
_CHECKS: tuple[tuple[str, str, Mapping[str, str], str, Mapping[str, str]], ...] = (
    ("cvc_check_fails", "4000000000000101", _NO_CVC, "cvc", {}),
    ("zip_check_fails", "4000000000000036", _NO_ZIP, "address_zip", _ADDRESS),
    ("line1_check_fails", "4000000000000028", _NO_LINE1, "address_line1", _ADDRESS),
    ("address_checks_fail", "4000000000000010", _NO_LINE1 | _NO_ZIP, "address_zip", _ADDRESS),
    ("address_checks_unavailable", "4000000000000044", _UNAVAILABLE, "address_zip", _ADDRESS),
)

# Debit cards for payouts to connected accounts, which want a currency: country, currency, then the Visa that succeeds,
# the Visa that fails, the Visa without instant payouts, the Mastercard that succeeds.
_PAYOUTS = (
    ("AE", "aed", "4000057840000006", "4000057840000014", "4000057840000022", "5555057840000002"),
    ("AT", "eur", "4000050400000003", "4000050400000011", "4000050400000029", "5555050400000009"),
    ("AU", "aud", "4000050360000019", "4000050360000027", "4000050360000035", "5555050360000023"),
    ("BE", "eur", "4000050560000009", "4000050560000017", "4000050560000025", "5555050560000005"),
    ("CA", "cad", "4000051240000005", "4000051240000021", "4000051240000039", "5510121240000006"),
    ("CY", "eur", "4000051960000003", "4000051960000011", "4000051960000029", "5555051960000009"),
    ("CZ", "czk", "4000052030000007", "4000052030000015", "4000052030000023", "5555052030000003"),
    ("DE", "eur", "4000052760000037", "4000052760000011", "4000052760000029", "5555052760000009"),
    ("DK", "dkk", "4000052080000006", "4000052080000014", "4000052080000022", "5555052080000002"),
    ("EE", "eur", "4000052330000004", "4000052330000012", "4000052330000020", "5555052330000000"),
    ("ES", "eur", "4000057240000036", "4000057240000010", "4000057240000028", "5555057240000008"),
    ("FI", "eur", "4000052460000006", "4000052460000014", "4000052460000022", "5555052460000002"),
    ("FR", "eur", "4000052500000008", "4000052500000016", "4000052500000024", "5555052500000004"),
    ("GB", "gbp", "4000058260000203", "4000058260000211", "4000058260000229", "5555058260000100"),
    ("GR", "eur", "4000053000000001", "4000053000000019", "4000053000000027", "5555053000000007"),
    ("HR", "eur", "4000051910000004", "4000051910000012", "4000051910000020", "5555051910000000"),
    ("HU", "huf", "4000053480000000", "4000053480000018", "4000053480000026", "5555053480000006"),
    ("IE", "eur", "4000053720000000", "4000053720000018", "4000053720000026", "5555053720000006"),
    ("IT", "eur", "4000053800000037", "4000053800000011", "4000053800000029", "5555053800000009"),
    ("LT", "eur", "4000054400000005", "4000054400000013", "4000054400000021", "5555054400000001"),
    ("LU", "eur", "4000054420000001", "4000054420000019", "4000054420000027", "5555054420000007"),
    ("LV", "eur", "4000054280000000", "4000054280000018", "4000054280000026", "5555054280000006"),
    ("MT", "eur", "4000054700000002", "4000054700000010", "4000054700000028", "5555054700000008"),
    ("MY", "myr", "4000054580000031", "4000054580000015", "4000054580000023", "5555054580000003"),
    ("NL", "eur", "4000055280000007", "4000055280000015", "4000055280000023", "5555055280000003"),
    ("NO", "nok", "4000055780000002", "4000055780000010", "4000055780000028", "5555055780000008"),
    ("NZ", "nzd", "4000055540000003", "4000055540000011", "4000055540000029", "5555055540000165"),
    ("PL", "pln", "4000056160000000", "4000056160000018", "4000056160000026", "5555056160000006"),
    ("PT", "eur", "4000056200000002", "4000056200000010", "4000056200000028", "5555056200000008"),
    ("RO", "ron", "4000056420000030", "4000056420000014", "4000056420000022", "5555056420000002"),
    ("SE", "sek", "4000057520000003", "4000057520000011", "4000057520000029", "5555057520000009"),
    ("SG", "sgd", "4000057020000008", "4000057020000016", "4000057020000024", "2227200000000009"),
    ("SI", "eur", "4000057050000001", "4000057050000019", "4000057050000027", "5555057050000007"),
    ("SK", "eur", "4000057030000006", "4000057030000014", "4000057030000022", "5555057030000002"),
    ("US", "usd", "4000056655665556", "4000056655665572", "4000056755665555", "5200828282828210"),
)


# The issuers of Stripe's made-up numbers, the only ones that carry a country.
_MADE_UP = ("4000", "4001", "5555")
_COUNTRY_OF_DIGITS = {number[6:9]: country for country, number in _COUNTRIES.items() if number.startswith("400000")}


def country_of(number: str) -> str:
    """Tell the country that a made-up number carries in its seventh to ninth digit (ISO 3166 numeric), else `"US"`."""
    return _COUNTRY_OF_DIGITS.get(number[6:9], "US") if number.startswith(_MADE_UP) else "US"


def _declining() -> Iterator[CardNumber]:
    for name, number, code, decline_code in _DECLINES:
        yield CardNumber(name, number, code=code, decline_code=decline_code, is_attachable=False)
    cvc: dict[str, Any] = {"code": "incorrect_cvc", "decline_code": "incorrect_cvc", "needs": "cvc", "checks": _NO_CVC}
    yield CardNumber("incorrect_cvc", "4000000000000127", is_attachable=False, **cvc)
    declined: dict[str, Any] = {"code": "card_declined"}
    for name, number, decline_code, effect in (
        ("decline_after_attaching", "4000000000000341", "generic_decline", "decline_after_attaching"),
        ("fraudulent", "4100000000000019", "fraudulent", "risk_highest"),
        ("3ds_insufficient_funds", "4000008260003178", "insufficient_funds", "3ds_required"),
        *((name, number, "authentication_required", "3ds_required") for name, number in _AUTHENTICATION),
    ):
        # The page says where this one was issued; its digits do not.
        where = "IE" if name == "3ds_required" else country_of(number)
        yield CardNumber(name, number, country=where, decline_code=decline_code, effect=effect, **declined)


def _payouts() -> Iterator[CardNumber]:
    for country, currency, success, fails, no_instant, mastercard in _PAYOUTS:
        common: dict[str, Any] = {"funding": "debit", "country": country, "params": {"currency": currency}}
        yield CardNumber(f"{country}_payout", success, **common)
        yield CardNumber(f"{country}_payout_fails", fails, effect="payout_fails", **common)
        yield CardNumber(f"{country}_no_instant_payout", no_instant, effect="no_instant_payout", **common)
        yield CardNumber(f"{country}_payout_mastercard", mastercard, "MasterCard", **common)
    yield CardNumber("US_payout_discover", "6011981111111113", "Discover", "debit", params={"currency": "usd"})
    for country, currency, number in (("AE", "aed", "4000007840000006"), ("AU", "aud", "4000000360000006")):
        common = {"country": country, "effect": "payout_invalid_type", "params": {"currency": currency}}
        yield CardNumber(f"{country}_payout_credit", number, **common)


@cache
def card_values() -> tuple[CardNumber, ...]:
    """Give every published number, in the order of Stripe's pages; one that has two names comes twice."""
    return tuple(_card_values())


def _card_values() -> Iterator[CardNumber]:
    for name, number, brand, funding, country in _BRANDS:
        params = _FOUR_DIGIT_CVC if brand == "American Express" else _NOTHING
        yield CardNumber(name, number, brand, funding, country, params=params)
    for name, number, brand, networks in _CO_BADGED:
        yield CardNumber(name, number, brand, country="FR", networks=networks)
    for country, number in _COUNTRIES.items():
        yield CardNumber(country, number, country=country)
    yield from _declining()
    for name, number, effect in _EFFECTS:
        yield CardNumber(name, number, country=country_of(number), effect=effect)
    for name, number, checks, needs, also in _CHECKS:
        yield CardNumber(name, number, checks=checks, needs=needs, params=also)
    yield from _payouts()


@cache
def _by_number() -> Mapping[str, CardNumber]:
    return MappingProxyType({value.number: value for value in reversed(card_values())})


def card_number(number: str) -> CardNumber | None:
    """Find a published test number; `None` for any other. `number` is digits without separators."""
    return _by_number().get(number)


def digits(number: str) -> str:
    """Take the separators out of a card or account number: Stripe accepts spaces (real answers) and dashes."""
    return number.replace(" ", "").replace("-", "")


_DOUBLED = bytes.maketrans(b"0123456789", bytes(sum(divmod(2 * digit, 10)) for digit in range(10)))


def passes_luhn(number: str) -> bool:
    """Tell whether the check digit of a number, ASCII digits alone, is right (ISO/IEC 7812)."""
    figures = number[::-1].encode()
    # Those that are not doubled are still characters, whose codes begin at 48.
    plain, doubled = figures[::2], figures[1::2].translate(_DOUBLED)
    return (sum(plain) - 48 * len(plain) + sum(doubled)) % 10 == 0
