"""Persons of an account of /v2: made, changed by the request or by person tokens, read, listed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.resources.v2_objects import changed, find_account, page, time
from pytest_stripe_tokens.simulator.resources.v2_tokens import PERSON_TOKEN, params_of, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_PERSON = "v2.core.account_person"
# Metadata is no personal data; nothing else may stand beside a token.
_BESIDE_TOKEN = frozenset({"metadata", "person_token"})
# What a person of whom nothing is known shows, too (API reference).
_EMPTY: Mapping[str, Any] = {
    "additional_addresses": [],
    "additional_names": [],
    "id_numbers": [],
    "metadata": {},
    "nationalities": [],
}


def create(call: Call) -> dict[str, Any]:
    """Make a person, of the token in `person_token` or of what the request says."""
    account, given, token = find_account(call), *_given(call)
    created = time(call.world.tick())
    person = {
        "id": call.world.generator.v2_id("person" if call.caller.livemode else "person_test"),
        "object": _PERSON,
        "account": account.id,
        "created": created,
        "livemode": call.caller.livemode,
        "updated": created,
    }
    entry = call.world.add(_ordered(changed(person, given)), call.platform)
    _use_up(token)
    return entry.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a person; null clears a value."""
    entry, (given, token) = _find(call), _given(call)
    entry.body = _ordered(changed(entry.body, given) | {"updated": time(call.world.tick())})
    _use_up(token)
    return entry.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a person."""
    return _find(call).copy()


def delete(call: Call) -> dict[str, Any]:
    """Delete a person."""
    return call.world.delete(_find(call))


def list_all(call: Call) -> dict[str, Any]:
    """List an account's persons."""
    account = find_account(call)
    found = [entry for entry in call.world.every(_PERSON, call.platform) if entry.body["account"] == account.id]
    return page(call, f"/v2/core/accounts/{account.id}/persons", found, [entry.body for entry in found])


def _find(call: Call) -> Entry:
    account = find_account(call)
    entry = call.world.get(call.ids[1], call.platform, _PERSON)
    if entry is None or entry.body["account"] != account.id:
        raise of_v2.refusal("not_found")
    return entry


def _given(call: Call) -> tuple[dict[str, Any], Entry | None]:
    """Give what the request says of a person, and the token that it comes from.

    Raises:
        ApiError: the token cannot be used, or something stands beside it that may not.
    """
    sent = {name: value for name, value in call.params.items() if name != "person_token"}
    identity = call.params.get("person_token")
    if identity is None:
        return sent, None
    token = take(call, identity, PERSON_TOKEN, account=call.ids[0])
    if {name for name, value in sent.items() if value is not None} - _BESIDE_TOKEN:
        raise of_v2.refusal("param_alongside_person_token")
    return changed(params_of(token), sent), token


def _use_up(token: Entry | None) -> None:
    if token is not None:
        token.body["used"] = True


def _ordered(person: dict[str, Any]) -> dict[str, Any]:
    """Put the keys in the order of the reference's examples: id, object, then alphabetical."""
    full = {**_EMPTY, **person}
    return {"id": full["id"], "object": full["object"], **dict(sorted(full.items()))}
