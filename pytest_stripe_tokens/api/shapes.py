"""What type checkers know of a token by its type; when the tests run, all of these are `Token` and `StripeObject`.

The fields are those of `schemas/`; others are found as attributes too, and are of type Any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_stripe_tokens.api.token import StripeObject, Token

if TYPE_CHECKING:
    Check: TypeAlias = Literal["pass", "fail", "unavailable", "unchecked"] | None

    class Card(StripeObject):
        """A card token's `card`."""

        id: str
        object: Literal["card"]
        address_city: str | None
        address_country: str | None
        address_line1: str | None
        address_line1_check: Check
        address_line2: str | None
        address_state: str | None
        address_zip: str | None
        address_zip_check: Check
        brand: str
        country: str | None
        currency: str | None
        cvc_check: Check
        dynamic_last4: str | None
        exp_month: int
        exp_year: int
        fingerprint: str | None
        funding: Literal["credit", "debit", "prepaid", "unknown"]
        last4: str
        metadata: Any
        name: str | None
        networks: Any
        regulated_status: Literal["regulated", "unregulated"] | None
        tokenization_method: str | None
        wallet: Any

    class BankAccount(StripeObject):
        """A bank account token's `bank_account`."""

        id: str
        object: Literal["bank_account"]
        account_holder_name: str | None
        account_holder_type: Literal["company", "individual"] | None
        account_type: Literal["checking", "futsu", "savings", "toza"] | None
        bank_name: str | None
        country: str
        currency: str
        fingerprint: str | None
        last4: str
        routing_number: str | None
        status: str

    class CardToken(Token):
        """What `card_token` and `create("card")` give."""

        card: Card

    class BankToken(Token):
        """What `bank_token` and `create("bank_account")` give."""

        bank_account: BankAccount

    class PaymentMethodPreview(StripeObject):
        """A confirmation token's `payment_method_preview`; its hash is named after its type, as `card` is."""

        allow_redisplay: Literal["always", "limited", "unspecified"]
        billing_details: Any
        card: Any
        customer: str | None
        customer_account: str | None
        type: str

    class ConfirmationToken(Token):
        """What `confirmation_token` and `create("confirmation_token")` give."""

        expires_at: int | None
        mandate_data: Any
        metadata: Any
        payment_intent: str | None
        payment_method_options: Any
        payment_method_preview: PaymentMethodPreview
        return_url: str | None
        setup_future_usage: Literal["off_session", "on_session"] | None
        setup_intent: str | None
        shipping: Any
        use_stripe_sdk: bool

    class V2Token(Token):
        """What `v2_account_token`, `v2_person_token` and `create` of their types give; times are RFC 3339."""

        created: str  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]
        expires_at: str

else:
    Card = BankAccount = PaymentMethodPreview = StripeObject
    CardToken = BankToken = ConfirmationToken = V2Token = Token

__all__ = ["BankAccount", "BankToken", "Card", "CardToken", "ConfirmationToken", "PaymentMethodPreview", "V2Token"]
