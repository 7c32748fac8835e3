"""requests: its own layers above urllib3, which other mocks replace."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.requests_shortcut import Direct, get_netrc_auth, merge_settings
from pytest_stripe_tokens.interception.wire import AsGiven

if TYPE_CHECKING:
    from contextvars import ContextVar

    from pytest_stripe_tokens.interception.gate import Gate


class Requests:
    """requests.

    Args:
        in_requests: the session that a request passes through.
    """

    module = "requests"

    def __init__(self, in_requests: ContextVar[Any]) -> None:
        self._in_requests = in_requests

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        session: Any = import_module("requests").Session
        sessions: Any = import_module("requests.sessions")
        genuine = _Genuine()
        return [
            Target.of(session, "get_adapter", genuine.get_adapter),
            Target.of(session, "merge_environment_settings", merge_settings(genuine.is_direct)),
            Target.of(session, "send", functools.partial(_send, self._in_requests)),
            Target.of(sessions, "get_netrc_auth", get_netrc_auth),
        ]


class _Genuine:
    """What requests itself would do, as it was when it was loaded."""

    def __init__(self) -> None:
        self._session: Any = import_module("requests").Session
        self._adapter: Any = import_module("requests.adapters").HTTPAdapter
        self._get_adapter: Any = self._session.get_adapter

    def is_direct(self, session: Any, url: str) -> bool:
        """Whether a session takes the short cut."""
        return type(session) is self._session and self._is_plain(self._get_adapter(session, url))

    def _is_plain(self, adapter: Any) -> bool:
        # Subclasses, and adapters that retry, keep going through urllib3.
        return type(adapter) is self._adapter and not adapter.max_retries.total

    def get_adapter(self, gate: Gate, previous: Any) -> Any:
        """Wrap `Session.get_adapter`."""

        def replacement(session: Any, url: str) -> Any:
            found: Any = previous(session, url)
            if not gate.takes_url(url):
                return found
            # A sandbox around this one has put its own in place.
            plain: Any = found.inner if isinstance(found, Direct) else found
            return Direct(plain, gate) if self._is_plain(plain) else plain

        return replacement


def _send(in_requests: ContextVar[Any], _gate: Gate, previous: Any) -> Any:
    """Take out an exception that was carried through requests."""

    def send(session: Any, *args: Any, **kwargs: Any) -> Any:
        mark = in_requests.set(session)
        try:
            return previous(session, *args, **kwargs)
        except AsGiven as carried:
            given = carried.exception
        finally:
            in_requests.reset(mark)
        raise given

    return send
