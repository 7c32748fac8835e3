"""Connected accounts: made, changed by the request or by account tokens, rejected, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.account_shape import (
    DELAY_DAYS,
    new_account,
    note_update,
    own_account,
    show,
)
from pytest_stripe_tokens.simulator.resources.capabilities import enable, request, settle
from pytest_stripe_tokens.simulator.resources.external_accounts import (
    add_external_account,
    make_default,
    note_external,
)
from pytest_stripe_tokens.simulator.resources.objects import change_metadata, full_address, page
from pytest_stripe_tokens.simulator.resources.persons import (
    change_company,
    change_person,
    new_company,
    new_person,
    note_person,
)
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take, take_pii

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


def change_legal_entity(call: Call, account: Entry, given: Mapping[str, Any]) -> None:
    """Take over business type, individual and company, from an account token's parameters or the request's own."""
    if given.get("business_type"):
        account.body["business_type"] = given["business_type"]
    if as_object(given.get("company")):
        company = account.body.setdefault("company", new_company())
        change_company(company, as_object(given["company"]), str(account.body["country"]))
    if as_object(given.get("individual")):
        change_person(_individual(call, account).body, as_object(given["individual"]), str(account.body["country"]))


def _individual(call: Call, account: Entry) -> Entry:
    known = account.private.get("individual")
    if known is None:
        created = call.world.tick()
        identity = call.world.generator.object_id("person", created, account.id)
        known = call.world.add(new_person(identity, account.id, created), call.platform)
        known.body["relationship"] |= {"account_opener": True, "representative": True}
        account.private["individual"] = known
    return cast("Entry", known)


def change_business_profile(account: Entry, given: Mapping[str, Any]) -> None:
    """Take over what is given of a business profile."""
    profile = account.body["business_profile"] | typed(given, table("accounts.update")["business_profile"])
    if profile["support_address"]:
        profile["support_address"] = full_address(profile["support_address"])
    account.body["business_profile"] = dict(sorted(profile.items()))


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
    account = settle(call, find_account(call))
    before = show(call, account)
    _apply(call, account, creating=False)
    return note_update(call, account, before)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a connected account, or the platform's own."""
    if call.ids[0] == call.world.generator.account_id:
        return own_account(call, call.ids[0])
    return show(call, settle(call, find_account(call)))


def retrieve_own(call: Call) -> dict[str, Any]:
    """Give the account that asks: the platform's own, or the one of `Stripe-Account`."""
    identity = call.caller.account or call.world.generator.account_id
    account = call.world.get(identity, call.platform, "account")
    return own_account(call, identity) if account is None else show(call, settle(call, account))


def delete(call: Call) -> dict[str, Any]:
    """Delete a connected account, and with it everything that is its own.

    Raises:
        ApiError: it was made under /v2, where accounts are closed.
    """
    account = find_account(call)
    if "v2" in account.private:
        raise ApiError("v2_account_not_deletable", id=account.id)
    for entry in [*call.world.every(("bank_account", "card", "person"), call.platform)]:
        if entry.body.get("account") == account.id:
            call.world.remove(entry)
    return call.world.delete(account)


def reject(call: Call) -> dict[str, Any]:
    """Reject a connected account: it takes no payments any more, and no payouts unless the request keeps them."""
    account = settle(call, find_account(call))
    before, reason = show(call, account), str(call.params["reason"])
    kind = "fraud" if reason.startswith("fraud") else "other" if reason == "credit" else reason
    account.private |= {"rejected": f"rejected.{kind}", "payouts_paused": call.text("payouts_action") != "none"}
    enable(call, account)
    return note_update(call, account, before)


def list_all(call: Call) -> dict[str, Any]:
    """List connected accounts."""
    listed = page("/v1/accounts", call.world.every("account", call.platform), call.params)
    entries = [call.world.get(body["id"], call.platform, "account") for body in listed["data"]]
    return listed | {"data": [show(call, settle(call, entry)) for entry in entries if entry is not None]}


def _apply(call: Call, account: Entry, *, creating: bool) -> None:
    """Check everything that can be refused, then change the account, then use the tokens up."""
    by_token = _account_token(call, account, creating=creating)
    used = take_pii(call, call.hash("individual"), "individual")
    person = account.private.get("individual")
    before = None if person is None else person.copy()
    _add_external_account(call, account)
    _change(call, account)
    if by_token is None:
        change_legal_entity(call, account, call.params)
    else:
        _change_by_token(call, account, by_token)
    enable(call, account, by_token=by_token is not None)
    for taken in (by_token, *used):
        if taken is not None:
            spend(taken)
    person = account.private.get("individual")
    if person is not None:
        note_person(call, account, person, before)


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
    if creating and as_object(account.body.get("controller")).get("requirement_collection") != "application":
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
        note_external(call, "created", account, added)
        for former in make_default(call, account, added):
            note_external(call, "deleted", account, former)
            call.world.remove(former)


def _change(call: Call, account: Entry) -> None:
    if call.text("default_currency"):
        account.body["default_currency"] = call.text("default_currency")
    if "email" in call.params:
        account.body["email"] = call.text("email")
    change_metadata(call, account)
    if call.hash("business_profile"):
        change_business_profile(account, call.hash("business_profile"))
    for name, asked in call.hash("capabilities").items():
        request(call, account, name, is_requested=as_object(asked).get("requested") == "true")
    sent = typed(call.params, table("accounts.update"))
    schedule = as_object(as_object(as_object(sent.get("settings")).get("payouts")).get("schedule"))
    if "delay_days" in schedule:
        # "minimum" stands for as few as the country allows: two in most.
        schedule["delay_days"] = int(schedule["delay_days"]) if str(schedule["delay_days"]).isdecimal() else DELAY_DAYS
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
