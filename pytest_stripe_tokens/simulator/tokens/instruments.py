"""A card or a bank account that a token, a customer or a payment method stands for, and what it does when it is used.

Imports the catalogue's test values, and state and errors.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.api.bank_numbers import bank_number
from pytest_stripe_tokens.api.card_numbers import card_number
from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.card_numbers import CardNumber
    from pytest_stripe_tokens.simulator.state import Entry


class Decline(NamedTuple):
    """One row of the declines of real answers (2026; messages since 2020)."""

    code: str
    message: str
    param: str | None = None
    advice_code: str | None = None
    network_advice_code: str | None = None
    network_decline_code: str | None = None


_PLAIN = "Your card was declined."
DECLINES: Mapping[str, Decline] = MappingProxyType(
    {
        "generic_decline": Decline("card_declined", _PLAIN, None, "try_again_later", None, "01"),
        "insufficient_funds": Decline(
            "card_declined", "Your card has insufficient funds.", None, "try_again_later", "02", "51"
        ),
        "lost_card": Decline("card_declined", _PLAIN, None, "do_not_try_again", "01", "41"),
        "stolen_card": Decline("card_declined", _PLAIN, None, "do_not_try_again", "01", "43"),
        "expired_card": Decline("expired_card", "Your card has expired.", "exp_month", "confirm_card_data", "03", "54"),
        "incorrect_cvc": Decline(
            "incorrect_cvc", "Your card's security code is incorrect.", "cvc", "confirm_card_data", "03", "N7"
        ),
        "processing_error": Decline(
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
            None,
            "try_again_later",
            None,
            "06",
        ),
        "card_velocity_exceeded": Decline(
            "card_declined",
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
            None,
            "try_again_later",
            "02",
            "61",
        ),
        "fraudulent": Decline("card_declined", _PLAIN),
        "authentication_required": Decline(
            "authentication_required", "Your card was declined. This transaction requires authentication."
        ),
    }
)


BANK_FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "account_closed": "The bank account has been closed.",
        "debit_not_authorized": "Debit transactions are not approved on the bank account.",
        "insufficient_funds": "The bank account has insufficient funds to complete the purchase.",
        "invalid_currency": "The bank was unable to process this transfer because of its currency.",
        "no_account": "The bank account could not be located.",
    }
)
"""What test mode's bank accounts that fail are known for, and how it is told."""


class Instrument(NamedTuple):
    """A card or a bank account.

    Args:
        body: the object as a token shows it, or as it was attached.
        number: the digits of a card, or the account number; as much of it as is known.
        decline_code: the decline it is known for, where that is not its number's.
        is_magic: whether it comes from a magic token, which counts as sent with a security code.
        is_verified: whether a bank account can be charged.
        effect: what happens once a bank account is used.
        is_authenticated: whether its holder has passed 3D Secure for the payment at hand.
    """

    body: Mapping[str, Any]
    number: str = ""
    decline_code: str | None = None
    is_magic: bool = False
    is_verified: bool = False
    effect: str | None = None
    is_authenticated: bool = False

    @property
    def is_card(self) -> bool:
        """Whether it is a card."""
        return self.body.get("object") == "card"

    @property
    def published(self) -> CardNumber | None:
        """The published test number it has, if any."""
        return card_number(self.number) if self.is_card else None

    @property
    def bank_failure(self) -> str | None:
        """How money fails to go to or from this bank account, a key of `BANK_FAILURES`; None where it arrives."""
        known = None if self.is_card else bank_number(str(self.body.get("country")), self.number)
        effect = self.effect or (None if known is None else known.effect)
        return effect if effect in BANK_FAILURES else None

    def shown_as(self, body: Mapping[str, Any]) -> Instrument:
        """Give the same card or bank account in another form."""
        return self._replace(body=body)

    @property
    def needs_authentication(self) -> bool:
        """Whether a PaymentIntent with this card asks for 3D Secure."""
        if self.is_authenticated:
            return False
        return self.published is not None and self.published.effect in {"3ds_required", "3ds_already_set_up"}

    def decline_when_charged(self) -> str | None:
        """Give the decline code of a charge; None where it succeeds."""
        published = self.published
        if published is None or published.code is None:
            return None
        if published.needs == "cvc" and not self.is_magic and self.body.get("cvc_check") is None:
            return None
        decline = self.decline_code or published.decline_code
        return None if decline == "authentication_required" and self.is_authenticated else decline

    def decline_when_attached(self) -> str | None:
        """Give the decline code of an attach to a customer; None where it succeeds."""
        published = self.published
        return None if published is None or published.is_attachable else self.decline_when_charged()

    def checks_when_used(self) -> dict[str, str | None]:
        """Give what becomes of the checks: only what was sent is checked (Stripe's testing page)."""
        results: Mapping[str, str] = {} if self.published is None else self.published.checks
        checks: dict[str, str | None] = {}
        for name in ("address_line1_check", "address_zip_check", "cvc_check"):
            sent = self.body.get(name)
            checks[name] = sent if sent != "unchecked" else results.get(name, "pass")
        return checks


def kept_instrument(entry: Entry) -> Instrument:
    """Give the card or bank account that an object was made with, in the object's own form if it is one itself.

    A card or a bank account that a cassette has answered is all that is known of it: its number is not.

    Raises:
        TypeError: the object was made with none, which is a mistake in an endpoint.
    """
    instrument = entry.private.get("instrument")
    if entry.object in {"bank_account", "card"}:
        return instrument.shown_as(entry.body) if isinstance(instrument, Instrument) else Instrument(entry.body)
    if not isinstance(instrument, Instrument):
        raise TypeError(f"{entry.id} was kept without its card or bank account")
    return instrument


def instrument_for(intent: Entry, method: Entry) -> Instrument:
    """Give the card or bank account that an intent is to be paid with, and whether its holder has passed 3D Secure."""
    authenticated = intent.private.get("authenticated") == method.id
    return kept_instrument(method)._replace(is_authenticated=authenticated)


def declined(decline_code: str, *, attaching: bool = False, more: Mapping[str, Any] | None = None) -> ApiError:
    """Build the card_error of a decline.

    Args:
        decline_code: a key of `DECLINES`.
        attaching: an attach names the parameter, empty where there is none, and gives no decline code beside the code
            that says it already (real answers, 2020 to 2026).
        more: further fields of the error, `{"charge": "ch_..."}`.
    """
    row = DECLINES[decline_code]
    shown = None if attaching and row.code == decline_code else decline_code
    return ApiError(
        "declined",
        param=(row.param or "") if attaching else row.param,
        message=row.message,
        more={
            "code": row.code,
            "decline_code": shown,
            "advice_code": row.advice_code,
            "network_advice_code": row.network_advice_code,
            "network_decline_code": row.network_decline_code,
            **(more or {}),
        },
    )
