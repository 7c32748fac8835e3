"""The error catalogue: how a row is written that the table of facts can't have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator_api import Api

INVALID = "invalid_request_error"
# What is known of headers: real answers, 2016 to 2024.
UNTRIED = {"Stripe-Should-Retry": None}
EXECUTED = {"Stripe-Should-Retry": "false"}


@dataclass(frozen=True)
class Row:
    """One row: what is sent, and what comes back, all of it but the log's address.

    Args:
        error: fields of the error object; all of them, where message and type are given.
        starts: whether only the start of the message is known.
        headers: those that are known of such an answer; None for one that it lacks.
    """

    name: str
    send: Callable[[Api], Any]
    status: int
    error: dict[str, Any]
    starts: bool = field(default=False, kw_only=True)
    headers: Mapping[str, str | None] = field(default_factory=dict, kw_only=True)


def post(path: str, params: Any = None, **options: Any) -> Callable[[Api], Any]:
    return lambda api: api.send("POST", path, params, **options)


def get(path: str, **options: Any) -> Callable[[Api], Any]:
    return lambda api: api.send("GET", path, **options)


def refusal(message: str, code: str | None = None, param: str | None = None, **more: Any) -> dict[str, Any]:
    error = {"message": message, "type": INVALID, **more}
    if code is not None:
        error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
    return error if param is None else {**error, "param": param}


def card_error(message: str, code: str, param: str | None = None, **more: Any) -> dict[str, Any]:
    return refusal(message, code, param, **{**more, "type": "card_error"})
