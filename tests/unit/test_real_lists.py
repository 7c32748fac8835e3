"""Lists, their filters and cursors, search, and what can be expanded: held against stripe-python and its documentation."""

from __future__ import annotations

import importlib
import typing

import stripe
from simulator_api import Api, fields_of
from stripe._object_classes import OBJECT_CLASSES

from pytest_stripe_tokens.simulator.expanding import EXPANDABLE
from pytest_stripe_tokens.simulator.parameters import table

LISTS = {
    "accounts": "account",
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "customers": "customer",
    "customers_payment_methods": "customer_payment_method",
    "external_accounts": "account_external_account",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "persons": "account_person",
    "refunds": "refund",
    "setup_intents": "setup_intent",
    "sources": "customer_payment_source",
    "topups": "topup",
}
KINDS = (*EXPANDABLE, "source", "token")
# What every one of the SDK's methods takes beside the request's parameters.
OPTIONS = set(stripe.RequestOptions.__annotations__)
MONEY = {"amount": 500, "currency": "usd"}


def sdk_names(module):
    """Give the names of a list's parameters and of the hashes in them."""
    found = importlib.import_module(f"stripe.params._{module}_list_params")
    classes = {name: value for name, value in vars(found).items() if name.endswith("Params") or "ListParams" in name}
    base = min(classes, key=len)
    names = {name.rstrip("_"): None for name in classes[base].__annotations__ if name not in OPTIONS}
    for name, value in classes.items():
        if name != base:
            parameter = name.removeprefix(base).lower()
            names[parameter] = set(value.__annotations__)
    return names


def test_every_list_takes_what_the_sdk_sends():
    differing = []
    for name, module in LISTS.items():
        spec, sdk = table(f"reading.{name}"), sdk_names(module)
        hashes = {key: set(inner) - {""} for key, inner in spec.items() if isinstance(inner, dict)}
        if set(spec) != set(sdk) or hashes != {key: inner for key, inner in sdk.items() if inner}:
            differing.append((name, set(spec) ^ set(sdk), hashes))
    assert differing == []


def expandable(hint, path):
    """Give the paths of the expandable fields that a class of the SDK has, those of its hashes included."""
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Union:
        is_object = any(isinstance(part, type) and issubclass(part, stripe.StripeObject) for part in inner)
        if str in inner and is_object:
            yield path
        else:
            for part in inner:
                yield from expandable(part, path)
    elif typing.get_origin(hint) is list:
        yield from expandable(inner[0], path)
    elif isinstance(hint, type) and issubclass(hint, stripe.StripeObject) and "OBJECT_NAME" not in vars(hint):
        for name, field in fields_of(hint).items():
            yield from expandable(field, f"{path}.{name}")


def test_whatever_the_sdk_calls_expandable_can_be_expanded():
    missing = []
    for kind in KINDS:
        known = EXPANDABLE.get(kind, ())
        module, name = OBJECT_CLASSES[kind]
        hints = fields_of(getattr(importlib.import_module(module), name))
        named = {path for field, hint in hints.items() for path in expandable(hint, field)}
        missing += [(kind, path) for path in sorted(named - set(known))]
    assert missing == []


def made(api):
    """Make objects that differ in what lists can be filtered by; give their ids."""
    customer = api.customer(email="a@example.com", source="tok_visa")
    other = api.customer(email="b@example.com")
    method = api.post("/v1/payment_methods/pm_card_visa/attach", {"customer": other})["id"]
    intent = api.post("/v1/payment_intents", {**MONEY, "confirm": True, "payment_method": "pm_card_visa"})
    charge = api.post("/v1/charges", {**MONEY, "customer": customer, "transfer_group": "ORDER10"})["id"]
    topup = api.post("/v1/topups", {**MONEY, "amount": 900, "source": "btok_us_verified"})["id"]
    failed = api.post("/v1/topups", {**MONEY, "source": "btok_us_verified_insufficientFunds"})["id"]
    account = api.account()
    owner = api.post(f"/v1/accounts/{account}/persons", {"relationship": {"owner": True}})["id"]
    director = api.post(f"/v1/accounts/{account}/persons", {"relationship": {"director": True}})["id"]
    return {
        "customer": customer,
        "other": other,
        "method": method,
        "intent": intent["id"],
        "paid": intent["latest_charge"],
        "charge": charge,
        "topup": topup,
        "failed": failed,
        "account": account,
        "owner": owner,
        "director": director,
        "created": api.get(f"/v1/customers/{other}")["created"],
    }


FILTERED = [
    ("customers?email=a@example.com", ["customer"]),
    ("customers?email=A@example.com", []),
    ("customers?email=", ["other", "customer"]),
    ("customers?created={created}", ["other"]),
    ("customers?created[gte]={created}", ["other"]),
    ("customers?created[lt]={created}", ["customer"]),
    ("customers?created[gt]=1&created[lte]={created}", ["other", "customer"]),
    ("charges?customer={customer}", ["charge"]),
    ("charges?payment_intent={intent}", ["paid"]),
    ("charges?transfer_group=ORDER10", ["charge"]),
    ("charges?transfer_group=ORDER11", []),
    ("charges?starting_after={charge}", ["paid"]),
    ("charges?ending_before={paid}", ["charge"]),
    ("charges?limit=1", ["charge"]),
    ("payment_methods?customer={other}&type=card", ["method"]),
    ("payment_methods?customer={other}&type=us_bank_account", []),
    ("payment_methods?customer={other}&allow_redisplay=always", []),
    ("customers/{other}/payment_methods?allow_redisplay=unspecified", ["method"]),
    ("customers/{customer}/sources?object=bank_account", []),
    ("payment_intents?customer={other}", []),
    ("topups?status=failed", ["failed"]),
    ("topups?amount[gt]=500", ["topup"]),
    ("topups?amount=500", ["failed"]),
    ("accounts/{account}/persons?relationship[owner]=true", ["owner"]),
    ("accounts/{account}/persons?relationship[owner]=false", ["director"]),
]
REFUSED = [("charges?customer=cus_x", "customer"), ("charges?payment_intent=pi_x", "payment_intent")]


def test_filters_and_cursors_choose():
    api = Api()
    ids = made(api)
    wrong = []
    for path, expected in FILTERED:
        found = [item["id"] for item in api.get(f"/v1/{path.format(**ids)}")["data"]]
        if found != [ids[name] for name in expected]:
            wrong.append((path, found))
    for path, param in REFUSED:
        error = api.not_found(f"/v1/{path}")
        if (error["status"], error["code"], error["param"]) != (400, "resource_missing", param):
            wrong.append((path, error))
    assert wrong == []


def test_a_page_before_a_cursor_is_the_nearest_one():
    api = Api()
    ids = [api.customer() for _ in range(5)][::-1]
    page = api.get(f"/v1/customers?limit=2&ending_before={ids[4]}")
    assert ([item["id"] for item in page["data"]], page["has_more"]) == (ids[2:4], True)


QUERIES = [
    ("customers", 'email:"a@example.com"', ["customer"]),
    ("customers", "email:'A@EXAMPLE.COM'", ["customer"]),
    ("customers", "email~'example'", ["other", "customer"]),
    ("customers", "-email:'a@example.com'", ["other"]),
    ("customers", "name:null", ["other", "customer"]),
    ("customers", "-name:null", []),
    ("customers", "email~'example' AND created>={created}", ["other"]),
    ("customers", "email~'example' created<{created}", ["customer"]),
    ("customers", "email:'a@example.com' OR email:'b@example.com'", ["other", "customer"]),
    ("customers", "metadata['order']:'6735'", []),
    ("customers", 'metadata["order"]:null', ["other", "customer"]),
    ("charges", "amount>499 AND status:'succeeded'", ["charge", "paid"]),
    ("charges", "customer:'{customer}' AND refunded:'false'", ["charge"]),
    ("charges", "payment_method_details.card.last4:4242", ["charge", "paid"]),
    ("charges", "amount<500", []),
    ("payment_intents", "status:'succeeded' AND amount:500", ["intent"]),
    ("payment_intents", "-status:'canceled'", ["intent"]),
]
UNREADABLE = [
    "email",
    "email:'a",
    "email:'a' nonsense",
    "nope:'a'",
    "address['a']:'a'",
    "email:'a' AND name:'b' OR name:'c'",
    "email>'a'",
    "created~'123'",
    "created:'soon'",
    "email~'ab'",
    "email:'a' AND",
]


def test_search_finds():
    api = Api()
    ids = made(api)
    wrong = []
    for kind, query, expected in QUERIES:
        response = api.send("GET", f"/v1/{kind}/search", {"query": query.format(**ids)})
        found = [item["id"] for item in response.json().get("data", [response.json()])]
        if found != [ids[name] for name in expected]:
            wrong.append((query, found))
    assert wrong == []


def test_a_query_that_cannot_be_read_says_why():
    wrong = []
    for query in UNREADABLE:
        response = Api().send("GET", "/v1/customers/search", {"query": query})
        error = response.json().get("error", {})
        if error.get("param") != "query" or not error["message"].startswith("pytest-stripe-tokens cannot read this "):
            wrong.append((query, response.json()))
    assert wrong == []


def test_a_search_is_read_page_by_page():
    api = Api()
    ids = [api.customer(name="Jenny") for _ in range(3)][::-1]
    sent = {"query": "name:'jenny'", "limit": 2, "expand": ["total_count", "data.default_source"]}
    first = api.send("GET", "/v1/customers/search", sent).json()
    second = api.send("GET", "/v1/customers/search", {**sent, "page": first["next_page"]}).json()
    assert [item["id"] for item in first["data"] + second["data"]] == ids
    assert (first["object"], first["has_more"], first["total_count"], first["url"]) == (
        "search_result",
        True,
        3,
        "/v1/customers/search",
    )
    assert (second["has_more"], second["next_page"]) == (False, None)
    assert api.send("GET", "/v1/customers/search", {**sent, "page": "x"}).status == 400
