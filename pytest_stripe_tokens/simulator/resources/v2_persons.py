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
    entry = call.world.add(_ordered(changed(_new(call, account), given)), call.platform)
    _use_up(token)
    return entry.copy()


def individual_of(call: Call, account: Entry) -> Entry | None:
    """Find the person that an account is of, where it is an individual's."""
    of_one = (entry for entry in call.world.every(_PERSON, call.platform) if entry.private.get("is_individual"))
    return next((entry for entry in of_one if entry.body["account"] == account.id), None)


def change_individual(call: Call, account: Entry, values: Mapping[str, Any]) -> None:
    """Make or change the person that an account is of.

    Args:
        call: the request.
        account: the account.
        values: all that is known of the person now; nothing where there is none.
    """
    entry = individual_of(call, account)
    if entry is None and values:
        call.world.add(_ordered({**_new(call, account), **values}), call.platform, is_individual=True)
    elif entry is not None and values and {**_EMPTY, **values} != entry.body:
        entry.body = _ordered({**values, "updated": time(call.world.tick())})


def _new(call: Call, account: Entry) -> dict[str, Any]:
    created = time(call.world.tick())
    return {
        "id": call.world.generator.v2_id("person" if call.caller.livemode else "person_test"),
        "object": _PERSON,
        "account": account.id,
        "created": created,
        "livemode": call.caller.livemode,
        "updated": created,
    }


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
