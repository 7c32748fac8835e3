"""The names of events against those that stripe-python types."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import stripe

import pytest_stripe_tokens.simulator

SOURCES = Path(pytest_stripe_tokens.simulator.__file__).parent.rglob("*.py")
# What reads as an event's name: words with dots between them, all of them in one pair of quotes.
NAMES = re.compile(r'"((?:account|balance|capability|charge|customer|payment_intent|payment_method|payout|person|refund|'
                   r'setup_intent|source|topup|transfer)\.[a-z_.]+)"')  # fmt: skip


def test_each_event_is_one_that_stripe_sends():
    known = set(typing.get_args(typing.get_type_hints(stripe.Event)["type"]))
    found = {name for source in SOURCES for name in NAMES.findall(source.read_text(encoding="utf-8"))}
    assert {"charge.refunded", "customer.source.deleted", "payout.paid"} & found
    assert found - known == set()
