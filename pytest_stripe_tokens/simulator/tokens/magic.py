"""The tokens that always exist in test mode, such as `tok_visa`, and what each stands for.

Sources: Stripe's testing and Connect testing pages, 2019 to 2026; a name with two spellings has been both on them.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Magic(NamedTuple):
    """What a magic token stands for.

    Args:
        type: `"card"` or `"bank_account"`.
        params: the hash that would make the same token; a card's has no expiry, which depends on the day.
        decline_code: the decline that its card is known for, where that is not its number's.
        is_verified: whether its bank account counts as verified.
        effect: what happens once its bank account is used.
    """

    type: str
    params: Mapping[str, Any]
    decline_code: str | None = None
    is_verified: bool = False
    effect: str | None = None


# The part after `tok_` and the card's name in TEST_CARDS.
_CARDS = {
    "visa": "visa",
    "visa_debit": "visa_debit",
    "mastercard": "mastercard",
    "mastercard_debit": "mastercard_debit",
    "mastercard_prepaid": "mastercard_prepaid",
    "amex": "amex_2",
    "discover": "discover",
    "discover_debit": "discover_debit",
    "diners": "diners",
    "jcb": "jcb",
    "unionpay": "unionpay",
    "gb_debit": "GB_debit",
    "gb_mastercard": "GB_mastercard",
    "jp_jcb": "JP_jcb",
    "th_credit": "TH",
    "th_debit": "TH_debit",
    "chargeDeclined": "charge_declined",
    "chargeDeclinedInsufficientFunds": "insufficient_funds",
    "chargeDeclinedLostCard": "lost_card",
    "chargeDeclinedStolenCard": "stolen_card",
    "chargeDeclinedExpiredCard": "expired_card",
    "chargeDeclinedIncorrectCvc": "incorrect_cvc",
    "chargeDeclinedProcessingError": "processing_error",
    "chargeDeclinedFraudulent": "fraudulent_older",
    "chargeDeclinedVelocityLimitExceeded": "velocity_exceeded",
    "chargeCustomerFail": "decline_after_attaching",
    "authenticationRequired": "3ds_always",
    "authenticationRequiredOnSetup": "3ds_unless_set_up",
    "authenticationRequiredSetupForOffSession": "3ds_already_set_up",
    "authenticationRequiredChargeDeclinedInsufficientFunds": "3ds_insufficient_funds",
    "threeDSecure2Required": "3ds_required",
    "threeDSecureRequired": "3ds_required_older",
    "threeDSecureRequiredChargeDeclined": "3ds_required_declined",
    "threeDSecureRequiredProcessingError": "3ds_required_error",
    "threeDSecureOptional": "3ds_supported",
    "threeDSecureOptionalProcessingError": "3ds_supported_error",
    "amex_threeDSecureNotSupported": "amex",
    "indiaRecurringMandateSetupAndRenewalsSuccess": "IN_mandate",
    "indiaRecurringPaymentFailureAfterPreDebitNotification": "IN_mandate_debit_canceled",
    "indiaRecurringPaymentFailureUndeliveredDebitNotification": "IN_mandate_not_notified",
    "indiaRecurringPaymentFailureCanceledMandate": "IN_mandate_canceled",
    "visa_cartesBancaires": "cartes_bancaires_visa",
    "mastercard_cartesBancaires": "cartes_bancaires_mastercard",
    "radarBlock": "fraudulent",
    "riskLevelHighest": "risk_highest",
    "riskLevelElevated": "risk_elevated",
    "cvcCheckFail": "cvc_check_fails",
    "cvcCheckFailElevatedRisk": "cvc_check_fails",
    "avsZipFail": "zip_check_fails",
    "avsZipFailElevatedRisk": "zip_check_fails",
    "avsLine1Fail": "line1_check_fails",
    "avsFail": "address_checks_fail",
    "avsUnchecked": "address_checks_unavailable",
    "createDispute": "dispute_fraudulent",
    "createDisputeProductNotReceived": "dispute_product_not_received",
    "createDisputeInquiry": "dispute_inquiry",
    "createIssuerFraudRecord": "early_fraud_warning",
    "createMultipleDisputes": "disputes_multiple",
    "refundFail": "refund_fails",
    "pendingRefund": "refund_pending",
    "bypassPending": "bypass_pending",
    "bypassPendingInternational": "bypass_pending_international",
    "domesticPricing": "domestic_pricing",
    "triggerNextRequirements": "next_requirements",
    "triggerVerification": "next_requirements",
    "triggerChargeBlock": "charge_block",
    "triggerPayoutBlock": "payout_block",
    "triggerTransferBlock": "payout_block",
    "discover_debit_us_transferSuccess": "US_payout_discover",
    "visa_credit_au": "AU_payout_credit",
    "visa_credit_ae": "AE_payout_credit",
}
_PAYOUTS = {
    "visa_debit_{}_transferSuccess": "{}_payout",
    "visa_debit_{}_transferFail": "{}_payout_fails",
    "visa_debit_{}_instantPayoutUnsupported": "{}_no_instant_payout",
    "mastercard_debit_{}_transferSuccess": "{}_payout_mastercard",
}
# The part after `btok_us_verified_` or `pm_usBankAccount_`, and the effect.
_BANK_EFFECTS = {
    "noAccount": "no_account",
    "accountClosed": "account_closed",
    "insufficientFunds": "insufficient_funds",
    "debitNotAuthorized": "debit_not_authorized",
    "invalidCurrency": "invalid_currency",
}
# The part after `pm_usBankAccount_` where no token has the same.
_BANK_METHODS = {
    "failMicrodeposits": "microdeposits_fail",
    "dispute": "dispute",
    "processing": "stays_processing",
    "weeklyLimitExceeded": "weekly_limit",
    "riskLevelHighest": "high_risk",
}


@cache
def _magic_cards() -> Mapping[str, Magic]:
    names = dict(_CARDS)
    for country in (name for name in TEST_CARDS if len(name) == len("US")):
        names[country.lower()] = country
        for token, card in _PAYOUTS.items():
            if card.format(country) in TEST_CARDS:
                names[token.format(country.lower())] = card.format(country)
    found = {name: Magic("card", TEST_CARDS[card]) for name, card in names.items()}
    found["chargeCustomerFailLostCard"] = Magic("card", TEST_CARDS["decline_after_attaching"], "lost_card")
    spelt = {f"visa_{name}": value for name, value in found.items() if name.startswith(("charge", "trigger"))}
    return MappingProxyType(found | spelt)


def magic_token(identity: str) -> Magic | None:
    """Find what a magic token stands for; None for any other id."""
    prefix, _, name = identity.partition("_")
    if prefix == "tok":
        # What a sandbox has made goes on with a digit: most tests need none of the table.
        return None if name[:1].isdigit() else _magic_cards().get(name)
    if prefix == "btok" and name == "us":
        return Magic("bank_account", TEST_BANK_ACCOUNTS["US"])
    if prefix == "btok" and name.startswith("us_verified"):
        return _bank(name.removeprefix("us_verified").removeprefix("_"), _BANK_EFFECTS)
    return None


def magic_payment_method(identity: str) -> Magic | None:
    """Find what a magic payment method stands for, `pm_card_visa`; None for any other id."""
    if identity.startswith("pm_card_"):
        return _magic_cards().get(identity.removeprefix("pm_card_"))
    if identity.startswith("pm_usBankAccount_"):
        name = identity.removeprefix("pm_usBankAccount_")
        return _bank("" if name == "success" else name, _BANK_EFFECTS | _BANK_METHODS)
    return None


def _bank(name: str, effects: Mapping[str, str]) -> Magic | None:
    if not name:
        return Magic("bank_account", TEST_BANK_ACCOUNTS["US"], is_verified=True)
    effect = effects.get(name)
    if effect is None:
        return None
    return Magic("bank_account", TEST_BANK_ACCOUNTS[f"US_{effect}"], is_verified=True, effect=effect)
