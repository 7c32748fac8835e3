"""A shop's checkout API: takes an order and a card token, charges the card through async stripe-python."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import stripe
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from stripe import StripeClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PRICES = {"mug": 1200, "poster": 2500}


class Order(BaseModel):
    """What the shop's page sends; prices are never taken from there."""

    item: Literal["mug", "poster"]
    token: str


class Receipt(BaseModel):
    charge: str
    amount: int
    paid_with: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    http_client = stripe.HTTPXClient(timeout=10)
    # A request that is sent again carries the same Idempotency-Key: nobody is charged twice for a lost answer.
    app.state.stripe = StripeClient(os.environ["STRIPE_SECRET_KEY"], http_client=http_client, max_network_retries=2)
    yield
    await http_client.close_async()


def stripe_client(request: Request) -> StripeClient:
    return request.app.state.stripe


app = FastAPI(title="Checkout", lifespan=lifespan)


@app.post("/checkout", status_code=201)
async def checkout(order: Order, client: Annotated[StripeClient, Depends(stripe_client)]) -> Receipt:
    charge = await client.v1.charges.create_async(
        {"amount": PRICES[order.item], "currency": "usd", "source": order.token, "description": order.item}
    )
    card = charge.payment_method_details.card
    return Receipt(charge=charge.id, amount=charge.amount, paid_with=f"{card.brand} ending in {card.last4}")


@app.exception_handler(stripe.CardError)
async def declined(_request: Request, error: stripe.CardError) -> JSONResponse:
    # The message of a card's error is written for the card's owner; all others are for developers.
    return JSONResponse({"detail": error.user_message}, status_code=402)


@app.exception_handler(stripe.InvalidRequestError)
async def refused(_request: Request, error: stripe.InvalidRequestError) -> JSONResponse:
    if error.code in {"token_already_used", "token_in_use"}:
        return JSONResponse({"detail": "This payment was already made."}, status_code=409)
    return JSONResponse({"detail": "This card can't be used here."}, status_code=400)


@app.exception_handler(stripe.APIConnectionError)
@app.exception_handler(stripe.RateLimitError)
@app.exception_handler(stripe.APIError)
async def unavailable(_request: Request, _error: stripe.StripeError) -> JSONResponse:
    return JSONResponse({"detail": "Payments are down, please try again."}, status_code=503)
