"""Capabilities of connected accounts: asked for, pending, active; their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.resources.account_shape import (
    due_of,
    external_accounts_of,
    note_update,
    requirements_of,
    scope_of,
    show,
)
from pytest_stripe_tokens.simulator.resources.objects import page
from pytest_stripe_tokens.simulator.state import Entry

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def request(call: Call, account: Entry, name: str, *, is_requested: bool) -> None:
    """Ask for a capability, or give it up; asking again changes nothing."""
    if is_requested:
        account.body.setdefault("capabilities", {}).setdefault(name, "inactive")
        _times(account).setdefault(name, call.world.generator.latest_created)
    else:
        account.body.setdefault("capabilities", {}).pop(name, None)
        _times(account).pop(name, None)


def enable(call: Call, account: Entry, *, by_token: bool = False) -> None:
    """Let Stripe check what was handed in; with an account token it has done so at once (real answers, 2026)."""
    is_complete = not _due(call, account) and account.private.get("rejected") is None
    status = "inactive" if not is_complete else "active" if by_token else "pending"
    capabilities = as_object(account.body.get("capabilities"))
    account.body["capabilities"] = {
        name: old if old == status or (old == "active" and status == "pending") else status
        for name, old in capabilities.items()
    }


def settle(call: Call, account: Entry) -> Entry:
    """Let what is pending become active, which it is by the next request (real answers)."""
    capabilities = as_object(account.body.get("capabilities"))
    pending = [name for name, status in capabilities.items() if status == "pending"]
    if pending:
        before = show(call, account)
        account.body["capabilities"] = capabilities | dict.fromkeys(pending, "active")
        for name in pending:
            shown = Entry(_capability(call, account, name), scope_of(call, account))
            call.happened("capability.updated", shown, {"status": "pending"})
        note_update(call, account, before)
    return account


def retrieve(call: Call) -> dict[str, Any]:
    """Give one of a connected account's capabilities, one that was never asked for too."""
    account = settle(call, find_account(call))
    return _capability(call, account, _name(call))


def list_all(call: Call) -> dict[str, Any]:
    """List the capabilities that a connected account has asked for."""
    account = settle(call, find_account(call))
    names = as_object(account.body.get("capabilities"))
    entries = [Entry(_capability(call, account, name), call.platform) for name in names]
    return page(f"/v1/accounts/{account.id}/capabilities", entries, call.params)


def update(call: Call) -> dict[str, Any]:
    """Ask for a capability, or give it up."""
    account = settle(call, find_account(call))
    name, before = _name(call), show(call, account)
    old = _capability(call, account, name)
    if "requested" in call.params:
        request(call, account, name, is_requested=call.flag("requested"))
        enable(call, account)
    body = _capability(call, account, name)
    call.updated("capability.updated", Entry(body, scope_of(call, account)), old)
    note_update(call, account, before)
    return body


def _capability(call: Call, account: Entry, name: str) -> dict[str, Any]:
    status = as_object(account.body.get("capabilities")).get(name, "unrequested")
    due = _due(call, account) if status != "unrequested" else []
    return {
        "id": name,
        "object": "capability",
        "account": account.id,
        "future_requirements": requirements_of([]),
        "requested": status != "unrequested",
        "requested_at": _times(account).get(name),
        "requirements": requirements_of(due, "requirements.fields_needed"),
        "status": status,
    }


def _name(call: Call) -> str:
    name = call.ids[1]
    if name not in table("accounts.update")["capabilities"]:
        raise ApiError("resource_missing", param="capability", noun="capability", id=name, hint="")
    return name


def _times(account: Entry) -> dict[str, int]:
    """Give when each capability was asked for, Unix seconds."""
    times: dict[str, int] = account.private.setdefault("requested_at", {})
    return times


def _due(call: Call, account: Entry) -> list[str]:
    return due_of(account.body, [entry.body for entry in external_accounts_of(call, account)])
