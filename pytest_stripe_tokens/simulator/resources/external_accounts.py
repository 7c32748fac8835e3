"""External accounts: the bank accounts and debit cards that a connected account is paid out to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.account_shape import external_accounts_of, note_update, scope_of, show
from pytest_stripe_tokens.simulator.resources.attaching import CARD_TEXTS, change_card_or_bank
from pytest_stripe_tokens.simulator.resources.capabilities import enable
from pytest_stripe_tokens.simulator.resources.objects import external_account, metadata, page
from pytest_stripe_tokens.simulator.state import Entry
from pytest_stripe_tokens.simulator.tokens.checks import check_bank_account, check_card
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call

_OF_CARDS = {*CARD_TEXTS, "exp_month", "exp_year"}
_OF_BANKS = {"account_holder_name", "account_holder_type", "account_type", "documents"}


def create(call: Call) -> dict[str, Any]:
    """Add a bank account or a debit card to a connected account."""
    account = find_account(call)
    before = show(call, account)
    added = add_external_account(call, account, call.params["external_account"], "external_account")
    if "metadata" in call.params:
        added.body["metadata"] = metadata(call.params["metadata"])
    if call.flag("default_for_currency"):
        make_default(call, account, added)
    note_external(call, "created", account, added)
    enable(call, account)
    note_update(call, account, before)
    return added.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give one of a connected account's external accounts."""
    return _find(call, find_account(call)).copy()


def list_all(call: Call) -> dict[str, Any]:
    """List a connected account's external accounts."""
    account = find_account(call)
    return page(f"/v1/accounts/{account.id}/external_accounts", external_accounts_of(call, account), call.params)


def update(call: Call) -> dict[str, Any]:
    """Change an external account, or make it the default of its currency.

    Raises:
        ApiError: a parameter belongs to the other kind, or the card would be expired.
    """
    account = find_account(call)
    external = _find(call, account)
    for name in call.params:
        if name in (_OF_BANKS if external.object == "card" else _OF_CARDS):
            raise ApiError("parameter_unknown", param=name, hint="")
    before = external.copy()
    change_card_or_bank(call, external)
    if call.flag("default_for_currency"):
        make_default(call, account, external)
    known = Entry(external.body, scope_of(call, account))
    call.updated("account.external_account.updated", known, before)
    return external.copy()


def delete(call: Call) -> dict[str, Any]:
    """Delete an external account.

    Raises:
        ApiError: it is the default one of the account's default currency (real answers).
    """
    account = find_account(call)
    external = _find(call, account)
    is_default = external.body["default_for_currency"]
    if is_default and external.body["currency"] == account.body["default_currency"]:
        raise ApiError("default_external_account")
    before = show(call, account)
    note_external(call, "deleted", account, external)
    answer = call.world.delete(external)
    others = [
        entry for entry in external_accounts_of(call, account) if entry.body["currency"] == external.body["currency"]
    ]
    if is_default and others:
        make_default(call, account, others[-1])
    note_update(call, account, before)
    return answer


def add_external_account(call: Call, account: Entry, given: Any, param: str) -> Entry:
    """Give a connected account a card or a bank account to be paid out to.

    The first one of its currency is the default; another one takes its place where the request says so.

    Args:
        call: the request.
        account: the connected account.
        given: a token's id, or a hash with one or with a bank account's own values.
        param: the parameter's name.

    Raises:
        ApiError: there is no such token, or it is no bank account and no debit card.
    """
    found = as_object(given) or {"token": given}
    taken = None
    if found.get("token"):
        path = param if isinstance(given, str) else f"{param}[token]"
        taken = take(call, str(found["token"]), ("card", "bank_account"), path, account=account.id)
        instrument = taken.required_instrument
    else:
        instrument = _sent(call, found, param)
    currency = _currency(account, instrument, found, param)
    if instrument.is_card and instrument.body["funding"] not in {"debit", "unknown"}:
        raise ApiError("invalid_card_type", param=param, funding=instrument.body["funding"])
    first = all(entry.body["currency"] != currency for entry in external_accounts_of(call, account))
    body = external_account(instrument, account.id, currency, is_default=first)
    body["metadata"] = metadata(found.get("metadata"))
    if taken is not None:
        spend(taken)
    return call.world.add(body, call.platform, instrument=instrument.shown_as(body))


def make_default(call: Call, account: Entry, chosen: Entry) -> list[Entry]:
    """Make an external account the default of its currency; give those that were it before."""
    former = [
        entry
        for entry in external_accounts_of(call, account)
        if entry.id != chosen.id
        and entry.body["currency"] == chosen.body["currency"]
        and entry.body["default_for_currency"]
    ]
    for entry in former:
        entry.body["default_for_currency"] = False
    chosen.body["default_for_currency"] = True
    return former


def note_external(call: Call, what: str, account: Entry, external: Entry) -> None:
    """Note an event of a connected account's external account: `"created"` or `"deleted"`."""
    call.happened(f"account.external_account.{what}", Entry(external.body, scope_of(call, account)))


def _find(call: Call, account: Entry) -> Entry:
    found = call.world.get(call.ids[1], call.platform, "bank_account", "card")
    if found is None or found.body.get("account") != account.id:
        raise call.world.missing("resource_missing", "external account", call.ids[1], call.platform, "id")
    return found


def _currency(account: Entry, instrument: Instrument, found: Mapping[str, Any], param: str) -> str:
    currency = found.get("currency") or instrument.body.get("currency")
    if currency:
        return str(currency).lower()
    if not instrument.is_magic:
        # The reference: a card's currency is needed to add it to a connected account.
        raise ApiError("parameter_missing", param=f"{param}[currency]")
    return str(account.body.get("default_currency") or currency_of(str(account.body.get("country"))))


def _sent(call: Call, found: Mapping[str, Any], param: str) -> Instrument:
    """Read a bank account or a card that the request holds in full."""
    kind = str(found.get("object") or "bank_account")
    needed = ("country", "account_number") if kind == "bank_account" else ("exp_month", "exp_year", "number")
    for name in needed:
        if not found.get(name):
            raise ApiError("parameter_missing", param=f"{param}[{name}]")
    livemode = call.caller.livemode
    if kind == "bank_account":
        check_bank_account(found, livemode=livemode, parent=param)
    else:
        check_card(found, now=call.world.now, livemode=livemode, parent=param)
    token = call.world.generator.token(kind, found, livemode=livemode)
    return Instrument(token[kind], digits(str(found.get("number") or found.get("account_number"))))
