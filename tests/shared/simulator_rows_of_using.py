"""Rows of the error catalogue: reading and using tokens, idempotency."""

from __future__ import annotations

from simulator_api import LIVE
from simulator_rows import (
    CONFIRM,
    EXECUTED,
    EXPIRED,
    FUNDS,
    INVALID,
    LATER,
    LIVE_HINT,
    PLAIN,
    PROCESSING,
    TEST_HINT,
    TOO_OFTEN,
    UNTRIED,
    WRONG_CVC,
    Row,
    attach_card,
    card_error,
    changed_without_token,
    charge,
    charge_card,
    charge_unverified,
    declined,
    get,
    key_with_other_endpoint,
    key_with_other_params,
    method_used_twice,
    of_other_account,
    off_session,
    platforms_method,
    post,
    refusal,
    same_bank_twice,
    used_twice,
)

READING = [
    Row("unknown", get("/v1/tokens/tok_x"), 400, refusal("No such token: 'tok_x'", "resource_missing", "token")),
    Row("unknown charge", get("/v1/charges/ch_x"), 404, refusal("No such charge: 'ch_x'", "resource_missing", "id")),
    Row(
        "unknown intent",
        get("/v1/payment_intents/pi_x"),
        404,
        refusal("No such payment_intent: 'pi_x'", "resource_missing", "intent"),
    ),
    Row("other account", of_other_account, 400, {"code": "resource_missing", "param": "token"}),
    Row(
        "test token read live",
        lambda api: api.send("GET", f"/v1/tokens/{api.token()}", key=LIVE),
        400,
        {"code": "resource_missing", "param": "token", "message": TEST_HINT},
    ),
    Row(
        "live token read in test mode",
        lambda api: api.send("GET", f"/v1/tokens/{api.token('pii', key=LIVE)}"),
        400,
        {"code": "resource_missing", "param": "token", "message": LIVE_HINT},
    ),
]

USING = [
    Row(
        "unknown token",
        charge("tok_visa111"),
        400,
        refusal("No such token: 'tok_visa111'", "resource_missing", "source"),
        headers=UNTRIED,
    ),
    Row(
        "unknown bank token",
        post("/v1/customers", {"source": "btok_1IsDZv2eZvKYlo2CK2CbXCns"}),
        400,
        refusal("No such token: 'btok_1IsDZv2eZvKYlo2CK2CbXCns'", "resource_missing", "source"),
    ),
    Row(
        "already used",
        used_twice,
        400,
        {"code": "token_already_used", "message": "You cannot use a Stripe token more than once: tok_", "param": None},
        headers=EXECUTED,
    ),
    Row(
        "test token charged live",
        lambda api: api.send(
            "POST", "/v1/charges", {"amount": 100, "currency": "usd", "source": api.token()}, key=LIVE
        ),
        400,
        {"code": "resource_missing", "param": "source", "message": TEST_HINT},
    ),
    Row(
        "platform's payment method",
        platforms_method,
        400,
        {
            "code": "resource_missing",
            "param": "payment_method",
            "message": "; OAuth key or Stripe-Account header was used but API request was provided with a platform-owned"
            " payment method ID. Please ensure that the provided payment method matches the specified account.",
        },
        headers={**UNTRIED, "Stripe-Account": "acct_1Ot4L8S3R2m7OSYI"},
    ),
    Row(
        "payment method used up",
        method_used_twice,
        400,
        refusal(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared"
            " with a connected account without Customer attachment, or was detached from a Customer. It may not be used"
            " again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
        ),
        headers=EXECUTED,
    ),
    Row(
        "source of no customer",
        lambda api: charge("tok_visa", customer=api.customer())(api),
        404,
        {"code": "missing", "param": "source", "message": "does not have a linked source with ID tok_visa."},
    ),
    Row(
        "customer without a card",
        lambda api: api.send("POST", "/v1/charges", {"amount": 100, "currency": "usd", "customer": api.customer()}),
        402,
        card_error("Cannot charge a customer that has no active card", "missing", "card"),
    ),
    Row(
        "neither source nor customer",
        post("/v1/charges", {"amount": 100, "currency": "usd"}),
        400,
        refusal("Must provide source or customer.", "parameter_missing"),
    ),
    Row(
        "credit card as payout card",
        lambda api: api.send(
            "POST", f"/v1/accounts/{api.account()}/external_accounts", {"external_account": "tok_visa"}
        ),
        400,
        {"code": "invalid_card_type", "param": "external_account"},
    ),
    Row("same bank account twice", same_bank_twice, 400, {"code": "bank_account_exists"}),
    Row(
        "unverified bank account",
        charge_unverified,
        400,
        refusal("The customer's bank account must be verified"),
        starts=True,
    ),
    Row("account of a token changed without one", changed_without_token, 400, {"type": INVALID}),
]

CHARGING = [
    Row(
        "0002",
        charge_card("4000000000000002"),
        402,
        declined("generic_decline", PLAIN, LATER, None, "01"),
        has_charge=True,
    ),
    Row(
        "9995",
        charge_card("4000000000009995"),
        402,
        declined("insufficient_funds", FUNDS, LATER, "02", "51"),
        has_charge=True,
    ),
    Row(
        "9987",
        charge_card("4000000000009987"),
        402,
        declined("lost_card", PLAIN, "do_not_try_again", "01", "41"),
        has_charge=True,
    ),
    Row(
        "9979",
        charge_card("4000000000009979"),
        402,
        declined("stolen_card", PLAIN, "do_not_try_again", "01", "43"),
        has_charge=True,
    ),
    Row(
        "0069",
        charge_card("4000000000000069"),
        402,
        card_error(
            EXPIRED, "expired_card", "exp_month", decline_code="expired_card", network_decline_code="54", **CONFIRM
        ),
        has_charge=True,
    ),
    Row(
        "0127",
        charge_card("4000000000000127"),
        402,
        card_error(
            WRONG_CVC, "incorrect_cvc", "cvc", decline_code="incorrect_cvc", network_decline_code="N7", **CONFIRM
        ),
        has_charge=True,
    ),
    Row(
        "0119",
        charge_card("4000000000000119"),
        402,
        card_error(
            PROCESSING,
            "processing_error",
            decline_code="processing_error",
            advice_code=LATER,
            network_decline_code="06",
        ),
        has_charge=True,
    ),
    Row(
        "6975",
        charge_card("4000000000006975"),
        402,
        declined("card_velocity_exceeded", TOO_OFTEN, "try_again_later", "02", "61"),
        has_charge=True,
    ),
    Row("0019", charge_card("4000000000000019"), 402, declined("fraudulent"), has_charge=True),
    Row("blocked 0019", charge_card("4100000000000019"), 402, declined("fraudulent"), has_charge=True),
    Row(
        "3DS off session",
        off_session,
        402,
        {
            "code": "authentication_required",
            "decline_code": "authentication_required",
            "message": "Your card was declined. This transaction requires authentication.",
        },
    ),
]

ATTACHING = [
    Row(
        "0002",
        attach_card("4000000000000002"),
        402,
        {**declined("generic_decline", PLAIN, LATER, None, "01"), "param": ""},
    ),
    Row(
        "9995",
        attach_card("4000000000009995"),
        402,
        {"decline_code": "insufficient_funds", "message": FUNDS, "param": ""},
    ),
    Row("0127", attach_card("4000000000000127"), 402, {"code": "incorrect_cvc", "decline_code": None, "param": "cvc"}),
    Row(
        "0069",
        attach_card("4000000000000069"),
        402,
        {"code": "expired_card", "decline_code": None, "param": "exp_month"},
    ),
]

IDEMPOTENCY = [
    Row(
        "other parameters",
        key_with_other_params,
        400,
        refusal(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using"
            " a key other than 'KEY' if you meant to execute a different request.",
            type="idempotency_error",
        ),
    ),
    Row(
        "other endpoint",
        key_with_other_endpoint,
        400,
        refusal(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for"
            " ('/v1/customers' vs '/v1/sources'). Try using a key other than 'KEY' if you meant to execute a different"
            " request.",
            type="idempotency_error",
        ),
    ),
    Row("key of 256 characters", post("/v1/customers", idempotency_key="k" * 256), 400, {"type": INVALID}),
]
