"""Connected accounts, their external accounts and persons; imports the simulator's modules below the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.attaching import add_external_account, external_accounts_of, make_default
from pytest_stripe_tokens.simulator.resources.connected_accounts import (
    change_business_profile,
    change_legal_entity,
    find_account,
    new_account,
    show,
)
from pytest_stripe_tokens.simulator.resources.objects import hash_of, metadata, page
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, spend_pii, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

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
    account = find_account(call)
    _apply(call, account, creating=False)
    return show(call, account)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a connected account."""
    return show(call, find_account(call))


def list_all(call: Call) -> dict[str, Any]:
    """List connected accounts."""
    listed = page("/v1/accounts", call.world.every("account", call.platform), call.params)
    entries = [call.world.get(body["id"], call.platform, "account") for body in listed["data"]]
    return listed | {"data": [show(call, entry) for entry in entries if entry is not None]}


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
    """List a connected account's external accounts, those of one `object` where the request says so."""
    account = find_account(call)
    wanted = call.text("object")
    found = [entry for entry in external_accounts_of(call, account) if wanted in {None, entry.object}]
    return page(f"/v1/accounts/{account.id}/external_accounts", found, call.params)


def _apply(call: Call, account: Entry, *, creating: bool) -> None:
    """Check everything that can be refused, then change the account, then use the tokens up."""
    by_token = _account_token(call, account, creating=creating)
    used = spend_pii(call, call.hash("individual"), "individual")
    _add_external_account(call, account)
    _change(call, account)
    if by_token is None:
        change_legal_entity(call, account, call.params)
    else:
        _change_by_token(call, account, by_token)
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
    for name in ("default_currency", "email"):
        if call.text(name):
            account.body[name] = call.text(name)
    if "metadata" in call.params:
        account.body["metadata"] = metadata(call.params["metadata"], account.body["metadata"])
    if call.hash("business_profile"):
        change_business_profile(account, call.hash("business_profile"))
    for name, asked in call.hash("capabilities").items():
        if hash_of(asked).get("requested") == "true":
            account.body["capabilities"].setdefault(name, "inactive")
    accepted = call.hash("tos_acceptance")
    if accepted:
        date = accepted.get("date")
        account.body["tos_acceptance"] |= {
            "date": int(date) if date else None,
            "ip": accepted.get("ip"),
            "user_agent": accepted.get("user_agent"),
        }
