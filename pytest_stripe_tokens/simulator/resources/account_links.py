"""Links that lead the owner of a connected account to Stripe's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.account_shape import show

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call

_CHARACTERS = 12
# How long an account link can be followed (real answers), seconds.
_VALID_FOR = 300


def create(call: Call) -> dict[str, Any]:
    """Make an account link.

    Raises:
        ApiError: the account is unknown, Stripe collects what it needs itself, or a live link leads to no HTTPS page.
    """
    account = call.world.refer(str(call.params["account"]), call.platform, "account", "account")
    if call.caller.livemode:
        for name in ("refresh_url", "return_url"):
            if not (call.text(name) or "https:").startswith("https:"):
                raise ApiError("link_without_https", param=name)
    controller = as_object(account.body.get("controller"))
    if call.params["type"] == "account_update" and controller.get("requirement_collection") != "application":
        raise ApiError("no_update_link")
    created = call.world.tick()
    end = call.world.generator.characters("account_link", _CHARACTERS)
    return {
        "object": "account_link",
        "created": created,
        "expires_at": created + _VALID_FOR,
        "url": f"https://connect.stripe.com/setup/c/{account.id}/{end}",
    }


def create_login_link(call: Call) -> dict[str, Any]:
    """Make a link into an account's Express Dashboard.

    Raises:
        ApiError: the account has no such dashboard, or its owner has not handed everything in.
    """
    account = find_account(call)
    dashboard = as_object(as_object(account.body.get("controller")).get("stripe_dashboard"))
    if dashboard.get("type") != "express":
        raise ApiError("no_express_dashboard", id=account.id)
    if not show(call, account)["details_submitted"]:
        raise ApiError("not_onboarded")
    end = call.world.generator.characters("login_link", _CHARACTERS)
    return {
        "object": "login_link",
        "created": call.world.tick(),
        "url": f"https://connect.stripe.com/express/{account.id}/{end}",
    }
