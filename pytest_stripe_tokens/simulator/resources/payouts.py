"""Payouts of a balance to a bank account or a debit card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.amounts import required_amount
from pytest_stripe_tokens.simulator.resources.balance_transactions import Movement, check_available, move_available
from pytest_stripe_tokens.simulator.resources.objects import change_metadata, external_account, metadata, page
from pytest_stripe_tokens.simulator.tokens.instruments import BANK_FAILURES, Instrument, kept_instrument

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_DAY = 24 * 3600
# What may be paid out at once to a bank account: 9,999 dollars (real answers, 2024).
_MOST_AT_ONCE = 999900


def create(call: Call) -> dict[str, Any]:
    """Pay out of the balance; a standard payout stays pending, an instant one is paid by the next request.

    Raises:
        ApiError: too little is available, or there is no such account to pay to.
    """
    amount, currency = required_amount(call)
    destination = _destination(call, currency)
    method = call.text("method") or "standard"
    if method == "instant":
        if "instant" not in destination.body.get("available_payout_methods", ()):
            raise ApiError("instant_payouts_unsupported", param="method")
        if destination.object == "bank_account" and amount > _MOST_AT_ONCE:
            raise ApiError("instant_payout_too_large", param="amount")
    check_available(call, amount, currency, "payout_balance_insufficient")
    payout = _add(call, amount, destination, method=method)
    payout.body |= {
        "currency": currency,
        "description": call.text("description"),
        "payout_method": call.text("payout_method"),
        "source_type": call.text("source_type") or "card",
        "statement_descriptor": call.text("statement_descriptor"),
    }
    payout.body["balance_transaction"] = move_available(
        call.world, payout, Movement("payout", -amount, payout.body["description"] or "STRIPE PAYOUT")
    )
    call.happened("payout.created", payout)
    if _failure(destination) is not None:
        call.later(payout, _fail)
    elif method == "instant":
        call.later(payout, _arrive)
    return payout.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a payout."""
    return _find(call).copy()


def update(call: Call) -> dict[str, Any]:
    """Change a payout's metadata."""
    payout = _find(call)
    before = payout.copy()
    change_metadata(call, payout)
    call.updated("payout.updated", payout, before)
    return payout.copy()


def list_all(call: Call) -> dict[str, Any]:
    """List payouts."""
    return page("/v1/payouts", call.world.every("payout", call.scope), call.params)


def cancel(call: Call) -> dict[str, Any]:
    """Cancel a payout that is still pending; the money is available again."""
    payout = _find(call)
    if payout.body["status"] != "pending" or payout.body.get("original_payout") is not None:
        raise ApiError("not_pending", noun="payout", id=payout.id, status=payout.body["status"])
    payout.body["status"] = "canceled"
    _give_back(call, payout, "payout_cancel")
    call.happened("payout.canceled", payout)
    return payout.copy()


def reverse(call: Call) -> dict[str, Any]:
    """Take a paid payout back by one of a negative amount; a pending one is canceled instead (reference)."""
    original = _find(call)
    if original.body["status"] != "paid" or original.body["amount"] < 0:
        raise ApiError("payout_not_paid", id=original.id, status=original.body["status"])
    if original.body.get("reversed_by") is not None:
        raise ApiError("payout_reversed", id=original.id)
    destination = call.world.get(str(original.body["destination"]), call.platform, "bank_account", "card")
    if destination is None:
        raise ApiError("no_external_account", currency=original.body["currency"])
    amount = original.body["amount"]
    payout = _add(call, -amount, destination, method="standard")
    payout.body |= {"currency": original.body["currency"], "original_payout": original.id}
    payout.body["balance_transaction"] = move_available(
        call.world, payout, Movement("payout", amount, "PAYOUT REVERSAL")
    )
    original.body["reversed_by"] = payout.id
    call.happened("payout.created", payout)
    call.happened("payout.updated", original, {"reversed_by": None})
    return payout.copy()


def _add(call: Call, amount: int, destination: Entry, *, method: str) -> Entry:
    created = call.world.tick()
    return call.add(
        {
            "id": call.new_id("po", created),
            "object": "payout",
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": created if method == "instant" else (created // _DAY + 2) * _DAY,
            "automatic": False,
            "balance_transaction": None,
            "created": created,
            "currency": None,
            "description": None,
            "destination": destination.id,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": call.caller.livemode,
            "metadata": metadata(call.params.get("metadata")),
            "method": method,
            "original_payout": None,
            "payout_method": None,
            "reconciliation_status": "not_applicable",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "pending",
            "trace_id": {"status": "pending", "value": None},
            "type": destination.object,
        }
    )


def _find(call: Call) -> Entry:
    return call.world.read(call.ids[0], call.scope, "payout", "payout")


def _destination(call: Call, currency: str) -> Entry:
    """Find what is paid out to: what the request names, else the account's default of the currency."""
    owner = call.caller.account or call.world.generator.account_id
    known = [
        entry
        for entry in call.world.every(("bank_account", "card"), call.platform)
        if entry.body.get("account") == owner
    ]
    named = call.text("destination")
    if named is not None:
        found = next((entry for entry in known if entry.id == named), None)
        if found is None:
            raise call.world.missing("resource_missing_param", "external_account", named, call.platform, "destination")
        return found
    for entry in known:
        if entry.body["currency"] == currency and entry.body["default_for_currency"]:
            return entry
    if call.world.get(owner, call.platform, "account") is not None:
        raise ApiError("no_external_account", currency=currency)
    # The platform's own bank account, or that of an account which is only named: nothing shows it before.
    params = {**TEST_BANK_ACCOUNTS["US"], "currency": currency}
    token = call.world.generator.token("bank_account", params, livemode=call.caller.livemode)
    instrument = Instrument(token["bank_account"], params["account_number"])
    body = external_account(instrument, owner, currency, is_default=True)
    return call.world.add(body, call.platform, instrument=instrument.shown_as(body))


def _failure(destination: Entry) -> tuple[str, str] | None:
    """Tell how a payout to a test account that is known to fail does so."""
    instrument = kept_instrument(destination)
    published = instrument.published
    if published is not None and published.effect == "payout_fails":
        return "could_not_process", "The bank could not process this transfer."
    failure = instrument.bank_failure
    return None if failure is None else (failure, BANK_FAILURES[failure])


def _arrive(call: Call, payout: Entry) -> None:
    if payout.body["status"] == "pending":
        payout.body["status"] = "paid"
        call.happened("payout.paid", payout)


def _fail(call: Call, payout: Entry) -> None:
    destination = call.world.get(payout.body["destination"], (None, payout.scope[1]), "bank_account", "card")
    failure = None if destination is None else _failure(destination)
    if failure is not None and payout.body["status"] == "pending":
        code, message = failure
        payout.body |= {"failure_code": code, "failure_message": message, "status": "failed"}
        _give_back(call, payout, "payout_failure")
        call.happened("payout.failed", payout)


def _give_back(call: Call, payout: Entry, kind: str) -> None:
    back = Movement(kind, payout.body["amount"], kind.replace("_", " ").upper())
    payout.body["failure_balance_transaction"] = move_available(call.world, payout, back)
