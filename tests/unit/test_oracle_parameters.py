"""The tables of parameters against what others publish: stripe-python's types, and the reference's lengths.

stripe-python says names, nesting, enumerations, lists and what is required; `shared/published_parameters.json` says how
long the Tokens API's texts may be (stripe/openapi 2026-09-30). Neither is read by the code that is tested.
"""

from __future__ import annotations

import importlib
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import stripe
import stripe.params
import typing_extensions

from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.routes import ROUTES

# What types an endpoint's parameters, below `stripe.params`. Those that read stand in READING.
CLASSES = {
    "account_links.create": "AccountLinkCreateParams",
    "accounts.create": "AccountCreateParams",
    "accounts.create_external_account": "AccountCreateExternalAccountParams",
    "accounts.create_person": "AccountCreatePersonParams",
    "accounts.reject": "AccountRejectParams",
    "accounts.update": "AccountUpdateParams",
    "accounts.update_capability": "AccountModifyCapabilityParams",
    "accounts.update_external_account": "AccountModifyExternalAccountParams",
    "accounts.update_person": "AccountModifyPersonParams",
    "charges.capture": "ChargeCaptureParams",
    "charges.create": "ChargeCreateParams",
    "charges.update": "ChargeModifyParams",
    "confirmation_tokens.create": "test_helpers.ConfirmationTokenCreateParams",
    "customers.create": "CustomerCreateParams",
    "customers.create_source": "CustomerCreateSourceParams",
    "customers.update": "CustomerModifyParams",
    "customers.update_source": "CustomerModifySourceParams",
    "customers.verify_source": "CustomerPaymentSourceVerifyParams",
    "payment_intents.cancel": "PaymentIntentCancelParams",
    "payment_intents.capture": "PaymentIntentCaptureParams",
    "payment_intents.confirm": "PaymentIntentConfirmParams",
    "payment_intents.create": "PaymentIntentCreateParams",
    "payment_intents.increment_authorization": "PaymentIntentIncrementAuthorizationParams",
    "payment_intents.update": "PaymentIntentModifyParams",
    "payment_methods.attach": "PaymentMethodAttachParams",
    "payment_methods.create": "PaymentMethodCreateParams",
    "payment_methods.update": "PaymentMethodModifyParams",
    "payouts.create": "PayoutCreateParams",
    "payouts.reverse": "PayoutReverseParams",
    "payouts.update": "PayoutModifyParams",
    "refunds.create": "RefundCreateParams",
    "refunds.update": "RefundModifyParams",
    "setup_intents.cancel": "SetupIntentCancelParams",
    "setup_intents.confirm": "SetupIntentConfirmParams",
    "setup_intents.create": "SetupIntentCreateParams",
    "setup_intents.update": "SetupIntentModifyParams",
    "sources.create": "SourceCreateParams",
    "sources.update": "SourceModifyParams",
    "three_d_secure.create": "three_d_secure.AuthenticationCreateParams",
    "tokens.create": "TokenCreateParams",
    "topups.create": "TopupCreateParams",
    "topups.update": "TopupModifyParams",
    "transfers.create": "TransferCreateParams",
    "transfers.create_reversal": "TransferCreateReversalParams",
    "transfers.update": "TransferModifyParams",
    "transfers.update_reversal": "TransferModifyReversalParams",
    "v2_core.account_links.create": "v2.core.AccountLinkCreateParams",
    "v2_core.account_tokens.create": "v2.core.AccountTokenCreateParams",
    "v2_core.accounts.close": "v2.core.AccountCloseParams",
    "v2_core.accounts.create": "v2.core.AccountCreateParams",
    "v2_core.accounts.update": "v2.core.AccountUpdateParams",
    "v2_core.person_tokens.create": "v2.core.accounts.PersonTokenCreateParams",
    "v2_core.persons.create": "v2.core.accounts.PersonCreateParams",
    "v2_core.persons.update": "v2.core.accounts.PersonUpdateParams",
}
READING = {
    "events.list": "EventListParams",
    "payouts.list": "PayoutListParams",
    "transfers.list": "TransferListParams",
    "transfers.list_reversals": "TransferListReversalsParams",
    "reading.accounts": "AccountListParams",
    "reading.balance_transactions": "BalanceTransactionListParams",
    "reading.charge_refunds": "ChargeListRefundsParams",
    "reading.charges": "ChargeListParams",
    "reading.customers": "CustomerListParams",
    "reading.customers_payment_methods": "CustomerListPaymentMethodsParams",
    "reading.external_accounts": "AccountListExternalAccountsParams",
    "reading.one": "AccountRetrieveParams BalanceTransactionRetrieveParams ChargeRetrieveParams ConfirmationTokenRetrieveParams"
    " CustomerRetrieveParams EventRetrieveParams PaymentMethodRetrieveParams RefundRetrieveParams TokenRetrieveParams TopupRetrieveParams",
    "reading.one_with_secret": "PaymentIntentRetrieveParams SetupIntentRetrieveParams SourceRetrieveParams",
    "reading.payment_intents": "PaymentIntentListParams",
    "reading.payment_methods": "PaymentMethodListParams",
    "reading.persons": "AccountListPersonsParams",
    "reading.refunds": "RefundListParams",
    "reading.search": "ChargeSearchParams CustomerSearchParams PaymentIntentSearchParams",
    "reading.setup_intents": "SetupIntentListParams",
    "reading.sources": "CustomerListSourcesParams",
    "reading.topups": "TopupListParams",
    "v2_core.accounts.list": "v2.core.AccountListParams",
    "v2_core.accounts.retrieve": "v2.core.AccountRetrieveParams",
    "v2_core.persons.list": "v2.core.accounts.PersonListParams",
    "v2_core.retrieve": "v2.core.AccountTokenRetrieveParams v2.core.accounts.PersonRetrieveParams"
    " v2.core.accounts.PersonDeleteParams v2.core.accounts.PersonTokenRetrieveParams",
}
# What Stripe's scripts and mobile SDKs ask, and nobody documents.
UNDOCUMENTED = {"three_d_secure.challenge_complete"}
PUBLISHED = json.loads((Path(__file__).parents[1] / "shared" / "published_parameters.json").read_text(encoding="utf-8"))
# The type in the table for one in stripe-python.
KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", Decimal: "decimal"}
# Of typing_extensions, as stripe-python has it, and of typing.
OPTIONAL = {typing.NotRequired, typing_extensions.NotRequired}


def class_of(name: str) -> Any:
    *modules, last = name.split(".")
    return getattr(importlib.import_module(".".join(["stripe.params", *modules])), last)


def parameters(cls: Any) -> dict[str, Any]:
    """Give the parameters of a class with their types; the options that go with any request are none."""
    names = {"Mapping": Mapping, "StripeContext": object, **vars(importlib.import_module(cls.__module__))}
    found = typing.get_type_hints(cls, names, include_extras=True)
    has_options = any(base.__name__ == "RequestOptions" for base in cls.__orig_bases__)
    options = importlib.import_module("stripe._request_options").RequestOptions.__annotations__
    return {name: hint for name, hint in found.items() if not has_options or name not in options}


def members(*hints: Any) -> list[Any]:
    """Give the alternatives of types, and the values of literals one by one."""
    found: list[Any] = []
    for hint in hints:
        if typing.get_origin(hint) in {typing.Union, types.UnionType, *OPTIONAL}:
            found += members(*typing.get_args(hint))
        elif typing.get_origin(hint) is typing.Literal:
            found += [f"={value}" for value in typing.get_args(hint)]
        else:
            found.append(hint)
    return found


def differences(spec: dict[str, Any], classes: list[Any], path: str = "") -> list[str]:
    """List where the table of a hash is not what the classes say; it may be any of them, and needs what all need."""
    told = {name.rstrip("!"): name.endswith("!") for name in spec if name not in {"", "?"}}
    alternatives = [parameters(cls) for cls in classes]
    known = list(dict.fromkeys(name for alternative in alternatives for name in alternative))
    found = [f"{path}{name}: is not in stripe-python" for name in told if name not in known]
    for name in known:
        at = f"{path}{name}"
        if name not in told:
            found.append(f"{at}: is only in stripe-python")
            continue
        hints = [alternative.get(name) for alternative in alternatives]
        is_required = not any(hint is None or typing.get_origin(hint) in OPTIONAL for hint in hints)
        if is_required != told[name]:
            found.append(f"{at}: is {'required' if is_required else 'not required'} in stripe-python")
        found += of_value(spec[f"{name}!" if told[name] else name], members(*filter(None, hints)), at)
    return found


def of_value(spec: Any, hint: list[Any], at: str) -> list[str]:
    """List where the table of a value is not what its type's alternatives say."""
    found = []
    may_be_empty = "=" in hint
    said = "?" in spec if isinstance(spec, dict | list) else spec.endswith(" ?")
    if may_be_empty != said and spec != "any":
        found.append(f"{at}: {'can' if may_be_empty else 'can not'} be unset in stripe-python")
    hint = [part for part in hint if part != "="]
    lists = [part for part in hint if typing.get_origin(part) is list]
    classes = [part for part in hint if hasattr(part, "__required_keys__")]
    if isinstance(spec, list) and lists:
        return found + of_value(spec[0], members(*typing.get_args(lists[0])), f"{at}[]")
    if isinstance(spec, dict) and classes:
        others = [KINDS[part] for part in hint if part in KINDS]
        told = [spec[""].split()[0]] if "" in spec else []
        found += [f"{at}: may be {others} in stripe-python, not {told}"] if others != told else []
        return found + differences(spec, classes, f"{at}.")
    values = {part[1:] for part in hint if isinstance(part, str)}
    kind = "enum" if values else "list" if lists else "hash" if classes else KINDS.get(hint[0], "metadata")
    told = "list" if isinstance(spec, list) else "hash" if isinstance(spec, dict) else spec.split()[0].rstrip("*")
    if told != kind:
        return [*found, f"{at}: {told}, {kind} in stripe-python"]
    if values:
        known = {word for word in spec.split()[1:] if word != "?"}
        found += [f"{at}: lacks the value {value}" for value in sorted(values - known)]
        found += [f"{at}: has the value {value}" for value in sorted(known - values)]
    return found


METHODS = members(parameters(stripe.params.PaymentMethodCreateParams)["type"])
# What differs, with wildcards, and why the table is right.
EXCEPTIONS = (
    {
        "accounts.*: bank_account: is not in stripe-python": "the older name of external_account, still taken",
        "accounts.*: external_account.account_type: is not in stripe-python": "a bank account's, as in a token of one",
        "accounts.*: external_account.metadata: can not be unset in stripe-python": "some of the alternatives can",
        "accounts.create_external_account: external_account.default_for_currency: is not in stripe-python": "as on create",
        "accounts.reject: reason: has the value fraud": "until 2026-09-30",
        "accounts.*: settings.payouts.schedule.delay_days: any, enum in stripe-python": "a number, or 'minimum'",
        "accounts.create: documents.proof_of_registration: is not in stripe-python": "in stripe-python 12 it was; on update still",
        "accounts.*: individual.nationality: is not in stripe-python": "a person's; real accounts have it",
        "customers.*: coupon: is not in stripe-python": "until 2025-09-30, when discounts moved to subscriptions",
        "customers.*: promotion_code: is not in stripe-python": "until 2025-09-30, as coupon",
        "payment_intents.*: amount_details.line_items: any, list in stripe-python": "taken, and not looked into",
        "payment_intents.*: amount_details: can not be unset in stripe-python": "on update and confirm it can",
        "payment_intents.*: payment_details: can not be unset in stripe-python": "on update and confirm it can",
        "*_intents.*: payment_method_types: is not in stripe-python": "until 2026-09-30; 3,900 real answers",
        "payment_methods.update: *: is not in stripe-python": "until stripe-python 15, other methods' own",
        "sources.create: card: is not in stripe-python": "raw cards are kept out of the SDK's types",
        "sources.create: sepa_debit: is not in stripe-python": "each type's own hash is kept out of the SDK's types",
        "*_intents.*: client_secret: is not in stripe-python": "Stripe.js sends it with a publishable key",
        "payment_intents.*: off_session: has the value *": "true and false are its booleans, spelt as a form has them",
        "*_*s.*: payment_method_data.card: is not in stripe-python": "raw cards are kept out of the SDK's types",
        "*_*s.*: payment_method_data.type: has the value card": "raw cards are kept out of the SDK's types",
        "tokens.create: bank_account: may be [[]] in stripe-python, *": "an id, with customer (API reference)",
        "tokens.create: bank_account.*: is required in stripe-python": "not beside payment_method (API reference)",
        "tokens.create: card: can not be unset in stripe-python": "an empty card has an error of its own",
        "v2_core.account_links.create: *.configurations: is not in stripe-python": "until 2026-09-30",
        "v2_core.*.list: page: is not in stripe-python": "of the URL of a further page, which the SDK follows",
        "tokens.create: person.documents.*.files[[]]: can not be unset in stripe-python": "an empty file unsets it",
    }
    | {
        f"*: {name}: any, hash in stripe-python": "not simulated: taken, and not looked into"
        for name in ("mandate_data", "payment_method_options.card_present")
    }
    | {
        f"*_*: *{name}: any, hash in stripe-python": "only cards are simulated: another method's own are not looked into"
        for name in [*(type_[1:] for type_ in METHODS if type_ not in {"=card", str}), "interac_present"]
    }
)


def test_the_tables_say_what_stripe_python_says():
    found = {
        f"{name}: {line}"
        for name, classes in (CLASSES | READING).items()
        for line in differences(table(name), [class_of(cls) for cls in classes.split()])
    }
    unused = [row for row in EXCEPTIONS if not any(fnmatchcase(line, row) for line in found)]
    left = [line for line in found if not any(fnmatchcase(line, row) for row in EXCEPTIONS)]
    assert (sorted(left), unused) == ([], [])


def test_every_table_is_compared():
    assert {route.table for route in ROUTES} == {*CLASSES, *READING, *UNDOCUMENTED}


# Open to values to come, x-stripeBypassValidation; a card's network that it lacks is kept as an invalid preference.
OPEN = {"account[business_type]", "account[company][structure]", "card[networks][preferred]"}
# Where the table says something else than the reference, and why.
SAID_OTHERWISE = {
    "bank_account[account_number]": ("string 5000", "not beside payment_method"),
    "bank_account[country]": ("string 5000", "not beside payment_method"),
    "card": ("hash, text, unset", "an empty card has an error of its own"),
}


def published(path: str, row: dict[str, Any]) -> str:
    """Write what the reference says of a parameter as a table writes it."""
    rest = re.sub(r"no max in spec|max|unix time|four-digit|\(clears\)", "", row.get("limits", "")).replace("..", " ")
    may_be_empty = "''" in rest or "''" in row["type"]
    words = rest.replace("or ''", "").replace("''", "").split()
    kind = row["type"].split(maxsplit=1)[0]
    if kind in {"object", "map", "''"}:
        kind = {"object": "hash", "map": "metadata", "''": ""}[kind]
        kind += ", text" if "string id" in row["type"] else ""
        return f"{kind}{', unset' if may_be_empty and kind == 'hash' else ' ?' if may_be_empty else ''}"
    if words[:1] == ["enum"]:
        kind = "enum*" if path in OPEN else "enum"
        words = sorted(words[1:])
    return " ".join([kind, *words, *(["?"] if may_be_empty else []), *(["!"] if row.get("required") else [])])


def flat(spec: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give each path of a table as the reference writes it, with what the table says."""
    for name, inner in spec.items():
        at = f"{path}[{name.rstrip('!')}]" if path else name.rstrip("!")
        end = " !" if name.endswith("!") else ""
        if isinstance(inner, dict):
            yield at, f"hash{', text' if '' in inner else ''}{', unset' if '?' in inner else ''}{end}"
            yield from flat(inner, at)
        elif isinstance(inner, list):
            yield from [(f"{at} ''", " ?")] if "?" in inner else []
            yield from flat({"": inner[0]}, at) if isinstance(inner[0], dict) else [(f"{at}[]", inner[0] + end)]
        elif name not in {"", "?"}:
            yield at, inner + end


def test_the_tokens_table_says_what_the_reference_says():
    said = {path: published(path, row) for path, row in PUBLISHED.items()}
    said |= {path: told for path, (told, _) in SAID_OTHERWISE.items()}
    told = dict(flat(table("tokens.create")))
    assert {path: (told.get(path), words) for path, words in said.items() if told.get(path) != words} == {}
    assert told.keys() - said.keys() == set()


# Nobody publishes the lengths of other endpoints' texts: they are the API's longest, and no number has a limit.
# The currency of a bank account has none in the Tokens API's reference either.
LIMITED = {
    f"{name}: limit": "integer 1 100"
    for name in READING
    if name not in {"reading.one", "reading.one_with_secret"} and not name.endswith("retrieve")
}


def test_no_other_table_makes_limits_up():
    found = {
        f"{name}: {path}": leaf
        for name in CLASSES.keys() | READING.keys()
        if name != "tokens.create"
        for path, leaf in flat(table(name))
        if leaf.split()[0] in {"string", "integer", "number", "enum*"}
    }
    plain = {"string 5000", "integer", "number"}
    found = {path: leaf for path, leaf in found.items() if leaf.removesuffix(" !").removesuffix(" ?") not in plain}
    currencies = {path: leaf for path, leaf in found.items() if path.endswith("account[currency]")}
    assert set(currencies.values()) == {"string"}
    # The texts of /v2 have no lengths in stripe/openapi.
    of_v2 = {path: leaf for path, leaf in found.items() if path.startswith("v2_") and leaf.split()[0] == "string"}
    assert {leaf.removesuffix(" !") for leaf in of_v2.values()} == {"string"}
    assert found.items() - currencies.items() - of_v2.items() == LIMITED.items()


# What older versions and raw cards take, which nobody types: as real requests had it, each a text of any length.
_RAW_CARD = {"cvc": "string 5000", "exp_month": "integer", "exp_year": "integer", "number": "string 5000"}
UNTYPED = {
    "accounts.create: documents.proof_of_registration": {"files": ["string 5000"], "signer": {"person": "string 5000"}},
    "accounts.create: external_account.account_type": "enum checking futsu savings toza",
    "accounts.create: individual.nationality": "string 5000",
    "accounts.create_external_account: external_account.default_for_currency": "boolean",
    "customers.create: coupon": "string 5000 ?",
    "customers.create: promotion_code": "string 5000",
    "payment_intents.create: payment_method_types": ["string 5000"],
    "payment_methods.update: link": "any",
    "payment_methods.update: pay_by_bank": "any",
    "payment_methods.update: payto": "any",
    "payment_intents.confirm: client_secret": "string 5000",
    "payment_intents.create: payment_method_data.card": _RAW_CARD
    | {"networks": {"preferred": "enum cartes_bancaires mastercard visa"}, "token": "string 5000"},
    "sources.create: card": _RAW_CARD | {"exp_month": "string 5000", "exp_year": "string 5000"},
    "sources.create: sepa_debit": {"iban": "string 5000"},
    "v2_core.account_links.create: use_case.account_onboarding.configurations": ["enum customer merchant recipient"],
    "v2_core.accounts.list: page": "string",
}
# Where one table says it, the others that have it say the same.
ALIKE = {
    "accounts.update: external_account.account_type": "accounts.create: external_account.account_type",
    "accounts.update: individual.nationality": "accounts.create: individual.nationality",
    "accounts.create_external_account: external_account.account_type": "accounts.create: external_account.account_type",
    "confirmation_tokens.create: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "customers.update: coupon": "customers.create: coupon",
    "customers.update: promotion_code": "customers.create: promotion_code",
    "payment_intents.confirm: payment_method_types": "payment_intents.create: payment_method_types",
    "payment_intents.update: payment_method_types": "payment_intents.create: payment_method_types",
    "payment_intents.update: client_secret": "payment_intents.confirm: client_secret",
    "payment_intents.confirm: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "payment_intents.update: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "setup_intents.confirm: client_secret": "payment_intents.confirm: client_secret",
    "setup_intents.confirm: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "setup_intents.create: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "setup_intents.create: payment_method_types": "payment_intents.create: payment_method_types",
    "setup_intents.update: payment_method_data.card": "payment_intents.create: payment_method_data.card",
    "setup_intents.update: payment_method_types": "payment_intents.create: payment_method_types",
    "v2_core.account_links.create: use_case.account_update.configurations": (
        "v2_core.account_links.create: use_case.account_onboarding.configurations"
    ),
    "v2_core.persons.list: page": "v2_core.accounts.list: page",
}


def spec_at(row: str) -> Any:
    """Give what a table says of a parameter, `customers.create: coupon`."""
    name, path = row.split(": ")
    found: Any = table(name)
    for part in path.split("."):
        found = found.get(part, found.get(f"{part}!"))
    return found


def test_what_nobody_types_is_as_real_requests_had_it():
    said = UNTYPED | {row: UNTYPED[other] for row, other in ALIKE.items()}
    assert {row: spec_at(row) for row in said} == said
    untyped = {
        f"{name}: {line.partition(':')[0]}"
        for name, classes in (CLASSES | READING).items()
        for line in differences(table(name), [class_of(cls) for cls in classes.split()])
        if line.endswith("is not in stripe-python")
    }
    assert untyped - said.keys() == {"accounts.create: bank_account", "accounts.update: bank_account"}
    # The older name of a payout account's parameter takes what the newer one does, and asks for no kind.
    for name in ("accounts.create", "accounts.update"):
        old, new = spec_at(f"{name}: bank_account"), spec_at(f"{name}: external_account")
        assert old == {key.rstrip("!"): leaf for key, leaf in new.items()}
