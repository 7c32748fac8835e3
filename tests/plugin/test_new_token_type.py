"""A token type is a row: a copy of the package gets one more, and a suite uses it like the others."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_stripe_tokens

PACKAGE = Path(pytest_stripe_tokens.__file__).parent
ROW = """_TYPES = (
    TokenType(
        name="parcel",
        parameter="parcel",
        fixture="parcel_token",
        id_prefix="prc",
        nested={nested},
        nested_prefix={prefix},
        defaults={{"weight": "12"}},
        key_kind="secret",
        secret_parameters=frozenset(),
    ),"""
SUITE = """
    import pytest
    from pytest_stripe_tokens import StripeAPIError
    from pytest_stripe_tokens.{schemas} import problems

    def test_the_fixture(parcel_token):
        assert (parcel_token.type, parcel_token.id.partition("_")[0]) == ("parcel", "prc")
        assert problems(parcel_token.to_dict()) == []

    def test_every_type(stripe_token):
        assert stripe_token.object == "token"

    def test_create(stripe_tokens):
        token = stripe_tokens.create("parcel", weight="13")
        assert stripe_tokens.retrieve(token.id) == token
        seen = stripe_tokens.requests[0]
        assert (seen.token_type, seen.params) == ("parcel", {{"parcel": {{"weight": "13"}}}})
        assert set(token.to_dict()) == {{"id", "object", "client_ip", "created", "livemode", "type", "used"}}

    def test_the_table(stripe_tokens):
        with pytest.raises(StripeAPIError) as error:
            stripe_tokens.create("parcel", weight="x" * 100)
        assert error.value.param == "parcel[weight]"
        with pytest.raises(StripeAPIError, match="parcel.size"):
            stripe_tokens.create("parcel", size="1")

    def test_single_use(parcel_token, stripe_tokens):
        stripe_tokens.use(parcel_token)
        with pytest.raises(StripeAPIError, match="more than once"):
            stripe_tokens.use(parcel_token)
"""


# One with endpoints of its own, whose path names more than the token.
OWN_ROW = """_TYPES = (
    TokenType(
        name="depot.label",
        parameter=None,
        fixture="label_token",
        id_prefix="lab",
        nested=None,
        nested_prefix=None,
        defaults={"depot": "dep_1", "weight": "12", "pin": "1234"},
        key_kind="secret",
        secret_parameters=frozenset({"pin"}),
        object="depot.label",
        create="/v1/depots/:depot/labels",
        retrieve="/v1/depots/:depot/labels/:id",
        table="labels.create",
        unused={"parcel": None},
        used_error="token_already_used",
    ),"""
OWN_ENDPOINT = '''
"""Labels: what a depot puts on one parcel."""

from pytest_stripe_tokens.simulator.errors.refusal import ApiError


def create(call):
    """Print one."""
    created = call.world.tick()
    body = {"id": call.new_id("lab", created), "object": "depot.label", "created": created, "livemode": False}
    params = {**call.params, "depot": call.ids[0]}
    return call.add({**body, "parcel": None, "weight": call.number("weight")}, params=params).copy()


def retrieve(call):
    """Give one of a depot's."""
    entry = call.world.read(call.ids[1], call.scope, "depot.label", "label")
    if entry.private["params"]["depot"] != call.ids[0]:
        raise ApiError("resource_missing", param="label", noun="label", id=entry.id, hint="")
    return entry.copy()
'''
OWN_ROUTES = """ROUTES = (
    Route("POST", "/v1/depots/:depot/labels", labels.create, "labels.create"),
    Route("GET", "/v1/depots/:depot/labels/:label", labels.retrieve),"""
OWN_SUITE = """
    import os
    import pytest
    from pytest_stripe_tokens import OTHER_TOKEN_TYPES, TOKEN_TYPES, StripeAPIError

    ORIGIN = os.environ.get("ORIGIN", "generated")

    def test_the_fixture(label_token, stripe_tokens):
        assert (label_token.object, label_token.weight, label_token.origin) == ("depot.label", 12, ORIGIN)
        assert label_token.id.partition("_")[0] == "lab"
        assert stripe_tokens.retrieve(label_token) == label_token
        assert [seen.path for seen in stripe_tokens.requests] == [
            "/v1/depots/dep_1/labels", f"/v1/depots/dep_1/labels/{label_token.id}"
        ]
        assert [seen.token_type for seen in stripe_tokens.requests] == ["depot.label", "depot.label"]
        assert stripe_tokens.requests[0].params == {"weight": "12", "pin": "1234"}

    @pytest.mark.parametrize("stripe_token", ["depot.label"], indirect=True)
    def test_parametrized(stripe_token):
        assert (stripe_token.weight, stripe_token.origin) == (12, ORIGIN)

    def test_single_use(label_token, stripe_tokens):
        stripe_tokens.use(label_token)
        assert stripe_tokens.retrieve(label_token).parcel is not None
        with pytest.raises(StripeAPIError, match="more than once"):
            stripe_tokens.use(label_token)
"""
OWN_GENERATED = """
    def test_every_type(stripe_token):
        assert stripe_token.object == "token"

    def test_the_names():
        assert "depot.label" in OTHER_TOKEN_TYPES and "depot.label" not in TOKEN_TYPES

    def test_another_path(stripe_tokens):
        token = stripe_tokens.create("depot.label", depot="dep 2")
        assert stripe_tokens.retrieve(token.id) == stripe_tokens.retrieve(token.id, depot="dep 2") == token
        with pytest.raises(StripeAPIError) as error:
            stripe_tokens.retrieve(token.id, depot="dep_1")
        assert error.value.code == "resource_missing"

    def test_a_path_that_lacks_a_part(stripe_tokens):
        with pytest.raises(Exception, match="needs depot=..., which stands in its path, /v1/depots/:depot/labels"):
            stripe_tokens.create("depot.label", depot=None)
        with pytest.raises(Exception, match="needs depot="):
            stripe_tokens.retrieve("lab_1unknown")
        with pytest.raises(Exception, match="unknown argument 'dept'; .* are stripe_account, depot"):
            stripe_tokens.retrieve("lab_1unknown", dept="dep_1")

    def test_the_table(stripe_tokens):
        with pytest.raises(StripeAPIError) as error:
            stripe_tokens.create("depot.label", size="1")
        assert (error.value.code, error.value.param) == ("parameter_unknown", "size")
"""
OWN_TESTS = 13


@pytest.fixture(name="copied")
def _copied(suite, monkeypatch):
    """A copy of the package, which the suite imports."""
    root = suite.path / "copy"
    monkeypatch.setenv("PYTHONPATH", str(root))
    return shutil.copytree(PACKAGE, root / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))


def replaced(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(name="copy")
def _copy(copied):
    """A copy of the package with a row more, in the table of types, the parameters, the checks and the schema."""

    def make(nested: str | None, prefix: str | None, *, is_checked: bool = True) -> str:
        package = copied
        catalogue = package / "api" / "token_types.py"
        row = ROW.format(nested=repr(nested), prefix=repr(prefix))
        replaced(catalogue, "_TYPES = (", row)
        (table,) = package.rglob("tables/tokens.json")
        parameters = json.loads(table.read_text(encoding="utf-8"))
        parameters["create"]["parcel"] = {"weight": "string 50"}
        table.write_text(json.dumps(parameters), encoding="utf-8")
        checks = package / "simulator" / "resources" / "tokens.py"
        if is_checked:
            row = '"parcel": _check_pii,\n        "pii": _check_pii,'
            checks.write_text(checks.read_text(encoding="utf-8").replace('"pii": _check_pii,', row), encoding="utf-8")
        (schema,) = package.rglob("schemas/token.json")
        document = json.loads(schema.read_text(encoding="utf-8"))
        document["properties"]["type"]["enum"].append("parcel")
        schema.write_text(json.dumps(document), encoding="utf-8")
        return ".".join(schema.parent.relative_to(package).parts)

    return make


def test_a_row_more_is_a_token_type_more(suite, copy):
    suite.write("test_it.py", SUITE.format(schemas=copy(None, None)))
    suite.run_pytest("-v", outcomes={"passed": 11}, report=["*test_every_type?parcel? PASSED*"])


@pytest.fixture(name="labels")
def _labels(copied):
    """The copy with a row that has endpoints of its own, their parameters and its schema."""
    replaced(copied / "api" / "token_types.py", "_TYPES = (", OWN_ROW)
    simulator = copied / "simulator"
    (simulator / "resources" / "labels.py").write_text(OWN_ENDPOINT, encoding="utf-8")
    replaced(simulator / "routes.py", "ROUTES = (", OWN_ROUTES)
    module = 'labels = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.labels"))'
    replaced(simulator / "routes.py", "payouts = Late(", f"{module}\npayouts = Late(")
    table = {"create": {"weight": "integer", "pin": "string 50"}}
    (simulator / "tables" / "labels.json").write_text(json.dumps(table), encoding="utf-8")
    schema = {"required": ["id", "parcel"], "properties": {"object": {"const": "depot.label"}}}
    (copied / "api" / "schemas" / "depot.label.json").write_text(json.dumps(schema), encoding="utf-8")


@pytest.mark.usefixtures("labels")
def test_a_row_with_endpoints_of_its_own_is_a_token_type_more(suite):
    suite.write("test_it.py", OWN_SUITE + OWN_GENERATED)
    suite.run_pytest("-v", outcomes={"passed": OWN_TESTS}, report=["*test_parametrized?depot.label? PASSED*"])


@pytest.fixture(name="served")
def _served(labels):
    """The copy's own server, in test mode's place."""
    command = [sys.executable, "-m", "pytest_stripe_tokens", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield re.search(r"http://\S+", process.stdout.readline())[0]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


def test_a_row_with_endpoints_of_its_own_is_recorded_and_replayed(suite, served, monkeypatch):
    monkeypatch.setenv("STRIPE_API_BASE", served)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_" + "4eC39HqLyjWDarjtT1")
    suite.write("test_it.py", OWN_SUITE)
    for origin, argument in (("live", "--record"), ("recorded", "--stripe-tokens=replay")):
        monkeypatch.setenv("ORIGIN", origin)
        suite.run_pytest(argument, outcomes={"passed": 3})
    written = (suite.cassettes / "label_token.yaml").read_text(encoding="utf-8")
    assert (written.count("- request:"), "pin=***&weight=12" in written, "1234" in written) == (2, True, False)
    suite.run_pytest(
        "--stripe-cassettes", report=["label_token *2 *test_it.py::test_the_fixture*", "*send 2 requests*"]
    )


@pytest.mark.parametrize(
    ("nested", "is_checked", "missing"),
    [
        ("box", True, "NESTED_FIELDS in simulator/tokens/fields.py"),
        (None, False, "CHECKS in simulator/resources/tokens.py"),
    ],
    ids=["an object inside the token that nothing makes", "no check of its parameters"],
)
def test_a_part_that_was_forgotten_is_an_error_that_names_it(suite, copy, nested, is_checked, missing):
    copy(nested, "box" if nested else None, is_checked=is_checked)
    suite.write("test_it.py", "def test_it(stripe_tokens):\n    print(stripe_tokens.create('parcel'))\n")
    result = suite.run()
    result.assert_outcomes(failed=1)
    assert "routing_number" not in result.stdout.str()
    result.stdout.fnmatch_lines([f"*LookupError: {missing} must have a row for each of *"])
