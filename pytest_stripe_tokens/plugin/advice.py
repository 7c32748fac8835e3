"""Where the documentation says more about a message: what a failing test or a usage error is followed by."""

from __future__ import annotations

import re

from pytest_stripe_tokens.api.documentation import see

_PAGE = "troubleshooting"
AFTER_THE_TESTS = f"what this means: {see(_PAGE, 'after-the-tests')}"
RECORDING = f"what this means: {see(_PAGE, 'recording')}"

# Headings of the page, each the fixed part of a message; the first that a message holds is its place.
MESSAGES = (
    "the code under test swallowed this failure",
    'mode is "replay" and no cassette holds',
    "no request met",
    "no request asked for",
    "unknown mode",
    "invalid seed",
    "has no argument",
    "takes no positional argument",
    "names the parameter",
    "there is no cassette",
    "--record-report reports what a recording did",
    "has an unknown suffix",
    "invalid cassette name",
    "invalid cassette",
    "leads out of",
    "fix it, or delete it and run pytest --record",
    "can't be read",
    "needs a key of Stripe's test mode",
    "is a key of live mode",
    "is a publishable key, which can't read tokens",
    "is no key that can be recorded with",
    "is not a server's address",
    "which does not exist; TLS would trust nothing",
)


def advised(message: str) -> str:
    """Give a message with the place in the documentation that says what to do; as it is where there is none."""
    found = next((part for part in MESSAGES if part in message), None)
    return message if found is None else f"{message}\npytest-stripe-tokens: {see(_PAGE, anchor(found))}"


def anchor(heading: str) -> str:
    """Give the name under which a page's heading is linked to, on GitHub and on the site."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
