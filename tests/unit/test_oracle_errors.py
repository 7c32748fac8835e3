"""The tables of errors against what Stripe answered and documents, in a copy that the tested code does not read.

`shared/published_errors.json` holds status, code and text of errors as recorded answers, pasted outputs and the reference
have them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pytest_stripe_tokens.api.schemas import token_schema
from pytest_stripe_tokens.simulator import currencies
from pytest_stripe_tokens.simulator.errors.table import ERRORS

PUBLISHED = json.loads((Path(__file__).parents[1] / "shared" / "published_errors.json").read_text(encoding="utf-8"))
# Whose text nobody has published: status and code by what the reference says of statuses (400 for parameters, 401 and 403
# for keys, 402 for cards, 404 for what is not there, 5xx for faults of the API's own).
UNPUBLISHED = {
    "amount_too_small": (400, "amount_too_small"),
    "api_error": (500, None),
    "authentication_not_handled": (402, "authentication_required"),
    "backend": (502, None),
    "bank_account_unverified": (400, None),
    "both_cursors": (400, None),
    "country_code_invalid": (400, "country_code_invalid"),
    "cvc_token_outside_confirmation": (400, None),
    "declined": (402, None),
    "idempotency_key_too_long": (400, None),
    "integer_too_large": (400, "parameter_invalid_integer"),
    "invalid_array": (400, None),
    "invalid_boolean": (400, None),
    "invalid_card_type": (400, "invalid_card_type"),
    "invalid_currency": (400, None),
    "invalid_number": (400, None),
    "invalid_query": (400, None),
    "invalid_string": (400, None),
    "not_a_form": (400, None),
    "not_utf8": (400, None),
    # Each of these is published in another wording, with another example or another end.
    "nothing_to_tokenize": (400, "parameter_missing"),
    "parameter_unknown": (400, "parameter_unknown"),
    "parameters_unknown": (400, "parameter_unknown"),
    "object_not_simulated": (400, None),
    "only_by_token": (400, None),
    "own_fault": (500, None),
    "payment_method_needs_customer": (400, None),
    "payment_method_types_no_longer_supported": (400, "payment_method_types_no_longer_supported"),
    # Its code was seen, and stands in no list.
    "payment_token_invalid": (400, "payment_intent_confirmation_token_invalid"),
    "platform_api_key_expired": (401, "platform_api_key_expired"),
    "publishable_key_required": (400, None),
    "refused": (400, None),
    "refused_when_executed": (400, None),
    # 401 in 2016, 403 since 2023.
    # What is known of it is a status and a parameter.
    "token_of_other_usage": (400, None),
    "token_outside_confirmation": (400, None),
    "two_installment_plans": (400, None),
    "setup_token_invalid": (400, "setup_intent_confirmation_token_invalid"),
    "secret_key_required": (403, "secret_key_required"),
    # Two kinds of token in one request: without a code (a real answer), which other endpoints give.
    "several_types": (400, None),
    "string_too_long": (400, None),
    "token_card_network_invalid": (400, "token_card_network_invalid"),
    "unexpected_state": (400, "payment_intent_unexpected_state"),
    "unknown_url": (404, None),
    "v2_account_not_deletable": (400, None),
    "version_before_v2": (400, None),
    "wrong_token_type": (400, None),
    "source_consumed": (400, None),
    "not_attached": (400, "resource_missing"),
    "charge_not_refundable": (400, "charge_not_refundable"),
    "refund_without_fee": (400, None),
    "refund_without_transfer": (400, None),
    "charge_not_capturable": (400, None),
    "capture_of_intents_charge": (400, None),
    "customer_of_charge": (400, None),
    "intent_without_method": (400, "payment_intent_unexpected_state"),
    "intent_not_incrementable": (400, "payment_intent_unexpected_state"),
    "payment_method_not_saved": (400, None),
    "account_opener": (400, None),
    "no_express_dashboard": (400, None),
    "source_exceeded": (400, None),
    "source_of_other_currency": (400, None),
    "transfer_reversed": (400, None),
    "reversal_too_large": (400, None),
    "no_external_account": (400, None),
    "instant_payouts_unsupported": (400, "instant_payouts_unsupported"),
    "not_pending": (400, None),
    "payout_not_paid": (400, None),
    "payout_reversed": (400, None),
    "nothing_to_authenticate": (400, None),
    # Published as an intent's last error, which has no status.
    "payment_authentication_failed": (400, "payment_intent_authentication_failure"),
    "setup_authentication_failed": (400, "setup_intent_authentication_failure"),
}


def _published(message: str) -> set[tuple[int, str | None]]:
    """Give the statuses and codes of the published errors with a text, whatever stands in its places."""
    parts = [re.escape(part.strip()) for part in re.split(r"\{[^}]*\}", message) if part.strip()]
    return {(status, code) for status, code, text in PUBLISHED if re.search(".*?".join(parts), text, re.DOTALL)}


def test_each_error_has_the_status_and_the_code_that_were_seen():
    told = {name: (row.status, row.code) for name, row in ERRORS.items() if name not in UNPUBLISHED}
    assert {name: said for name, said in told.items() if said not in _published(ERRORS[name].message)} == {}


def test_the_others_have_those_that_their_kind_has():
    assert {name: (ERRORS[name].status, ERRORS[name].code) for name in UNPUBLISHED if name in ERRORS} == UNPUBLISHED


def test_the_kind_of_an_error_follows_from_its_status_and_its_code():
    """Statuses and types as the reference pairs them."""
    for name, row in ERRORS.items():
        kind = "api_error" if row.status >= 500 else "invalid_request_error"
        if name.startswith("idempotency"):
            kind = {"idempotency_key_in_use": "idempotency_error"}.get(name, row.type)
            assert kind in {"idempotency_error", "invalid_request_error"}, name
        elif row.status == 402:
            kind = row.type
            assert kind in {"card_error", "invalid_request_error"}, name
        assert row.type == kind, name


# The list in the API's own refusal of a currency that it does not know (a real answer of 2026-09).
SUPPORTED = """
usd, aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, bdt, bgn, bhd, bif, bmd, bnd, bob, brl, bsd, bwp, byn, bzd,
cad, cdf, chf, clp, cny, cop, crc, cve, czk, djf, dkk, dop, dzd, egp, etb, eur, fjd, fkp, gbp, gel, gip, gmd, gnf, gtq, gyd,
hkd, hnl, hrk, htg, huf, idr, ils, inr, isk, jmd, jod, jpy, kes, kgs, khr, kmf, krw, kwd, kyd, kzt, lak, lbp, lkr, lrd, lsl,
mad, mdl, mga, mkd, mmk, mnt, mop, mur, mvr, mwk, mxn, myr, mzn, nad, ngn, nio, nok, npr, nzd, omr, pab, pen, pgk, php, pkr,
pln, pyg, qar, ron, rsd, rub, rwf, sar, sbd, scr, sek, sgd, shp, sle, sos, srd, std, szl, thb, tjs, tnd, top, try, ttd, twd,
tzs, uah, ugx, uyu, uzs, vnd, vuv, wst, xaf, xcd, xcg, xof, xpf, yer, zar, zmw, usdc, btn, ghs, eek, lvl, svc, vef, ltl, sll,
mro
"""


def test_the_currencies_are_those_of_the_apis_own_list_in_its_order():
    assert list(currencies.SUPPORTED) == SUPPORTED.replace(",", " ").split()


def test_no_text_of_a_tokens_schema_has_another_length_than_the_apis_own():
    lengths = re.findall(r'"maxLength": (\d+)', json.dumps(token_schema()))
    assert lengths
    assert set(lengths) == {"5000"}
