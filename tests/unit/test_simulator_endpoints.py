"""Every endpoint that uses a token up: with a fresh, a used, an unknown and a wrong-typed one, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rows import each
from simulator_api import Api, problems

if TYPE_CHECKING:
    from collections.abc import Callable

MONEY = {"amount": 500, "currency": "usd"}
PAYOUT = {"number": "4000056655665556", "currency": "usd"}
THREE_D_SECURE = {"channel": {"type": "browser"}, "message_category": "payment_authentication"}


@dataclass(frozen=True)
class Use:
    """One way to use a token up.

    Args:
        kind: the token's type.
        wrong: a type that the parameter does not take.
        param: the parameter.
        send: sends the request with a token's id.
        params: what the token is made of, beside the defaults.
        reads: gives the path to read what was made.
    """

    name: str
    kind: str
    wrong: str
    param: str
    send: Callable[[Api, str], Any]
    params: Any = None
    reads: str | None = "{object}s/{id}"


def to(path: str, **params: Any) -> Callable[[Api, str], Any]:
    """Send `params`, with the token for TOKEN, to a path with CUSTOMER, ACCOUNT, PERSON or INTENT made before."""

    def send(api: Api, token: str) -> Any:
        return api.send("POST", furnished(api, path), replaced(params, token))

    return send


def furnished(api: Api, path: str) -> str:
    makers: dict[str, Callable[[], str]] = {
        "CUSTOMER": api.customer,
        "ACCOUNT": api.account,
        "INTENT": lambda: intent(api),
        "SETUP": lambda: str(api.post("/v1/setup_intents")["id"]),
    }
    for word, make in makers.items():
        if word in path:
            made = make()
            path = path.replace(word, made)
            if "PERSON" in path:
                path = path.replace("PERSON", api.post(f"/v1/accounts/{made}/persons")["id"])
    return path


def intent(api: Api) -> str:
    made = api.post("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa"})
    return str(made["id"])


def replaced(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return {name: replaced(item, token) for name, item in value.items()}
    return token if value == "TOKEN" else value


def as_card(token: str = "TOKEN") -> dict[str, Any]:
    return {"type": "card", "card": {"token": token}}


CVC = {"payment_method_options": {"card": {"cvc_token": "TOKEN"}}}
CARD, BANK, PERSON = ("card", "bank_account"), ("bank_account", "pii"), ("person", "account")
USES = [
    Use("charge", *CARD, "source", to("/v1/charges", **MONEY, source="TOKEN")),
    Use("customer", "card", "pii", "source", to("/v1/customers", source="TOKEN")),
    Use("customer, bank", *BANK, "source", to("/v1/customers", source="TOKEN")),
    Use("customer changed", "card", "pii", "source", to("/v1/customers/CUSTOMER", source="TOKEN")),
    Use("customer changed, bank", *BANK, "source", to("/v1/customers/CUSTOMER", source="TOKEN")),
    Use(
        "source added", "card", "pii", "source", to("/v1/customers/CUSTOMER/sources", source="TOKEN"), reads="customer"
    ),
    Use("source added, bank", *BANK, "source", to("/v1/customers/CUSTOMER/sources", source="TOKEN"), reads="customer"),
    Use("payment method", *CARD, "card[token]", to("/v1/payment_methods", **as_card())),
    Use(
        "intent confirmed",
        "cvc_update",
        "card",
        "payment_method_options[card][cvc_token]",
        to("/v1/payment_intents/INTENT/confirm", **CVC),
    ),
    Use(
        "intent made and confirmed",
        "cvc_update",
        "card",
        "payment_method_options[card][cvc_token]",
        to("/v1/payment_intents", **MONEY, payment_method="pm_card_visa", confirm=True, **CVC),
    ),
    Use(
        "intent with a card",
        *CARD,
        "payment_method_data[card][token]",
        to("/v1/payment_intents", **MONEY, payment_method_data=as_card()),
    ),
    Use(
        "setup intent with a card",
        *CARD,
        "payment_method_data[card][token]",
        to("/v1/setup_intents", payment_method_data=as_card(), confirm=True),
    ),
    Use(
        "setup intent confirmed",
        *CARD,
        "payment_method_data[card][token]",
        to("/v1/setup_intents/SETUP/confirm", payment_method_data=as_card()),
    ),
    Use("account", "account", "person", "account_token", to("/v1/accounts", type="custom", account_token="TOKEN")),
    Use("account changed", "account", "person", "account_token", to("/v1/accounts/ACCOUNT", account_token="TOKEN")),
    Use(
        "account's card",
        "card",
        "pii",
        "external_account",
        to("/v1/accounts", type="custom", external_account="TOKEN"),
        PAYOUT,
    ),
    Use("account's bank", *BANK, "external_account", to("/v1/accounts", type="custom", external_account="TOKEN")),
    Use("account's bank, old", *BANK, "bank_account", to("/v1/accounts/ACCOUNT", bank_account="TOKEN")),
    Use("account's bank changed", *BANK, "external_account", to("/v1/accounts/ACCOUNT", external_account="TOKEN")),
    Use(
        "external account",
        *BANK,
        "external_account",
        to("/v1/accounts/ACCOUNT/external_accounts", external_account="TOKEN"),
        reads="account",
    ),
    Use(
        "external card",
        "card",
        "pii",
        "external_account[token]",
        to("/v1/accounts/ACCOUNT/external_accounts", external_account={"object": "card", "token": "TOKEN"}),
        PAYOUT,
        reads="account",
    ),
    Use("person", *PERSON, "person_token", to("/v1/accounts/ACCOUNT/persons", person_token="TOKEN"), reads="person"),
    Use(
        "person changed",
        *PERSON,
        "person_token",
        to("/v1/accounts/ACCOUNT/persons/PERSON", person_token="TOKEN"),
        reads="person",
    ),
    Use(
        "id number of a person",
        "pii",
        "card",
        "id_number",
        to("/v1/accounts/ACCOUNT/persons", id_number="TOKEN"),
        reads="person",
    ),
    Use(
        "second id number of a person",
        "pii",
        "card",
        "id_number_secondary",
        to("/v1/accounts/ACCOUNT/persons/PERSON", id_number_secondary="TOKEN"),
        reads="person",
    ),
    Use(
        "id number of an account",
        "pii",
        "card",
        "individual[id_number]",
        to("/v1/accounts", type="custom", business_type="individual", individual={"id_number": "TOKEN"}),
    ),
    Use(
        "id number in a person token",
        "pii",
        "card",
        "person[id_number]",
        to("/v1/tokens", person={"id_number": "TOKEN"}),
    ),
    Use(
        "id number in an account token",
        "pii",
        "card",
        "account[individual][id_number]",
        to("/v1/tokens", account={"individual": {"id_number": "TOKEN"}}),
    ),
    Use("top-up", *BANK, "source", to("/v1/topups", **MONEY, source="TOKEN")),
    Use("source", *CARD, "token", to("/v1/sources", type="card", token="TOKEN")),
    Use(
        "authentication",
        *CARD,
        "payment_method_data[card][token]",
        to("/v1/three_d_secure/authentications", **THREE_D_SECURE, payment_method_data=as_card()),
        reads="three_d_secure/authentications/{id}",
    ),
]
by_name = each("use", USES)


@by_name
def test_a_fresh_token_is_used_up(use):
    api = Api()
    token = api.token(use.kind, **(use.params or {}))
    assert not api.is_used(token)
    response = use.send(api, token)
    assert response.status == 200, response.body
    assert api.is_used(token)


@by_name
def test_a_used_token_is_refused(use):
    api = Api()
    token = api.used(api.token(use.kind, **(use.params or {})))
    response = use.send(api, token)
    error = response.json()["error"]
    assert (response.status, error["code"]) == (400, "token_already_used")
    assert error["message"] == f"You cannot use a Stripe token more than once: {token}."
    assert "param" not in error


@by_name
def test_an_unknown_token_is_refused(use):
    unknown = "pii_0" if use.kind == "pii" else "tok_0"
    response = use.send(Api(), unknown)
    error = response.json()["error"]
    assert (response.status, error["code"], error["param"]) == (400, "resource_missing", use.param)
    assert error["message"] == f"No such token: '{unknown}'"


@by_name
def test_a_token_of_another_type_is_refused(use):
    api = Api()
    token = api.token(use.wrong)
    response = use.send(api, token)
    error = response.json()["error"]
    assert (response.status, error["type"], error["param"]) == (400, "invalid_request_error", use.param)
    assert token in error["message"]
    assert not api.is_used(token)


@by_name
def test_the_answer_is_what_the_sdk_says(use):
    api = Api()
    body = use.send(api, api.token(use.kind, **(use.params or {}))).json()
    assert problems(body) == []
    assert list(body)[:2] == ["id", "object"]


@by_name
def test_what_was_made_can_be_read(use):
    api = Api()
    body = use.send(api, api.token(use.kind, **(use.params or {}))).json()
    paths = {
        "customer": f"customers/{body.get('customer')}/sources/{body['id']}",
        "account": f"accounts/{body.get('account')}/external_accounts/{body['id']}",
        "person": f"accounts/{body.get('account')}/persons/{body['id']}",
    }
    path = paths.get(use.reads or "", (use.reads or "").format_map(body))
    assert api.get(f"/v1/{path}") == body


@each(
    ("request_", "nearest", "call"),
    [
        ("POST /v1/subscriptions", None, '"POST /v1/subscriptions", {"object": "subscription"}'),
        ("GET /v1/subscriptions/sub_x", None, '"GET /v1/subscriptions/:id", {"object": "subscription"}'),
        ("GET /v1/invoices", None, '"GET /v1/invoices", {"object": "list", "data": []}'),
        ("POST /v1/invoices/in_1/pay", None, '"POST /v1/invoices/:id/pay", {"object": "invoice"}'),
        ("DELETE /v1/coupons/HALF", None, '"DELETE /v1/coupons/:id", {"object": "coupon", "deleted": True}'),
        ("POST /v1/checkout/sessions", None, '"POST /v1/checkout/sessions", {"object": "checkout.session"}'),
        ("POST /v1/tax_rates/txr_9", None, '"POST /v1/tax_rates/:id", {"object": "tax_rate"}'),
        ("POST /v1/token", "POST /v1/tokens", '"POST /v1/token", {}'),
        ("POST /v1/customer", "POST /v1/customers", '"POST /v1/customer", {}'),
        ("GET /v1/charge/ch_1", "GET /v1/charges/:charge", '"GET /v1/charge/:id", {}'),
        ("POST /", None, '"POST /", {}'),
    ],
)
def test_another_path_is_refused_with_the_nearest_and_the_words_to_type(request_, nearest, call):
    method, path = request_.split()
    answer = Api().send(method, path)
    error = answer.json()["error"]
    assert (answer.status, error["type"]) == (404, "invalid_request_error")
    first, *between, pasted, last = error["message"].split("\n")
    assert first == f"pytest-stripe-tokens does not simulate {request_}."
    # What comes near changes with every endpoint that is added.
    assert len(between) <= 1
    assert nearest is None or between == [f"The nearest that it does: {nearest}"]
    assert pasted == f"Say what Stripe answers: stripe_tokens.answer({call})"
    assert last == "Supported, beside /v1/tokens: see docs/endpoints.md in its repository"
    compile(pasted.partition(": ")[2], "pasted", "eval")


def test_another_method_of_a_path_is_refused_in_stripes_words_too():
    message = Api().send("PUT", "/v1/charges/ch_1").json()["error"]["message"]
    assert message.startswith(
        "pytest-stripe-tokens does not simulate PUT /v1/charges/ch_1 (Unrecognized request URL), but "
    )
    assert "The nearest that it does: GET /v1/charges/:charge\n" in message


def test_the_sdks_types_are_really_checked():
    charge = Api().post("/v1/charges", {**MONEY, "source": "tok_visa"})
    broken = {**charge, "amount": "500", "status": "nope", "outcome": {**charge["outcome"], "type": None}}
    del broken["currency"]
    assert len(problems(broken)) == 4
