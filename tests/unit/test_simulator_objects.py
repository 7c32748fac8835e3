"""Each parameter of each endpoint, sent whole: it is taken, and the answer is what stripe-python's classes say."""

from __future__ import annotations

from rows import each
from simulator_api import Api, problems
from simulator_requests import SOUND, Furnished, sample

from pytest_stripe_tokens.simulator.parameters import NEVER_EMPTY, table

# Ids of what has to exist, secrets that have to be right, and what excludes another parameter.
REFERENCES = {
    "account_token",
    "bank_account",
    "charge",
    "client_secret",
    "confirmation_token",
    "customer",
    "default_card",
    "default_source",
    "expand",
    "external_account",
    "invoice_settings",
    "payment_intent",
    "payment_method",
    "payment_method_data",
    "person_token",
    "source",
    "token",
}
# Said of a cvc_token, which goes with a confirmation only, and of payment methods other than cards.
ADDRESS = ("city", "country", "line1", "line2", "state", "zip")
OTHERS = {("payment_intents.create", "payment_method_options"), ("payment_intents.update", "payment_method_options")}
OTHERS |= {("payment_intents.confirm", "payment_method_options"), ("payment_methods.create", "card")}
OTHERS |= {
    ("payment_methods.create", "type"),
    ("payment_methods.update", "card"),
    ("sources.create", "type"),
    ("customers.create", "test_clock"),
}
# A customer's cash balance is not simulated.
OTHERS |= {("refunds.create", "currency"), ("refunds.create", "origin")}
# What belongs to another kind of source, dates that are no dates, ids of what has to exist.
OTHERS |= {("customers.update_source", name) for name in ("account_holder_name", "account_holder_type", "owner")} | {
    (endpoint, name)
    for endpoint in ("accounts.update_external_account", "customers.update_source")
    for name in ("exp_month", "exp_year")
}
OTHERS |= {("accounts.update_external_account", f"address_{name}") for name in ADDRESS}
OTHERS |= {("accounts.update_external_account", "name"), ("account_links.create", "account")}
OTHERS |= {("customers.verify_source", "amounts"), ("payouts.create", "destination")}
OTHERS |= {("transfers.create", "destination"), ("transfers.create", "source_transaction")}

FILLED = {*NEVER_EMPTY, "", "?"}


def blank(spec):
    """Leave every optional text that a table allows to be empty blank; give what else is required."""
    found = {}
    for known, inner in spec.items():
        name = known.rstrip("!")
        if known.endswith("!"):
            found[name] = sample(inner)
        elif isinstance(inner, dict):
            found[name] = blank(inner)
        elif isinstance(inner, str) and inner.split()[0] == "string" and name not in FILLED:
            found[name] = ""
    return found


def blanks_in(value):
    """Count the empty texts in an answer."""
    if isinstance(value, dict | list):
        return sum(blanks_in(item) for item in (value.values() if isinstance(value, dict) else value))
    return value == ""


CASES = [
    (endpoint, name.rstrip("!"))
    for endpoint in SOUND
    for name in table(endpoint)
    if name.rstrip("!") not in REFERENCES and (endpoint, name.rstrip("!")) not in OTHERS
]


def sent_to(api, endpoint, more):
    world = Furnished(api)
    path, params = SOUND[endpoint]
    return api.post(world.named(path), {**world.named(params), **more})


@each(("endpoint", "name"), CASES)
def test_a_parameter_is_taken_whole(endpoint, name):
    spec = next(inner for known, inner in table(endpoint).items() if known.rstrip("!") == name)
    body = sent_to(Api(), endpoint, {name: sample(spec)})
    assert problems(body) == []


def test_a_blank_text_is_answered_as_null():
    wrong = []
    for endpoint, name in CASES:
        spec = {known: inner for known, inner in table(endpoint).items() if known.rstrip("!") == name}
        body = sent_to(Api(), endpoint, blank(spec))
        if blanks_in(body) or problems(body):
            wrong.append((endpoint, name, problems(body)))
    assert wrong == []


@each("endpoint", SOUND)
def test_all_parameters_together_are_taken(endpoint):
    more = {
        name.rstrip("!"): sample(spec)
        for name, spec in table(endpoint).items()
        if (endpoint, name.rstrip("!")) in CASES
    }
    assert problems(sent_to(Api(), endpoint, more)) == []
