"""What an answer that a test gives leaves out: the id, the time and the mode of each object in it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.resources.v2_objects import time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.keys import Caller
    from pytest_stripe_tokens.simulator.tokens.generator import Generator

# By the object; of any other the last part of its name stands for it.
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "account": "acct",
        "application": "ca",
        "application_fee": "fee",
        "balance_transaction": "txn",
        "bank_account": "ba",
        "billing.alert": "alrt",
        "billing.credit_grant": "credgr",
        "billing.meter": "mtr",
        "billing_portal.configuration": "bpc",
        "billing_portal.session": "bps",
        "card": "card",
        "charge": "ch",
        "checkout.session": "cs_test",
        "confirmation_token": "ctoken",
        "credit_note": "cn",
        "customer": "cus",
        "customer_balance_transaction": "cbtxn",
        "dispute": "du",
        "ephemeral_key": "ephkey",
        "event": "evt",
        "fee_refund": "fr",
        "file": "file",
        "file_link": "link",
        "financial_connections.account": "fca",
        "financial_connections.session": "fcsess",
        "identity.verification_report": "vr",
        "identity.verification_session": "vs",
        "invoice": "in",
        "invoiceitem": "ii",
        "issuing.authorization": "iauth",
        "issuing.card": "ic",
        "issuing.cardholder": "ich",
        "issuing.dispute": "idp",
        "issuing.transaction": "ipi",
        "line_item": "il",
        "mandate": "mandate",
        "payment_intent": "pi",
        "payment_link": "plink",
        "payment_method": "pm",
        "payment_method_configuration": "pmc",
        "payment_method_domain": "pmd",
        "payout": "po",
        "person": "person",
        "plan": "plan",
        "price": "price",
        "product": "prod",
        "promotion_code": "promo",
        "quote": "qt",
        "radar.early_fraud_warning": "issfr",
        "radar.value_list": "rsl",
        "radar.value_list_item": "rsli",
        "refund": "re",
        "reporting.report_run": "frr",
        "review": "prv",
        "setup_attempt": "setatt",
        "setup_intent": "seti",
        "shipping_rate": "shr",
        "source": "src",
        "subscription": "sub",
        "subscription_item": "si",
        "subscription_schedule": "sub_sched",
        "tax.calculation": "taxcalc",
        "tax.registration": "taxreg",
        "tax.transaction": "tax",
        "tax_id": "txi",
        "tax_rate": "txr",
        "terminal.configuration": "tmc",
        "terminal.location": "tml",
        "terminal.reader": "tmr",
        "test_helpers.test_clock": "clock",
        "token": "tok",
        "topup": "tu",
        "transfer": "tr",
        "transfer_reversal": "trr",
        "treasury.financial_account": "fa",
        "v2.core.account": "acct",
        "v2.core.account_person": "person_test",
        "v2.core.account_person_token": "perstok",
        "v2.core.account_token": "accttok",
        "v2.core.event": "evt_test",
        "v2.core.event_destination": "ed_test",
        "webhook_endpoint": "we",
    }
)
# The objects that have none of it (stripe-python 16.1).
_WITHOUT_ID = """
    account_link account_session balance balance_settings billing.alert_triggered billing.credit_balance_summary
    billing.meter_event billing.meter_event_adjustment cash_balance customer_session
    entitlements.active_entitlement_summary funding_instructions list login_link search_result tax.settings
    terminal.connection_token terminal.onboarding_link treasury.financial_account_features v2.billing.meter_event
    v2.core.account_link v2.money_management.financial_address_credit_simulation
    v2.money_management.payout_methods_bank_account_spec v2.search_result
"""
_WITHOUT_CREATED = """
    account_session application balance balance_settings bank_account billing.alert billing.credit_balance_summary
    billing.feedback_option billing.meter_event_adjustment billing.meter_event_summary capability card cash_balance
    climate.supplier connect_collection_transfer country_spec credit_note_line_item discount
    entitlements.active_entitlement entitlements.active_entitlement_summary entitlements.feature exchange_rate
    financial_connections.account_owner financial_connections.authorization financial_connections.session
    financial_connections.transaction funding_instructions invoiceitem issuing.physical_bundle item line_item list
    mandate payment_intent_amount_details_line_item payment_link payment_method_configuration
    product_catalog.trial_offer product_feature radar.payment_evaluation reporting.report_type reserve_transaction
    search_result tax.association tax.calculation tax.calculation_line_item tax.location tax.settings
    tax.transaction_line_item tax_code tax_deducted_at_source terminal.configuration terminal.connection_token
    terminal.location terminal.onboarding_link terminal.reader treasury.financial_account_features
    v2.money_management.financial_address_credit_simulation v2.money_management.payout_methods_bank_account_spec
    v2.search_result
"""
_WITHOUT_LIVEMODE = """
    account account_link application balance_settings balance_transaction bank_account capability card country_spec
    discount exchange_rate fee_refund file financial_connections.account_owner
    financial_connections.account_ownership item list login_link payment_intent_amount_details_line_item person
    refund reserve_transaction search_result subscription_item tax.association tax_code tax_deducted_at_source
    terminal.connection_token terminal.onboarding_link transfer_reversal treasury.financial_account_features
    v2.search_result
"""
WITHOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "id": frozenset(_WITHOUT_ID.split()),
        "created": frozenset(_WITHOUT_CREATED.split()),
        "livemode": frozenset(_WITHOUT_LIVEMODE.split()),
    }
)
_LISTS = frozenset({"list", "search_result"})
_OF_V2 = "v2."


def filled(body: Mapping[str, Any], path: str, ids: tuple[str, ...], caller: Caller, generator: Generator) -> Any:
    """Give an answer with what it leaves out; one that names no `object` as it is.

    Args:
        body: the answer's JSON.
        path: that was asked for; a list tells it.
        ids: the ids in the path: an object that the path names has its id.
        caller: whose account and mode the object belongs to.
        generator: makes what is new.
    """
    name = body.get("object")
    if not isinstance(name, str):
        return body
    if name in _LISTS:
        data = [
            filled(cast("dict[str, Any]", item), "", (), caller, generator) if isinstance(item, dict) else item
            for item in _items(body)
        ]
        return {"object": name, "has_more": False, "url": path, **body, "data": data}
    missing = {field for field, without in WITHOUT.items() if field not in body and name not in without}
    if body.get("deleted") is True:
        missing -= {"created", "livemode"}
    created = generator.next_created() if missing & {"id", "created"} else 0
    made: dict[str, Any] = {}
    if "id" in missing:
        prefix = PREFIXES.get(name) or name.rpartition(".")[2]
        is_short = not name.startswith(_OF_V2) or prefix == "acct"
        new = generator.object_id(prefix, created, caller.account) if is_short else generator.v2_id(prefix)
        made["id"] = _named(prefix, path, ids) or new
    more = {"created": time(created) if name.startswith(_OF_V2) else created, "livemode": caller.livemode}
    return {**made, **body, **{field: value for field, value in more.items() if field in missing}}


def _items(body: Mapping[str, Any]) -> list[object]:
    data = body.get("data")
    return cast("list[object]", data) if isinstance(data, list) else []


def _named(prefix: str, path: str, ids: tuple[str, ...]) -> str | None:
    parts = path.strip("/").split("/")
    if ids and ids[-1] == parts[-1]:
        return ids[-1]
    return next((part for part in reversed(parts) if part.startswith(f"{prefix}_")), None)
