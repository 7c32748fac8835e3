"""Connected accounts: found, built, shown, and changed by account tokens; imports people, attaching and spending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.keys import mask
from pytest_stripe_tokens.simulator.resources.attaching import external_accounts_of
from pytest_stripe_tokens.simulator.resources.objects import hash_of, list_of, ordered
from pytest_stripe_tokens.simulator.resources.people import (
    change_company,
    change_person,
    new_company,
    new_person,
    nothing_due,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


def find_account(call: Call) -> Entry:
    """Find the connected account that the path names.

    Raises:
        ApiError: 403 account_invalid, as the API answers for one it does not know (real answers).
    """
    entry = call.world.get(call.ids[0], call.platform, "account")
    if entry is None:
        raise ApiError("account_invalid", key=mask(call.caller.key), account=call.ids[0])
    return entry


def new_account(call: Call) -> dict[str, Any]:
    """Give a connected account of which only country and type are known."""
    created = call.world.tick()
    identity = call.world.generator.object_id("acct", created)
    country = (call.text("country") or "US").upper()
    kind = call.text("type") or ("none" if "controller" in call.params else "standard")
    return {
        # An account's id is shorter than others: no account's characters, ten random ones (real ids).
        "id": f"{identity[: len('acct_1') + 5]}{identity[-10:]}",
        "object": "account",
        "business_profile": _business_profile({}),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": _controller(call, kind),
        "country": country,
        "created": created,
        "default_currency": (call.text("default_currency") or currency_of(country)).lower(),
        "details_submitted": False,
        "email": call.text("email"),
        "future_requirements": _requirements([]),
        "groups": {"payments_pricing": None},
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements([]),
        "settings": _settings(),
        "tos_acceptance": {"date": None},
        "type": kind,
    }


def change_legal_entity(call: Call, account: Entry, given: Mapping[str, Any]) -> None:
    """Take over business type, individual and company, from an account token's parameters or the request's own."""
    if given.get("business_type"):
        account.body["business_type"] = given["business_type"]
    if hash_of(given.get("company")):
        company = account.body.setdefault("company", new_company())
        change_company(company, hash_of(given["company"]))
    if hash_of(given.get("individual")):
        change_person(_individual(call, account).body, hash_of(given["individual"]))


def show(call: Call, account: Entry) -> dict[str, Any]:
    """Give a connected account with its external accounts, its individual, and what is still due."""
    body = account.copy()
    external = [entry.copy() for entry in external_accounts_of(call, account)]
    listed = list_of(f"/v1/accounts/{account.id}/external_accounts", external)
    body["external_accounts"] = listed | {"total_count": len(external)}
    person = account.private.get("individual")
    if person is not None:
        body["individual"] = person.copy()
    body["requirements"] = _requirements(_due(body, external))
    return ordered(body)


def _individual(call: Call, account: Entry) -> Entry:
    known = account.private.get("individual")
    if known is None:
        created = call.world.tick()
        identity = call.world.generator.object_id("person", created, account.id)
        known = call.world.add(new_person(identity, account.id, created), call.platform)
        account.private["individual"] = known
    return cast("Entry", known)


def _due(body: Mapping[str, Any], external: list[dict[str, Any]]) -> list[str]:
    due = [] if body["business_type"] else ["business_type"]
    if not external:
        due.append("external_account")
    if body["tos_acceptance"].get("date") is None:
        due += ["tos_acceptance.date", "tos_acceptance.ip"]
    return due


def _requirements(due: list[str]) -> dict[str, Any]:
    return nothing_due() | {
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "eventually_due": due,
        "past_due": due,
    }


def _controller(call: Call, kind: str) -> dict[str, Any]:
    given = call.hash("controller")
    collects = given.get("requirement_collection") or ("application" if kind == "custom" else "stripe")
    dashboard = given.get("stripe_dashboard")
    shown = {"custom": "none", "express": "express"}.get(kind, "full")
    payer = {"custom": "application_custom", "express": "application_express"}.get(kind, "account")
    fees, losses = given.get("fees"), given.get("losses")
    return {
        "fees": {"payer": _of(fees, "payer") or payer},
        "is_controller": True,
        "losses": {"payments": _of(losses, "payments") or ("application" if kind == "custom" else "stripe")},
        "requirement_collection": collects,
        "stripe_dashboard": {"type": _of(dashboard, "type") or shown},
        "type": "application",
    }


def _of(given: Any, name: str) -> str | None:
    return hash_of(given).get(name)


def change_business_profile(account: Entry, given: Mapping[str, Any]) -> None:
    """Take over what is given of a business profile."""
    account.body["business_profile"] = _business_profile(account.body["business_profile"] | dict(given))


def _business_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    names = ("mcc", "name", "product_description", "support_email", "support_phone", "support_url", "url")
    return {**{name: given.get(name) or None for name in names}, "support_address": None}


def _settings() -> dict[str, Any]:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": False,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }
