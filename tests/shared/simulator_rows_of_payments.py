"""Rows of the error catalogue: refunds, captures, what cannot be done to a payment as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator_requests import Furnished
from simulator_rows import UNTRIED, Row, post, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator_api import Api

_MONEY = {"amount": "1000", "currency": "usd"}
_PAID = {**_MONEY, "payment_method": "pm_card_visa", "confirm": "true"}
_INTENT_STATE = "payment_intent_unexpected_state"
_MINIMUM = "This value must be greater than or equal to 1."
_HELD = (
    "You must cancel the PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more"
    " information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
)
_CANCELABLE = (
    "Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method,"
    " requires_capture, requires_reauthorization, requires_confirmation, requires_action, expired, processing."
)
_CAPTURABLE = "Only a PaymentIntent with one of the following statuses may be captured: requires_capture."
_RELEASED = (
    "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized amount"
    " has been released."
)
_TOO_LARGE = (
    "The payment could not be captured because the requested capture amount is greater than the amount you can capture"
    " for this charge. Contact us via https://support.stripe.com/contact/ for help."
)


def _of_charge(path: str, params: Any = None, *, first: Any = None, **made: Any) -> Callable[[Api], Any]:
    """Charge a card, send what comes first, then what is refused; CHARGE stands for the charge's id."""

    def send(api: Api) -> Any:
        charge = api.post("/v1/charges", {**_MONEY, "source": "tok_visa", **made})["id"]
        for before in first or ():
            api.post(*_named(before, charge))
        return api.send("POST", *_named((path, params), charge))

    return send


def _named(request: tuple[str, Any], identity: str) -> tuple[str, dict[str, Any]]:
    path, params = request
    sent = {name: identity if value == "CHARGE" else value for name, value in (params or {}).items()}
    return path.replace("CHARGE", identity), sent


def _of_intent(path: str, params: Any = None, *, first: str = "", **made: Any) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        intent = api.post("/v1/payment_intents", {**_PAID, **made})["id"]
        if first:
            api.post(f"/v1/payment_intents/{intent}/{first}")
        return api.send("POST", f"/v1/payment_intents/{intent}{path}", params)

    return send


def _failed(path: str, params: Any = None) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        charge = api.refused("/v1/charges", {**_MONEY, "source": "tok_chargeDeclined"})["charge"]
        return api.send("POST", *_named((path, params), charge))

    return send


def _of_world(path: str, params: Any) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        world = Furnished(api)
        return api.send("POST", world.named(path), world.named(params))

    return send


def _held_intents_charge(path: str, params: Any) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        intent = api.post("/v1/payment_intents", {**_PAID, "capture_method": "manual"})
        return api.send("POST", *_named((path, params), intent["latest_charge"]))

    return send


def _with_token(path: str, *, times: int = 1, of_token: Any = None, **sent: Any) -> Callable[[Api], Any]:
    """Confirm with a confirmation token, again and again; give the last answer."""

    def send(api: Api) -> Any:
        made = {"payment_method": "pm_card_visa", **(of_token or {})}
        token = api.post("/v1/test_helpers/confirmation_tokens", made)["id"]
        return [api.send("POST", path, {"confirmation_token": token, **sent}) for _ in range(times)][-1]

    return send


_REFUND = ("/v1/refunds", {"charge": "CHARGE"})
_CAPTURE = ("/v1/charges/CHARGE/capture", None)
REFUNDING = [
    Row(
        "refund of nothing",
        post("/v1/refunds"),
        400,
        refusal("One of the following params should be provided for this request: payment_intent or charge."),
        headers=UNTRIED,
    ),
    Row(
        "refund of two things",
        post("/v1/refunds", {"charge": "ch_x", "payment_intent": "pi_x"}),
        400,
        refusal("You may only specify one of these parameters: charge, payment_intent.", "parameters_exclusive"),
        headers=UNTRIED,
    ),
    Row(
        "refund of an unknown charge",
        post("/v1/refunds", {"charge": "ch_x"}),
        404,
        refusal("No such charge: 'ch_x'", "resource_missing", "id"),
        headers=UNTRIED,
    ),
    Row(
        "refund of an unknown intent",
        post("/v1/refunds", {"payment_intent": "pi_x"}),
        404,
        refusal("No such payment_intent: 'pi_x'", "resource_missing", "payment_intent"),
        headers=UNTRIED,
    ),
    Row(
        "refund at another charge",
        _of_charge("/v1/charges/CHARGE/refunds", {"charge": "CHARGE"}),
        400,
        refusal("Received unknown parameter: charge", "parameter_unknown", "charge"),
        headers=UNTRIED,
    ),
    Row(
        "refund of 0",
        _of_charge("/v1/refunds", {"charge": "CHARGE", "amount": 0}),
        400,
        refusal(_MINIMUM, "parameter_invalid_integer", "amount"),
        headers=UNTRIED,
    ),
    Row(
        "refund for another reason",
        _of_charge("/v1/refunds", {"charge": "CHARGE", "reason": "other"}),
        400,
        refusal("Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer", param="reason"),
        headers=UNTRIED,
    ),
    Row(
        "refunded before",
        _of_charge(*_REFUND, first=[_REFUND]),
        400,
        {"message": " has already been refunded.", "code": "charge_already_refunded"},
    ),
    Row(
        "refund of too much",
        _of_charge(
            "/v1/refunds",
            {"charge": "CHARGE", "amount": 600},
            first=[("/v1/refunds", {"charge": "CHARGE", "amount": 500})],
        ),
        400,
        refusal("Refund amount ($6.00) is greater than unrefunded amount on charge ($5.00)", param="amount"),
    ),
    Row("refund of a failed charge", _failed(*_REFUND), 400, {"code": "charge_not_refundable"}),
    Row(
        "refund of a part of what is held",
        _of_charge("/v1/refunds", {"charge": "CHARGE", "amount": 100}, capture="false"),
        400,
        refusal(
            "You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the"
            " original amount",
            param="amount",
        ),
    ),
    Row("refund of what an intent holds", _held_intents_charge(*_REFUND), 400, {"message": _HELD}),
    Row(
        "refund of an unpaid intent",
        _of_world("/v1/refunds", {"payment_intent": "INTENT"}),
        400,
        {"message": " does not have a successful charge to refund."},
    ),
    Row(
        "refund of a fee there is not",
        _of_charge("/v1/refunds", {"charge": "CHARGE", "refund_application_fee": "true"}),
        400,
        {"param": "refund_application_fee"},
    ),
    Row(
        "reversal of a transfer there is not",
        _of_charge("/v1/refunds", {"charge": "CHARGE", "reverse_transfer": "true"}),
        400,
        {"param": "reverse_transfer"},
    ),
    Row(
        "refund of a cash balance",
        post("/v1/refunds", {"origin": "customer_balance", "customer": "cus_x"}),
        400,
        {"param": "origin"},
        headers=UNTRIED,
    ),
    Row(
        "refund canceled",
        _of_world("/v1/refunds/REFUND/cancel", None),
        400,
        refusal("Canceling this refund is unsupported."),
    ),
]
CAPTURING = [
    Row(
        "captured before",
        _of_charge(*_CAPTURE),
        400,
        {"message": " has already been captured.", "code": "charge_already_captured"},
    ),
    Row(
        "captured after a refund",
        _of_charge(*_CAPTURE, first=[_REFUND], capture="false"),
        400,
        {"message": " has already been refunded.", "code": "charge_already_refunded"},
    ),
    Row("capture of a failed charge", _failed(*_CAPTURE), 400, {"message": " has failed and cannot be captured."}),
    Row(
        "capture of too much",
        _of_charge("/v1/charges/CHARGE/capture", {"amount": 1001}, capture="false"),
        400,
        refusal(_TOO_LARGE, "amount_too_large", "amount"),
    ),
    Row(
        "capture of 0",
        _of_charge("/v1/charges/CHARGE/capture", {"amount": 0}, capture="false"),
        400,
        refusal(_MINIMUM, "parameter_invalid_integer", "amount"),
        headers=UNTRIED,
    ),
    Row(
        "capture of an intent's charge",
        _held_intents_charge(*_CAPTURE),
        400,
        {"message": "You must capture the PaymentIntent instead of capturing the Charge directly."},
    ),
    Row(
        "capture of a paid intent",
        _of_intent("/capture"),
        400,
        {
            "message": f"This PaymentIntent could not be captured because it has a status of succeeded. {_CAPTURABLE}",
            "code": _INTENT_STATE,
        },
    ),
    Row(
        "capture of a canceled intent",
        _of_intent("/capture", capture_method="manual", first="cancel"),
        400,
        {"message": f"because it has a status of canceled. {_CAPTURABLE}", "code": _INTENT_STATE},
    ),
    Row(
        "intent captured before",
        _of_intent("/capture", capture_method="manual", first="capture"),
        400,
        {"message": _RELEASED, "code": _INTENT_STATE},
    ),
    Row(
        "too much of an intent",
        _of_intent("/capture", {"amount_to_capture": 1001}, capture_method="manual"),
        400,
        refusal(_TOO_LARGE, "amount_too_large"),
    ),
    Row(
        "nothing of an intent",
        _of_intent("/capture", {"amount_to_capture": 0}, capture_method="manual"),
        400,
        refusal(_MINIMUM, "parameter_invalid_integer", "amount"),
        headers=UNTRIED,
    ),
    Row(
        "less than nothing of an intent",
        _of_intent("/capture", {"amount_to_capture": -1}, capture_method="manual"),
        400,
        refusal("Invalid non-negative integer", param="amount_to_capture"),
        headers=UNTRIED,
    ),
    Row(
        "capture that is not the last",
        _of_intent("/capture", {"final_capture": "false"}, capture_method="manual"),
        400,
        {"param": "final_capture"},
    ),
    Row(
        "cancel of a paid intent",
        _of_intent("/cancel"),
        400,
        {
            "message": f"You cannot cancel this PaymentIntent because it has a status of succeeded. {_CANCELABLE}",
            "code": _INTENT_STATE,
        },
    ),
    Row(
        "intent canceled before",
        _of_intent("/cancel", capture_method="manual", first="cancel"),
        400,
        {"message": f"because it has a status of canceled. {_CANCELABLE}", "code": _INTENT_STATE},
    ),
    Row(
        "raise of a paid intent",
        _of_intent("/increment_authorization", {"amount": 2000}),
        400,
        {"message": "it has a status of succeeded.", "code": _INTENT_STATE},
    ),
    Row(
        "raise to no more",
        _of_world("/v1/payment_intents/GROWING/increment_authorization", {"amount": 1000}),
        400,
        {"param": "amount"},
    ),
    Row(
        "another amount of a paid intent",
        _of_intent("", {"amount": 2000}),
        400,
        {
            "message": "This PaymentIntent's amount could not be updated because it has a status of succeeded. You may"
            " only update the amount of a PaymentIntent with one of the following statuses: requires_payment_method,"
            " requires_confirmation, requires_action.",
            "code": _INTENT_STATE,
            "param": "amount",
        },
    ),
    Row(
        "intent without a payment method",
        post("/v1/payment_intents", {**_MONEY, "confirm": "true"}),
        400,
        {
            "message": "You cannot confirm this PaymentIntent because it's missing a payment method. You can either"
            " update the PaymentIntent with a payment method",
            "code": _INTENT_STATE,
        },
    ),
]


def _of_setup(path: str, params: Any = None, *, first: str = "", is_bare: bool = False) -> Callable[[Api], Any]:
    """Make a SetupIntent, send what comes first, then what is refused."""

    def send(api: Api) -> Any:
        world = Furnished(api)
        sent = {} if is_bare else {"payment_method": "pm_card_visa"}
        intent = api.post("/v1/setup_intents", sent)["id"]
        if first:
            api.post(f"/v1/setup_intents/{intent}/{first}")
        return api.send("POST", f"/v1/setup_intents/{intent}{path}", world.named(params or {}))

    return send


_SETUP_STATE = "setup_intent_unexpected_state"
_WITHOUT = (
    "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent"
    " with a payment method and then confirm it again, or confirm it again directly with a payment method or"
    " ConfirmationToken."
)
_OF_OTHER = "Please use this PaymentMethod with the Customer that it belongs to instead."
_NEEDS_OWNER = "Please include the Customer in the `customer` parameter on the SetupIntent."
_USED = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment"


def _setup_of(reason: str, action: str = "confirm") -> dict[str, Any]:
    return {"message": f"You cannot {action} this SetupIntent because it {reason}.", "code": _SETUP_STATE}


def _detached(path: str, params: Any = None) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        world = Furnished(api)
        api.post(world.named("/v1/payment_methods/METHOD/detach"))
        return api.send("POST", world.named(path), world.named(params or {}))

    return send


SETTING_UP = [
    Row(
        "setup without a method",
        _of_setup("/confirm", is_bare=True),
        400,
        {"message": _WITHOUT, "code": _SETUP_STATE},
    ),
    Row(
        "canceled setup without a method",
        _of_setup("/confirm", is_bare=True, first="cancel"),
        400,
        {"message": _WITHOUT, "code": _SETUP_STATE},
    ),
    Row("setup confirmed before", _of_setup("/confirm", first="confirm"), 400, _setup_of("has already succeeded")),
    Row("canceled setup confirmed", _of_setup("/confirm", first="cancel"), 400, _setup_of("has been canceled")),
    Row("setup canceled before", _of_setup("/cancel", first="cancel"), 400, _setup_of("is already canceled", "cancel")),
    Row("finished setup canceled", _of_setup("/cancel", first="confirm"), 400, {"code": _SETUP_STATE}),
    Row(
        "finished setup changed",
        _of_setup("", {"payment_method": "pm_card_visa"}, first="confirm"),
        400,
        _setup_of("has already succeeded", "update"),
    ),
    Row(
        "setup with another customer's method",
        lambda api: api.send(
            "POST", "/v1/setup_intents", {"customer": api.customer(), "payment_method": Furnished(api).id("METHOD")}
        ),
        400,
        {"message": _OF_OTHER, "param": "payment_method", "setup_intent": None},
    ),
    Row(
        "setup with a customer's method",
        lambda api: api.send("POST", "/v1/setup_intents", {"payment_method": Furnished(api).id("METHOD")}),
        400,
        {"message": _NEEDS_OWNER, "param": "payment_method", "setup_intent": None},
    ),
    Row(
        "setup confirmed with a customer's method",
        _of_setup("/confirm", {"payment_method": "METHOD"}),
        400,
        {"message": _NEEDS_OWNER, "param": "payment_method"},
    ),
    Row(
        "setup with a detached method",
        _detached("/v1/setup_intents", {"payment_method": "METHOD"}),
        400,
        {"message": _USED, "param": None, "code": None},
    ),
    Row(
        "detached before",
        _detached("/v1/payment_methods/METHOD/detach"),
        400,
        refusal("The payment method you provided is not attached to a customer so detachment is impossible."),
    ),
    Row(
        "detached method attached",
        _detached("/v1/payment_methods/METHOD/attach", {"customer": "CUSTOMER"}),
        400,
        {"message": _USED, "param": None, "code": None},
    ),
    Row(
        "detached method changed",
        _detached("/v1/payment_methods/METHOD", {"metadata": {"a": "b"}}),
        400,
        {"message": "You must save this PaymentMethod to a customer before you can update it."},
    ),
    Row(
        "payment method that is past",
        _of_world("/v1/payment_methods/METHOD", {"card": {"exp_year": "2020"}}),
        402,
        {"code": "invalid_expiry_year", "param": "exp_year"},
    ),
]

_TOKEN_GONE = (
    "The provided ConfirmationToken has already been used, or has expired. Create another one to confirm this {}."
)
_ALONE = "The parameter `confirmation_token` cannot be passed when creating a {} unless `confirm` is set to true."
_PLAN = {"card": {"installments": {"plan": {"type": "fixed_count", "count": "3", "interval": "month"}}}}
_CONFIRMED = {**_MONEY, "confirm": "true"}
CONFIRMING = [
    Row(
        "confirmation token used twice",
        _with_token("/v1/payment_intents", times=2, **_CONFIRMED),
        400,
        {"message": _TOKEN_GONE.format("PaymentIntent"), "code": "payment_intent_confirmation_token_invalid"},
    ),
    Row(
        "setup's confirmation token used twice",
        _with_token("/v1/setup_intents", times=2, confirm="true"),
        400,
        {"message": _TOKEN_GONE.format("SetupIntent"), "code": "setup_intent_confirmation_token_invalid"},
    ),
    Row(
        "confirmation token without a confirmation",
        _with_token("/v1/payment_intents", **_MONEY),
        400,
        refusal(_ALONE.format("PaymentIntent"), param="confirmation_token"),
        headers=UNTRIED,
    ),
    Row(
        "confirmation token without a setup's confirmation",
        _with_token("/v1/setup_intents"),
        400,
        refusal(_ALONE.format("SetupIntent"), param="confirmation_token"),
        headers=UNTRIED,
    ),
    Row(
        "confirmation token of another usage",
        _with_token(
            "/v1/payment_intents",
            of_token={"setup_future_usage": "off_session"},
            setup_future_usage="on_session",
            **_CONFIRMED,
        ),
        400,
        refusal(
            "The provided setup_future_usage (on_session) does not match the setup_future_usage of the"
            " ConfirmationToken (off_session).",
            param="setup_future_usage",
        ),
        headers=UNTRIED,
    ),
    Row(
        "two plans in instalments",
        _with_token(
            "/v1/payment_intents",
            of_token={"payment_method_options": _PLAN},
            payment_method_options=_PLAN,
            **_CONFIRMED,
        ),
        400,
        refusal(
            "The provided ConfirmationToken contains an installment plan while"
            " payment_method_options[card][installments][plan] was also set on this request."
        ),
        headers=UNTRIED,
    ),
]
