"""Account tokens and person tokens of /v2: made, read, and found by the requests that use them up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.pretty import copy_of
from pytest_stripe_tokens.simulator.resources.v2_objects import VALID_FOR, time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

ACCOUNT_TOKEN, PERSON_TOKEN = "v2.core.account_token", "v2.core.account_person_token"
_PREFIXES = {ACCOUNT_TOKEN: "accttok", PERSON_TOKEN: "perstok"}
_UNKNOWN = {ACCOUNT_TOKEN: "invalid_account_token", PERSON_TOKEN: "invalid_person_token"}
_OF_V1 = re.compile(f"({'|'.join(CATALOGUE[name].id_prefix for name in TOKEN_TYPES)})_.*", re.DOTALL)


def create_account_token(call: Call) -> dict[str, Any]:
    """Make an account token."""
    return _create(call, ACCOUNT_TOKEN)


def create_person_token(call: Call) -> dict[str, Any]:
    """Make a token for a person of the account in the path, which need not be there: no page has a code for that."""
    return _create(call, PERSON_TOKEN, account=call.ids[0])


def retrieve_account_token(call: Call) -> dict[str, Any]:
    """Give an account token, `used` as it is now."""
    return _read(call, call.ids[0], ACCOUNT_TOKEN).copy()


def retrieve_person_token(call: Call) -> dict[str, Any]:
    """Give a person token of the account in the path."""
    entry = _read(call, call.ids[1], PERSON_TOKEN)
    if _account_of(entry) not in {None, call.ids[0]}:
        raise of_v2.refusal("not_found")
    return entry.copy()


def take(call: Call, identity: str, kind: str, account: str | None = None) -> Entry:
    """Find the token that a request names; it is not used up yet.

    Args:
        call: the request.
        identity: the token's id.
        kind: `ACCOUNT_TOKEN` or `PERSON_TOKEN`.
        account: whose persons the request is about.

    Raises:
        ApiError: there is no such token, it is of another kind or account, expired or used.
    """
    if _OF_V1.fullmatch(identity):
        raise of_v2.refusal("v1_token_invalid_in_v2")
    entry = call.world.get(identity, call.scope, *_PREFIXES)
    if entry is not None and entry.object != kind:
        raise of_v2.refusal("incorrect_token_wrong_type")
    if entry is None:
        raise of_v2.refusal(_UNKNOWN[kind])
    if account is not None and _account_of(entry) not in {None, account}:
        raise of_v2.refusal("incorrect_account_for_person_token")
    if entry.body["used"]:
        raise of_v2.refusal("token_already_used")
    # Of one that a cassette has answered the time begins anew.
    if call.world.generator.latest_created - entry.private["since"] >= VALID_FOR:
        raise of_v2.refusal("token_expired")
    return entry


def params_of(token: Entry) -> dict[str, Any]:
    """Give what a token was made of, with the terms that it says were accepted as an account shows them."""
    beside = {name: token.private[name] for name in ("ip", "user_agent") if token.private.get(name)}
    accepted = {"date": token.body["created"], **beside}
    params: dict[str, Any] = _with_terms(token.private["params"], accepted)
    return params


def _account_of(token: Entry) -> str | None:
    account: str | None = token.private["params"].get("account")
    return account


def _with_terms(value: Any, accepted: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_with_terms(item, accepted) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    for said in ("attested", "shown_and_accepted"):
        if said in fields:
            return dict(accepted) if fields[said] else {}
    return {name: _with_terms(item, accepted) for name, item in fields.items()}


def _create(call: Call, kind: str, account: str | None = None) -> dict[str, Any]:
    if call.caller.livemode and not call.caller.is_publishable:
        raise of_v2.refusal("token_must_be_created_with_publishable_key")
    created = call.world.tick()
    token = {
        "id": call.world.generator.v2_id(_PREFIXES[kind]),
        "object": kind,
        "created": time(created),
        "expires_at": time(created + VALID_FOR),
        "livemode": call.caller.livemode,
        "used": False,
    }
    return call.add(
        token,
        params={**copy_of(call.params), **({} if account is None else {"account": account})},
        since=created,
        ip=call.world.generator.client_ip,
        user_agent=call.user_agent,
    ).copy()


def _read(call: Call, identity: str, kind: str) -> Entry:
    entry = call.world.get(identity, call.scope, kind)
    if entry is None:
        raise of_v2.refusal("not_found")
    return entry
