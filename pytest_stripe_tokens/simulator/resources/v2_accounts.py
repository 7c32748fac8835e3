"""Accounts of /v2: made, changed by the request or by account tokens, read, listed, closed.

An account is one, however it is asked for: /v1 reads one that was made here, and what /v2 shows beside lies with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.resources import accounts as v1_accounts
from pytest_stripe_tokens.simulator.resources.v2_account_shape import CONFIGURATIONS, show, v1_params
from pytest_stripe_tokens.simulator.resources.v2_objects import NEW_ACCOUNT, changed, find_account, page, time
from pytest_stripe_tokens.simulator.resources.v2_persons import change_individual, individual_of
from pytest_stripe_tokens.simulator.resources.v2_tokens import ACCOUNT_TOKEN, params_of, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

# What may stand beside an account token, and what of `identity` (applications that were tried in test mode, 2026).
_BESIDE_TOKEN = frozenset({"account_token", "configuration", "dashboard", "defaults", "include", "metadata"})
_IDENTITY_BESIDE_TOKEN = frozenset({"country"})


def create(call: Call) -> dict[str, Any]:
    """Make an account, of the token in `account_token` and what the request says beside it."""
    if call.caller.account is not None:
        raise of_v2.refusal("non_connect_platform_accounts_v2_access_blocked")
    token = _token(call)
    body = _changed(NEW_ACCOUNT, call, token)
    v1 = v1_accounts.create(_as_v1(call, body))
    made = {
        "id": v1["id"],
        "object": "v2.core.account",
        "created": time(v1["created"]),
        "livemode": call.caller.livemode,
        **body,
    }
    entry = call.world.get(v1["id"], call.platform, "account")
    return _kept(call, cast("Entry", entry), made, token)


def update(call: Call) -> dict[str, Any]:
    """Change an account; null clears a value."""
    entry, token = find_account(call), _token(call)
    body = _changed(_whole(call, entry), call, token)
    if entry.object == "account":
        v1_accounts.update(_as_v1(call, body, without="country"))
    return _kept(call, entry, body, token)


def retrieve(call: Call) -> dict[str, Any]:
    """Give an account with what `include` asks for."""
    return show(_whole(call, find_account(call)), call.params.get("include") or ())


def list_all(call: Call) -> dict[str, Any]:
    """List the accounts that have one of some configurations applied; closed ones only where they are asked for."""
    wanted, closed = call.params.get("applied_configurations"), call.params.get("closed") is True
    found = [
        entry
        for entry in call.world.every("account", call.platform)
        if (body := entry.private.get("v2")) is not None
        and body["closed"] is closed
        and (not wanted or set(wanted) & set(body["applied_configurations"]))
    ]
    return page(call, "/v2/core/accounts", found, [show(entry.private["v2"]) for entry in found])


def close(call: Call) -> dict[str, Any]:
    """Close an account.

    Raises:
        ApiError: the request does not name exactly the configurations that are applied.
    """
    entry = find_account(call)
    body = entry.private["v2"]
    if set(call.params.get("applied_configurations") or ()) != set(body["applied_configurations"]):
        raise of_v2.refusal("configs_must_match_to_close")
    body["closed"] = True
    return show(body)


def _token(call: Call) -> Entry | None:
    """Find the token of the request, and refuse what may not stand beside it."""
    identity = call.params.get("account_token")
    if identity is None:
        return None
    token = take(call, identity, ACCOUNT_TOKEN)
    sent = {name for name, value in call.params.items() if value is not None} - {"identity"}
    if sent - _BESIDE_TOKEN or as_object(call.params.get("identity")).keys() - _IDENTITY_BESIDE_TOKEN:
        raise of_v2.refusal("param_alongside_account_token")
    return token


def _changed(old: Mapping[str, Any], call: Call, token: Entry | None) -> dict[str, Any]:
    """Give what an account is after a request.

    Raises:
        ApiError: it cannot be that.
    """
    given = {name: value for name, value in call.params.items() if name not in {"account_token", "include"}}
    country = as_object(given.get("identity")).get("country")
    before = as_object(old["identity"]).get("country")
    if country is not None and before is not None and country.lower() != before.lower():
        raise of_v2.refusal("immutable_identity_param")
    body = changed(changed(old, {} if token is None else params_of(token)), _without_configurations(given))
    body = {**NEW_ACCOUNT, **body}
    configurations, applied = dict(as_object(old["configuration"])), set(old["applied_configurations"])
    for name, asked in as_object(given.get("configuration")).items():
        if asked is None:
            continue
        is_applied = asked.get("applied") is not False
        applied = applied | {name} if is_applied else applied - {name}
        configurations[name] = _configured(as_object(configurations.get(name)), asked)
    body |= {
        "configuration": configurations,
        "applied_configurations": [name for name in CONFIGURATIONS if name in applied],
    }
    _check(body, is_by_token=token is not None)
    return body


def _check(body: Mapping[str, Any], *, is_by_token: bool) -> None:
    identity = as_object(body["identity"])
    needs_country = {"merchant", "recipient"} & set(body["applied_configurations"])
    # An account token cannot name the country, which may come in a later update.
    if needs_country and not is_by_token and not identity.get("country"):
        raise of_v2.refusal("identity_country_required")
    losses = as_object(as_object(body["defaults"]).get("responsibilities")).get("losses_collector")
    if body.get("dashboard") == "express" and losses == "stripe":
        raise of_v2.refusal("account_controller_unsupported_configuration")


def _without_configurations(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "configuration"}


def _configured(old: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Change a configuration; of a capability is kept that it was asked for, and nothing of one that is given up."""
    asked = _asked(as_object(given.get("capabilities")), as_object(old.get("capabilities")))
    rest = {name: value for name, value in given.items() if name not in {"applied", "capabilities"}}
    return {**changed(old, rest), "capabilities": asked}


def _asked(given: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    asked = dict(old)
    for name, value in given.items():
        hash_ = as_object(value)
        if "requested" in hash_:
            asked.pop(name, None)
            if hash_["requested"]:
                asked[name] = True
        elif hash_:
            asked[name] = _asked(hash_, as_object(asked.get(name)))
    return asked


def _whole(call: Call, account: Entry) -> dict[str, Any]:
    """Give what is kept of an account, with the individual that it is of, who is one of its persons."""
    body: dict[str, Any] = account.private["v2"]
    person = individual_of(call, account)
    if person is None:
        return body
    return {**body, "identity": {**as_object(body["identity"]), "individual": person.copy()}}


def _kept(call: Call, entry: Entry, body: dict[str, Any], token: Entry | None) -> dict[str, Any]:
    identity = dict(as_object(body["identity"]))
    change_individual(call, entry, as_object(identity.pop("individual", None)))
    entry.private["v2"] = {**body, "identity": identity}
    if token is not None:
        token.body["used"] = True
    return show(_whole(call, entry), call.params.get("include") or ())


def _as_v1(call: Call, body: Mapping[str, Any], *, without: str = "") -> Call:
    params = {name: value for name, value in v1_params(body).items() if name != without}
    return call._replace(params=params)
