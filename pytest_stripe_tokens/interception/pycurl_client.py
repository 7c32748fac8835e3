"""stripe-python's own PycurlClient, answered: curl itself resolves and connects where Python can't see it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.wire import as_clients, said

if TYPE_CHECKING:
    from pytest_stripe_tokens.interception.gate import Gate

_TIMEOUT = 80  # stripe-python's own


@dataclass(frozen=True)
class StripePycurl:
    """stripe-python's PycurlClient.

    Args:
        module: where this version of stripe-python has it.
    """

    module: str

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        client: Any = getattr(sys.modules[self.module], "PycurlClient", None)
        # Where it has moved, its old place holds it too, and hides what stood beside it.
        is_its_place = client is not None and client.__module__ == self.module
        return [Target.of(client, "_request_internal", _request_internal)] if is_its_place else []


def _request_internal(gate: Gate, previous: Any) -> Any:
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
