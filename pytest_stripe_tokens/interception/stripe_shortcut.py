"""A short cut for stripe-python on requests: making a request and merging a session's settings is half of its time.

What hangs on it: a sandbox must see the headers that requests would send, and whatever a suite has changed of requests
must be asked as it is without the short cut.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.interception.gate import underneath
from pytest_stripe_tokens.interception.requests_shortcut import as_requests, read_timeout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.interception.gate import Gate

# Others are quoted anew by requests.
_PLAIN_URL = re.compile(r"https://[a-z0-9.-]+/[\w/.-]+(\?([\w=&.\[\]-]|%5[BD])*)?", re.ASCII)
# Of a session, for each request.
_ASKED = ("request", "prepare_request", "send", "get_adapter")
_WITHOUT_BODY = frozenset({"GET", "HEAD"})


def request_internal(gate: Gate, previous: Any) -> Any:
    """Wrap `RequestsClient._request_internal`."""
    requests = _requests(import_module("requests"))

    def request_internal(  # noqa: PLR0913, PLR0917 - stripe-python's own
        self: Any, method: str, url: str, headers: Any, post_data: Any, is_streaming: Any
    ) -> Any:
        __tracebackhide__ = True  # pytest's --showlocals would show what was sent
        sent = None
        if not is_streaming and gate.takes_url(url) and requests.is_plain(self):
            sent = requests.made(method.upper(), url, headers, post_data)
        if sent is None:
            return previous(self, method, url, headers, post_data, is_streaming=is_streaming)
        outcome = gate.answerer(sent).within(read_timeout(self._timeout))
        outcome.wait()
        if outcome.exception is not None:
            asked = requests.prepared(sent.method, url, headers, post_data)
            try:
                raise as_requests(outcome.exception, asked)  # noqa: TRY301 - what is no Exception passes
            except Exception as error:  # noqa: BLE001 - as stripe-python does
                self._handle_request_error(error)
        response = outcome.response or Response(500, {}, b"")
        return response.body, response.status, requests.headers_of(response.sent_headers)

    return request_internal


@lru_cache(maxsize=1)
def _requests(module: Any) -> _Requests:
    return _Requests(module)


class _Requests:
    """What requests would make of a request, as long as all of it is its own."""

    def __init__(self, module: Any) -> None:
        self.module: Any = module
        sessions: Any = import_module("requests.sessions")
        self.headers_of: Any = import_module("requests.structures").CaseInsensitiveDict
        self._session: Any = sessions.Session
        self._defaults = dict(sessions.default_headers())
        self._lower = {name.lower(): value for name, value in self._defaults.items()}
        self._file = sessions.__file__

    def is_plain(self, client: Any) -> bool:
        """Whether a client of stripe-python sends by a session that nobody has changed."""
        session = getattr(client._thread_local, "session", None)  # noqa: SLF001
        return (
            client._session is None  # noqa: SLF001
            and not client._proxy  # noqa: SLF001
            and self.module.Session is self._session
            and getattr(client, "requests", None) is self.module
            and "NETRC" not in os.environ
            and (session is None or self._is_new(session))
            and all(self._is_own(getattr(self._session, name)) for name in _ASKED)
        )

    def prepared(self, method: str, url: str, headers: Mapping[str, Any], post_data: Any) -> Any:
        """Give the request as requests shows it in an exception."""
        return self._session().prepare_request(self.module.Request(method, url, headers, data=post_data))

    def _is_new(self, session: Any) -> bool:
        return bool(
            type(session) is self._session
            and session.headers == self._defaults
            and not (session.auth or session.params or session.cookies or session.hooks["response"])
            and all(type(each) is self.module.adapters.HTTPAdapter for each in session.adapters.values())
        )

    def _is_own(self, function: Any) -> bool:
        return bool(getattr(getattr(underneath(function), "__code__", None), "co_filename", None) == self._file)

    def made(self, method: str, url: str, headers: Mapping[str, Any], post_data: Any) -> Request | None:
        """Give the request that requests would send; None where it would do more than put its parts together."""
        if not isinstance(post_data, str | None) or not _PLAIN_URL.fullmatch(url):
            return None
        texts = [text for text in headers.values() if isinstance(text, str) and text.isascii() and text.isprintable()]
        if len(texts) < len(headers) or any(text[:1] == " " for text in texts):
            return None
        body = (post_data or "").encode()
        made = self._lower | {name.lower(): text for name, text in headers.items()}
        if body or method not in _WITHOUT_BODY:
            made["content-length"] = str(len(body))
        return Request(method, url, made, body)
