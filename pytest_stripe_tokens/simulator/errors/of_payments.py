"""What the API answers where a payment cannot be refunded, captured, canceled or set up; pure data.

Texts of real answers of 2026, but for those that docs/unconfirmed.md lists.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTENT_STATE = "payment_intent_unexpected_state"
_SETUP_STATE = "setup_intent_unexpected_state"
_NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)

PAYMENT_ERRORS: Mapping[str, ErrorRow] = MappingProxyType(
    {
        # Refunds
        "refund_of_nothing": ErrorRow(
            400, "One of the following params should be provided for this request: payment_intent or charge."
        ),
        "charge_already_refunded": ErrorRow(
            400, "Charge {charge} has already been refunded.", "charge_already_refunded", executed=True
        ),
        "charge_not_refundable": ErrorRow(
            400, "Charge {charge} has failed, so there is nothing to refund.", "charge_not_refundable", executed=True
        ),
        "refund_too_large": ErrorRow(
            400,
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
            executed=True,
        ),
        "refund_of_part_held": ErrorRow(
            400,
            "You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the"
            " original amount",
            param="amount",
            executed=True,
        ),
        "refund_of_held_intent": ErrorRow(
            400,
            "This uncaptured Charge was created by a PaymentIntent ({intent}). You must cancel the PaymentIntent to"
            " reverse the authorization instead of refunding the Charge directly. For more information, see"
            " https://stripe.com/docs/payments/place-a-hold-on-a-payment-method",
            executed=True,
        ),
        "refund_of_unpaid_intent": ErrorRow(
            400, "This PaymentIntent ({intent}) does not have a successful charge to refund.", executed=True
        ),
        "refund_without_fee": ErrorRow(
            400,
            "Attempting to refund_application_fee on charge {charge}, but it has no application fee",
            param="refund_application_fee",
            executed=True,
        ),
        "refund_without_transfer": ErrorRow(
            400,
            "Attempting to reverse_transfer on charge {charge}, but it has no transfer",
            param="reverse_transfer",
            executed=True,
        ),
        "refund_not_cancelable": ErrorRow(400, "Canceling this refund is unsupported.", executed=True),
        # Captures
        "charge_already_captured": ErrorRow(
            400, "Charge {charge} has already been captured.", "charge_already_captured", executed=True
        ),
        "charge_not_capturable": ErrorRow(400, "Charge {charge} has failed and cannot be captured.", executed=True),
        "capture_of_intents_charge": ErrorRow(
            400,
            "This uncaptured Charge was created by a PaymentIntent ({intent}). You must capture the PaymentIntent"
            " instead of capturing the Charge directly.",
            executed=True,
        ),
        "amount_too_large": ErrorRow(
            400,
            "The payment could not be captured because the requested capture amount is greater than the amount you can"
            " capture for this charge. Contact us via https://support.stripe.com/contact/ for help.",
            "amount_too_large",
            executed=True,
        ),
        "negative_integer": ErrorRow(400, "Invalid non-negative integer"),
        "customer_of_charge": ErrorRow(
            400,
            "You cannot change the customer of this charge because it already belongs to {customer}.",
            param="customer",
            executed=True,
        ),
        # PaymentIntents
        "intent_without_method": ErrorRow(
            400,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the"
            " PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a"
            " payment method or ConfirmationToken.",
            _INTENT_STATE,
            executed=True,
        ),
        "intent_not_cancelable": ErrorRow(
            400,
            "You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of"
            " the following statuses may be canceled: requires_payment_method, requires_capture,"
            " requires_reauthorization, requires_confirmation, requires_action, expired, processing.",
            _INTENT_STATE,
            executed=True,
        ),
        "intent_not_capturable": ErrorRow(
            400,
            "This PaymentIntent could not be captured because it has a status of {status}. Only a PaymentIntent with"
            " one of the following statuses may be captured: requires_capture.",
            _INTENT_STATE,
            executed=True,
        ),
        "intent_released": ErrorRow(
            400,
            "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized"
            " amount has been released.",
            _INTENT_STATE,
            executed=True,
        ),
        "intent_not_updatable": ErrorRow(
            400,
            "This PaymentIntent's {param} could not be updated because it has a status of {status}. You may only update"
            " the {param} of a PaymentIntent with one of the following statuses: requires_payment_method,"
            " requires_confirmation, requires_action.",
            _INTENT_STATE,
            executed=True,
        ),
        "intent_not_incrementable": ErrorRow(
            400,
            "This PaymentIntent's authorization could not be incremented because it has a status of {status}. Only a"
            " PaymentIntent with one of the following statuses may be incremented: requires_capture.",
            _INTENT_STATE,
            executed=True,
        ),
        # Confirmation tokens
        "payment_token_invalid": ErrorRow(
            400,
            "The provided ConfirmationToken has already been used, or has expired. Create another one to confirm this"
            " PaymentIntent.",
            "payment_intent_confirmation_token_invalid",
            executed=True,
        ),
        "setup_token_invalid": ErrorRow(
            400,
            "The provided ConfirmationToken has already been used, or has expired. Create another one to confirm this"
            " SetupIntent.",
            "setup_intent_confirmation_token_invalid",
            executed=True,
        ),
        "token_outside_confirmation": ErrorRow(
            400,
            "The parameter `confirmation_token` cannot be passed when creating a {noun} unless `confirm` is set to"
            " true.",
            param="confirmation_token",
        ),
        "token_of_other_usage": ErrorRow(
            400,
            "The provided setup_future_usage ({usage}) does not match the setup_future_usage of the ConfirmationToken"
            " ({theirs}).",
            param="setup_future_usage",
        ),
        "two_installment_plans": ErrorRow(
            400,
            "The provided ConfirmationToken contains an installment plan while"
            " payment_method_options[card][installments][plan] was also set on this request.",
        ),
        # SetupIntents
        "setup_without_method": ErrorRow(
            400,
            "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the"
            " SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment"
            " method or ConfirmationToken.",
            _SETUP_STATE,
            executed=True,
        ),
        "payment_authentication_failed": ErrorRow(400, _NOT_AUTHENTICATED, "payment_intent_authentication_failure"),
        "setup_authentication_failed": ErrorRow(400, _NOT_AUTHENTICATED, "setup_intent_authentication_failure"),
        "nothing_to_authenticate": ErrorRow(
            400, "{id} asks for no authentication: its status is {status}.", executed=True
        ),
        "setup_unexpected_state": ErrorRow(
            400, "You cannot {action} this SetupIntent because it {reason}.", _SETUP_STATE, executed=True
        ),
        "setup_method_of_other": ErrorRow(
            400,
            "The PaymentMethod {id} does not belong to the Customer you supplied {customer}. Please use this"
            " PaymentMethod with the Customer that it belongs to instead.",
            param="payment_method",
            executed=True,
        ),
        "setup_method_needs_customer": ErrorRow(
            400,
            "The payment method supplied ({id}) belongs to the Customer {customer}. Please include the Customer in the"
            " `customer` parameter on the SetupIntent.",
            param="payment_method",
            executed=True,
        ),
        # Payment methods
        "payment_method_not_attached": ErrorRow(
            400,
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            executed=True,
        ),
        "payment_method_not_saved": ErrorRow(
            400, "You must save this PaymentMethod to a customer before you can update it.", executed=True
        ),
        "payment_method_of_other": ErrorRow(404, "Invalid request", param="customer"),
    }
)
