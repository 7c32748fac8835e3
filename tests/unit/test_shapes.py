"""What type checkers are told is what the schema says."""

from __future__ import annotations

import ast
import inspect

import pytest

import pytest_stripe_tokens
from pytest_stripe_tokens.api import shapes
from pytest_stripe_tokens.api.schemas import token_schema
from pytest_stripe_tokens.api.token import Token

TREE = ast.parse(inspect.getsource(shapes))


def fields(name):
    (found,) = (node for node in ast.walk(TREE) if isinstance(node, ast.ClassDef) and node.name == name)
    return {item.target.id: ast.unparse(item.annotation) for item in found.body if isinstance(item, ast.AnnAssign)}


@pytest.mark.parametrize(("name", "nested"), [("Card", "card"), ("BankAccount", "bank_account")])
def test_each_field_of_the_schema_is_known(name, nested):
    known, documented = fields(name), token_schema()["$defs"][nested]["properties"]
    assert known.keys() == documented.keys()
    for field, schema in documented.items():
        if known[field] in {"Any", "Check"} or field == "object":
            continue
        kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type") or schema["enum"]
        assert ("None" in known[field]) == ("null" in kinds or None in kinds), field


def test_each_field_of_a_confirmation_token_is_known():
    common = {"created", "id", "livemode", "object"}
    schema = token_schema("confirmation_token")["properties"]
    assert fields("ConfirmationToken").keys() == schema.keys() - common
    assert fields("PaymentMethodPreview").keys() == schema["payment_method_preview"]["properties"].keys()
    nullable = {name for name, hint in fields("ConfirmationToken").items() if "None" in hint}
    assert nullable == {"expires_at", "payment_intent", "return_url", "setup_future_usage", "setup_intent"}


def test_they_are_tokens_when_tests_run():
    assert pytest_stripe_tokens.CardToken is pytest_stripe_tokens.BankToken is Token
    assert pytest_stripe_tokens.ConfirmationToken is Token
    with pytest.raises(AttributeError, match="no attribute 'PiiToken'"):
        _ = pytest_stripe_tokens.PiiToken
