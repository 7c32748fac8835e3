"""What an account shows: a new one, the platform's own, and what is still due of a connected one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.resources.objects import list_within, ordered
from pytest_stripe_tokens.simulator.resources.persons import new_company, nothing_due
from pytest_stripe_tokens.simulator.state import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call

DELAY_DAYS = 2
"""How long payouts are held back where nothing else is asked: two days in most countries."""


def new_account(call: Call) -> dict[str, Any]:
    """Give a connected account of which only country and type are known."""
    created = call.world.tick()
    identity = call.world.generator.object_id("acct", created)
    country = (call.text("country") or "US").upper()
    kind = call.text("type") or ("none" if "controller" in call.params else "standard")
    controller = _controller(call, kind)
    # The platform collects the requirements of a custom account, and sees what it collected (real answers).
    own = {"company": new_company(), "tos_acceptance": {"date": None, "ip": None, "user_agent": None}}
    is_custom = controller["requirement_collection"] == "application"
    return {
        # An account's id is shorter than others: no account's characters, ten random ones (real ids).
        "id": f"{identity[: len('acct_1') + 5]}{identity[-10:]}",
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": controller,
        "country": country,
        "created": created,
        "default_currency": (call.text("default_currency") or currency_of(country)).lower(),
        "details_submitted": False,
        "email": call.text("email"),
        "future_requirements": requirements_of([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": requirements_of([]),
        "settings": _settings(),
        "type": kind,
        **(own if is_custom else {"tos_acceptance": {"date": None}}),
    }


def own_account(call: Call, identity: str) -> dict[str, Any]:
    """Give an account that was not made here as its owner sees it: the platform's own, or one that is only named."""
    created = call.world.generator.account_created
    return {
        "id": identity,
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": _settings(),
        "type": "standard",
    }


def show(call: Call, account: Entry) -> dict[str, Any]:
    """Give a connected account with its external accounts, its individual, and what is still due."""
    body = account.copy()
    external = [entry.copy() for entry in external_accounts_of(call, account)]
    body["external_accounts"] = list_within(f"/v1/accounts/{account.id}/external_accounts", external)
    person = account.private.get("individual")
    if person is not None:
        body["individual"] = person.copy()
    due = due_of(body, external)
    body["requirements"] = requirements_of(due)
    rejected = account.private.get("rejected")
    if rejected is not None:
        body["requirements"]["disabled_reason"] = rejected
    active = [name for name, status in as_object(body.get("capabilities")).items() if status == "active"]
    body["charges_enabled"] = not due and rejected is None and any(name.endswith("_payments") for name in active)
    body["payouts_enabled"] = not due and bool(active) and not account.private.get("payouts_paused")
    body["details_submitted"] = body.get("details_submitted") or not due
    return ordered(body)


def note_update(call: Call, account: Entry, before: Mapping[str, Any]) -> dict[str, Any]:
    """Note what became of a connected account, as an event of its own; give what it shows now."""
    body = show(call, account)
    call.updated("account.updated", Entry(body, scope_of(call, account)), before)
    return body


def scope_of(call: Call, account: Entry) -> tuple[str | None, bool]:
    """The scope of what happens to a connected account: its own, though the account itself is the platform's."""
    return account.id, call.caller.livemode


def external_accounts_of(call: Call, account: Entry) -> list[Entry]:
    """Give a connected account's external accounts, oldest first."""
    return [
        entry
        for kind in ("bank_account", "card")
        for entry in call.world.every(kind, call.platform)
        if entry.body.get("account") == account.id
    ]


def due_of(body: Mapping[str, Any], external: list[dict[str, Any]]) -> list[str]:
    """Name what has to be handed in before a connected account is complete."""
    due = [] if body.get("business_type") else ["business_type"]
    if not external:
        due.append("external_account")
    if as_object(body.get("tos_acceptance")).get("date") is None:
        due += ["tos_acceptance.date", "tos_acceptance.ip"]
    return due


def requirements_of(due: list[str], disabled_reason: str = "requirements.past_due") -> dict[str, Any]:
    """Say what is due, of an account or of a capability, and why it is disabled therefore."""
    shown = nothing_due() | {
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": disabled_reason if due else None,
        "eventually_due": due,
        "past_due": due,
    }
    return dict(sorted(shown.items()))


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
    return as_object(given).get(name)


def _business_profile() -> dict[str, Any]:
    names = (
        "annual_revenue",
        "estimated_worker_count",
        "mcc",
        "minority_owned_business_designation",
        "name",
        "product_description",
        "specified_commercial_transactions_act_url",
        "support_address",
        "support_email",
        "support_phone",
        "support_url",
        "url",
    )
    return dict.fromkeys(names)


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
            "schedule": {"delay_days": DELAY_DAYS, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }
