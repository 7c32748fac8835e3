"""What the simulator answers, whole, against what it answered when someone last read it (`shared/approved_answers.json`).

This is no oracle: it shows that nothing changed unnoticed. After a change that is meant, run this file with Python, read
the difference, and commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulator_api import Api
from simulator_requests import MONEY, SOUND, sample
from test_simulator_endpoints import USES
from test_simulator_objects import CASES, sent_to

from pytest_stripe_tokens.simulator.parameters import table

APPROVED = Path(__file__).parents[1] / "shared" / "approved_answers.json"


def everything(endpoint: str) -> dict[str, Any]:
    """Give each parameter of an endpoint a value."""
    names = {name.rstrip("!"): spec for name, spec in table(endpoint).items()}
    return {name: sample(spec) for name, spec in names.items() if (endpoint, name) in CASES}


def lifetime() -> dict[str, Any]:
    """Use each object further, read it with what can be expanded, and list it."""
    api, made = Api(), {}
    customer = api.customer(source="tok_visa", name="Jenny Rosen")
    card = api.post(f"/v1/customers/{customer}/sources", {"source": "tok_amex"})["id"]
    api.post(f"/v1/customers/{customer}/sources", {"source": api.token("bank_account")})
    method = api.post("/v1/payment_methods", {"type": "card", "card": {"token": "tok_mastercard"}})["id"]
    held = api.post("/v1/payment_intents", {**MONEY, "customer": customer, "capture_method": "manual"})["id"]
    made["attached method"] = api.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    made["confirmed intent"] = api.post(f"/v1/payment_intents/{held}/confirm", {"payment_method": method})
    secure = {"type": "card", "card": {"token": api.token(number="4000002760003184")}}
    params = {**MONEY, "payment_method_data": secure, "confirm": "true"}
    made["intent with 3DS"] = api.post("/v1/payment_intents", params)
    failed = {**MONEY, "payment_method": "pm_card_chargeDeclinedInsufficientFunds", "confirm": "true"}
    made["declined intent"] = api.refused("/v1/payment_intents", failed)
    made["declined charge"] = api.get(f"/v1/charges/{made['declined intent']['charge']}")
    made["charge of a saved card"] = api.post("/v1/charges", {**MONEY, "customer": customer, "source": card})
    made["charge of a bank account"] = api.post(
        "/v1/charges", {**MONEY, "customer": api.customer(source="btok_us_verified")}
    )
    made["failed top-up"] = api.post("/v1/topups", {**MONEY, "source": "btok_us_verified_noAccount"})
    account = api.account(external_account=api.token("bank_account"), account_token=api.token("account"))
    person = api.post(f"/v1/accounts/{account}/persons", {"person_token": api.token("person")})["id"]
    expanded = {
        f"/v1/charges/{made['confirmed intent']['latest_charge']}": ("customer", "payment_intent"),
        f"/v1/payment_intents/{held}": ("customer", "latest_charge", "payment_method"),
        f"/v1/customers/{customer}": ("sources", "default_source"),
        f"/v1/payment_methods/{method}": ("customer",),
    }
    paths = [f"{path}?{'&'.join(f'expand[]={name}' for name in names)}" for path, names in expanded.items()]
    paths += [f"/v1/accounts/{account}", f"/v1/accounts/{account}/persons/{person}"]
    lists = ("charges", "customers", "payment_intents", "accounts", "topups", f"customers/{customer}/sources")
    paths += [f"/v1/{name}?limit=2" for name in (*lists, f"customers/{customer}/payment_methods")]
    paths += [f"/v1/accounts/{account}/{name}" for name in ("persons", "external_accounts")]
    paths += [f"/v1/customers/{customer}/sources?object=bank_account"]
    return made | {path.replace(customer, "CUSTOMER"): api.get(path) for path in paths}


def answers() -> dict[str, Any]:
    """Give what is approved, by name."""
    found: dict[str, Any] = {}
    for use in USES:
        api = Api()
        found[use.name] = use.send(api, api.token(use.kind, **(use.params or {}))).json()
    for endpoint in SOUND:
        found[f"{endpoint}, everything"] = sent_to(Api(), endpoint, everything(endpoint))
    for kind in ("account", "bank_account", "card", "cvc_update", "person", "pii"):
        found[f"{kind} token"] = (api := Api()).get(f"/v1/tokens/{api.token(kind)}")
    return found | lifetime()


def test_the_answers_are_the_approved_ones():
    approved = json.loads(APPROVED.read_text(encoding="utf-8"))
    found = answers()
    assert list(found) == list(approved)
    changed = {
        name: [key for key in body | found[name] if body.get(key) != found[name].get(key)]
        for name, body in approved.items()
        if json.dumps(body) != json.dumps(found[name])
    }
    assert changed == {}, f"meant? then run {Path(__file__).name} with Python and read the difference"


def write() -> None:
    """Write the file: a line for each field of each answer."""
    lines = []
    for name, body in answers().items():
        fields = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in body.items())
        lines.append(f" {json.dumps(name)}: {{\n{fields}\n }}")
    APPROVED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
