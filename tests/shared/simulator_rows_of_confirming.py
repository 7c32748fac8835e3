"""Rows of the error catalogue: confirmation tokens, which no fact of the calibration has yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator_rows import UNTRIED, Row, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator_api import Api

_MONEY = {"amount": "1000", "currency": "usd"}
_TOKEN_GONE = (
    "The provided ConfirmationToken has already been used, or has expired. Create another one to confirm this {}."
)
_ALONE = "The parameter `confirmation_token` cannot be passed when creating a {} unless `confirm` is set to true."
_PLAN = {"card": {"installments": {"plan": {"type": "fixed_count", "count": "3", "interval": "month"}}}}
_CONFIRMED = {**_MONEY, "confirm": "true"}


def _with_token(path: str, *, times: int = 1, of_token: Any = None, **sent: Any) -> Callable[[Api], Any]:
    """Confirm with a confirmation token, again and again; give the last answer."""

    def send(api: Api) -> Any:
        made = {"payment_method": "pm_card_visa", **(of_token or {})}
        token = api.post("/v1/test_helpers/confirmation_tokens", made)["id"]
        return [api.send("POST", path, {"confirmation_token": token, **sent}) for _ in range(times)][-1]

    return send


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
