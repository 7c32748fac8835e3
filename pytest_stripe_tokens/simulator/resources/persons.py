"""The persons of a connected account; imports the simulator's own modules below the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.resources.connected_accounts import find_account
from pytest_stripe_tokens.simulator.resources.objects import ordered, page
from pytest_stripe_tokens.simulator.resources.people import change_person, new_person
from pytest_stripe_tokens.simulator.tokens.spending import spend, spend_pii, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


def create(call: Call) -> dict[str, Any]:
    """Make a person, from the token in `person_token` and what the request says beside it."""
    account = find_account(call)
    tokens = _tokens(call, account)
    created = call.world.tick()
    identity = call.world.generator.object_id("person", created, account.id)
    person = call.world.add(new_person(identity, account.id, created), call.platform)
    return _changed(call, person, tokens)


def update(call: Call) -> dict[str, Any]:
    """Change a person."""
    account = find_account(call)
    person = _find(call, account)
    return _changed(call, person, _tokens(call, account))


def retrieve(call: Call) -> dict[str, Any]:
    """Give a person."""
    return ordered(_find(call, find_account(call)).copy())


def list_all(call: Call) -> dict[str, Any]:
    """List a connected account's persons."""
    account = find_account(call)
    entries = call.world.every("person", call.platform)
    found = [entry for entry in entries if entry.body["account"] == account.id]
    return page(f"/v1/accounts/{account.id}/persons", found, call.params)


def _find(call: Call, account: Entry) -> Entry:
    person = call.world.get(call.ids[1], call.platform, "person")
    if person is None or person.body["account"] != account.id:
        raise call.world.missing("resource_missing", "person", call.ids[1], call.platform, "person")
    return person


def _tokens(call: Call, account: Entry) -> list[Any]:
    token = call.text("person_token")
    by_token = [] if token is None else [take(call, token, ("person",), "person_token", account=account.id)]
    return [*by_token, *spend_pii(call, call.params, "")]


def _changed(call: Call, person: Entry, tokens: list[Any]) -> dict[str, Any]:
    for taken in tokens:
        if taken.type == "person":
            change_person(person.body, taken.params)
    change_person(person.body, call.params)
    for taken in tokens:
        spend(taken)
    return ordered(person.copy())
