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
        # Stripe's own text is known to name the kind of account.
        "v2_account_not_deletable": ErrorRow(
            400,
            "{id} is a V2 Account, which cannot be deleted here. Close it with POST /v2/core/accounts/{id}/close.",
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
        # Transfers and payouts
        "balance_insufficient": ErrorRow(
            400,
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available"
            " balance by creating Charges using the 4000000000000077 test card. See:"
            " https://stripe.com/docs/testing#available-balance",
            "balance_insufficient",
            executed=True,
        ),
        "payout_balance_insufficient": ErrorRow(
            400,
            "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low.  You"
            " can use the /v1/balance endpoint to view your Stripe balance (for more details, see"
            " stripe.com/docs/api#balance).",
            "balance_insufficient",
            executed=True,
        ),
        "source_exceeded": ErrorRow(
            400,
            "Transfers using this transaction as a source must not exceed the source amount of {took}. Transfers that"
            " were made before amount to {sent}.",
            executed=True,
        ),
        "source_of_other_currency": ErrorRow(
            400, "The currency of the transfer must be that of its source_transaction ({found}).", executed=True
        ),
        "transfer_reversed": ErrorRow(400, "Transfer {id} has already been fully reversed.", executed=True),
        "reversal_too_large": ErrorRow(
            400,
            "Reversal amount ({asked}) is greater than unreversed amount on transfer ({left})",
            param="amount",
            executed=True,
        ),
        "no_external_account": ErrorRow(
            400, "Sorry, you don't have any external accounts in that currency ({currency})", executed=True
        ),
        "instant_payouts_unsupported": ErrorRow(
            400,
            "This account is not eligible for Instant Payouts. Try a debit card from a supported bank.",
            "instant_payouts_unsupported",
            executed=True,
        ),
        "instant_payout_too_large": ErrorRow(
            400,
            "Instant Payouts to bank accounts are only supported for amounts less than or equal to $9999",
            executed=True,
        ),
        "not_pending": ErrorRow(
            400, "Only a pending {noun} can be canceled, and {id} has the status {status}.", executed=True
        ),
        "payout_not_paid": ErrorRow(
            400,
            "Only a paid payout can be reversed, and {id} has the status {status}; a pending one is canceled.",
            executed=True,
        ),
        "payout_reversed": ErrorRow(400, "Payout {id} has already been reversed.", executed=True),
    }
)
