"""Confirming: how a PaymentIntent is paid, asks for 3D Secure, or is declined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.charging import Payment, charge
from pytest_stripe_tokens.simulator.resources.payment_methods import give_to, show_checked
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, instrument_for
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_CVC_TOKEN = "payment_method_options[card][cvc_token]"  # noqa: S105 - a parameter's path
_FUTURE_USAGE = ("off_session", "on_session")


def of_client(call: Call, kind: str) -> Entry:
    """Find the intent of the path; a publishable key has to know its secret (reference, client_secret)."""
    intent = call.world.read(call.ids[0], call.scope, kind, "intent")
    secret = call.text("client_secret")
    if secret is not None and secret != intent.body["client_secret"]:
        raise ApiError(
            "refused", param="client_secret", message="The client_secret provided does not match this object."
        )
    if secret is None and call.caller.is_publishable:
        raise ApiError("secret_key_required")
    return intent


def card_options(call: Call) -> dict[str, Any]:
    """Read what the request says of paying by card."""
    return as_object(call.hash("payment_method_options").get("card"))


def refuse_confirmation_token(call: Call, noun: str) -> None:
    """Refuse a confirmation token where nothing is confirmed.

    Args:
        call: the request.
        noun: what it makes, as messages call it.
    """
    if "confirmation_token" in call.params:
        raise ApiError("token_outside_confirmation", noun=noun)


def said_by_token(call: Call, intent: Entry) -> Call | None:
    """Give what the request's confirmation token says beside the request; None where it names none."""
    if call.text("confirmation_token") is None:
        return None
    # Most intents are confirmed without one.
    from pytest_stripe_tokens.simulator.resources import confirmation_tokens  # noqa: PLC0415

    return confirmation_tokens.said_beside(call, intent)


def use_token(call: Call, intent: Entry) -> None:
    """Let the request's confirmation token show what it confirms: it is used up, also where that is declined."""
    token = call.world.token(call.text("confirmation_token") or "")
    if token is not None:
        token.body[intent.object] = intent.id


def confirm_intent(call: Call, intent: Entry) -> None:
    """Pay for a PaymentIntent with the payment method it has, or its customer's default source.

    Raises:
        ApiError: there is no payment method, it declines, or it asks for what the request rules out.
    """
    taken = _cvc_token(call, intent)
    identity = intent.body["payment_method"] or _default_source(call, intent)
    if identity is None:
        raise ApiError("intent_without_method", more={"payment_intent": intent.copy()})
    method = call.world.get(identity, call.scope, "payment_method", "card", "source")
    if method is None:
        raise call.world.missing("resource_missing_param", "payment_method", identity, call.scope, "payment_method")
    instrument = _checked(instrument_for(intent, method), taken)
    use_token(call, intent)
    if instrument.needs_authentication and call.flag("error_on_requires_action"):
        error = ApiError("authentication_not_handled")
        _show_failed(call, intent, error)
        raise error
    if instrument.needs_authentication and call.text("off_session") in {None, "false"}:
        intent.body |= {"status": "requires_action", "next_action": authentication(call, intent)}
        call.happened("payment_intent.requires_action", intent)
    else:
        _charge(call, intent, method, instrument)
    if taken is not None:
        spend(taken)


def _cvc_token(call: Call, intent: Entry) -> Taken | None:
    token = card_options(call).get("cvc_token")
    if token is None:
        return None
    try:
        return take(call, str(token), ("cvc_update",), _CVC_TOKEN)
    except ApiError as error:
        if error.row.executed:
            _show_failed(call, intent, error)
        raise


def _show_failed(call: Call, intent: Entry, error: ApiError) -> None:
    """Let a refused confirmation show its PaymentIntent, which waits for another payment method (real answers)."""
    intent.body |= {"status": "requires_payment_method", "payment_method": None}
    error.more["payment_intent"] = intent.copy()
    call.happened("payment_intent.payment_failed", intent)


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
        raise _declined(call, intent, method, made, decline)
    if manual:
        event = "payment_intent.amount_capturable_updated"
        body |= {"status": "requires_capture", "amount_capturable": body["amount"]}
    else:
        event = "payment_intent.succeeded"
        body |= {"status": "succeeded", "amount_received": body["amount"]}
    body |= {"last_payment_error": None, "next_action": None}
    call.happened(event, intent)
    if method.object == "payment_method" and method.body["customer"] is None:
        _keep_method(call, intent, method)


def _keep_method(call: Call, intent: Entry, method: Entry) -> None:
    """Attach what is to be used again to the customer; what has no customer can be attached later (real answers)."""
    if intent.body["setup_future_usage"] or card_options(call).get("setup_future_usage") in _FUTURE_USAGE:
        give_to(call, method, intent.body["customer"])
    else:
        method.private["used_up"] = True


def _declined(call: Call, intent: Entry, method: Entry, made: Entry, decline: str) -> ApiError:
    shown = {"payment_method": method.copy()} if method.object == "payment_method" else {}
    error = declined(decline, more={"charge": made.id, **shown})
    intent.body |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error.fields()}
    error.more["payment_intent"] = intent.copy()
    call.happened("payment_intent.payment_failed", intent)
    return error


def authentication(call: Call, intent: Entry) -> dict[str, Any]:
    """Say what the customer has to do for 3D Secure: go to a page, or leave it to Stripe's own scripts."""
    back = call.text("return_url")
    if back is not None and not call.flag("use_stripe_sdk"):
        merchant = call.caller.account or call.world.generator.account_id
        query = f"merchant={merchant}&{intent.object}={intent.id}"
        url = f"https://hooks.stripe.com/3d_secure_2/hosted?{query}"
        return {"redirect_to_url": {"return_url": back, "url": url}, "type": "redirect_to_url"}
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"source": intent.body["payment_method"], "type": "three_d_secure_redirect"},
    }
