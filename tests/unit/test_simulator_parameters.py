from __future__ import annotations

import json

from rows import each
from simulator_api import FORM, Api

from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.routes import ROUTES

CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}
BANK = {"country": "US", "routing_number": "110000000", "account_number": "000123456789"}


def paths(spec, parent=""):
    """Give every documented path of a table and its leaf."""
    for name, inner in spec.items():
        if name in {"", "?"}:
            continue
        path = f"{parent}[{name.rstrip('!')}]" if parent else name.rstrip("!")
        yield path, inner
        if isinstance(inner, dict):
            yield from paths(inner, path)


TOKENS = dict(paths(table("tokens.create")))
LEAVES = {path: leaf for path, leaf in TOKENS.items() if isinstance(leaf, str)}
WITHIN = {"card": {"card": CARD}, "bank_account": {"bank_account": BANK}, "cvc_update": {"cvc_update": {"cvc": "123"}}}


def refused(path, value):
    """Send one parameter beside what its type needs, give the error."""
    params = [f"{name}={item}" for name, item in flat(WITHIN.get(path.partition("[")[0], {})) if name != path]
    params += [f"{path}={value}"]
    params += [f"{sibling}=1" for sibling in siblings(path)]
    return Api().refused("/v1/tokens", "&".join(params).encode())


def siblings(path):
    """Give the other required parts of a date."""
    parent, _, name = path.rpartition("[")
    parts = {"day", "month", "year"}
    return [f"{parent}[{part}]" for part in sorted(parts - {name[:-1]})] if name[:-1] in parts else []


def flat(params, parent=""):
    for name, value in params.items():
        path = f"{parent}[{name}]" if parent else name
        if isinstance(value, dict):
            yield from flat(value, path)
        else:
            yield path, value


def test_the_table_has_every_documented_path():
    # 268 rows of the reference, two of which are the empty form of a list.
    assert len(TOKENS) == 266


@each("route", [route for route in ROUTES if route.parameters])
def test_every_table_can_be_read(route):
    # What is read or deleted under /v2 takes nothing.
    assert dict(table(route.table)) or route.table == "v2_core.retrieve"


LIMITED = [
    (path, int(leaf.split()[1])) for path, leaf in LEAVES.items() if leaf.startswith("string ") and leaf != "string ?"
]


@each(("path", "limit"), LIMITED)
def test_a_string_ends_at_its_length(path, limit):
    error = refused(path, "x" * (limit + 1))
    assert (error["status"], error["param"]) == (400, path)
    assert error["message"].endswith(f"; must be at most {limit} characters")


CLOSED = [path for path, leaf in LEAVES.items() if leaf.startswith("enum ")]


@each("path", CLOSED)
def test_an_enumeration_is_held_to(path):
    error = refused(path, "nope")
    assert (error["status"], error["param"]) == (400, path)
    assert error["message"].startswith(f"Invalid {path}: must be one of ")


@each("path", [path for path, leaf in LEAVES.items() if leaf.startswith("enum*") and "card" not in path])
def test_an_enumeration_that_bypasses_validation_takes_other_values(path):
    assert Api().post("/v1/tokens", f"{path}=something_new".encode())


@each("path", [path for path, leaf in LEAVES.items() if leaf.startswith("integer")])
@each("value", ["abc", "1.5", "9" * 30])
def test_an_integer_is_one(path, value):
    error = refused(path, value)
    assert (error["code"], error["param"]) == ("parameter_invalid_integer", path)


@each("path", [path for path, leaf in LEAVES.items() if leaf == "boolean"])
@each("value", ["yes", "TRUE", "1"])
def test_a_boolean_is_one(path, value):
    error = refused(path, value)
    assert (error["param"], error["message"]) == (path, f"Invalid boolean: {value}")


@each("path", [path for path, leaf in LEAVES.items() if leaf.startswith("number")])
def test_a_number_is_one(path):
    assert refused(path, "much")["param"] == path
    assert Api().post("/v1/tokens", f"{path}=12.5".encode())


NEVER_EMPTY = {
    "account_number",
    "currency",
    "customer",
    "cvc",
    "exp_month",
    "exp_year",
    "number",
    "payment_method",
    "routing_number",
}


def test_an_empty_string_unsets_a_text_and_nothing_else():
    wrong = []
    for path, leaf in LEAVES.items():
        if leaf.endswith("?") or path == "bank_account[country]":
            continue
        is_text = leaf.startswith("string") and path.rpartition("[")[2].rstrip("]") not in NEVER_EMPTY
        params = [f"{name}={item}" for name, item in flat(WITHIN.get(path.partition("[")[0], {})) if name != path]
        answer = Api().send("POST", "/v1/tokens", "&".join([*params, f"{path}="]).encode())
        error = answer.json().get("error", {})
        if (error.get("code"), error.get("param")) != ((None, None) if is_text else ("parameter_invalid_empty", path)):
            wrong.append((path, error))
    assert wrong == []


@each("path", [path for path, leaf in LEAVES.items() if leaf.endswith("?")])
def test_an_empty_string_unsets_what_can_be_unset(path):
    assert Api().post("/v1/tokens", f"{path}=".encode())


HASHES = [path for path, leaf in TOKENS.items() if isinstance(leaf, dict) and "" not in leaf]


@each("path", HASHES)
def test_a_hash_is_one(path):
    error = refused(path, "text") if "[" in path else Api().refused("/v1/tokens", f"{path}=text".encode())
    assert (error["message"], error["param"]) == ("Invalid object", path)


@each("path", [path for path, leaf in TOKENS.items() if isinstance(leaf, list)])
def test_a_list_is_one(path):
    error = refused(path, "text")
    assert (error["message"], error["param"]) == ("Invalid array", path)


@each("path", [path for path, leaf in LEAVES.items() if leaf.startswith("string")])
def test_a_string_is_no_hash(path):
    error = refused(f"{path}[a]", "1")
    assert error["param"] == path


@each("name", ["day", "month", "year"])
def test_a_date_needs_all_of_its_parts(name):
    parts = {part: "1" for part in ("day", "month", "year") if part != name}
    error = Api().refused("/v1/tokens", {"person": {"dob": parts}})
    assert (error["code"], error["param"]) == ("parameter_missing", f"person[dob][{name}]")


@each(("name", "value"), [("day", "0"), ("day", "32"), ("month", "13")])
def test_a_date_has_its_limits(name, value):
    parts = {"day": "1", "month": "1", "year": "1990", name: value}
    error = Api().refused("/v1/tokens", {"person": {"dob": parts}})
    assert (error["code"], error["param"]) == ("parameter_invalid_integer", f"person[dob][{name}]")


@each("name", ["number", "exp_month", "exp_year"])
def test_what_a_card_requires_is_missed(name):
    params = {key: value for key, value in CARD.items() if key != name}
    error = Api().refused("/v1/tokens", {"card": params})
    assert (error["code"], error["param"]) == ("parameter_missing", f"card[{name}]")
    assert error["message"] == f"Missing required param: card[{name}]."


@each("name", ["account_number", "country"])
def test_what_a_bank_account_requires_is_missed(name):
    params = {key: value for key, value in BANK.items() if key != name}
    error = Api().refused("/v1/tokens", {"bank_account": params})
    assert (error["code"], error["param"]) == ("parameter_missing", f"bank_account[{name}]")


@each(
    ("params", "param"),
    [
        ({"nope": "1"}, "nope"),
        ({"card": {**CARD, "nope": "1"}}, "card[nope]"),
        ({"person": {"address": {"nope": "1"}}}, "person[address][nope]"),
        ({"pii": {"personal_id_number": "1"}}, "pii[personal_id_number]"),
        ({"bank_account": {**BANK, "name": "x"}}, "bank_account[name]"),
    ],
)
def test_an_unknown_parameter_is_named(params, param):
    error = Api().refused("/v1/tokens", params)
    assert (error["code"], error["param"]) == ("parameter_unknown", param)
    assert error["message"].startswith(f"Received unknown parameter: {param}")


@each(("name", "hint"), [("exp_mont", "exp_month"), ("numbr", "number"), ("zzz", None)])
def test_a_near_miss_is_hinted_at(name, hint):
    message = Api().refused("/v1/tokens", {"card": {**CARD, name: "1"}})["message"]
    assert message.endswith(f". Did you mean {hint}?" if hint else f"card[{name}]")


def test_several_unknown_parameters_are_all_named():
    error = Api().refused("/v1/tokens", {"a": "1", "card": {**CARD, "b": "2"}})
    assert (error["message"], error["param"]) == ("Received unknown parameters: a, card[b]", "a")


def test_an_unknown_parameter_of_a_reading_request_is_refused():
    api = Api()
    assert api.not_found(f"/v1/tokens/{api.token()}?nope=1")["code"] == "parameter_unknown"


@each("metadata", [{"k" * 41: "v"}, {"k": "v" * 501}, {f"k{n}": "v" for n in range(51)}])
def test_metadata_has_its_limits(metadata):
    assert Api().refused("/v1/tokens", {"person": {"metadata": metadata}})["status"] == 400


def test_parameters_may_travel_in_the_query():
    query = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050"
    assert Api().post(f"/v1/tokens?{query}")["card"]["last4"] == "4242"
    assert Api().post(f"/v1/tokens?{query.replace('[', '%5B').replace(']', '%5D')}")["card"]["last4"] == "4242"


@each("content_type", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_a_body_that_is_no_form_is_refused(content_type):
    error = Api().refused("/v1/tokens", json.dumps({"card": CARD}).encode(), content_type=content_type)
    assert error["status"] == 400
    assert "check that your POST content type is application/x-www-form-urlencoded" in error["message"]


@each("content_type", [FORM, f"{FORM}; charset=utf-8", FORM.upper()])
def test_a_form_may_name_its_charset(content_type):
    body = b"card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050"
    assert Api().post("/v1/tokens", body, content_type=content_type)


@each("body", [b"pii[id_number]=%ff", b"pii[id_number]=\xff", "pii[id_number]=é".encode("utf-16")])
def test_what_is_not_utf8_is_refused(body):
    assert Api().refused("/v1/tokens", body)["message"] == "Invalid request: the parameters are not valid UTF-8."


def test_a_quoted_value_is_cut():
    assert len(Api().refused("/v1/tokens", {"x" * 100000: "1"})["message"]) < 1100
