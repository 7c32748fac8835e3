"""PaymentIntents: what a new one shows, and the endpoints that make, confirm and read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator import searching
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.charges import Payment, charge, required_amount
from pytest_stripe_tokens.simulator.resources.objects import check_filters, metadata, ordered, page, shipping_of
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    add_payment_method,
    find_payment_method,
    instrument_from,
    show_checked,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_currency, check_minimum
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

# Fields that are null on a new PaymentIntent.
_NOT_YET = (
    "allowed_payment_method_types",
    "application",
    "application_fee_amount",
    "canceled_at",
    "cancellation_reason",
    "customer",
    "customer_account",
    "description",
    "excluded_payment_method_types",
    "last_payment_error",
    "latest_charge",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "payment_record",
    "processing",
    "receipt_email",
    "review",
    "setup_future_usage",
    "shared_payment_granted_token",
    "shipping",
    "source",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
)


def new_intent(call: Call, amount: int, currency: str) -> dict[str, Any]:
    """Give a PaymentIntent that has neither a payment method nor a payment yet."""
    created = call.world.tick()
    identity = call.new_id("pi", created)
    types = call.params.get("payment_method_types") or call.params.get("allowed_payment_method_types")
    body: dict[str, Any] = {
        **dict.fromkeys(_NOT_YET),
        "id": identity,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None if types else _automatic(call),
        "capture_method": "automatic_async",
        "client_secret": f"{identity}_secret_{call.world.generator.characters('secret', 25)}",
        "confirmation_method": call.text("confirmation_method") or "automatic",
        "created": created,
        "currency": currency,
        "livemode": call.caller.livemode,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": list(types) if types else ["card"],
        "status": "requires_payment_method",
    }
    return ordered(body)


def _automatic(call: Call) -> dict[str, Any] | None:
    given = call.hash("automatic_payment_methods")
    if given.get("enabled") == "false":
        return None
    return {"allow_redirects": given.get("allow_redirects") or "always", "enabled": True}


_CVC_TOKEN = "payment_method_options[card][cvc_token]"  # noqa: S105 - a parameter's path
_TOO_SMALL = "amount_of_intent_too_small"
_FUTURE_USAGE = ("off_session", "on_session")
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_TEXTS = (
    "customer_account",
    "description",
    "on_behalf_of",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
# Shown as they were sent.
_ECHOED = ("allowed_payment_method_types", "excluded_payment_method_types", "hooks")
_OPTIONS_NOT_SHOWN = frozenset({"cvc_token", "moto", "three_d_secure"})
_AMOUNT_DETAILS = ("discount_amount", "shipping", "tax")
_PAYMENT_DETAILS = ("customer_reference", "order_reference")


def create(call: Call) -> dict[str, Any]:
    """Make a PaymentIntent, and confirm it where the request says so."""
    amount, currency = required_amount(call, _TOO_SMALL)
    check_minimum(amount, currency)
    confirming = call.flag("confirm")
    if not confirming:
        _refuse_cvc_token(call)
    intent = call.add(new_intent(call, amount, currency))
    try:
        _apply(call, intent)
        _take_method(call, intent)
        if confirming:
            _confirm(call, intent)
    except ApiError as error:
        # Only one whose payment was tried stays (real answers: the error shows its PaymentIntent).
        if "payment_intent" not in error.more:
            call.world.remove(intent)
        raise
    return intent.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a PaymentIntent that is not confirmed yet."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    _refuse_cvc_token(call)
    if "amount" in call.params or "currency" in call.params:
        _change_amount(call, intent)
    _apply(call, intent)
    _take_method(call, intent)
    return intent.copy()


def confirm(call: Call) -> dict[str, Any]:
    """Charge what a PaymentIntent is for; the CVC token that comes with it is used up by success."""
    intent = _of_client(call)
    state = intent.body["status"]
    if state not in _CONFIRMABLE:
        reason = (
            "already succeeded after being previously confirmed" if state == "succeeded" else f"a status of {state}"
        )
        raise ApiError("unexpected_state", reason=reason, more={"payment_intent": intent.copy()})
    _apply(call, intent)
    _take_method(call, intent)
    _confirm(call, intent)
    return intent.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a PaymentIntent."""
    return _of_client(call).copy()


def list_all(call: Call) -> dict[str, Any]:
    """List PaymentIntents."""
    check_filters(call, "customer")
    return page("/v1/payment_intents", call.world.every("payment_intent", call.scope), call.params)


def search(call: Call) -> dict[str, Any]:
    """Find PaymentIntents by a query."""
    return searching.search(call, "payment_intent")


def _of_client(call: Call) -> Entry:
    """Find the PaymentIntent of the path; a publishable key has to know its secret (reference, client_secret)."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    secret = call.text("client_secret")
    if secret is not None and secret != intent.body["client_secret"]:
        raise ApiError(
            "refused", param="client_secret", message="The client_secret provided does not match this object."
        )
    if secret is None and call.caller.is_publishable:
        raise ApiError("secret_key_required")
    return intent


def _cvc_token(call: Call, intent: Entry) -> Taken | None:
    token = _card_options(call).get("cvc_token")
    if token is None:
        return None
    try:
        return take(call, str(token), ("cvc_update",), _CVC_TOKEN)
    except ApiError as error:
        if error.row.executed:
            _show_failed(intent, error)
        raise


def _show_failed(intent: Entry, error: ApiError) -> None:
    """Let a refused confirmation show its PaymentIntent, which waits for another payment method (real answers)."""
    intent.body |= {"status": "requires_payment_method", "payment_method": None}
    error.more["payment_intent"] = intent.copy()


def _refuse_cvc_token(call: Call) -> None:
    if "cvc_token" in _card_options(call):
        raise ApiError("cvc_token_outside_confirmation")


def _card_options(call: Call) -> dict[str, Any]:
    return as_object(call.hash("payment_method_options").get("card"))


def _change_amount(call: Call, intent: Entry) -> None:
    sent, currency = call.number("amount"), call.text("currency")
    amount = int(intent.body["amount"]) if sent is None else sent
    if amount < 1:
        raise ApiError(_TOO_SMALL)
    check_currency(currency, "currency")
    currency = (currency or str(intent.body["currency"])).lower()
    check_minimum(amount, currency)
    intent.body |= {"amount": amount, "currency": currency}


def _apply(call: Call, intent: Entry) -> None:
    customer = call.text("customer")
    if customer is not None:
        call.world.refer(customer, call.scope, "customer", "customer")
        intent.body["customer"] = customer
    intent.body |= {name: call.params[name] or None for name in _TEXTS if name in call.params}
    if call.text("capture_method"):
        intent.body["capture_method"] = call.text("capture_method")
    if "metadata" in call.params:
        intent.body["metadata"] = metadata(call.params["metadata"], intent.body["metadata"])
    if "shipping" in call.params:
        intent.body["shipping"] = shipping_of(call.params["shipping"])
    if "application_fee_amount" in call.params:
        intent.body["application_fee_amount"] = call.number("application_fee_amount")
    _apply_hashes(call, intent.body)


def _apply_hashes(call: Call, body: dict[str, Any]) -> None:
    """Show what the request says of types, amounts, transfers and options, numbers and booleans as such."""
    sent = typed(call.params, table("payment_intents.create"))
    body |= {name: sent[name] or None for name in _ECHOED if name in sent}
    if call.params.get("payment_method_types"):
        body |= {"automatic_payment_methods": None, "payment_method_types": list(call.params["payment_method_types"])}
    transfer = as_object(body["transfer_data"]) | as_object(sent.get("transfer_data"))
    if transfer.get("destination"):
        body["transfer_data"] = transfer
    details = as_object(sent.get("amount_details"))
    body["amount_details"] |= {name: details[name] for name in _AMOUNT_DETAILS if name in details}
    if as_object(sent.get("payment_details")):
        body["payment_details"] = {name: sent["payment_details"].get(name) for name in _PAYMENT_DETAILS}
    if sent.get("payment_method_configuration"):
        body["payment_method_configuration_details"] = {"id": sent["payment_method_configuration"], "parent": None}
    shown = body["payment_method_options"]
    for kind, options in as_object(sent.get("payment_method_options")).items():
        known = {name: value for name, value in as_object(options).items() if name not in _OPTIONS_NOT_SHOWN}
        shown[kind] = dict(sorted((shown.get(kind, {}) | known).items()))


def _take_method(call: Call, intent: Entry) -> None:
    """Find the payment method that the request names or describes, and put it on the PaymentIntent."""
    data, identity = call.hash("payment_method_data"), call.text("payment_method")
    if data and identity is not None:
        raise ApiError("parameters_exclusive", params="payment_method, payment_method_data")
    if data:
        instrument, taken = instrument_from(call, data, "payment_method_data")
        method = add_payment_method(call, instrument, data)
        if taken is not None:
            spend(taken)
    elif identity is not None:
        saved = call.world.get(identity, call.scope, "card", "source")
        method = saved if saved is not None else find_payment_method(call, identity, "payment_method")
    else:
        return
    owner = method.body.get("customer")
    if owner is not None and owner != intent.body["customer"]:
        raise ApiError("payment_method_needs_customer")
    if method.private.get("used_up"):
        raise ApiError("payment_method_used_up")
    intent.body["payment_method"] = method.id
    if intent.body["status"] == "requires_payment_method":
        intent.body["status"] = "requires_confirmation"


def _confirm(call: Call, intent: Entry) -> None:
    taken = _cvc_token(call, intent)
    identity = intent.body["payment_method"] or _default_source(call, intent)
    if identity is None:
        raise ApiError(
            "unexpected_state",
            reason="no payment method: it's missing one. You can provide one with payment_method",
            more={"payment_intent": intent.copy()},
        )
    method = call.world.get(identity, call.scope, "payment_method", "card", "source")
    if method is None:
        raise call.world.missing("resource_missing_param", "payment_method", identity, call.scope, "payment_method")
    instrument = _checked(kept_instrument(method), taken)
    if instrument.needs_authentication and call.flag("error_on_requires_action"):
        error = ApiError("authentication_not_handled")
        _show_failed(intent, error)
        raise error
    if instrument.needs_authentication and call.text("off_session") in {None, "false"}:
        intent.body |= {"status": "requires_action", "next_action": _authentication(call, intent)}
    else:
        _charge(call, intent, method, instrument)
    if taken is not None:
        spend(taken)


def _default_source(call: Call, intent: Entry) -> str | None:
    """Take the customer's default source where there is no payment method (stripe-python, `payment_method`)."""
    customer = call.world.get(str(intent.body["customer"]), call.scope, "customer")
    source: str | None = None if customer is None else customer.body["default_source"]
    intent.body["payment_method"] = source
    return source


def _checked(instrument: Instrument, taken: Taken | None) -> Instrument:
    """Check the card as a charge does; a CVC token counts as its security code."""
    body = dict(instrument.body)
    if taken is not None:
        body["cvc_check"] = "unchecked"
    sent = instrument.shown_as(body)
    return sent.shown_as({**body, **sent.checks_when_used()})


def _charge(call: Call, intent: Entry, method: Entry, instrument: Instrument) -> None:
    body = intent.body
    manual = body["capture_method"] == "manual"
    payment = Payment(
        body["amount"],
        body["currency"],
        instrument,
        None,
        method.id,
        body["customer"],
        intent.id,
        capture=not manual,
        details={**body, "radar_options": call.hash("radar_options")},
        billing=method.body["billing_details"] if method.object == "payment_method" else None,
    )
    made, decline = charge(call, payment)
    body["latest_charge"] = made.id
    body["transfer_group"] = made.body["transfer_group"]
    if method.object == "payment_method":
        show_checked(method, instrument)
    if decline is not None:
        raise _declined(intent, method, made, decline)
    if manual:
        body |= {"status": "requires_capture", "amount_capturable": body["amount"]}
    else:
        body |= {"status": "succeeded", "amount_received": body["amount"]}
    body["last_payment_error"] = None
    body["next_action"] = None
    if method.object == "payment_method" and method.body["customer"] is None:
        _keep_method(call, intent, method)


def _keep_method(call: Call, intent: Entry, method: Entry) -> None:
    """Attach what is to be used again to the customer; what has no customer can be attached later (real answers)."""
    if intent.body["setup_future_usage"] or _card_options(call).get("setup_future_usage") in _FUTURE_USAGE:
        method.body["customer"] = intent.body["customer"]
    else:
        method.private["used_up"] = True


def _declined(intent: Entry, method: Entry, made: Entry, decline: str) -> ApiError:
    shown = {"payment_method": method.copy()} if method.object == "payment_method" else {}
    error = declined(decline, more={"charge": made.id, **shown})
    intent.body |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error.fields()}
    error.more["payment_intent"] = intent.copy()
    return error


def _authentication(call: Call, intent: Entry) -> dict[str, Any]:
    back = call.text("return_url")
    if back is not None and not call.flag("use_stripe_sdk"):
        merchant = call.caller.account or call.world.generator.account_id
        query = f"merchant={merchant}&payment_intent={intent.id}"
        url = f"https://hooks.stripe.com/3d_secure_2/hosted?{query}"
        return {"redirect_to_url": {"return_url": back, "url": url}, "type": "redirect_to_url"}
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"source": intent.body["payment_method"], "type": "three_d_secure_redirect"},
    }
