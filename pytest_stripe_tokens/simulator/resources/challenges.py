"""Challenges of 3D Secure: what becomes of an intent once its customer has answered.

Stripe's own scripts and mobile SDKs ask this endpoint (stripe-android, `3ds2/challenge_complete`); it is documented
nowhere. Theirs names the challenge that they were shown, `source`; here the intent's secret does.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.confirming import confirm_intent
from pytest_stripe_tokens.simulator.resources.setup_intents import confirm_setup

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


def complete(call: Call) -> dict[str, Any]:
    """Go on with the intent that asked for 3D Secure, or give its payment method up."""
    intent = _intent(call)
    method = intent.body["payment_method"]
    is_passed = _status(call) == "Y"
    intent.body["next_action"] = None
    if is_passed:
        _pass(call, intent)
    else:
        _fail(call, intent)
    return {
        "id": call.new_id("threeds2", call.world.tick()),
        "object": "three_d_secure_2",
        "created": call.world.generator.latest_created,
        "livemode": call.caller.livemode,
        "source": method,
        "state": "succeeded" if is_passed else "failed",
    }


def _intent(call: Call) -> Entry:
    secret = call.text("client_secret") or ""
    identity = secret.partition("_secret_")[0]
    intent = call.world.get(identity, call.scope, "payment_intent", "setup_intent")
    if intent is None or intent.body["client_secret"] != secret:
        raise ApiError(
            "refused", param="client_secret", message="The client_secret provided does not match any intent."
        )
    if intent.body["status"] != "requires_action":
        raise ApiError("nothing_to_authenticate", id=intent.id, status=intent.body["status"])
    return intent


def _status(call: Call) -> str:
    """Read `transStatus` of the challenge's result, which EMV 3-D Secure names so."""
    with contextlib.suppress(ValueError):
        return str(as_object(json.loads(call.text("final_cres") or "{}")).get("transStatus"))
    raise ApiError("refused", param="final_cres", message='Send final_cres as JSON: {"transStatus": "Y"}, or "N".')


def _pass(call: Call, intent: Entry) -> None:
    intent.private["authenticated"] = intent.body["payment_method"]
    if intent.body.get("confirmation_method") == "manual":
        intent.body["status"] = "requires_confirmation"
        return
    # What the card does next is the intent's to show.
    with contextlib.suppress(ApiError):
        if intent.object == "payment_intent":
            confirm_intent(call, intent)
        else:
            confirm_setup(call, intent)
    # The next payment asks again.
    intent.private["authenticated"] = None


def _fail(call: Call, intent: Entry) -> None:
    kind = "payment" if intent.object == "payment_intent" else "setup"
    method = call.world.get(str(intent.body["payment_method"]), call.scope, "payment_method")
    shown = None if method is None else method.copy()
    error = ApiError(f"{kind}_authentication_failed", more={"payment_method": shown})
    intent.body |= {
        f"last_{kind}_error": error.fields(),
        "payment_method": None,
        "status": "requires_payment_method",
    }
    call.happened("payment_intent.payment_failed" if kind == "payment" else "setup_intent.setup_failed", intent)
