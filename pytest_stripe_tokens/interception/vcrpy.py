"""vcrpy's inner parts: the cassettes that a suite opens with vcrpy itself."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.interception.interceptor import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stripe_tokens.interception.gate import Gate
    from pytest_stripe_tokens.interception.wire import Outcome


class Vcrpy:
    """A cassette that the suite opened with vcrpy itself, around the sandbox or inside it."""

    module = "vcr.cassette"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        cassette: Any = import_module("vcr.cassette").Cassette
        return [
            Target.of(cassette, "can_play_response_for", _can_play_response_for),
            Target.of(cassette, "play_response", _play_response),
        ]


def repair(targets: Iterable[Target]) -> None:
    """Tell vcrpy the real functions of clients: loaded while a sandbox is open, it has taken replacements for them."""
    patch: Any = import_module("vcr.patch")
    for target in targets:
        if target.vcr_name and hasattr(patch, target.vcr_name):
            setattr(patch, target.vcr_name, target.genuine)


def _can_play_response_for(gate: Gate, previous: Any) -> Any:
    def can_play_response_for(self: Any, request: Any) -> Any:
        return gate.takes_url(request.uri) or previous(self, request)

    return can_play_response_for


def _play_response(gate: Gate, previous: Any) -> Any:
    def play_response(self: Any, request: Any) -> Any:
        if not gate.takes_url(request.uri):
            return previous(self, request)
        outcome = gate.answerer(_from_vcr(request))
        outcome.wait()
        if outcome.exception is not None:
            raise outcome.exception
        return _to_vcr(outcome)

    return play_response


def _from_vcr(request: Any) -> Request:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[str(name).lower()] = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return Request(request.method.upper(), request.uri, headers, body_bytes(request.body))


def body_bytes(body: Any) -> bytes:
    """The bytes of a body in any of the forms that vcrpy keeps one."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    if hasattr(body, "read"):
        return body_bytes(body.read())
    if isinstance(body, dict):
        return urlencode(body).encode()  # pyright: ignore[reportUnknownArgumentType]
    return b"".join(part if isinstance(part, bytes) else str(part).encode() for part in body)


def _to_vcr(outcome: Outcome) -> dict[str, Any]:
    response = outcome.response
    if response is None:
        return {"status": {"code": 500, "message": ""}, "headers": {}, "body": {"string": b""}}
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": {name: [value] for name, value in response.sent_headers.items()},
        "body": {"string": response.body},
    }
