"""What onboarding asks of Stripe: the only module that calls it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import stripe
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sellers.models import Seller


class RefusedError(Exception):
    """Stripe did not take it; the message is written for the seller."""


class UnavailableError(RefusedError):
    """Stripe could not be asked; the same token may be handed in again."""


def open_account(shop: str, account_token: str) -> str:
    """Open a connected account for a shop, and give its id."""
    with _told_to_sellers():
        account = stripe.Account.create(
            api_key=settings.STRIPE_SECRET_KEY,
            country="US",
            # Account tokens are for accounts whose details the platform collects (Stripe, "Account tokens").
            type="custom",
            account_token=account_token,
            business_profile={"name": shop},
            capabilities={"transfers": {"requested": True}},
        )
    return account.id


def add_owner(seller: Seller, person_token: str) -> str:
    """Add the person who owns the shop, and give its id."""
    with _told_to_sellers():
        person = stripe.Account.create_person(
            seller.account, api_key=settings.STRIPE_SECRET_KEY, person_token=person_token
        )
    return person.id


def add_payout_account(seller: Seller, token: str) -> str:
    """Add where payouts go, and give it as the seller may see it."""
    with _told_to_sellers():
        added = stripe.Account.create_external_account(
            seller.account, api_key=settings.STRIPE_SECRET_KEY, external_account=token
        )
    name = added.bank_name if added.object == "bank_account" else f"{added.brand} card"
    return f"{name} ending in {added.last4}"


@contextmanager
def _told_to_sellers() -> Iterator[None]:
    try:
        yield
    except stripe.CardError as error:
        raise RefusedError(error.user_message) from error
    except stripe.InvalidRequestError as error:
        raise RefusedError(_WORDS.get(error.code, _OTHERWISE)) from error
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        raise UnavailableError("Sign-up is not possible just now, please try again.") from error


# Only a card's errors are worded for its owner; what else Stripe says is for developers.
_WORDS = {
    "token_already_used": "This form was already sent, please fill it in again.",
    "invalid_card_type": "Payouts go to bank accounts and debit cards only.",
}
_OTHERWISE = "This can't be used here, please fill the form in again."
