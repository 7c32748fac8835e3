"""Connected accounts: built, changed by account tokens, shown; their endpoints and their external accounts'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.attaching import add_external_account, external_accounts_of, make_default
from pytest_stripe_tokens.simulator.resources.objects import full_address, list_within, metadata, ordered, page
from pytest_stripe_tokens.simulator.resources.persons import (
    change_company,
    change_person,
    new_company,
    new_person,
    nothing_due,
)
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take, take_pii

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


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
        "future_requirements": _requirements([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements([]),
        "settings": _settings(),
        "type": kind,
        **(own if is_custom else {"tos_acceptance": {"date": None}}),
    }


def change_legal_entity(call: Call, account: Entry, given: Mapping[str, Any]) -> None:
    """Take over business type, individual and company, from an account token's parameters or the request's own."""
    if given.get("business_type"):
        account.body["business_type"] = given["business_type"]
    if as_object(given.get("company")):
        company = account.body.setdefault("company", new_company())
        change_company(company, as_object(given["company"]), str(account.body["country"]))
    if as_object(given.get("individual")):
        change_person(_individual(call, account).body, as_object(given["individual"]), str(account.body["country"]))


def show(call: Call, account: Entry) -> dict[str, Any]:
    """Give a connected account with its external accounts, its individual, and what is still due."""
    body = account.copy()
    external = [entry.copy() for entry in external_accounts_of(call, account)]
    body["external_accounts"] = list_within(f"/v1/accounts/{account.id}/external_accounts", external)
    person = account.private.get("individual")
    if person is not None:
        body["individual"] = person.copy()
    due = _due(body, external)
    body["requirements"] = _requirements(due)
    active = [name for name, status in body["capabilities"].items() if status == "active"]
    body["charges_enabled"] = not due and any(name.endswith("_payments") for name in active)
    body["payouts_enabled"] = not due and bool(active)
    body["details_submitted"] = body["details_submitted"] or not due
    return ordered(body)


def _settle(account: Entry) -> Entry:
    """Let what is pending become active, which it is by the next request (real answers)."""
    capabilities = account.body["capabilities"]
    account.body["capabilities"] = {
        name: "active" if status == "pending" else status for name, status in capabilities.items()
    }
    return account


def _enable(call: Call, account: Entry, *, by_token: bool) -> None:
    """Let Stripe check what was handed in; with an account token it has done so at once (real answers, 2026)."""
    external = [entry.body for entry in external_accounts_of(call, account)]
    status = "inactive" if _due(account.body, external) else "active" if by_token else "pending"
    capabilities = account.body["capabilities"]
    account.body["capabilities"] = {
        name: old if old == status or (old == "active" and status == "pending") else status
        for name, old in capabilities.items()
    }


def _individual(call: Call, account: Entry) -> Entry:
    known = account.private.get("individual")
    if known is None:
        created = call.world.tick()
        identity = call.world.generator.object_id("person", created, account.id)
        known = call.world.add(new_person(identity, account.id, created), call.platform)
        known.body["relationship"] |= {"account_opener": True, "representative": True}
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
    return as_object(given).get(name)


def change_business_profile(account: Entry, given: Mapping[str, Any]) -> None:
    """Take over what is given of a business profile."""
    profile = account.body["business_profile"] | typed(given, table("accounts.update")["business_profile"])
    if profile["support_address"]:
        profile["support_address"] = full_address(profile["support_address"])
    account.body["business_profile"] = dict(sorted(profile.items()))


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
            "schedule": {"delay_days": _DELAY_DAYS, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


_DELAY_DAYS = 2
_LEGAL_ENTITY = ("business_type", "company", "individual")


def create(call: Call) -> dict[str, Any]:
    """Make a connected account, its legal entity from the token in `account_token` or from the request."""
    if call.caller.account is not None:
        raise ApiError("not_a_platform")
    account = call.world.add(new_account(call), call.platform)
    try:
        _apply(call, account, creating=True)
    except ApiError:
        for entry in (account.private.get("individual"), account):
            if entry is not None:
                call.world.remove(entry)
        raise
    return show(call, account)


def update(call: Call) -> dict[str, Any]:
    """Change a connected account; a token's values replace those it names and leave the others."""
    account = _settle(find_account(call))
    _apply(call, account, creating=False)
    return show(call, account)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a connected account."""
    return show(call, _settle(find_account(call)))


def list_all(call: Call) -> dict[str, Any]:
    """List connected accounts."""
    listed = page("/v1/accounts", call.world.every("account", call.platform), call.params)
    entries = [call.world.get(body["id"], call.platform, "account") for body in listed["data"]]
    return listed | {"data": [show(call, _settle(entry)) for entry in entries if entry is not None]}


def create_external_account(call: Call) -> dict[str, Any]:
    """Add a bank account or a debit card to a connected account."""
    account = find_account(call)
    added = add_external_account(call, account, call.params["external_account"], "external_account")
    if "metadata" in call.params:
        added.body["metadata"] = metadata(call.params["metadata"])
    if call.flag("default_for_currency"):
        make_default(call, account, added)
    return added.copy()


def retrieve_external_account(call: Call) -> dict[str, Any]:
    """Give one of a connected account's external accounts."""
    account = find_account(call)
    found = call.world.get(call.ids[1], call.platform, "bank_account", "card")
    if found is None or found.body.get("account") != account.id:
        raise call.world.missing("resource_missing", "external account", call.ids[1], call.platform, "id")
    return found.copy()


def list_external_accounts(call: Call) -> dict[str, Any]:
    """List a connected account's external accounts."""
    account = find_account(call)
    return page(f"/v1/accounts/{account.id}/external_accounts", external_accounts_of(call, account), call.params)


def _apply(call: Call, account: Entry, *, creating: bool) -> None:
    """Check everything that can be refused, then change the account, then use the tokens up."""
    by_token = _account_token(call, account, creating=creating)
    used = take_pii(call, call.hash("individual"), "individual")
    _add_external_account(call, account)
    _change(call, account)
    if by_token is None:
        change_legal_entity(call, account, call.params)
    else:
        _change_by_token(call, account, by_token)
    _enable(call, account, by_token=by_token is not None)
    for taken in (by_token, *used):
        if taken is not None:
            spend(taken)


def _account_token(call: Call, account: Entry, *, creating: bool) -> Taken | None:
    token = call.text("account_token")
    given = [name for name in (*_LEGAL_ENTITY, "tos_acceptance") if name in call.params]
    if token is None:
        if given and account.private.get("by_token"):
            raise ApiError("only_by_token", param=given[0])
        return None
    if "company" in given or "individual" in given:
        raise ApiError("parameters_exclusive", params=", ".join(["account_token", *given]))
    taken = take(call, token, ("account",), "account_token", account=account.id)
    if creating and account.body["controller"]["requirement_collection"] != "application":
        message = "Account tokens can only be used for accounts whose requirements the platform collects (Custom)."
        raise ApiError("refused_when_executed", param="account_token", message=message)
    if creating and not _accepts(taken):
        message = "The account token must be created with account[tos_shown_and_accepted]=true to create an account."
        raise ApiError("refused_when_executed", param="account_token", message=message)
    return taken


def _accepts(taken: Taken) -> bool:
    return taken.params.get("tos_shown_and_accepted") == "true"


def _change_by_token(call: Call, account: Entry, taken: Taken) -> None:
    change_legal_entity(call, account, taken.params)
    if call.text("business_type"):
        account.body["business_type"] = call.text("business_type")
    account.private["by_token"] = True
    if _accepts(taken) and taken.entry is not None:
        token = taken.entry.body
        accepted = {"date": token["created"], "ip": token["client_ip"], "user_agent": None}
        account.body |= {"tos_acceptance": accepted, "details_submitted": True}


def _add_external_account(call: Call, account: Entry) -> None:
    """Add what `external_account`, or `bank_account` as it was called, names; the old default goes (reference)."""
    sent = [name for name in ("external_account", "bank_account") if call.params.get(name)]
    if len(sent) > 1:
        raise ApiError("parameters_exclusive", params=", ".join(sent))
    for name in sent:
        added = add_external_account(call, account, call.params[name], name)
        for former in make_default(call, account, added):
            call.world.remove(former)


def _change(call: Call, account: Entry) -> None:
    if call.text("default_currency"):
        account.body["default_currency"] = call.text("default_currency")
    if "email" in call.params:
        account.body["email"] = call.text("email")
    if "metadata" in call.params:
        account.body["metadata"] = metadata(call.params["metadata"], account.body["metadata"])
    if call.hash("business_profile"):
        change_business_profile(account, call.hash("business_profile"))
    for name, asked in call.hash("capabilities").items():
        if as_object(asked).get("requested") == "true":
            account.body["capabilities"].setdefault(name, "inactive")
        else:
            account.body["capabilities"].pop(name, None)
    sent = typed(call.params, table("accounts.update"))
    schedule = as_object(as_object(as_object(sent.get("settings")).get("payouts")).get("schedule"))
    if "delay_days" in schedule:
        # "minimum" stands for as few as the country allows: two in most.
        schedule["delay_days"] = int(schedule["delay_days"]) if str(schedule["delay_days"]).isdecimal() else _DELAY_DAYS
    for name in ("groups", "settings", "tos_acceptance"):
        if sent.get(name):
            account.body[name] = _merged(account.body.get(name, {}), sent[name])


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Change what is named and leave the rest, hash by hash."""
    changed = {
        name: _merged(as_object(old.get(name)), cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for name, value in new.items()
    }
    return {**old, **changed}
