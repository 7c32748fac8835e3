"""Rows of the error catalogue: keys, and making tokens."""

from __future__ import annotations

from simulator_api import LIVE, PUBLISHABLE
from simulator_rows import (
    ACCOUNT_KEPT,
    AUTH_HELP,
    CVC,
    EARLY,
    EXECUTED,
    MONTH,
    NUMBER,
    PAST,
    UNTRIED,
    YEAR,
    Row,
    card_error,
    get,
    post,
    refusal,
    tokenize,
)

KEYS = [
    Row(
        "no key",
        get("/v1/tokens/tok_x", key=None),
        401,
        refusal(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer"
            " auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')." + AUTH_HELP
        ),
        headers=EARLY,
    ),
    Row(
        "empty Bearer",
        get("/v1/tokens/tok_x", authorization="Bearer "),
        401,
        refusal(
            'You did not provide an API key, though you did set your Authorization header to "Bearer". Using Bearer'
            " auth, your Authorization header should look something like 'Authorization: Bearer YOUR_SECRET_KEY'."
            + AUTH_HELP
        ),
        headers=EARLY,
    ),
    Row(
        "invalid key",
        get("/v1/tokens/x", key="an_unknown_api_key"),
        401,
        refusal("Invalid API Key provided: an_unknown_***_key"),
    ),
    Row(
        "invalid publishable key", get("/v1/tokens/x", key="pk_fake"), 401, refusal("Invalid API Key provided: pk_fake")
    ),
    *(
        Row(
            f"publishable key on {path}",
            lambda api, path=path: api.send("GET" if "tok_" in path else "POST", path, key=PUBLISHABLE),
            403,
            refusal(
                "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a"
                " list of your API keys at https://dashboard.stripe.com/account/apikeys.",
                "secret_key_required",
            ),
        )
        for path in ("/v1/tokens/tok_x", "/v1/charges")
    ),
    Row(
        "unknown account",
        get("/v1/accounts/acct_x"),
        403,
        refusal(
            "The provided key 'sk_test_*' does not have access to account 'acct_x' (or that account does not"
            " exist). Application access may have been revoked.",
            "account_invalid",
        ),
        headers=ACCOUNT_KEPT,
    ),
    Row(
        "account of path and header differ",
        get("/v1/accounts/acct_x", stripe_account="acct_y"),
        400,
        refusal(
            "The account specified in the path of /v1/accounts/:account does not match the account specified in the"
            " Stripe-Account header."
        ),
    ),
    Row(
        "no platform",
        post("/v1/accounts", {"type": "custom"}, stripe_account="acct_y"),
        400,
        refusal(
            "You can only create new accounts if you've signed up for Connect, which you can learn how to do at"
            " https://stripe.com/docs/connect."
        ),
    ),
    Row(
        "bad version",
        get("/v1/tokens/x", stripe_version="not-a-real-version"),
        400,
        refusal("Invalid Stripe API version: not-a-real-version"),
        headers={"Stripe-Version": "not-a-real-version"},
    ),
]

UNKNOWN = "parameter_unknown"
CREATING = [
    Row(
        "empty body",
        post("/v1/tokens"),
        400,
        refusal(
            "You must supply either a card, customer, PII data, bank account, or account legal entity to create a token."
            " If you're making this request with a library, be sure to pass all of the required parameters for creating"
            " a token. If you're making this request manually, be sure your POST parameters begin with the token type."
            " For example, a PII token would require `pii[personal_id_number]`, while an account token would require a"
            " parameter beginning with `account[legal_entity]`. See the API reference for more information:"
            " https://stripe.com/docs/api",
            "parameter_missing",
        ),
        starts=True,
    ),
    Row(
        "unknown parameter, near miss",
        tokenize(exp_mont="1"),
        400,
        refusal("Received unknown parameter: card[exp_mont]. Did you mean exp_month?", UNKNOWN, "card[exp_mont]"),
    ),
    Row(
        "unknown parameter",
        post("/v1/tokens", {"account": {"legal_entity": "x"}}),
        400,
        refusal("Received unknown parameter: account[legal_entity]", UNKNOWN, "account[legal_entity]"),
    ),
    Row(
        "unknown parameter of another endpoint",
        post("/v1/customers", {"invoice_settings": {"nope": "x"}}),
        400,
        refusal("Received unknown parameter: invoice_settings[nope]", UNKNOWN, "invoice_settings[nope]"),
    ),
    Row(
        "missing",
        post("/v1/tokens", {"card": {"number": "4242424242424242", "exp_year": "2050"}}),
        400,
        refusal("Missing required param: card[exp_month].", "parameter_missing", "card[exp_month]"),
    ),
    Row(
        "no payment information",
        post("/v1/tokens", {"card": ""}),
        400,
        refusal("Could not find payment information", "missing_payment_information"),
    ),
    Row(
        "two types",
        post("/v1/tokens", {"pii": {"id_number": "1"}, "cvc_update": {"cvc": "123"}}),
        400,
        refusal("You may only specify one of these parameters: cvc_update, pii."),
    ),
    Row(
        "empty",
        tokenize(number=""),
        400,
        refusal(
            "You passed an empty string for 'card[number]'. We assume empty values are an attempt to unset a parameter;"
            " however 'card[number]' cannot be unset. You should remove 'card[number]' from your request or supply a"
            " non-empty value.",
            "parameter_invalid_empty",
            "card[number]",
        ),
    ),
    Row(
        "no integer",
        post("/v1/charges", {"amount": "abc", "currency": "usd", "source": "tok_visa"}),
        400,
        refusal("Invalid integer: abc", "parameter_invalid_integer", "amount"),
        headers=UNTRIED,
    ),
    Row(
        "too small",
        post("/v1/charges", {"amount": "0", "currency": "usd", "source": "tok_visa"}),
        400,
        refusal("This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"),
        headers=UNTRIED,
    ),
    Row(
        "no expandable property",
        lambda api: api.send("GET", f"/v1/tokens/{api.token()}?expand[]=card.last4"),
        400,
        refusal("This property cannot be expanded (card.last4).", param="expand"),
    ),
    Row(
        "no property",
        lambda api: api.send("GET", f"/v1/tokens/{api.token()}?expand[]=nope"),
        400,
        refusal("This property cannot be expanded because it doesn't exist: nope.", param="expand"),
    ),
    Row("wrong check digit", tokenize(number="4242424242424241"), 402, NUMBER),
    Row("wrong check digit and spaces", tokenize(number="4242 4242 4242 4241"), 402, NUMBER),
    Row("too short", tokenize(number="42424242"), 402, NUMBER),
    Row(
        "no number",
        tokenize(number="-1"),
        402,
        card_error("The card number is not a valid credit card number.", "invalid_number", "number"),
    ),
    Row("month 13", tokenize(exp_month="13"), 402, MONTH),
    Row("month 16", tokenize(exp_month="16"), 402, MONTH),
    Row("past month of this year", tokenize(**PAST), 402, MONTH),
    Row("year 95", tokenize(exp_year="95"), 402, YEAR),
    Row("year 2015", tokenize(exp_year="2015"), 402, YEAR),
    Row("year xx", tokenize(exp_year="xx"), 402, YEAR),
    Row("two digits", tokenize(cvc="99"), 402, CVC),
    Row("negative", tokenize(cvc="-1"), 402, CVC),
    Row(
        "network",
        tokenize(networks={"preferred": "nope"}),
        400,
        refusal(
            "Invalid card[networks][preferred]: must be one of cartes_bancaires, mastercard, or visa",
            "token_card_network_invalid",
            "card[networks][preferred]",
        ),
    ),
    Row(
        "test card in live mode",
        post("/v1/tokens", {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}}, key=LIVE),
        402,
        card_error(
            "Your card was declined. Your request was in live mode, but used a known test card.",
            "card_declined",
            "",
            decline_code="live_mode_test_card",
        ),
    ),
    Row(
        "no test bank account",
        post(
            "/v1/tokens",
            {"bank_account": {"country": "US", "routing_number": "110000000", "account_number": "123123123"}},
        ),
        400,
        refusal(
            "You must use a test bank account number in test mode. Try 000123456789 or see more options at"
            " https://stripe.com/docs/connect/testing#account-numbers.",
            "account_number_invalid",
            "bank_account[account_number]",
        ),
        headers=EXECUTED,
    ),
    Row(
        "no test bank account of a connected account",
        post(
            "/v1/accounts",
            {"bank_account": {"country": "US", "routing_number": "110000000", "account_number": "123123123"}},
        ),
        400,
        refusal(
            "You must use a test bank account number in test mode. Try 000123456789 or see more options at"
            " https://stripe.com/docs/connect/testing#account-numbers.",
            "account_number_invalid",
            "bank_account[account_number]",
        ),
        headers=EXECUTED,
    ),
    Row(
        "routing number's length",
        post(
            "/v1/tokens", {"bank_account": {"country": "US", "routing_number": "1", "account_number": "000123456789"}}
        ),
        400,
        refusal("Routing number must have 9 digits", "routing_number_invalid", "bank_account[routing_number]"),
    ),
]
