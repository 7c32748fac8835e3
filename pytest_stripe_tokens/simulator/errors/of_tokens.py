"""What the API answers where a token cannot be made, found or used; pure data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.rows import CARD, ErrorRow

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_ERRORS: Mapping[str, ErrorRow] = MappingProxyType(
    {
        # Creating tokens
        "nothing_to_tokenize": ErrorRow(
            400,
            "You must supply either a card, customer, PII data, bank account, or account legal entity to create a"
            " token. If you're making this request with a library, be sure to pass all of the required parameters for"
            " creating a token. If you're making this request manually, be sure your POST parameters begin with the"
            " token type. For example, a PII token would require `pii[personal_id_number]`, while an account token"
            " would require a parameter beginning with `account[legal_entity]`. See the API reference for more"
            " information: https://stripe.com/docs/api/tokens",
            "parameter_missing",
        ),
        # Two types give neither code nor param (real answers).
        "several_types": ErrorRow(400, "You may only specify one of these parameters: {params}."),
        "missing_payment_information": ErrorRow(
            400, "Could not find payment information", "missing_payment_information"
        ),
        "incorrect_number": ErrorRow(
            402, "Your card number is incorrect.", "incorrect_number", CARD, "number", executed=True
        ),
        "invalid_card_number": ErrorRow(
            402, "The card number is not a valid credit card number.", "invalid_number", CARD, "number", executed=True
        ),
        "invalid_expiry_month": ErrorRow(
            402, "Your card's expiration month is invalid.", "invalid_expiry_month", CARD, "exp_month", executed=True
        ),
        "invalid_expiry_year": ErrorRow(
            402, "Your card's expiration year is invalid.", "invalid_expiry_year", CARD, "exp_year", executed=True
        ),
        "invalid_cvc": ErrorRow(
            402, "Your card's security code is invalid.", "invalid_cvc", CARD, "cvc", executed=True
        ),
        "token_card_network_invalid": ErrorRow(
            400, "Invalid {param}: must be one of {values}", "token_card_network_invalid"
        ),
        "live_mode_test_card": ErrorRow(
            402,
            "Your card was declined. Your request was in live mode, but used a known test card.",
            "card_declined",
            CARD,
            "",
            executed=True,
        ),
        "test_mode_live_card": ErrorRow(
            402,
            "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of"
            " valid test cards, visit: https://stripe.com/docs/testing.",
            "card_declined",
            CARD,
            "number",
            executed=True,
        ),
        "account_number_invalid": ErrorRow(
            400,
            "You must use a test bank account number in test mode. Try {example} or see more options at"
            " https://stripe.com/docs/connect/testing#account-numbers.",
            "account_number_invalid",
            executed=True,
        ),
        "routing_number_invalid": ErrorRow(
            400, "Routing number must have 9 digits", "routing_number_invalid", executed=True
        ),
        "country_code_invalid": ErrorRow(
            400,
            "Country '{value}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US',"
            " 'EG', or 'GB'.",
            "country_code_invalid",
        ),
        # Objects
        "resource_missing": ErrorRow(404, "No such {noun}: '{id}'{hint}", "resource_missing"),
        "resource_missing_param": ErrorRow(400, "No such {noun}: '{id}'{hint}", "resource_missing"),
        # Using tokens
        "token_already_used": ErrorRow(
            400, "You cannot use a Stripe token more than once: {id}.", "token_already_used", executed=True
        ),
        "token_in_use": ErrorRow(
            400,
            "There is currently another in-progress request using this Stripe token (that probably means you clicked"
            " twice, and the other charge is still going through): {id}. This token can not be used again if that"
            " charge is successful.",
            "token_in_use",
            executed=True,
        ),
        "wrong_token_type": ErrorRow(
            400, "'{id}' is {found}, which cannot be used here: {param} takes {wanted}.", executed=True
        ),
        "not_linked": ErrorRow(
            404, "Customer {customer} does not have a linked source with ID {id}.", "missing", param="source"
        ),
        "no_active_card": ErrorRow(
            402, "Cannot charge a customer that has no active card", "missing", CARD, "card", executed=True
        ),
        "no_source": ErrorRow(400, "Must provide source or customer.", "parameter_missing"),
        "invalid_card_type": ErrorRow(
            400,
            "Only non-prepaid debit cards can be used as external accounts; this card is a {funding} card.",
            "invalid_card_type",
            executed=True,
        ),
        "bank_account_exists": ErrorRow(
            400,
            "A bank account with that routing number and account number already exists for this customer.",
            "bank_account_exists",
            executed=True,
        ),
        "bank_account_unverified": ErrorRow(
            400, "The customer's bank account must be verified before it can be charged.", executed=True
        ),
        "bank_account_verification_failed": ErrorRow(
            400,
            "The amounts provided do not match the amounts that were sent to the bank account.",
            "bank_account_verification_failed",
            executed=True,
        ),
        "source_consumed": ErrorRow(
            400, "The source {id} was taken from a customer: it is consumed, and cannot be used again.", executed=True
        ),
        "not_attached": ErrorRow(
            400,
            "The customer does not have a payment method with the ID {id}. The payment method must be attached to the"
            " customer.",
            "resource_missing",
            executed=True,
        ),
        "payment_method_used_up": ErrorRow(
            400,
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared"
            " with a connected account without Customer attachment, or was detached from a Customer. It may not be used"
            " again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
            executed=True,
        ),
        "payment_method_needs_customer": ErrorRow(
            400,
            "The payment method you provided is attached to a customer so for security purposes you must provide the"
            " customer in the request.",
            param="payment_method",
            executed=True,
        ),
        "unexpected_state": ErrorRow(
            400,
            "You cannot confirm this PaymentIntent because it has {reason}.",
            "payment_intent_unexpected_state",
            executed=True,
        ),
        "cvc_token_outside_confirmation": ErrorRow(
            400,
            "A cvc_token can only be provided during confirmation.",
            param="payment_method_options[card][cvc_token]",
        ),
        "authentication_not_handled": ErrorRow(
            402,
            "This payment required an authentication action to complete, but `error_on_requires_action` was set. When"
            " you're ready, you can upgrade your integration to handle actions at"
            " https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
            "authentication_required",
            CARD,
            executed=True,
        ),
        "not_a_platform": ErrorRow(
            400,
            "You can only create new accounts if you've signed up for Connect, which you can learn how to do at"
            " https://stripe.com/docs/connect.",
        ),
        "only_by_token": ErrorRow(
            400,
            "This account was created with an account token: its legal entity can only be changed with another one"
            " (see https://stripe.com/docs/connect/account-tokens).",
            executed=True,
        ),
        # Only where a test asks for it: Radar's rules, which would give it, are nobody's here
        "incorrect_zip": ErrorRow(
            402,
            "Your card could not be authorized using the postal code provided. Please update the postal code, or"
            " contact your card issuer for further details.",
            "incorrect_zip",
            CARD,
            "address_zip",
            executed=True,
        ),
        "declined": ErrorRow(402, "{message}", type=CARD, executed=True),
    }
)
