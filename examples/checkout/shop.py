"""A small shop's checkout: it talks to Stripe with Python's own urllib, and knows nothing of its tests."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

API = "https://api.stripe.com"
BUSY = 429


class PaymentsDownError(Exception):
    """Stripe could not be reached or was too busy: the customer may try again."""


class RefusedError(Exception):
    """Stripe refused the request; the message is fit to be shown."""


def tokenize_phone_order(number: str, exp_month: int, exp_year: int) -> str:
    """Swap a card that a customer read out on the phone for a token, so that the shop never keeps the number."""
    card = {"card[number]": number, "card[exp_month]": exp_month, "card[exp_year]": exp_year}
    return str(_stripe("POST", "/v1/tokens", card)["id"])


def order_line(token_id: str) -> str:
    """Say what a token stands for, as the order page shows it before anyone is charged or paid."""
    token = _stripe("GET", f"/v1/tokens/{token_id}")
    match token["type"]:
        case "card":
            card = token["card"]
            return f"{card['brand']} ending in {card['last4']}, valid to {card['exp_month']}/{card['exp_year']}"
        case "bank_account":
            account = token["bank_account"]
            return f"{account['bank_name']} {account['country']}, account ending in {account['last4']}"
        case "account":
            return "seller's business details, ready to sign up with"
        case "person":
            return "seller's owner, ready to be added"
        case "cvc_update":
            return "security code, entered again"
        case "pii":
            return "identity number, kept by Stripe alone"
        case unknown:
            raise RefusedError(f"this shop takes no {unknown} tokens")


def _stripe(method: str, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    key = os.environ.get("STRIPE_SECRET_KEY", "sk_test_none")
    body = urlencode(params).encode() if params else None
    request = Request(f"{API}{path}", data=body, method=method, headers={"Authorization": f"Bearer {key}"})
    try:
        with urlopen(request, timeout=10) as answer:
            return dict(json.load(answer))
    except HTTPError as error:
        with error:
            if error.code == BUSY or error.code >= 500:
                raise PaymentsDownError("payments are busy, please try again") from error
            raise RefusedError(json.load(error)["error"]["message"]) from error
    except OSError as error:
        raise PaymentsDownError("payments can't be reached, please try again") from error
