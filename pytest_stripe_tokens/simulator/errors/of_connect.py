"""What the API answers where a connected account, or the money that goes to it, cannot be what is asked; pure data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_ERRORS: Mapping[str, ErrorRow] = MappingProxyType(
    {
        "default_external_account": ErrorRow(
            400,
            "You cannot delete the default external account for your default currency. Please make another external"
            " account the default using the `default_for_currency` param, and then delete this one.",
            executed=True,
        ),
        "account_opener": ErrorRow(
            400, "{id} opened the account or is the individual it is of, and cannot be deleted.", executed=True
        ),
        "no_update_link": ErrorRow(
            400,
            "You cannot create `account_update` type Account Links for this account. Valid types for this account are"
            ' ["account_onboarding"].',
            param="type",
            executed=True,
        ),
        "link_without_https": ErrorRow(400, "Livemode requests must always be redirected via HTTPS."),
        "not_onboarded": ErrorRow(
            400, "Cannot create a login link for an account that has not completed onboarding.", executed=True
        ),
        "no_express_dashboard": ErrorRow(
            400,
            "Login links lead to the Express Dashboard, which the account {id} does not have.",
            executed=True,
        ),
    }
)
