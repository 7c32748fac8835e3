"""Confirmation tokens: what a customer has chosen to pay with, and where to, for one PaymentIntent or SetupIntent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.objects import full_address, ordered
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    add_payment_method,
    description,
    find_payment_method,
    instrument_from,
    magic_method_instrument,
)
from pytest_stripe_tokens.simulator.tokens.instruments import kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import instrument_of, params_of, spend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry
    from pytest_stripe_tokens.simulator.tokens.instruments import Instrument
    from pytest_stripe_tokens.simulator.tokens.spending import Taken

# 12 hours (real answers, 2026).
_LIFETIME = 43200
_OPTIONS = "payment_method_options"
# What an intent takes over from a token.
_SAID = {
    "payment_intent": (_OPTIONS, "return_url", "setup_future_usage", "shipping"),
    "setup_intent": ("return_url",),
}
_INVALID = {"payment_intent": "payment_token_invalid", "setup_intent": "setup_token_invalid"}


def create(call: Call) -> dict[str, Any]:
    """Make a confirmation token of a payment method, or of what describes one, as Stripe.js does."""
    if call.text("payment_method") and call.hash("payment_method_data"):
        raise ApiError("parameters_exclusive", params="payment_method, payment_method_data")
    preview, instrument = _preview(call)
    created = call.world.tick()
    body: dict[str, Any] = {
        "id": call.new_id("ctoken", created),
        "object": "confirmation_token",
        "created": created,
        "expires_at": created + _LIFETIME,
        "livemode": call.caller.livemode,
        "mandate_data": None,
        "metadata": None,
        "payment_intent": None,
        "payment_method_options": _options(call),
        "payment_method_preview": preview,
        "return_url": call.text("return_url"),
        "setup_future_usage": call.text("setup_future_usage"),
        "setup_intent": None,
        "shipping": _shipping(call.params.get("shipping")),
        "use_stripe_sdk": True,
    }
    return call.add(ordered(body), params=call.params, instrument=instrument, since=created).copy()


def create_for_test(call: Call) -> dict[str, Any]:
    """Make a confirmation token without Stripe.js, in test mode alone."""
    if call.caller.livemode:
        message = "Test helpers can only be used in test mode: send the request with a test mode key."
        raise ApiError("refused", message=message)
    return create(call)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a confirmation token."""
    return call.world.read(call.ids[0], call.scope, "confirmation_token", "confirmation_token").copy()


def said_beside(call: Call, intent: Entry) -> Call:
    """Give what a request's confirmation token says beside the request, as parameters of the same endpoint.

    Args:
        call: the request that confirms.
        intent: what it confirms, as the request has changed it already.

    Raises:
        ApiError: there is no such token, it is used or expired, or it contradicts the request.
    """
    identity = str(call.text("confirmation_token"))
    token = call.world.refer(identity, call.scope, "confirmation_token", "confirmation_token")
    body, kind = token.body, intent.object
    if BY_OBJECT[token.object].is_used(body) or _is_expired(call, token):
        raise ApiError(_INVALID[kind], more={kind: intent.copy()})
    said: dict[str, Any] = {name: body[name] for name in _SAID[kind] if body[name]}
    if kind == "payment_intent":
        _check_agreement(call, intent, said)
    if body["payment_method_preview"] and not {"payment_method", "payment_method_data"} & call.params.keys():
        said["payment_method"] = _method(call, token)
    own = {name: value for name, value in said.items() if name == "payment_method_options" or name not in call.params}
    return call._replace(params=own)


def _is_expired(call: Call, token: Entry) -> bool:
    """Tell whether a token's time is over: one that a cassette has answered begins it anew."""
    body, since = token.body, token.private.get("since", token.body["created"])
    lifetime = (body.get("expires_at") or math.inf) - body["created"]
    return bool(call.world.generator.latest_created - since >= lifetime)


def _check_agreement(call: Call, intent: Entry, said: Mapping[str, Any]) -> None:
    """Refuse what a token and a PaymentIntent may not say differently (real answers), or not both (Stripe's texts)."""
    usage = intent.body["setup_future_usage"]
    if usage and said.get("setup_future_usage", usage) != usage:
        raise ApiError("token_of_other_usage", theirs=said["setup_future_usage"], usage=usage)
    plans = [as_object(as_object(options).get("card")) for options in (call.params.get(_OPTIONS), said.get(_OPTIONS))]
    if all(as_object(card.get("installments")).get("plan") for card in plans):
        raise ApiError("two_installment_plans")


def _method(call: Call, token: Entry) -> str:
    """Find the payment method of a token: a saved one, or a new one that is made now (real answers)."""
    sent = params_of(token)
    saved = call.world.get(str(sent.get("payment_method")), call.scope, "payment_method")
    if saved is not None:
        return saved.id
    return add_payment_method(call, _instrument(call, token), as_object(sent.get("payment_method_data"))).id


def _instrument(call: Call, token: Entry) -> Instrument:
    """Give a token's card; of one that a cassette has answered, the request that made it tells."""
    made: Instrument | None = token.private.get("instrument")
    if made is None:
        sent = params_of(token)
        card = as_object(as_object(sent.get("payment_method_data")).get("card"))
        spent = call.world.get(str(card.get("token")), call.scope, "token")
        made = _described(call, sent)[0] if spent is None else instrument_of(spent)
    if made is None:
        message = (
            f"pytest-stripe-tokens does not know what card {token.id} stands for, because no cassette of the test holds"
            " the request that made it: let a cassette answer this request too."
        )
        raise ApiError("refused", param="confirmation_token", message=message)
    return made


def _described(call: Call, sent: Mapping[str, Any]) -> tuple[Instrument | None, Taken | None]:
    """Read the card that a token is made of, and the token that it is made of itself, where there is one."""
    data = as_object(sent.get("payment_method_data"))
    if not data:
        return magic_method_instrument(call, str(sent.get("payment_method"))), None
    return instrument_from(call, data, "payment_method_data")


def _preview(call: Call) -> tuple[dict[str, Any] | None, Instrument | None]:
    """Show the payment method that the token stands for, which is none yet: it has no id."""
    instrument, taken = _described(call, call.params)
    if taken is not None:
        spend(taken)
    if instrument is not None:
        return description(instrument, call.hash("payment_method_data"))
    identity = call.text("payment_method")
    if identity is None:
        return None, None
    method = find_payment_method(call, identity, "payment_method")
    return {name: method.body[name] for name in description(kept_instrument(method), {})[0]}, None


def _options(call: Call) -> dict[str, Any] | None:
    sent = typed(call.params, table("confirmation_tokens.create"))
    card = as_object(as_object(sent.get("payment_method_options")).get("card"))
    return {"card": {"cvc_token": None, **card}} if card else None


def _shipping(given: Any) -> Mapping[str, Any] | None:
    sent = as_object(given)
    if not sent:
        return None
    return {
        "address": full_address(as_object(sent.get("address"))),
        "name": sent.get("name"),
        "phone": sent.get("phone") or None,
    }
