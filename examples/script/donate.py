"""Charge a donation: `python donate.py --token tok_... --amount 25`; needs requests and STRIPE_SECRET_KEY."""

from __future__ import annotations

import argparse
import os
import time
import uuid
from http import HTTPStatus

import requests

CHARGES = "https://api.stripe.com/v1/charges"
TRIES = 3
PAUSE = 1.0  # seconds


class DonationError(Exception):
    """Why there was no donation, in words for whoever runs the script."""


def donate(token: str, amount: int) -> str:
    """Charge `amount` cents, and say what was paid."""
    charge = _post({"source": token, "amount": amount, "currency": "usd", "description": "donation"})
    card = charge["source"]
    return f"Thank you: {amount / 100:.2f} USD by {card['brand']} ending in {card['last4']} ({charge['id']})"


def _post(params: dict[str, str | int]) -> dict:
    # The same key with each try: a donation whose answer was lost is not charged again.
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    for attempt in range(1, TRIES + 1):
        try:
            answer = requests.post(CHARGES, data=params, headers=headers, auth=(key, ""), timeout=10)
        except requests.RequestException:
            answer = None
        if answer is not None and not _is_worth_another_try(answer.status_code):
            return _read(answer)
        if attempt < TRIES:
            time.sleep(PAUSE * attempt)
    raise DonationError("Stripe can't be reached; nothing is known to be charged, please try later")


def _is_worth_another_try(status: int) -> bool:
    return status in {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS} or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _read(answer: requests.Response) -> dict:
    body = answer.json()
    if answer.ok:
        return body
    error = body["error"]
    if error.get("code") == "token_already_used":
        raise DonationError("this token has already paid for a donation")
    raise DonationError(error["message"])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Charge a donation to a card's token.")
    parser.add_argument("--token", required=True, help="of the card, tok_...")
    parser.add_argument("--amount", type=int, default=10, help="in dollars (default: 10)")
    chosen = parser.parse_args(argv)
    if chosen.amount < 1:
        parser.error("--amount: give 1 dollar or more")
    try:
        print(donate(chosen.token, chosen.amount * 100))  # noqa: T201 - a script's answer
    except DonationError as error:
        parser.exit(1, f"No donation: {error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
