"""The parameters that the installed stripe-python knows, held against the tables of parameters, name by name."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import stripe

from pytest_stripe_tokens.sandbox.stripe_python import api_version
from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.versions import DROPPED, is_older

PACKAGE = Path(stripe.__file__).parent
VERSION = api_version() or ""
NEWEST = "2026-10-28.endive"
# The table, the resource's module, and the names of its parameters' class, of which each version has one.
ENDPOINTS = {
    "tokens.create": ("token", "CreateParams"),
    "charges.create": ("charge", "CreateParams"),
    "charges.update": ("charge", "ModifyParams"),
    "charges.capture": ("charge", "CaptureParams"),
    "refunds.create": ("refund", "CreateParams"),
    "refunds.update": ("refund", "ModifyParams"),
    "customers.create": ("customer", "CreateParams"),
    "customers.update": ("customer", "ModifyParams"),
    "customers.create_source": ("customer", "CreateSourceParams"),
    "payment_methods.create": ("payment_method", "CreateParams"),
    "payment_methods.update": ("payment_method", "ModifyParams"),
    "payment_methods.attach": ("payment_method", "AttachParams"),
    "payment_intents.create": ("payment_intent", "CreateParams"),
    "payment_intents.update": ("payment_intent", "ModifyParams"),
    "payment_intents.confirm": ("payment_intent", "ConfirmParams"),
    "payment_intents.cancel": ("payment_intent", "CancelParams"),
    "payment_intents.capture": ("payment_intent", "CaptureParams"),
    "payment_intents.increment_authorization": ("payment_intent", "IncrementAuthorizationParams"),
    "setup_intents.create": ("setup_intent", "CreateParams"),
    "setup_intents.update": ("setup_intent", "ModifyParams"),
    "setup_intents.confirm": ("setup_intent", "ConfirmParams"),
    "setup_intents.cancel": ("setup_intent", "CancelParams"),
    "accounts.create": ("account", "CreateParams"),
    "accounts.update": ("account", "UpdateParams"),
    "accounts.create_external_account": ("account", "CreateExternalAccountParams"),
    "accounts.create_person": ("account", "CreatePersonParams"),
    "accounts.update_person": ("account", "ModifyPersonParams"),
    "topups.create": ("topup", "CreateParams"),
    "sources.create": ("source", "CreateParams"),
}
# What the API takes though stripe-python does not name it, and why.
MORE = {
    "bank_account": "the older name of external_account (real answers, 2024)",
    "client_secret": "Stripe.js sends it with a publishable key",
    "external_account.account_type": "of a token's bank_account (reference)",
    "external_account.default_for_currency": "as beside external_account",
    "card": "Stripe.js sends it to make a source",
    "individual.nationality": "as a person's (real answers, to 2025)",
    "link": "a payment method's own, until 15",
    "pay_by_bank": "as link",
    "payment_method_data.card": "Stripe.js sends it",
    "payto": "as link",
    "sepa_debit": "Stripe.js sends it to make a source",
}

pytestmark = pytest.mark.skipif(VERSION < "2024", reason="this stripe-python does not name parameters")


def classes_of(resource, name):
    """Find the classes of one set of parameters: a module of its own since 13, inside the resource's class before."""
    own = PACKAGE / "params" / f"_{resource}_{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}.py"
    if own.exists():
        found = [node for node in ast.parse(own.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
        return {node.name: node for node in found}, found[0].name
    for module in (f"_{resource}.py", f"_{resource}_service.py"):
        source = (PACKAGE / module).read_text(encoding="utf-8")
        for holder in (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)):
            found = {node.name: node for node in holder.body if isinstance(node, ast.ClassDef)}
            if name in found:
                return found, name
    raise AssertionError(f"{resource} has no {name}")


def known_to_the_sdk(classes, name, seen=()):
    """Give the names of a class of parameters, each with what it holds."""
    names = {}
    for base in classes[name].bases:
        if ast.unparse(base) in classes:
            names |= known_to_the_sdk(classes, ast.unparse(base), seen)
    for node in classes[name].body:
        if isinstance(node, ast.AnnAssign):
            inner = [word for word in re.findall(r"\w+", ast.unparse(node.annotation)) if word in classes]
            names[node.target.id] = {}
            for word in inner:
                if word not in seen:
                    names[node.target.id] |= known_to_the_sdk(classes, word, (*seen, word))
    return names


def differences(sdk, spec, path=""):
    """Give the paths that only the SDK has, and those that only the table has."""
    spec = spec[0] if isinstance(spec, list) else spec
    if not isinstance(spec, dict) or not sdk:
        return [], []
    ours = {name.rstrip("!"): inner for name, inner in spec.items() if name not in {"", "?"}}
    lacks, more = [path + name for name in sdk if name not in ours], [path + name for name in ours if name not in sdk]
    for name in sdk.keys() & ours.keys():
        inner = differences(sdk[name], ours[name], f"{path}{name}.")
        lacks, more = lacks + inner[0], more + inner[1]
    return lacks, more


@cache
def compared():
    return {
        endpoint: differences(known_to_the_sdk(*classes_of(*where)), table(endpoint))
        for endpoint, where in ENDPOINTS.items()
    }


def test_every_parameter_of_the_sdk_is_in_its_table():
    assert [f"{endpoint} {path}" for endpoint, (lacks, _) in compared().items() for path in lacks] == []


def test_a_parameter_is_dropped_where_the_sdk_drops_it():
    wrong = []
    # What older SDKs have no classes of is not held here: all of /v2.
    for row in (row for row in DROPPED if row.endpoint in ENDPOINTS):
        only_ours = ".".join(row.path) in compared()[row.endpoint][1]
        if only_ours == is_older(VERSION, row.since):
            wrong.append((VERSION, row))
    assert wrong == []


@pytest.mark.skipif(VERSION != NEWEST, reason="older versions lack what came later")
def test_the_tables_hold_no_more_than_the_newest_sdk_but_for_what_is_explained():
    dropped = {(row.endpoint, ".".join(row.path)) for row in DROPPED}
    more = {(endpoint, path) for endpoint, (_, paths) in compared().items() for path in paths}
    assert {path for _, path in more - dropped} == MORE.keys()
