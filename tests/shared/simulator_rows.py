"""The error catalogue: what is known of the API's refusals, officially or from real answers: how a row is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator_api import Api

INVALID = "invalid_request_error"
# What is known of headers: real answers, 2016 to 2024.
EARLY = {"Request-Id": None, "Original-Request": None, "Www-Authenticate": 'Basic realm="Stripe"'}
ACCOUNT_KEPT = {"Request-Id": None, "Original-Request": None, "X-Robots-Tag": "none"}
UNTRIED = {"Stripe-Should-Retry": None}
EXECUTED = {"Stripe-Should-Retry": "false"}
PLAIN = "Your card was declined."
PAST = {"exp_month": "4", "exp_year": "2026"}  # the generator lives in May 2026


@dataclass(frozen=True)
class Row:
    """One row: what is sent, and what comes back, all of it but the log's address.

    Args:
        error: fields of the error object; all of them, where message and type are given.
        has_charge: whether the error names the charge that failed.
        starts: whether only the start of the message is known.
        headers: those that are known of such an answer; None for one that it lacks.
    """

    name: str
    send: Callable[[Api], Any]
    status: int
    error: dict[str, Any]
    has_charge: bool = False
    starts: bool = field(default=False, kw_only=True)
    headers: Mapping[str, str | None] = field(default_factory=dict, kw_only=True)


def post(path: str, params: Any = None, **options: Any) -> Callable[[Api], Any]:
    return lambda api: api.send("POST", path, params, **options)


def get(path: str, **options: Any) -> Callable[[Api], Any]:
    return lambda api: api.send("GET", path, **options)


def tokenize(**card: Any) -> Callable[[Api], Any]:
    return post("/v1/tokens", {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", **card}})


def charge_card(number: str, **card: Any) -> Callable[[Api], Any]:
    return lambda api: charge(api.token(number=number, **card))(api)


def charge(source: str, **params: Any) -> Callable[[Api], Any]:
    return post("/v1/charges", {"amount": 100, "currency": "usd", "source": source, **params})


def attach_card(number: str, **card: Any) -> Callable[[Api], Any]:
    return lambda api: api.send("POST", "/v1/customers", {"source": api.token(number=number, **card)})


def refusal(message: str, code: str | None = None, param: str | None = None, **more: Any) -> dict[str, Any]:
    error = {"message": message, "type": INVALID, **more}
    if code is not None:
        error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
    return error if param is None else {**error, "param": param}


def card_error(message: str, code: str, param: str | None = None, **more: Any) -> dict[str, Any]:
    return refusal(message, code, param, **{**more, "type": "card_error"})


def declined(decline: str, message: str = PLAIN, advice: str | None = None, *network: str | None) -> dict[str, Any]:
    names = ("network_advice_code", "network_decline_code")
    known = {name: value for name, value in zip(names, network, strict=False) if value}
    known |= {"advice_code": advice} if advice else {}
    return card_error(message, "card_declined", decline_code=decline, **known)


AUTH_HELP = (
    " See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
)
MONTH = card_error("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
YEAR = card_error("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
NUMBER = card_error("Your card number is incorrect.", "incorrect_number", "number")
CVC = card_error("Your card's security code is invalid.", "invalid_cvc", "cvc")
FUNDS = "Your card has insufficient funds."
TOO_OFTEN = "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
EXPIRED, WRONG_CVC = "Your card has expired.", "Your card's security code is incorrect."
PROCESSING = "An error occurred while processing your card. Try again in a little bit."
CONFIRM = {"advice_code": "confirm_card_data", "network_advice_code": "03"}
LATER = "try_again_later"
TEST_HINT = "; a similar object exists in test mode, but a live mode key was used to make this request."
LIVE_HINT = "; a similar object exists in live mode, but a test mode key was used to make this request."


def of_other_account(api: Api) -> Any:
    return api.send("GET", f"/v1/tokens/{api.token()}", stripe_account="acct_1Ot4L8S3R2m7OSYI")


def used_twice(api: Api) -> Any:
    token = api.token()
    charge(token)(api)
    return charge(token)(api)


def platforms_method(api: Api) -> Any:
    method = api.post("/v1/payment_methods", {"type": "card", "card": {"token": api.token()}})["id"]
    params = {"amount": 100, "currency": "usd", "payment_method": method}
    return api.send("POST", "/v1/payment_intents", params, stripe_account="acct_1Ot4L8S3R2m7OSYI")


def method_used_twice(api: Api) -> Any:
    method = api.post("/v1/payment_methods", {"type": "card", "card": {"token": api.token()}})["id"]
    params = {"amount": 100, "currency": "usd", "payment_method": method, "confirm": True}
    api.post("/v1/payment_intents", params)
    return api.send("POST", "/v1/payment_intents", params)


def charge_unverified(api: Api) -> Any:
    customer = api.customer(source=api.token("bank_account"))
    return api.send("POST", "/v1/charges", {"amount": 100, "currency": "usd", "customer": customer})


def same_bank_twice(api: Api) -> Any:
    customer = api.customer(source=api.token("bank_account"))
    return api.send("POST", f"/v1/customers/{customer}/sources", {"source": api.token("bank_account")})


def changed_without_token(api: Api) -> Any:
    account = api.account(account_token=api.token("account"))
    return api.send("POST", f"/v1/accounts/{account}", {"individual": {"first_name": "John"}})


def key_with_other_params(api: Api) -> Any:
    api.post("/v1/customers", {"name": "a"}, idempotency_key="KEY")
    return api.send("POST", "/v1/customers", {"name": "b"}, idempotency_key="KEY")


def key_with_other_endpoint(api: Api) -> Any:
    api.post("/v1/customers", {"name": "a"}, idempotency_key="KEY")
    return api.send("POST", "/v1/sources", {"type": "card"}, idempotency_key="KEY")


def off_session(api: Api) -> Any:
    params = {"amount": 100, "currency": "usd", "confirm": True, "off_session": True}
    data = {"type": "card", "card": {"token": api.token(number="4000002760003184")}}
    return api.send("POST", "/v1/payment_intents", {**params, "payment_method_data": data})
