"""PaymentIntents: what a new one shows, what requests change of one, and the endpoints that make and read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator import searching
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.amounts import required_amount
from pytest_stripe_tokens.simulator.resources.confirming import (
    card_options,
    confirm_intent,
    of_client,
    refuse_confirmation_token,
    said_by_token,
)
from pytest_stripe_tokens.simulator.resources.objects import check_filters, metadata, ordered, page, shipping_of
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    add_payment_method,
    find_payment_method,
    instrument_from,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_currency, check_minimum
from pytest_stripe_tokens.simulator.tokens.spending import spend

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
        "automatic_payment_methods": None if types else automatic_methods(call),
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


def automatic_methods(call: Call) -> dict[str, Any] | None:
    """Tell whether an intent takes whatever payment methods the account has, and how."""
    given = call.hash("automatic_payment_methods")
    if given.get("enabled") == "false":
        return None
    return {"allow_redirects": given.get("allow_redirects") or "always", "enabled": True}


_TOO_SMALL = "amount_of_intent_too_small"
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
# What cannot change any more once there is a payment.
_BEFORE_PAYMENT = (
    "amount",
    "currency",
    "customer",
    "payment_method",
    "payment_method_data",
    "payment_method_types",
    "setup_future_usage",
)
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
        refuse_confirmation_token(call, "PaymentIntent")
    intent = call.add(new_intent(call, amount, currency))
    try:
        apply(call, intent)
        _take_method(call, intent)
        call.happened("payment_intent.created", intent)
        if confirming:
            _confirm(call, intent)
    except ApiError as error:
        # Only one whose payment was tried stays (real answers: the error shows its PaymentIntent).
        if "payment_intent" not in error.more:
            call.world.take_back(intent)
        raise
    return intent.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a PaymentIntent; one that is paid, held or canceled, in its metadata and texts only."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    _refuse_cvc_token(call)
    for name in _BEFORE_PAYMENT:
        if name in call.params and intent.body["status"] not in _CONFIRMABLE:
            shown = {"payment_intent": intent.copy()}
            raise ApiError("intent_not_updatable", param=name, status=intent.body["status"], more=shown)
    if "amount" in call.params or "currency" in call.params:
        _change_amount(call, intent)
    apply(call, intent)
    _take_method(call, intent)
    return intent.copy()


def confirm(call: Call) -> dict[str, Any]:
    """Charge what a PaymentIntent is for; the CVC token that comes with it is used up by success."""
    intent = of_client(call, "payment_intent")
    state = intent.body["status"]
    if state not in _CONFIRMABLE:
        reason = (
            "already succeeded after being previously confirmed" if state == "succeeded" else f"a status of {state}"
        )
        raise ApiError("unexpected_state", reason=reason, more={"payment_intent": intent.copy()})
    apply(call, intent)
    _take_method(call, intent)
    _confirm(call, intent)
    return intent.copy()


def _confirm(call: Call, intent: Entry) -> None:
    """Pay as the request says, and as its confirmation token says where the request is silent."""
    said = said_by_token(call, intent)
    if said is not None:
        apply(said, intent)
        _take_method(said, intent)
        call = call._replace(params={**said.params, **call.params})
    confirm_intent(call, intent)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a PaymentIntent."""
    return of_client(call, "payment_intent").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List PaymentIntents."""
    check_filters(call, "customer")
    return page("/v1/payment_intents", call.world.every("payment_intent", call.scope), call.params)


def search(call: Call) -> dict[str, Any]:
    """Find PaymentIntents by a query."""
    return searching.search(call, "payment_intent")


def _refuse_cvc_token(call: Call) -> None:
    if "cvc_token" in card_options(call):
        raise ApiError("cvc_token_outside_confirmation")


def _change_amount(call: Call, intent: Entry) -> None:
    sent, currency = call.number("amount"), call.text("currency")
    amount = int(intent.body["amount"]) if sent is None else sent
    if amount < 1:
        raise ApiError(_TOO_SMALL)
    check_currency(currency, "currency")
    currency = (currency or str(intent.body["currency"])).lower()
    check_minimum(amount, currency)
    intent.body |= {"amount": amount, "currency": currency}


def apply(call: Call, intent: Entry) -> None:
    """Take over what a request says of a PaymentIntent, but for its amount and its payment method."""
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
    show_options(body["payment_method_options"], sent.get("payment_method_options"))


def show_options(shown: dict[str, Any], sent: Any) -> None:
    """Show what a request says of payment methods, without what is secret or for this request alone."""
    for kind, options in as_object(sent).items():
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
