"""The sources of a customer: cards, bank accounts and objects of type source, changed, verified and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.attaching import (
    CARD_TEXTS,
    SOURCES,
    attach_source,
    change_card_or_bank,
    detach_source,
    sources_of,
)
from pytest_stripe_tokens.simulator.resources.objects import metadata, page
from pytest_stripe_tokens.simulator.resources.sources import change_source

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_TAKEN = {
    "card": {*CARD_TEXTS, "exp_month", "exp_year"},
    "bank_account": {"account_holder_name", "account_holder_type"},
    "source": {"owner"},
}
# The deposits of test mode, and how often one may guess (docs.stripe.com/ach-deprecated).
_DEPOSITS = [32, 45]
_TRIES = 10


def create(call: Call) -> dict[str, Any]:
    """Add a card, a bank account or a source to a customer; the first one is the default."""
    customer = _customer(call)
    source = attach_source(call, customer, str(call.params["source"]))
    if source.object != "source" or "metadata" in call.params:
        source.body["metadata"] = metadata(call.params.get("metadata"))
    call.happened("customer.source.created", source)
    if customer.body.get("default_source") is None:
        _make_default(call, customer, source.id)
    return source.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give one of a customer's sources."""
    return _find(call, _customer(call)).copy()


def list_all(call: Call) -> dict[str, Any]:
    """List a customer's sources."""
    customer = _customer(call)
    return page(f"/v1/customers/{customer.id}/sources", sources_of(call, customer), call.params)


def update(call: Call) -> dict[str, Any]:
    """Change one of a customer's sources.

    Raises:
        ApiError: a parameter belongs to another kind of source, or the card would be expired.
    """
    source = _find(call, _customer(call))
    for name in call.params:
        if name not in {*_TAKEN[source.object], "expand", "metadata"}:
            raise ApiError("parameter_unknown", param=name, hint="")
    before = source.copy()
    if source.object == "source":
        change_source(call, source)
    else:
        change_card_or_bank(call, source)
    call.updated("customer.source.updated", source, before)
    return source.copy()


def delete(call: Call) -> dict[str, Any]:
    """Take a source away from a customer; the most recently added of the others is the default then (reference)."""
    customer = _customer(call)
    source = _find(call, customer)
    answer = detach_source(call, source)
    if customer.body.get("default_source") == source.id:
        left = sources_of(call, customer)
        _make_default(call, customer, left[-1].id if left else None)
    return answer


def verify(call: Call) -> dict[str, Any]:
    """Verify a bank account by the amounts of two deposits, 32 and 45 in test mode; then it can be charged.

    Raises:
        ApiError: it is no bank account, it is verified, or the amounts are not those; after ten such tries none helps.
    """
    bank = _find(call, _customer(call))
    if bank.object != "bank_account":
        message = f"Only bank accounts are verified, and {bank.id} is a {bank.object}."
        raise ApiError("refused_when_executed", message=message)
    if bank.body["status"] == "verified":
        raise ApiError("refused_when_executed", message="This bank account has already been verified.")
    sent = cast("list[str]", call.params.get("amounts") or [])
    if not sent:
        raise ApiError("parameter_missing", param="amounts")
    if len(sent) != len(_DEPOSITS):
        raise ApiError("refused", param="amounts", message="You must send the amounts of both deposits: two integers.")
    before = bank.copy()
    is_right = sorted(int(amount) for amount in sent) == _DEPOSITS
    if bank.body["status"] != "verification_failed" and is_right:
        bank.body["status"] = "verified"
    else:
        bank.private["tries"] = bank.private.get("tries", 0) + 1
        if bank.private["tries"] >= _TRIES:
            bank.body["status"] = "verification_failed"
    call.updated("customer.source.updated", bank, before)
    if bank.body["status"] != "verified":
        raise ApiError("bank_account_verification_failed")
    return bank.copy()


def _customer(call: Call) -> Entry:
    return call.world.read(call.ids[0], call.scope, "customer", "customer")


def _find(call: Call, customer: Entry) -> Entry:
    source = call.world.get(call.ids[1], call.scope, *SOURCES)
    if source is None or source.body.get("customer") != customer.id:
        raise call.world.missing("resource_missing", "source", call.ids[1], call.scope, "id")
    return source


def _make_default(call: Call, customer: Entry, identity: str | None) -> None:
    before = customer.copy()
    customer.body["default_source"] = identity
    call.updated("customer.updated", customer, before)
