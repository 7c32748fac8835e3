"""`Ledger`: sends a calibration's requests to Stripe, counts them, and deletes what they made."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import API_HOST, Request
from pytest_stripe_tokens.calibration.sides import Keys
from pytest_stripe_tokens.calibration.trials import Halted
from pytest_stripe_tokens.recording.live import LiveAPI, LiveError

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.recording.environment import RecordSettings
    from pytest_stripe_tokens.recording.live import Limits

# What test mode deletes, and with it what belongs to it: sources, payment methods, persons, external accounts.
DELETED = {"customer": "/v1/customers/{}", "account": "/v1/accounts/{}"}
_MAKING = {path.removesuffix("/{}"): name for name, path in DELETED.items()}
# Made and gone, or no object of its own.
_NO_OBJECTS = frozenset({"list", "search_result", "balance", "account_link", "login_link", ""})


@dataclass
class Ledger:
    """What was sent, and what of it is still there.

    Args:
        settings: keys and server.
        limit: how many requests facts may send, repeats included.
        limits: how patient it is.
    """

    settings: RecordSettings
    limit: int
    limits: Limits | None = None
    sent: int = 0
    deleted: Counter[str] = field(default_factory=Counter[str])
    kept: Counter[str] = field(default_factory=Counter[str])
    version: str = ""
    today: datetime | None = None
    _made: dict[str, str] = field(default_factory=dict[str, str])
    _lost: list[Request] = field(default_factory=list[Request])

    @cached_property
    def keys(self) -> Keys:
        """What the requests carry."""
        return Keys(self.settings.secret_key, self.settings.publishable_key)

    @cached_property
    def _live(self) -> LiveAPI:
        return LiveAPI(self.settings, self.limits, bypassed=self._counted)

    @contextmanager
    def _counted(self) -> Generator[None]:
        """Stand around each attempt at a request."""
        self.sent += 1
        yield

    def send(self, request: Request) -> Response:
        """Send a fact's request.

        Raises:
            Halted: the limit is reached.
            LiveError: there is no answer.
        """
        if self.sent >= self.limit:
            raise Halted(f"the limit of {self.limit} requests is reached")
        return self._sent(request)

    def clean(self) -> None:
        """Delete what is still there; what can't be is in `left`."""
        # What a lost answer told of is told again under the same idempotency key.
        for request in list(self._lost):
            self._lost.remove(request)
            self._attempt(request)
        for identity, kind in list(self._made.items()):
            path = DELETED[kind].format(identity)
            authorization = {"authorization": self.keys.authorization("secret")}
            self._attempt(Request("DELETE", f"https://{API_HOST}{path}", authorization))

    def now(self) -> datetime:
        """What time it is at Stripe, by its last answer; by this machine's clock before the first one."""
        return self.today or datetime.now(UTC)

    @property
    def left(self) -> list[str]:
        """What could not be deleted, each in a few words."""
        lost = [f"perhaps {_MAKING[request.path]} of a {request.method} without an answer" for request in self._lost]
        return [*(f"{kind} {identity}" for identity, kind in self._made.items()), *lost]

    def _attempt(self, request: Request) -> None:
        try:
            self._sent(request)
        except LiveError:
            return

    def _sent(self, request: Request) -> Response:
        is_making = request.method == "POST" and request.path in _MAKING
        if is_making:
            self._lost.append(request)
        keeps_key = request.headers.get("authorization", "") not in self.keys.authorizations
        response = self._live.send(request, keeps_key=keeps_key)
        if is_making:
            self._lost.remove(request)
        self._note(request, response)
        return response

    def _note(self, request: Request, response: Response) -> None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.version = self.version or headers.get("stripe-version", "")
        with suppress(ValueError):
            self.today = parsedate_to_datetime(headers.get("date", ""))
        body = as_object(response.data)
        if request.method == "DELETE":
            self._note_deleted(request, response, body)
        elif request.method == "POST" and response.is_success:
            self._note_made(body)

    def _note_deleted(self, request: Request, response: Response, body: dict[str, Any]) -> None:
        identity = unquote(request.path.rpartition("/")[2])
        kind = self._made.get(identity)
        if kind is None:
            return
        is_deleted = body.get("deleted") is True
        self.deleted[kind] += is_deleted
        # An answer that was replayed tells of what was deleted before.
        if is_deleted or response.status == HTTPStatus.NOT_FOUND:
            del self._made[identity]

    def _note_made(self, body: dict[str, Any]) -> None:
        kind, identity = str(body.get("object") or ""), str(body.get("id") or "")
        if kind in DELETED:
            self._made.setdefault(identity, kind)
        elif kind not in _NO_OBJECTS:
            self.kept[kind] += 1
