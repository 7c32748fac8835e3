"""Whatever is sent, the simulator answers in Stripe's form."""

from __future__ import annotations

import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.test_values import TEST_CARDS
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.routes import ROUTES
from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory

TYPES = {"api_error", "card_error", "idempotency_error", "invalid_request_error"}
FORM = "application/x-www-form-urlencoded"
KEYS = ["sk_test_1", "pk_test_1", "rk_test_1", "sk_" + "live_1", "pk_" + "live_1"]
MAGIC = ["tok_visa", "tok_chargeDeclined", "tok_visa_debit", "btok_us_verified", "btok_us", "pm_card_visa", "tok_nope"]

few = settings(max_examples=100, deadline=None)
many = settings(max_examples=150, deadline=None)


@cache
def factory():
    return GeneratorFactory()


def simulator():
    return Simulator(factory().generator())


def check(response):
    """A well-formed answer: JSON; of an error, Stripe's; never the one that stands for an exception of ours."""
    assert 200 <= response.status < 600
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Length"] == str(len(response.body))
    assert all(value.isascii() and value.isprintable() for value in response.headers.values())
    body = json.loads(response.body)
    if response.is_success:
        # A list of /v2 is no object.
        assert isinstance(body.get("object"), str) or {"data", "next_page_url", "previous_page_url"} == set(body)
        return body
    assert set(body) == {"error"}
    error = body["error"]
    assert error.get("type") in TYPES or error["code"]
    assert error["message"]
    assert error["message"] != "An unknown error occurred"
    assert all(value is not None for value in error.values())
    return body


texts = st.text(max_size=20)
header_texts = st.text(st.characters(max_codepoint=255), max_size=20)


@many
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD", ""]) | texts,
    host=st.sampled_from(["api.stripe.com", "files.stripe.com", "[", "api.stripe.com:99999"]),
    path=st.sampled_from(["/v1/tokens", "/v1/tokens/", "//", "", "/v1/tokens/%ff", "/v2/core/account_tokens"]) | texts,
    headers=st.fixed_dictionaries(
        {
            "authorization": st.sampled_from([f"Bearer {KEYS[0]}", "Bearer", "Basic !", "Basic c2tfdGVzdF8xOg==", ""])
            | header_texts,
            "content-type": st.sampled_from([FORM, "application/json", "multipart/form-data", ""]) | header_texts,
        },
        optional=dict.fromkeys(("stripe-account", "stripe-version", "idempotency-key"), header_texts),
    ),
    body=st.binary(max_size=200),
)
def test_any_request_is_answered(method, host, path, headers, body):
    check(simulator().answer(Request(method, f"https://{host}{path}", headers, body)))


words = st.sampled_from(
    [
        "",
        "0",
        "1",
        "12",
        "2050",
        "-1",
        "99",
        "123",
        "1234",
        "true",
        "false",
        "usd",
        "US",
        "DE",
        "card",
        "bank_account",
        "custom",
        "manual",
        "browser",
        "payment_authentication",
        "000123456789",
        "110000000",
        "x" * 5001,
        "9" * 5000,
        *[str(card["number"]) for card in TEST_CARDS.values()][:40],
        *MAGIC,
    ]
)
values = st.recursive(
    words | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts | st.sampled_from(["token", "card"]), inner, max_size=3)
    ),
    max_leaves=5,
)


CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}
SOUND = {
    "/v1/tokens": {"card": CARD},
    "/v1/charges": {"amount": "100", "currency": "usd", "source": "tok_visa"},
    "/v1/customers": {"source": "tok_visa"},
    "/v1/customers/:customer/sources": {"source": "btok_us_verified"},
    "/v1/payment_methods": {"type": "card", "card": CARD},
    "/v1/payment_intents": {"amount": "100", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"},
    "/v1/accounts": {"type": "custom", "external_account": "tok_visa_debit", "individual": {"first_name": "Jane"}},
    "/v1/accounts/:account/external_accounts": {"external_account": "btok_us"},
    "/v1/accounts/:account/reject": {"reason": "other"},
    "/v1/customers/:customer/sources/:id/verify": {"amounts": ["32", "45"]},
    "/v1/payouts": {"amount": "100", "currency": "usd"},
    "/v1/topups": {"amount": "100", "currency": "usd", "source": "btok_us_verified"},
    "/v1/sources": {"type": "card", "token": "tok_visa"},
    "/v1/three_d_secure/authentications": {
        "channel": {"type": "browser"},
        "message_category": "payment_authentication",
        "payment_method_data": {"type": "card", "card": {"token": "tok_visa"}},
    },
}
PREFIXES = {
    ":account": "acct_",
    ":authentication": "tdsa_",
    ":capability": "transfers",
    ":charge": "ch_",
    ":confirmation_token": "ctoken_",
    ":customer": "cus_",
    ":id": "",
    ":intent": ("pi_", "seti_"),
    ":payment_method": "pm_",
    ":payout": "po_",
    ":person": "person_",
    ":refund": "re_",
    ":source": "src_",
    ":token": ("tok_", "accttok_", "perstok_"),
    ":topup": "tu_",
    ":transfer": "tr_",
}


def leaf_values(spec, *, is_json):
    kind, *rest = spec.split()
    if is_json and kind in {"integer", "boolean"}:
        return st.integers(1, 100) if kind == "integer" else st.booleans()
    rest = [word for word in rest if word != "?"]
    if kind in {"enum", "enum*"}:
        return st.sampled_from(rest)
    if kind == "boolean":
        return st.sampled_from(["true", "false"])
    if kind in {"integer", "number"}:
        return st.sampled_from(["1", "12", "2027"])
    if kind == "metadata":
        return st.dictionaries(st.sampled_from(["a", "b"]), texts, max_size=2)
    return words


@st.composite
def parameter(draw, spec, ids, *, is_json=False):
    """A value as the table says it is."""
    if isinstance(spec, dict):
        names = [name for name in spec if name not in {"", "?"}]
        if not names or ("" in spec and draw(st.booleans())):
            return draw(ids)
        chosen = draw(st.sets(st.sampled_from(names), max_size=3)) | {name for name in names if name.endswith("!")}
        return {name.rstrip("!"): draw(parameter(spec[name], ids, is_json=is_json)) for name in sorted(chosen)}
    if isinstance(spec, list):
        return draw(st.lists(parameter(spec[0], ids, is_json=is_json), max_size=2))
    leaves = leaf_values(spec, is_json=is_json)
    return draw(leaves | ids if spec.startswith("string") else leaves)


def merged(base, changes):
    found = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(found.get(name), dict)
        found[name] = merged(found[name], value) if both else value
    return found


@st.composite
def parameters(draw, route, ids):
    """What the endpoint takes, with something added or something wrong."""
    base = SOUND.get(route.path, {}) if route.method == "POST" else {}
    is_json = route.path.startswith("/v2/")
    drawn = (
        draw(parameter(table(route.table), ids, is_json=is_json)) if draw(st.booleans()) and table(route.table) else {}
    )
    changed = merged(base, drawn)
    if not draw(st.integers(0, 3)):
        changed |= {draw(st.sampled_from(sorted(changed)) if changed else texts): draw(values)}
    return changed


def furnished():
    """An account with one object of each kind, and their ids."""
    made = simulator()
    ids = []
    card = {"card": {"number": "4000056655665556", "exp_month": "12", "exp_year": "2050", "currency": "usd"}}
    bank = {"country": "US", "routing_number": "110000000", "account_number": "000123456789"}
    requests = [
        ("/v1/tokens", card),
        ("/v1/tokens", {"bank_account": bank}),
        ("/v1/tokens", {"account": {"tos_shown_and_accepted": "true"}}),
        ("/v1/tokens", {"person": {"first_name": "Jane"}}),
        ("/v1/tokens", {"cvc_update": {"cvc": "123"}}),
        ("/v1/tokens", {"pii": {"id_number": "000000000"}}),
        ("/v1/customers", {"source": "tok_visa"}),
        ("/v1/charges", {"amount": "100", "currency": "usd", "source": "tok_visa"}),
        ("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}),
        ("/v1/payment_intents", {"amount": "100", "currency": "usd", "payment_method": "pm_card_visa"}),
        ("/v1/charges", {"amount": "100", "currency": "usd", "source": "tok_visa", "capture": "false"}),
        (
            "/v1/payment_intents",
            {
                "amount": "100",
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": "true",
                "capture_method": "manual",
            },
        ),
        ("/v1/setup_intents", {"payment_method": "pm_card_visa"}),
        ("/v1/accounts", {"type": "custom", "external_account": "btok_us_verified"}),
        ("/v1/topups", {"amount": "100", "currency": "usd", "source": "btok_us_verified"}),
        ("/v1/sources", {"type": "card", "token": "tok_visa"}),
        ("/v1/confirmation_tokens", {"payment_method": "pm_card_visa"}),
        ("/v2/core/account_tokens", {"display_name": "Furever"}),
    ]
    for path, params in requests:
        body = check(send(made, "POST", path, params))
        ids += [body["id"], *([body["default_source"]] if "default_source" in body else [])]
        if body["object"] == "charge" and body["captured"]:
            ids.append(check(send(made, "POST", "/v1/refunds", {"charge": body["id"], "amount": "60"}))["id"])
        if body["object"] == "account":
            ids.append(check(send(made, "POST", f"{path}/{body['id']}/persons", {}))["id"])
            ids.append(body["external_accounts"]["data"][0]["id"])
            money = {"amount": "100", "currency": "usd"}
            sent = check(send(made, "POST", "/v1/transfers", {**money, "destination": body["id"]}))["id"]
            ids += [sent, check(send(made, "POST", f"/v1/transfers/{sent}/reversals", {"amount": "10"}))["id"]]
            ids += [check(send(made, "POST", "/v1/payouts", money))["id"], "transfers"]
            ids.append(check(send(made, "GET", "/v1/events", {}))["data"][0]["id"])
    account = check(send(made, "POST", "/v2/core/accounts", {"identity": {"country": "us"}}))["id"]
    persons = [f"/v2/core/accounts/{account}/{part}" for part in ("persons", "person_tokens")]
    return made, [*ids, account, *(check(send(made, "POST", path, {"surname": "Rosen"}))["id"] for path in persons)]


def send(made, method, path, params, **headers):
    is_json = path.startswith("/v2/") and method == "POST"
    content_type = "application/json" if is_json else FORM
    sent = {"authorization": f"Bearer {KEYS[0]}", "content-type": content_type, **headers}
    query = f"?{forms.encode(params)}" if path.startswith("/v2/") and not is_json else ""
    body = json.dumps(params) if is_json else "" if query else forms.encode(params)
    return made.answer(Request(method, f"https://api.stripe.com{path}{query}", sent, body.encode()))


def fitting(part, known):
    """Ids for a path, of the right kind or not."""
    right = [name for name in known if name.startswith(PREFIXES[part])]
    return st.sampled_from(right * 5 + known) if right else st.sampled_from(known)


@many
@given(data=st.data())
def test_any_parameters_of_an_endpoint_are_answered(data):
    made, known = furnished()
    ids = st.sampled_from(known + MAGIC) | texts
    for _ in range(4):
        route = data.draw(st.sampled_from(ROUTES))
        parts = route.path.split("/")
        path = "/".join(data.draw(fitting(part, known)) if part.startswith(":") else part for part in parts)
        params = data.draw(parameters(route, ids))
        headers = data.draw(
            st.fixed_dictionaries(
                {"authorization": st.sampled_from([f"Bearer {key}" for key in KEYS[:1] * 16 + KEYS])},
                optional={
                    "idempotency-key": st.sampled_from("ab"),
                    "stripe-account": st.sampled_from([name for name in known if name.startswith("acct_")]),
                },
            )
        )
        check(send(made, route.method, path, params, **headers))


@few
@given(body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode), query=st.text(max_size=20))
def test_any_form_is_answered(body, query):
    headers = {"authorization": f"Bearer {KEYS[0]}", "content-type": FORM}
    check(simulator().answer(Request("POST", f"https://api.stripe.com/v1/tokens?{query}", headers, body)))


@few
@given(depth=st.integers(1, 3000), width=st.integers(1, 300))
def test_any_size_is_answered(depth, width):
    body = b"&".join(b"card" + b"[a]" * depth + b"[%d]=1" % index for index in range(width // depth + 1))
    headers = {"authorization": f"Bearer {KEYS[0]}", "content-type": FORM}
    check(simulator().answer(Request("POST", "https://api.stripe.com/v1/tokens", headers, body + b"x" * width * 1000)))
