"""SetupIntents: a payment method is checked and kept for later payments; their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.confirming import (
    authentication,
    of_client,
    refuse_confirmation_token,
    said_by_token,
    use_token,
)
from pytest_stripe_tokens.simulator.resources.objects import check_filters, metadata, ordered, page
from pytest_stripe_tokens.simulator.resources.payment_intents import automatic_methods, show_options
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    add_payment_method,
    find_payment_method,
    give_to,
    instrument_from,
    show_checked,
)
from pytest_stripe_tokens.simulator.tokens.instruments import declined, instrument_for
from pytest_stripe_tokens.simulator.tokens.spending import spend

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

# Fields that are null on a new SetupIntent.
_NOT_YET = (
    "allowed_payment_method_types",
    "application",
    "cancellation_reason",
    "customer",
    "customer_account",
    "description",
    "excluded_payment_method_types",
    "flow_directions",
    "last_setup_error",
    "latest_attempt",
    "mandate",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "single_use_mandate",
)
# Shown as they were sent.
_ECHOED = (
    "allowed_payment_method_types",
    "attach_to_self",
    "customer_account",
    "description",
    "excluded_payment_method_types",
    "flow_directions",
    "on_behalf_of",
)
# What a finished one can still be given.
_ALWAYS = frozenset({"description", "expand", "metadata"})
# What a confirmation can bring along.
_METHODS = frozenset({"confirmation_token", "payment_method", "payment_method_data"})
_FINISHED = {"canceled": "has been canceled", "succeeded": "has already succeeded"}


def create(call: Call) -> dict[str, Any]:
    """Make a SetupIntent, and confirm it where the request says so."""
    confirming = call.flag("confirm")
    if not confirming:
        refuse_confirmation_token(call, "SetupIntent")
    intent = call.add(_new(call))
    try:
        _apply(call, intent)
        _take_method(call, intent)
        call.happened("setup_intent.created", intent)
        if confirming:
            confirm_setup(call, intent)
    except ApiError as error:
        # Only one that was tried stays, as a PaymentIntent does: the error shows it.
        if "setup_intent" not in error.more:
            call.world.take_back(intent)
        raise
    return intent.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a SetupIntent; a finished one in its metadata and description only."""
    intent = call.world.read(call.ids[0], call.scope, "setup_intent", "intent")
    if call.params.keys() - _ALWAYS:
        _refuse_finished(intent, "update")
    _apply(call, intent)
    _take_method(call, intent)
    return intent.copy()


def confirm(call: Call) -> dict[str, Any]:
    """Check the payment method and keep it for its customer."""
    intent = of_client(call, "setup_intent")
    if intent.body["payment_method"] or call.params.keys() & _METHODS:
        _refuse_finished(intent, "confirm")
    try:
        _apply(call, intent)
        _take_method(call, intent)
    except ApiError as error:
        error.more = {"setup_intent": intent.copy(), **error.more}
        raise
    confirm_setup(call, intent)
    return intent.copy()


def cancel(call: Call) -> dict[str, Any]:
    """Cancel a SetupIntent that is not finished."""
    intent = call.world.read(call.ids[0], call.scope, "setup_intent", "intent")
    _refuse_finished(intent, "cancel")
    reason = call.text("cancellation_reason")
    intent.body |= {"cancellation_reason": reason, "next_action": None, "status": "canceled"}
    call.happened("setup_intent.canceled", intent)
    return intent.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a SetupIntent."""
    return of_client(call, "setup_intent").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List SetupIntents."""
    check_filters(call, "customer", "payment_method")
    return page("/v1/setup_intents", call.world.every("setup_intent", call.scope), call.params)


def _new(call: Call) -> dict[str, Any]:
    created = call.world.tick()
    identity = call.new_id("seti", created)
    types = call.params.get("payment_method_types") or call.params.get("allowed_payment_method_types")
    automatic = None if types else automatic_methods(call)
    configuration = call.text("payment_method_configuration")
    if configuration is None and automatic is not None:
        configuration = call.new_id("pmc", created)
    body: dict[str, Any] = {
        **dict.fromkeys(_NOT_YET),
        "id": identity,
        "object": "setup_intent",
        "automatic_payment_methods": automatic,
        "client_secret": f"{identity}_secret_{call.world.generator.characters('secret', 31)}",
        "created": created,
        "livemode": call.caller.livemode,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "payment_method_configuration_details": configuration and {"id": configuration, "parent": None},
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": list(types) if types else ["card"],
        "status": "requires_payment_method",
        # Without a customer it is for payments off session, whatever was sent (real answers).
        "usage": call.text("usage") if call.text("usage") and call.text("customer") else "off_session",
    }
    return ordered(body)


def _apply(call: Call, intent: Entry) -> None:
    customer = call.text("customer")
    if customer is not None:
        call.world.refer(customer, call.scope, "customer", "customer")
        intent.body["customer"] = customer
    if "metadata" in call.params:
        intent.body["metadata"] = metadata(call.params["metadata"], intent.body["metadata"])
    sent = typed(call.params, table("setup_intents.create"))
    body = intent.body | {name: sent[name] for name in _ECHOED if name in sent}
    if sent.get("payment_method_types"):
        body |= {"automatic_payment_methods": None, "payment_method_types": sent["payment_method_types"]}
    if sent.get("payment_method_configuration"):
        body["payment_method_configuration_details"] = {"id": sent["payment_method_configuration"], "parent": None}
    show_options(body["payment_method_options"], sent.get("payment_method_options"))
    intent.body = ordered(body)


def _take_method(call: Call, intent: Entry) -> None:
    """Find the payment method that the request names or describes, and put it on the SetupIntent."""
    data, identity = call.hash("payment_method_data"), call.text("payment_method")
    if data and identity is not None:
        raise ApiError("parameters_exclusive", params="payment_method, payment_method_data")
    if data:
        instrument, taken = instrument_from(call, data, "payment_method_data")
        method = add_payment_method(call, instrument, data)
        if taken is not None:
            spend(taken)
    elif identity is not None:
        method = find_payment_method(call, identity, "payment_method")
    else:
        return
    owner, customer = method.body["customer"], intent.body["customer"]
    if owner is not None and owner != customer:
        name = "setup_method_needs_customer" if customer is None else "setup_method_of_other"
        raise ApiError(name, id=method.id, customer=customer or owner)
    if method.private.get("used_up"):
        raise ApiError("payment_method_used_up")
    intent.body["payment_method"] = method.id
    if intent.body["status"] == "requires_payment_method":
        intent.body["status"] = "requires_confirmation"


def _refuse_finished(intent: Entry, action: str) -> None:
    status = intent.body["status"]
    if status in _FINISHED:
        reason = "is already canceled" if (action, status) == ("cancel", "canceled") else _FINISHED[status]
        more = {"setup_intent": intent.copy()}
        raise ApiError("setup_unexpected_state", action=action, reason=reason, more=more)


def confirm_setup(call: Call, intent: Entry) -> None:
    """Check the payment method that a SetupIntent has, and keep it for its customer."""
    said = said_by_token(call, intent)
    if said is not None:
        _take_method(said, intent)
        call = call._replace(params={**said.params, **call.params})
    body = intent.body
    method = call.world.get(str(body["payment_method"]), call.scope, "payment_method")
    if method is None:
        raise ApiError("setup_without_method", more={"setup_intent": intent.copy()})
    instrument = instrument_for(intent, method)
    use_token(call, intent)
    body["latest_attempt"] = call.new_id("setatt", call.world.tick())
    if instrument.needs_authentication:
        body |= {"status": "requires_action", "next_action": authentication(call, intent)}
        call.happened("setup_intent.requires_action", intent)
        return
    show_checked(method, instrument)
    decline = instrument.decline_when_attached()
    if decline is not None:
        raise _declined(call, intent, method, decline)
    body |= {"last_setup_error": None, "next_action": None, "status": "succeeded"}
    give_to(call, method, body["customer"])
    call.happened("setup_intent.succeeded", intent)


def _declined(call: Call, intent: Entry, method: Entry, decline: str) -> ApiError:
    error = declined(decline, more={"payment_method": method.copy()})
    intent.body |= {
        "last_setup_error": error.fields(),
        "payment_method": None,
        "status": "requires_payment_method",
    }
    error.more["setup_intent"] = intent.copy()
    call.happened("setup_intent.setup_failed", intent)
    return error
