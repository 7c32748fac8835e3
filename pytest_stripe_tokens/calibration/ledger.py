"""`Ledger`: sends a calibration's requests to Stripe, counts them, and deletes what they made."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

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
    # What cleans up: deletions, and requests whose answer is lost, which is told again under their idempotency keys.
    _due: list[Request] = field(default_factory=list[Request])
    _stuck: list[Request] = field(default_factory=list[Request])

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
        """Delete what is still there; what can't be deleted is tried once more at the end."""
        while self._due:
            request = self._due[0]
            if not self._is_done(request):
                self._stuck.append(request)
            if request in self._due:
                self._due.remove(request)

    def finish(self) -> None:
        """Delete at the end of the run what is left, as far as Stripe answers."""
        self.clean()
        for request in list(self._stuck):
            if not self._is_done(request):
                # A server that does not answer is not asked again and again.
                return
            self._stuck.remove(request)
            self.clean()

    def now(self) -> datetime:
        """What time it is at Stripe, by its last answer; by this machine's clock before the first one."""
        return self.today or datetime.now(UTC)

    @property
    def left(self) -> list[str]:
        """What could not be deleted, each in a few words."""
        return [_told(request) for request in (*self._due, *self._stuck)]

    def _is_done(self, request: Request) -> bool:
        """Send a request that cleans up; tell whether it has."""
        try:
            response = self._sent(request)
        except LiveError as error:
            # A request that makes something and is answered in another way than Stripe's has made nothing of Stripe's.
            return request.method == "POST" and not error.is_unreachable
        return request.method == "POST" or response.is_success or response.status == HTTPStatus.NOT_FOUND

    def _sent(self, request: Request) -> Response:
        is_making = request.method == "POST" and request.path in _MAKING
        if is_making and request not in self._due:
            self._due.append(request)
        keeps_key = request.headers.get("authorization", "") not in self.keys.authorizations
        try:
            response = self._live.send(request, keeps_key=keeps_key)
        except LiveError as error:
            if is_making and not error.is_unreachable:
                self._due.remove(request)
            raise
        if is_making:
            self._due.remove(request)
        self._note(request, response)
        return response

    def _note(self, request: Request, response: Response) -> None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.version = self.version or headers.get("stripe-version", "")
        with suppress(ValueError):
            self.today = parsedate_to_datetime(headers.get("date", ""))
        body = as_object(response.data)
        kind, identity = str(body.get("object") or ""), str(body.get("id") or "")
        if request.method == "DELETE":
            self.deleted[kind] += body.get("deleted") is True and kind in DELETED
            if response.is_success or response.status == HTTPStatus.NOT_FOUND:
                self._due = [due for due in self._due if due.method != "DELETE" or due.path != request.path]
        elif request.method != "POST" or not response.is_success:
            return
        elif kind in DELETED:
            deletion = self._deletion(DELETED[kind].format(identity))
            # An answer that is given again tells of what is due already.
            self._due += [] if deletion in self._due else [deletion]
        elif kind not in _NO_OBJECTS:
            self.kept[kind] += 1

    def _deletion(self, path: str) -> Request:
        return Request("DELETE", f"https://{API_HOST}{path}", {"authorization": self.keys.authorization("secret")})


def _told(request: Request) -> str:
    start, _, identity = request.path.rpartition("/")
    return f"{_MAKING[start]} {identity}" if start in _MAKING else f"perhaps what {request.method} {request.path} made"
