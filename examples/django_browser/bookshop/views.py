"""One page: a book, a form for a card, and what became of the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe
from django.conf import settings
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PRICE = 1999


def checkout(request: HttpRequest) -> HttpResponse:
    """Show the form; charge the token that the page made of a card."""
    shown = {"key": settings.STRIPE_PUBLISHABLE_KEY, "stripe_js": settings.STRIPE_JS_URL, "price": f"${PRICE / 100}"}
    if request.method == "POST":
        try:
            charge = _client().v1.charges.create(
                params={"amount": PRICE, "currency": "usd", "source": request.POST["token"]}
            )
            shown["paid"] = charge.id
        except stripe.CardError as error:
            shown["problem"] = error.user_message
        except stripe.StripeError:
            shown["problem"] = "We could not take your payment. You have not been charged: please try again later."
    return render(request, "checkout.html", shown)


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY, base_addresses={"api": settings.STRIPE_API_BASE}, max_network_retries=0
    )
