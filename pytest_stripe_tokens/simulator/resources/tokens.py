"""POST /v1/tokens and GET /v1/tokens/:token.

A token is answered as it is kept, and not as a copy: it refers to no other object that could be expanded in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.token_types import TOKEN_TYPES, complete
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.tokens.checks import check_bank_account, check_card, check_cvc, check_network
from pytest_stripe_tokens.simulator.tokens.generator import without_fingerprint
from pytest_stripe_tokens.simulator.tokens.instruments import kept_instrument
from pytest_stripe_tokens.simulator.tokens.magic import magic_payment_method, magic_token
from pytest_stripe_tokens.simulator.tokens.spending import (
    Taken,
    instrument_of_magic,
    magic_instrument,
    magic_object,
    spend,
    take_pii,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.tokens.instruments import Instrument

# What a token's nested card or bank account does not take over from a customer's or a connected account's.
_OF_ITS_OWNER = frozenset(
    {
        "account",
        "allow_redisplay",
        "available_payout_methods",
        "customer",
        "default_for_currency",
        "future_requirements",
        "requirements",
    }
)


def create(call: Call) -> dict[str, Any]:
    """Make a token of the one type that is named, or a copy of a customer's card or bank account."""
    named = [name for name in TOKEN_TYPES if name in call.params]
    if "customer" in call.params or _cloned_payment_method(call):
        return _shown(call, _clone(call, named))
    if not named:
        raise ApiError("nothing_to_tokenize")
    if len(named) > 1:
        raise ApiError("several_types", params=", ".join(named))
    return _shown(call, _tokenize(call, named[0]))


def retrieve(call: Call) -> dict[str, Any]:
    """Give a token as it was created, `used` as it is now; a magic one is made anew (real answers).

    Raises:
        ApiError: 400 resource_missing, where any other object gives 404 (real answers).
    """
    identity = call.ids[0]
    magic = magic_token(identity)
    if magic is None or call.caller.livemode:
        return call.world.refer(identity, call.scope, "token", "token").body
    token = magic_object(call, magic)
    token["client_ip"] = None
    if magic.type == "card":
        token["card"]["cvc_check"] = "unchecked"
    return call.add(token, params=dict(magic.params), instrument=instrument_of_magic(token, magic)).body


def _shown(call: Call, token: dict[str, Any]) -> dict[str, Any]:
    return without_fingerprint(token) if call.caller.is_publishable else token


def _tokenize(call: Call, type_: str) -> dict[str, Any]:
    params = call.hash(type_)
    if type_ == "card" and call.params[type_] == "":
        raise ApiError("missing_payment_information")
    if not isinstance(call.params[type_], dict):
        message = f"{type_} can be an id only where customer is given; send a hash."
        raise ApiError("refused", param=type_, message=message)
    used = CHECKS[type_](call, params)
    token = call.world.generator.token(type_, params, livemode=call.caller.livemode, account=call.caller.account)
    for taken in used:
        spend(taken)
    return call.add(token, params=params).body


def _check_card(call: Call, params: Mapping[str, Any]) -> list[Taken]:
    check_network(params)
    check_card(params, now=call.world.now, livemode=call.caller.livemode)
    return []


def _check_bank_account(call: Call, params: Mapping[str, Any]) -> list[Taken]:
    # Not in the table of parameters, because a payment method stands for both.
    for name in ("account_number", "country"):
        if name not in params:
            raise ApiError("parameter_missing", param=f"bank_account[{name}]")
    check_bank_account(params, livemode=call.caller.livemode)
    return []


def _check_cvc_update(_call: Call, params: Mapping[str, Any]) -> list[Taken]:
    check_cvc(str(params["cvc"]))
    return []


def _check_account(call: Call, params: Mapping[str, Any]) -> list[Taken]:
    _check_may_be_secret(call, "account")
    return take_pii(call, as_object(params.get("individual")), "account[individual]")


def _check_person(call: Call, params: Mapping[str, Any]) -> list[Taken]:
    _check_may_be_secret(call, "person")
    return take_pii(call, params, "person")


def _check_pii(_call: Call, _params: Mapping[str, Any]) -> list[Taken]:
    return []


def _check_may_be_secret(call: Call, type_: str) -> None:
    """In live mode these tokens are made with the publishable key only (the API reference)."""
    if call.caller.livemode and not call.caller.is_publishable:
        raise ApiError("publishable_key_required", kind=type_)


CHECKS: Mapping[str, Callable[[Call, Mapping[str, Any]], list[Taken]]] = complete(
    {
        "account": _check_account,
        "bank_account": _check_bank_account,
        "card": _check_card,
        "cvc_update": _check_cvc_update,
        "person": _check_person,
        "pii": _check_pii,
    },
    TOKEN_TYPES,
    "CHECKS in simulator/resources/tokens.py",
)
"""What is checked of each token type's parameters, beyond their table; gives the pii tokens that they name."""


def _cloned_payment_method(call: Call) -> bool:
    bank = call.params.get("bank_account")
    return isinstance(bank, dict) and "payment_method" in bank


def _clone(call: Call, named: list[str]) -> dict[str, Any]:
    """Copy a saved card or bank account into a token of the account that asks (real answers, 2024)."""
    if len(named) > 1:
        raise ApiError("parameters_exclusive", params=", ".join(named))
    if named and named[0] not in {"bank_account", "card"}:
        raise ApiError("parameters_exclusive", params=f"customer, {named[0]}")
    source = _payment_method(call) if _cloned_payment_method(call) else _customers(call, named[0] if named else None)
    kind = "card" if source.is_card else "bank_account"
    params = {"number": source.number} if source.is_card else {"account_number": source.number}
    token = call.world.generator.token(kind, params, livemode=call.caller.livemode, account=call.caller.account)
    kept = {name: value for name, value in source.body.items() if name not in _OF_ITS_OWNER and name != "id"}
    if kind == "bank_account":
        kept.pop("metadata", None)
    nested = token[kind] | kept
    token[kind] = {"id": nested["id"], "object": kind} | dict(sorted((nested | {"object": kind}).items()))
    call.add(token, params=params, instrument=source.shown_as(token[kind]))
    return dict(token)


def _customers(call: Call, parameter: str | None) -> Instrument:
    if call.caller.account is None:
        raise ApiError(
            "refused",
            param="customer",
            message="The customer parameter can only be used with an OAuth access token or a Stripe-Account header: it"
            " copies a customer of the platform's to a connected account.",
        )
    customer = call.world.refer(str(call.params["customer"]), call.platform, "customer", "customer")
    chosen = customer.body["default_source"] if parameter is None else call.params[parameter]
    if chosen is None:
        raise ApiError("no_active_card")
    if not isinstance(chosen, str):
        raise ApiError(
            "refused", param=parameter, message=f"Where customer is given, {parameter} is the id of one of its objects."
        )
    kinds = ("card", "bank_account") if parameter is None else (parameter,)
    entry = call.world.get(chosen, call.platform, *kinds)
    if entry is None or entry.body.get("customer") != customer.id:
        raise call.world.missing("resource_missing_param", kinds[0], chosen, call.platform, parameter or "customer")
    return kept_instrument(entry)


def _payment_method(call: Call) -> Instrument:
    bank = call.hash("bank_account")
    others = [f"bank_account[{name}]" for name in bank if name != "payment_method"]
    if others:
        raise ApiError("parameters_exclusive", params=", ".join(["bank_account[payment_method]", *others]))
    identity = str(bank["payment_method"])
    magic = magic_payment_method(identity)
    if magic is None or magic.type != "bank_account" or call.caller.livemode:
        raise call.world.missing(
            "resource_missing_param", "payment_method", identity, call.scope, "bank_account[payment_method]"
        )
    return magic_instrument(call, magic)
