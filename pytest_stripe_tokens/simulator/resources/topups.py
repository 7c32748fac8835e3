"""Top-ups of the platform's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.amounts import required_amount
from pytest_stripe_tokens.simulator.resources.objects import change_metadata, metadata, page
from pytest_stripe_tokens.simulator.resources.sources import new_source
from pytest_stripe_tokens.simulator.tokens.instruments import BANK_FAILURES, Instrument, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_DAYS = 5 * 24 * 3600


def create(call: Call) -> dict[str, Any]:
    """Top the balance up from a bank account; a test token that is known to fail fails."""
    amount, currency = required_amount(call)
    instrument, taken, source = _source(call)
    created = call.world.tick()
    failure = None if instrument is None else instrument.bank_failure
    topup = call.add(
        {
            "id": call.new_id("tu", created),
            "object": "topup",
            "amount": amount,
            "balance_transaction": None,
            "created": created,
            "currency": currency,
            "description": call.text("description"),
            "expected_availability_date": created + _DAYS,
            "failure_code": failure,
            "failure_message": None if failure is None else BANK_FAILURES[failure],
            "livemode": call.caller.livemode,
            "metadata": metadata(call.params.get("metadata")),
            "source": source,
            "statement_descriptor": call.text("statement_descriptor"),
            "status": "pending" if failure is None else "failed",
            "transfer_group": call.text("transfer_group"),
        }
    )
    if taken is not None:
        spend(taken)
    call.happened("topup.created", topup)
    if failure is not None:
        call.happened("topup.failed", topup)
    return topup.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a top-up's description and metadata."""
    topup = _find(call)
    if "description" in call.params:
        topup.body["description"] = call.text("description")
    change_metadata(call, topup)
    return topup.copy()


def cancel(call: Call) -> dict[str, Any]:
    """Cancel a top-up that is still pending."""
    topup = _find(call)
    if topup.body["status"] != "pending":
        raise ApiError("not_pending", noun="top-up", id=topup.id, status=topup.body["status"])
    topup.body["status"] = "canceled"
    call.happened("topup.canceled", topup)
    return topup.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a top-up."""
    return _find(call).copy()


def list_all(call: Call) -> dict[str, Any]:
    """List top-ups."""
    return page("/v1/topups", call.world.every("topup", call.scope), call.params)


def _find(call: Call) -> Entry:
    return call.world.read(call.ids[0], call.scope, "topup", "topup")


def _source(call: Call) -> tuple[Instrument | None, Taken | None, dict[str, Any] | None]:
    """Find what the money comes from: a bank account's token, a source, or the account's own bank account."""
    identity = call.text("source")
    if identity is None:
        return None, None, None
    if identity.startswith("src_"):
        entry = call.world.refer(identity, call.scope, "source", "source")
        return kept_instrument(entry), None, entry.copy()
    taken = take(call, identity, ("bank_account",), "source")
    return taken.required_instrument, taken, new_source(call, taken.required_instrument, {"usage": "reusable"}).copy()
