"""A browser, a server and one sandbox: what a customer types, what the shop sends, what the page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_stripe_tokens import StripeTokens

DECLINED = "Your card was declined."


def pay(page: Any, shop: str, number: str = "4242424242424242") -> None:
    page.goto(shop)
    for name, typed in {"cardnumber": number, "exp-date": "12/50", "cvc": "123", "postal": "94110"}.items():
        page.fill(f"[name={name}]", typed)
    page.click("text=Pay")


def test_a_card_is_charged(page: Any, shop: str, stripe_tokens: StripeTokens) -> None:
    pay(page, shop)
    page.wait_for_selector("text=Thank you")
    token, charge = stripe_tokens.requests
    assert (token.path, token.params["card"]["address_zip"]) == ("/v1/tokens", "94110")
    assert (charge.path, charge.params["amount"]) == ("/v1/charges", "1999")
    assert stripe_tokens.retrieve(charge.params["source"]).used


def test_a_decline_is_shown(page: Any, shop: str, stripe_tokens: StripeTokens) -> None:
    stripe_tokens.fail_next(code="card_declined", path="/v1/charges")
    pay(page, shop)
    page.wait_for_selector(f"text={DECLINED}")
    assert stripe_tokens.requests[-1].path == "/v1/charges"


def test_the_customer_is_not_charged_while_stripe_is_down(page: Any, shop: str, stripe_tokens: StripeTokens) -> None:
    stripe_tokens.fail_next(exception=ConnectionError, path="/v1/charges")
    pay(page, shop)
    page.wait_for_selector("text=You have not been charged")


def test_a_mistyped_number_is_said_before_anything_is_sent(page: Any, shop: str, stripe_tokens: StripeTokens) -> None:
    pay(page, shop, "4242424242424241")
    page.wait_for_selector("text=Your card number is invalid.")
    assert stripe_tokens.requests == []
