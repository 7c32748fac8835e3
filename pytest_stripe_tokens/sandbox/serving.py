"""`StripeServer`: the sandbox for other processes, other languages and browsers, on this machine."""

from __future__ import annotations

import ipaddress
import json
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.api.request import api_key, read
from pytest_stripe_tokens.interception.loopback import Loopback
from pytest_stripe_tokens.interception.wire import Outcome
from pytest_stripe_tokens.redaction import messages
from pytest_stripe_tokens.redaction.sensitive import hide
from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.own_requests import PUBLISHABLE_TEST_KEY, TEST_KEY
from pytest_stripe_tokens.sandbox.seen import SeenRequest
from pytest_stripe_tokens.sandbox.stripe_js import script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.api.messages import Request
    from pytest_stripe_tokens.api.request import StripeRequest
    from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens

CONTROL = "/_stripe_tokens/"
_EXCEPTIONS: Mapping[str, type[OSError]] = MappingProxyType(
    {"ConnectionError": ConnectionError, "TimeoutError": TimeoutError}
)


class StripeServer:
    """Answers what other processes send, from the sandbox of the test that runs, else from one of its own.

    Args:
        new: makes a sandbox of its own.
        current: gives the sandbox of the test that runs; None between tests.
        host: to listen on.
        port: to listen on; 0 for a free one.
        is_controlled: whether the control paths answer every peer, and not this machine's alone.
        log: is told of each request, in a line.

    Raises:
        OSError: the port is taken, or the host is none of this machine's.
    """

    def __init__(  # noqa: PLR0913 - what the command takes
        self,
        new: Callable[[], StripeTokens],
        current: Callable[[], StripeTokens | None] = lambda: None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        is_controlled: bool = False,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._new = new
        self._current = current
        self._own = new()
        self._is_controlled = is_controlled
        self._log = log
        self._requests: list[SeenRequest] = []
        self._lock = threading.Lock()
        self._front = Loopback(host, port, self._answer, self._control, self._note)

    @property
    def url(self) -> str:
        """Where it listens, `"http://127.0.0.1:12111"`."""
        return self._front.url

    @property
    def environ(self) -> dict[str, str]:
        """What another process needs in its environment to ask this server in place of Stripe."""
        return {
            "STRIPE_API_BASE": self.url,
            "STRIPE_SECRET_KEY": TEST_KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_TEST_KEY,
        }

    @property
    def requests(self) -> list[SeenRequest]:
        """All requests that have reached the server, oldest first."""
        return list(self._requests)

    def close(self) -> None:
        """Answer nothing from now on."""
        self._front.close()

    @property
    def _tokens(self) -> StripeTokens:
        return self._current() or self._own

    def _answer(self, request: Request) -> Outcome:
        stripe_js = script(request)
        if stripe_js is not None:
            return Outcome(stripe_js)
        understood = read(request)
        seen = SeenRequest(request, understood)
        self._requests.append(seen)
        try:
            _check_key(request, understood)
            outcome = self._tokens.respond(request)
        except BaseException as error:  # noqa: BLE001 - a miss, which is no Exception, is told here and fails its test
            outcome = Outcome(_refused(error))
        if outcome.response is not None:
            seen.response_status = outcome.response.status
        return outcome

    def _note(self, request: Request | str, status: int | None) -> None:
        if self._log is not None:
            if isinstance(request, str):
                shown = f"refused: {request}"
            else:
                shown = f"{request.method} {messages.shown_path(request.path)}"
            self._log(f"{shown} -> {status or 'no answer'}")

    def _control(self, request: Request, peer: str) -> Response | None:
        if not request.path.startswith(CONTROL):
            return None
        if not self._is_controlled and not ipaddress.ip_address(peer.partition("%")[0]).is_loopback:
            return _json(
                403, {"error": {"message": "the control paths answer this machine alone; start with --control"}}
            )
        if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none":
            # A browser says that a page asks, and not the person at its address bar: any page can reach this machine.
            return _json(403, {"error": {"message": "the control paths answer no page; ask them from the suite"}})
        call = f"{request.method} {request.path.removeprefix(CONTROL)}"
        run = self._calls().get(call)
        if run is None:
            known = ", ".join(name.replace(" ", f" {CONTROL}") for name in self._calls())
            return _json(404, {"error": {"message": f"no such control path; there are {known}"}})
        try:
            return _json(200, run(_sent(request)))
        except (TypeError, UsageError) as error:
            return _json(400, {"error": {"message": hide(str(error))}})

    def _calls(self) -> Mapping[str, Callable[[dict[str, Any]], Any]]:
        return {
            "POST reset": self._reset,
            "POST fail_next": self._fail_next,
            "POST answer": self._given,
            "GET requests": lambda _sent: [_shown(seen) for seen in self._tokens.requests],
        }

    def _reset(self, _sent: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._own = self._new()
            self._requests.clear()
        return {}

    def _fail_next(self, sent: dict[str, Any]) -> dict[str, Any]:
        name = sent.pop("exception", None)
        if name is not None:
            if name not in _EXCEPTIONS:
                raise UsageError(f"fail_next: exception={name!r}: expected one of {', '.join(_EXCEPTIONS)}")
            sent["exception"] = _EXCEPTIONS[name]
        self._tokens.fail_next(**sent)
        return {}

    def _given(self, sent: dict[str, Any]) -> dict[str, Any]:
        self._tokens.answer(sent.pop("request", None), sent.pop("body", None), **sent)
        return {}


def _sent(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        found: object = json.loads(request.body)
    except ValueError as error:
        raise UsageError(f"{request.path}: the body is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise UsageError(f'{request.path}: expected a JSON object, such as {{"code": "card_declined"}}')
    return cast("dict[str, Any]", found)


def _shown(seen: SeenRequest) -> dict[str, Any]:
    return {
        "method": seen.method,
        "path": seen.shown_path,
        "params": messages.redact_params(seen.params),
        "stripe_account": seen.stripe_account,
        "token_type": seen.token_type,
        "response_status": seen.response_status,
        "origin": seen.origin,
    }


def _check_key(request: Request, understood: StripeRequest) -> None:
    """Refuse a live key: it has got where nothing of a real account belongs.

    Raises:
        UsageError: naming none of it.
    """
    for key in (api_key(request.headers), understood.params.get("key")):
        if isinstance(key, str) and "_live_" in key:
            raise UsageError("a live key was sent to stripe-tokens, which takes test keys alone; set one, sk_test_...")


def _refused(error: BaseException) -> Response:
    """Answer what no sandbox answers so that no SDK tries again."""
    body = {"error": {"message": hide(str(error)), "type": "invalid_request_error"}}
    return _json(400, body, {"Stripe-Should-Retry": "false"})


def _json(status: int, body: Any, more: Mapping[str, str] | None = None) -> Response:
    headers = {"Content-Type": "application/json", **(more or {})}
    return Response(status, headers, json.dumps(body, indent=2).encode() + b"\n")
