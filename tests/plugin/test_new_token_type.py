"""A token type is a row: a copy of the package gets one more, and a suite uses it like the others."""

from __future__ import annotations

import json
import shutil
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


@pytest.fixture(name="copy")
def _copy(suite, monkeypatch):
    """A copy of the package with a row more, in the table of types, the parameters, the checks and the schema."""

    def make(nested: str | None, prefix: str | None, *, is_checked: bool = True) -> str:
        root = suite.path / "copy"
        package = shutil.copytree(PACKAGE, root / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
        catalogue = package / "api" / "token_types.py"
        row = ROW.format(nested=repr(nested), prefix=repr(prefix))
        catalogue.write_text(catalogue.read_text(encoding="utf-8").replace("_TYPES = (", row, 1), encoding="utf-8")
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
        monkeypatch.setenv("PYTHONPATH", str(root))
        return ".".join(schema.parent.relative_to(package).parts)

    return make


def test_a_row_more_is_a_token_type_more(suite, copy):
    suite.write("test_it.py", SUITE.format(schemas=copy(None, None)))
    suite.run_pytest("-v", outcomes={"passed": 11}, report=["*test_every_type?parcel? PASSED*"])


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
    result.assert_outcomes(errors=1)
    assert "routing_number" not in result.stdout.str()
    result.stdout.fnmatch_lines([f"E *LookupError: {missing} must have a row for each of *"])
