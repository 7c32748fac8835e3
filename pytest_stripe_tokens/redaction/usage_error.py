"""`UsageError`: what is wrong with an option, ini value, marker or argument, without the secrets in it."""

from __future__ import annotations


class UsageError(Exception):
    """An option, ini value, marker or argument that is not one of the valid ones, which the message lists.

    The message repeats the value that was given, but no key, card number or account id that was given by mistake.
    """

    def __init__(self, message: str) -> None:
        from pytest_stripe_tokens.redaction.sensitive import hide  # noqa: PLC0415 - most runs have no such error

        super().__init__(hide(message))
