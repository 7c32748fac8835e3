"""`StripeEvent`: an Event as Stripe sends it to a webhook endpoint."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.token import StripeObject
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


class StripeEvent(StripeObject):
    """An Event: a read-only mapping equal to its JSON, readable by attribute, `event.data.object.id`.

    `client.post("/webhook", content=event.payload, headers=event.headers("whsec_mine"))` sends it as Stripe does.

    Args:
        data: the event's JSON.
    """

    __slots__ = ()
    __hash__ = None

    @property
    def payload(self) -> bytes:
        """The body of the request to a webhook endpoint: its JSON, as UTF-8."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace")

    def headers(self, secret: str = "whsec_test") -> dict[str, str]:  # noqa: S107 - no secret that opens anything
        """Give the headers of that request, signed as docs.stripe.com/webhooks#verify-manually says.

        The signature holds the time of this call, which a receiver compares with its own clock: `time.time()`, so what
        stops or moves that for a test moves both.

        Args:
            secret: the endpoint's signing secret, `"whsec_..."`, which the code under test verifies with.

        Raises:
            UsageError: it is no secret.
        """
        if not isinstance(secret, str) or not secret.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError("event.headers(secret=...): expected the endpoint's signing secret, such as 'whsec_test'")
        sent_at = int(time.time())
        signed = hmac.new(secret.encode(), f"{sent_at}.".encode() + self.payload, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": _AGENT,
            "Stripe-Signature": f"t={sent_at},v1={signed}",
        }

    def __repr__(self) -> str:
        return f"<StripeEvent {self._data.get('id')} ({self._data.get('type')})>"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (StripeEvent, (self._data,))
