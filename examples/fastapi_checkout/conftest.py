"""The checkout as its page meets it: through an HTTP client, and with nothing to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe
from checkout_api import app
from httpx import ASGITransport, AsyncClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_offline")
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="https://shop.example") as client,
    ):
        yield client


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that stripe-python would have slept between its tries."""
    slept: list[float] = []

    async def sleep_async(_self: stripe.HTTPXClient, seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(stripe.HTTPXClient, "sleep_async", sleep_async)
    return slept
