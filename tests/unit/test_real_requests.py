"""Requests that Stripe has answered, each as a real answer shows it (public recordings, 2019 to 2026)."""

from __future__ import annotations

import stripe
from simulator_api import PUBLISHABLE, Api, problems

MONEY = {"amount": 500, "currency": "usd"}
CARD = {"exp_month": 12, "exp_year": 2034, "cvc": "123"}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"
ON_SESSION = {**MONEY, "confirm": True, "payment_method": "pm_card_visa"}


def wrong(rows):
    """Run each row against an account of its own; give those whose answer is not the expected one."""
    found = []
    for name, run, expected in rows:
        try:
            got = run(Api())
        except AssertionError as error:
            got = f"refused: {error}"
        if got != expected:
            found.append((name, got, expected))
    return found


def customers(api, form):
    return api.post("/v1/customers", form)


def attached(api):
    customer = api.customer()
    method = api.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})
    return customer, method["id"]


def account(api, form):
    return api.post("/v1/accounts", b"type=custom&country=US&" + form)


def charge(api, **params):
    return api.post("/v1/charges", {**MONEY, "source": "tok_visa", **params})


def person(api, form):
    account_id = api.account()
    made = api.post(f"/v1/accounts/{account_id}/persons", {"first_name": "J"})["id"]
    return api.post(f"/v1/accounts/{account_id}/persons/{made}", form)


def shipped(api):
    shipping = {"name": "J", "address": {"line1": "x", "line2": "", "state": ""}}
    intent = api.post("/v1/payment_intents", {**MONEY, "shipping": shipping})
    return intent["shipping"]["address"].get("line2") or None


def test_pythons_booleans_are_booleans_in_every_hash_and_no_other_text_is():
    rows = [
        ("token", lambda api: api.post("/v1/tokens", b"account[tos_shown_and_accepted]=True")["type"], "account"),
        (
            "a hash in a list's filter",
            lambda api: api.get(f"/v1/accounts/{api.account()}/persons?relationship[owner]=False")["data"],
            [],
        ),
        (
            "confirm",
            lambda api: api.post("/v1/payment_intents", {**ON_SESSION, "confirm": "True"})["status"],
            "succeeded",
        ),
        ("not captured", lambda api: charge(api, capture="False")["captured"], False),
        (
            "a boolean or a word",
            lambda api: api.refused(
                "/v1/payment_intents",
                {**ON_SESSION, "payment_method": "pm_card_authenticationRequired", "off_session": "True"},
            )["code"],
            "authentication_required",
        ),
        (
            "a person's relationship",
            lambda api: person(api, b"relationship[owner]=True")["relationship"]["owner"],
            True,
        ),
        ("a text", lambda api: customers(api, b"description=True")["description"], "True"),
        ("metadata", lambda api: customers(api, b"metadata[a]=True")["metadata"], {"a": "True"}),
        (
            "another spelling",
            lambda api: api.refused("/v1/charges", b"capture=TRUE")["message"],
            "Invalid boolean: TRUE",
        ),
    ]
    assert wrong(rows) == []


def test_a_blank_field_of_a_web_form_is_null():
    rows = [
        *(
            (name, lambda api, name=name: customers(api, f"{name}=".encode())[name], None)
            for name in ("description", "email", "name", "phone")
        ),
        ("shipping", shipped, None),
        (
            "business profile",
            lambda api: account(api, b"business_profile[product_description]=")["business_profile"][
                "product_description"
            ],
            None,
        ),
        ("a list's only item", lambda api: person(api, b"full_name_aliases[0]=")["full_name_aliases"], []),
        (
            "a card's address",
            lambda api: api.post("/v1/tokens", card_form("address_state="))["card"]["address_state"],
            None,
        ),
        ("an id", lambda api: api.refused("/v1/charges", b"customer=")["code"], "parameter_invalid_empty"),
        ("a number", lambda api: api.refused("/v1/charges", b"amount=")["code"], "parameter_invalid_empty"),
    ]
    assert wrong(rows) == []


def card_form(more):
    return (
        f"card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[{more.replace('=', ']=')}".encode()
    )


def expanded(api, path):
    made = charge(api)
    return api.get(f"/v1/charges/{made['id']}?expand[]={path}")


def test_what_can_be_expanded_is_and_null_stays_null():
    rows = [
        ("balance transaction", lambda api: expanded(api, "balance_transaction")["balance_transaction"]["net"], 455),
        ("no fee", lambda api: expanded(api, "application_fee")["application_fee"], None),
        (
            "no fee's transaction",
            lambda api: expanded(api, "application_fee.balance_transaction")["application_fee"],
            None,
        ),
        ("not there", lambda api: expanded(api, "transfer").get("transfer"), None),
        ("refunds", lambda api: expanded(api, "refunds")["refunds"]["data"], []),
        (
            "back again",
            lambda api: expanded(api, "balance_transaction.source")["balance_transaction"]["source"]["object"],
            "charge",
        ),
        (
            "in a list",
            lambda api: (
                charge(api),
                api.get("/v1/charges?expand[]=data.balance_transaction")["data"][0]["balance_transaction"]["object"],
            )[1],
            "balance_transaction",
        ),
        (
            "of an intent's charge",
            lambda api: api.post(
                "/v1/payment_intents", {**ON_SESSION, "expand": ["latest_charge.balance_transaction"]}
            )["latest_charge"]["balance_transaction"]["type"],
            "charge",
        ),
        (
            "a customer's sources through a charge",
            lambda api: api.post(
                "/v1/charges",
                {**MONEY, "customer": api.customer(source="tok_visa"), "expand": ["customer.sources"]},
            )["customer"]["sources"]["total_count"],
            1,
        ),
        (
            "no object",
            lambda api: api.not_found(f"/v1/charges/{charge(api)['id']}?expand[]=amount")["message"],
            "This property cannot be expanded (amount).",
        ),
        (
            "nothing",
            lambda api: api.not_found(f"/v1/charges/{charge(api)['id']}?expand[]=nope")["message"],
            "This property cannot be expanded because it doesn't exist: nope.",
        ),
    ]
    assert wrong(rows) == []


def test_a_balance_transaction_can_be_read_and_is_what_the_sdk_says():
    api = Api()
    made = charge(api)
    transaction = api.get(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (transaction["amount"], transaction["source"], problems(transaction)) == (500, made["id"], [])
    (fee,) = transaction["fee_details"]
    assert fee.keys() == stripe.BalanceTransaction.FeeDetail.__annotations__.keys()
    assert [entry["id"] for entry in api.get("/v1/balance_transactions?type=charge")["data"]] == [transaction["id"]]
    assert api.not_found("/v1/balance_transactions/txn_x")["message"] == "No such balance transaction: 'txn_x'"


def cloned(api, **params):
    customer, method = attached(api)
    sent = {"customer": customer, "payment_method": method, **params}
    return api.post("/v1/payment_methods", sent, stripe_account=CONNECTED)


def shown(method):
    return method["customer"], method["card"]["last4"]


def saved(api):
    """Pay with what may be used again, and give it to a customer afterwards."""
    intent = api.post("/v1/payment_intents", {**ON_SESSION, "setup_future_usage": "on_session"})
    return api.get(f"/v1/payment_methods?customer={api.customer(payment_method=intent['payment_method'])}")["data"]


def saved_by_success(api):
    customer = api.customer()
    params = {**ON_SESSION, "setup_future_usage": "off_session", "customer": customer}
    method = api.post("/v1/payment_intents", params)["payment_method"]
    return api.get(f"/v1/payment_methods/{method}")["customer"] == customer


def test_older_and_rarer_requests_are_taken():
    bank = {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    paraguay = {"country": "PY", "currency": "pyg", "routing_number": "0", "account_number": "0567890123456789"}
    iban = {"type": "sepa_debit", "currency": "eur", "sepa_debit": {"iban": bank["account_number"]}}
    rows = [
        ("clone", lambda api: shown(cloned(api)), (None, "4242")),
        (
            "clone: no account",
            lambda api: api.refused("/v1/payment_methods", {"payment_method": "pm_x"})["status"],
            400,
        ),
        ("future usage, then a customer", lambda api: len(saved(api)), 1),
        ("future usage with a customer", saved_by_success, True),
        (
            "default source",
            lambda api: api.post(
                "/v1/payment_intents", {**MONEY, "confirm": True, "customer": api.customer(source="tok_visa")}
            )["payment_method"].partition("_")[0],
            "card",
        ),
        (
            "requested_capabilities",
            lambda api: sorted(account(api, b"requested_capabilities[]=transfers")["capabilities"]),
            ["transfers"],
        ),
        (
            "nationality",
            lambda api: account(api, b"business_type=individual&individual[nationality]=SG")["individual"][
                "nationality"
            ],
            "SG",
        ),
        ("customer's card", lambda api: customers(api, b"card=tok_visa")["default_source"].partition("_")[0], "card"),
        ("charge's card", lambda api: api.post("/v1/charges", {**MONEY, "card": "tok_visa"})["paid"], True),
        (
            "source of a bank account",
            lambda api: api.post(
                "/v1/sources", {"type": "sepa_debit", "token": api.token("bank_account", routing_number=None, **bank)}
            )["sepa_debit"]["last4"],
            "3000",
        ),
        ("source of an IBAN", lambda api: api.post("/v1/sources", iban)["sepa_debit"]["last4"], "3000"),
        (
            "source of a card",
            lambda api: api.post("/v1/sources", {"type": "card", "card": {**CARD, "number": "4000000000003063"}})[
                "type"
            ],
            "card",
        ),
        (
            "American Express with three digits",
            lambda api: api.post(
                "/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "378282246310005"}}
            )["card"]["checks"]["cvc_check"],
            "unchecked",
        ),
        (
            "Indian cards",
            lambda api: [
                api.post("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": f"4000003560000{end}"}})[
                    "card"
                ]["country"]
                for end in ("123", "263")
            ],
            ["IN", "IN"],
        ),
        (
            "Paraguayan bank",
            lambda api: api.post("/v1/tokens", {"bank_account": paraguay})["bank_account"]["routing_number"],
            "0",
        ),
        (
            "3D Secure by name",
            lambda api: api.post(
                "/v1/payment_intents", {**ON_SESSION, "payment_method": "pm_card_threeDSecureRequired"}
            )["status"],
            "requires_action",
        ),
        (
            "key in the form",
            lambda api: api.post("/v1/tokens", card_form("name=J") + f"&key={PUBLISHABLE}".encode(), key=None)["type"],
            "card",
        ),
        ("key in the query", lambda api: api.get("/v1/customers?key=sk_test_1", key=None)["data"], []),
        (
            "placeholder in the form",
            lambda api: api.refused("/v1/tokens", b"key=dummy", key=None)["message"],
            "Invalid API Key provided: *ummy",
        ),
        (
            "placeholder",
            lambda api: api.refused("/v1/tokens", key="sk_test_abc-def")["message"],
            "Invalid API Key provided: sk_test_***-def",
        ),
    ]
    assert wrong(rows) == []


def second_use_of_a_cvc_token(api):
    token = api.token("cvc_update")
    params = {**ON_SESSION, "payment_method_options": {"card": {"cvc_token": token}}}
    api.post("/v1/payment_intents", params)
    error = api.refused("/v1/payment_intents", params)
    kept = api.get(f"/v1/payment_intents/{error['payment_intent']['id']}")
    return error["code"], error["payment_intent"]["status"], kept == error["payment_intent"]


def refused_create(api, **params):
    error = api.refused("/v1/payment_intents", {**ON_SESSION, **params})
    kept = api.get(f"/v1/payment_intents/{error['payment_intent']['id']}")
    return error["code"], kept["status"]


def message_and_param(error):
    return error["status"], error.get("code"), error.get("param"), error["message"][:60]


def test_refusals_read_as_stripes():
    too_small = (400, "amount_too_small", "amount", "Amount must be at least $0.50 usd")
    three_d_secure = "pm_card_authenticationRequired"
    rows = [
        (
            "unknown token",
            lambda api: message_and_param(api.not_found("/v1/tokens/tok_x")),
            (400, "resource_missing", "token", "No such token: 'tok_x'"),
        ),
        (
            "two types",
            lambda api: message_and_param(
                api.refused("/v1/tokens", {"pii": {"id_number": "1"}, "cvc_update": {"cvc": "123"}})
            ),
            (400, None, None, "You may only specify one of these parameters: cvc_update, pi"),
        ),
        ("CVC token", second_use_of_a_cvc_token, ("token_already_used", "requires_payment_method", True)),
        (
            "off session",
            lambda api: refused_create(api, payment_method=three_d_secure, off_session=True),
            ("authentication_required", "requires_payment_method"),
        ),
        (
            "3D Secure not handled",
            lambda api: refused_create(api, payment_method=three_d_secure, error_on_requires_action=True),
            ("authentication_required", "requires_payment_method"),
        ),
        ("small charge", lambda api: message_and_param(api.refused("/v1/charges", {**MONEY, "amount": 49})), too_small),
        (
            "small intent",
            lambda api: message_and_param(api.refused("/v1/payment_intents", {**MONEY, "amount": 1})),
            too_small,
        ),
        (
            "small intent's update",
            lambda api: message_and_param(
                api.refused(f"/v1/payment_intents/{api.post('/v1/payment_intents', MONEY)['id']}", {"amount": 49})
            ),
            too_small,
        ),
        (
            "small in yen",
            lambda api: api.refused("/v1/charges", {"amount": 49, "currency": "JPY"})["message"],
            "Amount must be at least ¥50 jpy",
        ),
        (
            "nothing to pay",
            lambda api: message_and_param(api.refused("/v1/payment_intents", {**MONEY, "amount": 0})),
            (
                400,
                "parameter_invalid_integer",
                "amount",
                "The amount must be greater than or equal to the minimum char",
            ),
        ),
        (
            "no currency",
            lambda api: message_and_param(api.refused("/v1/charges", {**MONEY, "currency": "xxd"})),
            (400, None, "currency", "Invalid currency: xxd. Stripe currently supports these curre"),
        ),
        (
            "unknown cursor",
            lambda api: message_and_param(api.not_found("/v1/charges?starting_after=ch_x")),
            (400, "resource_missing", "starting_after", "No such charge: 'ch_x'"),
        ),
        (
            "unknown cursor before",
            lambda api: message_and_param(api.not_found("/v1/payment_methods?ending_before=pm_x")),
            (400, "resource_missing", "ending_before", "No such PaymentMethod: 'pm_x'"),
        ),
        (
            "both cursors",
            lambda api: message_and_param(api.not_found("/v1/charges?ending_before=a&starting_after=b")),
            (400, None, None, "Received both starting_after and ending_before parameters. P"),
        ),
        (
            "velocity",
            lambda api: api.refused("/v1/charges", {**MONEY, "source": "tok_visa_chargeDeclinedVelocityLimitExceeded"})[
                "advice_code"
            ],
            "try_again_later",
        ),
        (
            "account",
            lambda api: "Stripe-Version" in api.send("GET", "/v1/accounts/acct_1", stripe_version="2024-06-20").headers,
            False,
        ),
        (
            "not simulated",
            lambda api: api.not_found("/v1/invoices")["message"].startswith(
                "pytest-stripe-tokens does not simulate GET /v1/invoices.\n"
            ),
            True,
        ),
    ]
    assert wrong(rows) == []


def test_a_list_may_be_numbered_from_anywhere():
    api = Api()
    for number in ("0", "1", "3", "10"):
        customer = api.post("/v1/customers", f"source=tok_visa&expand[{number}]=default_source".encode())
        assert customer["default_source"]["last4"] == "4242", number
    locales = api.post("/v1/customers", b"preferred_locales[10]=en&preferred_locales[2]=de")["preferred_locales"]
    assert locales == ["de", "en"]
