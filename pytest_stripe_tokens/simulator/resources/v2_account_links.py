"""Links of /v2 that lead the owner of an account to Stripe's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.resources.v2_objects import VALID_FOR, account_of, changed, time

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def create(call: Call) -> dict[str, Any]:
    """Make an account link.

    Raises:
        ApiError: there is no such account, or the use case of this type is not described.
    """
    account, use_case = account_of(call, call.params["account"]), call.params["use_case"]
    if use_case.get(use_case["type"]) is None:
        raise of_v2.refusal("missing_field", param=f"use_case.{use_case['type']}")
    created, end = call.world.tick(), call.world.generator.v2_id("alu" if call.caller.livemode else "alu_test")
    return {
        "object": "v2.core.account_link",
        "account": account.id,
        "created": time(created),
        "expires_at": time(created + VALID_FOR),
        "livemode": call.caller.livemode,
        "url": f"https://accounts.stripe.com/r/{account.id}#{end}",
        "use_case": changed({}, use_case),
    }
