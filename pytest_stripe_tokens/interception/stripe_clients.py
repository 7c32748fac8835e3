"""stripe-python's own clients: the one on pycurl, which connects where Python can't see it, and the one on requests."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.stripe_shortcut import request_internal
from pytest_stripe_tokens.interception.wire import as_clients, said

if TYPE_CHECKING:
    from pytest_stripe_tokens.interception.gate import Gate

_TIMEOUT = 80  # stripe-python's own


class StripeClients(NamedTuple):
    """stripe-python's clients.

    Args:
        module: where this version of stripe-python has them.
    """

    module: str

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        place = sys.modules[self.module]
        name = "_request_internal"
        wraps = {"PycurlClient": _pycurl_request, "RequestsClient": request_internal}
        found = ((getattr(place, client, None), wrap) for client, wrap in wraps.items())
        # Where they have moved, their old place holds them too; older ones on requests have another function.
        return [
            Target.of(client, name, wrap) for client, wrap in found if self._is_here(client) and hasattr(client, name)
        ]

    def _is_here(self, client: Any) -> bool:
        return client is not None and client.__module__ == self.module


def _pycurl_request(gate: Gate, previous: Any) -> Any:
    def request_internal(  # noqa: PLR0913, PLR0917 - stripe-python's own
        self: Any, method: str, url: str, headers: Any, post_data: Any, is_streaming: Any
    ) -> Any:
        if not gate.takes_url(url):
            return previous(self, method, url, headers, post_data, is_streaming=is_streaming)
        names = {str(name).lower(): str(value) for name, value in dict(headers).items()}
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        outcome = gate.answerer(Request(method.upper(), url, names, body)).within(_TIMEOUT)
        outcome.wait()
        if outcome.exception is not None:
            error = _as_pycurl(self.pycurl, outcome.exception)
            if not isinstance(error, self.pycurl.error):
                raise error
            self._handle_request_error(error)
        response = outcome.response or Response(500, {}, b"")
        sent = {name.lower(): value for name, value in response.sent_headers.items()}
        return io.BytesIO(response.body) if is_streaming else response.body.decode(), response.status, sent

    return request_internal


def _as_pycurl(pycurl: Any, exception: BaseException | type[BaseException]) -> BaseException:
    return as_clients(
        exception,
        timed_out=lambda raised: pycurl.error(pycurl.E_OPERATION_TIMEOUTED, said(raised)),
        lost=lambda raised: pycurl.error(pycurl.E_COULDNT_CONNECT, said(raised)),
    )
