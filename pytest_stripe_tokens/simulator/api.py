"""`Simulator`: the API in memory. It takes a request, gives an answer and never raises."""

from __future__ import annotations

import logging
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import V2
from pytest_stripe_tokens.api.request import api_key
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import normal
from pytest_stripe_tokens.simulator.pretty import copy_of
from pytest_stripe_tokens.simulator.state import Happening, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.api.request import StripeRequest
    from pytest_stripe_tokens.api.token_types import TokenType
    from pytest_stripe_tokens.simulator.handling import Found, Handling
    from pytest_stripe_tokens.simulator.tokens.generator import Generator

_LOG = logging.getLogger(__name__)


class Simulator:
    """Stripe's API for one test: what it refuses, remembers and uses up; safe in threads.

    Args:
        generator: where ids, times and all made-up values come from.
        outer: of the sandbox around this one, whose objects are known here too; None where there is none.
    """

    def __init__(self, generator: Generator, outer: Simulator | None = None) -> None:
        self._generator = generator
        self._world: World = World(generator, None if outer is None else outer._world)  # noqa: SLF001 - of its own kind
        self._lock = RLock()
        self._replayed: list[tuple[Request, Response]] = []

    def answer(self, request: Request) -> Response:
        """Answer a request as the API would; whatever is wrong with it is an error answer, never an exception."""
        from pytest_stripe_tokens.simulator import handling  # noqa: PLC0415 - what is replayed does without it

        return self._answer(request, handling.find(request))

    def attempt(self, request: Request) -> Response | None:
        """Answer a request to one of the endpoints that are simulated; None for any other."""
        from pytest_stripe_tokens.simulator import handling  # noqa: PLC0415 - what is replayed does without it

        found = handling.find(request)
        return None if found is None else self._answer(request, found)

    def _answer(self, request: Request, found: Found | None) -> Response:
        with self._lock:
            try:
                if self._replayed:
                    self._catch_up()
                return _handling(self._world, request, found).answer()
            except Exception as error:  # noqa: BLE001 - a client would take one of ours for a lost connection and try again
                _LOG.exception("pytest-stripe-tokens failed to answer a request")
                from pytest_stripe_tokens.simulator import answers  # noqa: PLC0415 - ours alone to see to

                generator = self._generator
                envelope = answers.Envelope(generator.latest_created, request.method, generator.request_id())
                return answers.refusal(ApiError("own_fault", kind=type(error).__name__), envelope)

    def event(self, name: str, body: Mapping[str, Any], previous: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give an event as it is sent, which `GET /v1/events/:id` gives from then on too.

        Args:
            name: the event's type, `"charge.refunded"`.
            body: the object that it tells of; what it leaves out is filled in.
            previous: what an update changed, with the values from before; None where nothing was updated.
        """
        from pytest_stripe_tokens.simulator import filling  # noqa: PLC0415 - few tests ask for one
        from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION, Caller  # noqa: PLC0415
        from pytest_stripe_tokens.simulator.resources import events  # noqa: PLC0415

        world, generator = self._world, self._generator
        caller = Caller("secret", livemode=False, key="", account=None, version=DEFAULT_VERSION)
        with self._lock:
            full: dict[str, Any] = dict(filling.filled(body, "", (), caller, generator))
            known = events.told(world, name, str(full.get("id")))
            if known is None:
                scope = world.scope_of(str(full.get("id"))) or (None, full.get("livemode") is True)
                happening = Happening(name, full, scope, previous, generator.latest_created)
                identity = generator.object_id("evt", generator.latest_created, scope[0])
                known = world.add(events.event_of(happening, identity), scope)
            told = known.copy()
            told["data"] |= {"object": full} | ({} if previous is None else {"previous_attributes": dict(previous)})
            # It is on its way to an endpoint.
            return told | {"pending_webhooks": 1}

    def knows(self, request: Request) -> bool:
        """Tell whether a request is to one of the endpoints that are simulated."""
        from pytest_stripe_tokens.simulator import handling  # noqa: PLC0415 - what is replayed does without it

        return handling.find(request) is not None

    def instead(self, request: Request) -> str | None:
        """Give what lets a test answer a request that is not simulated, ready to paste; None for any other."""
        if self.knows(request):
            return None
        from pytest_stripe_tokens.simulator import unanswered  # noqa: PLC0415 - most suites meet none

        return unanswered.call(request.method, request.host, unquote(request.path))

    def refuse(self, request: Request, error: ApiError) -> Response:
        """Answer a request with an error that a test asked for; nothing else becomes of the request."""
        with self._lock:
            return _handling(self._world, request).refuse(error)

    def give(self, request: Request, status: int, body: Mapping[str, Any], ids: tuple[str, ...]) -> Response:
        """Answer a request with what a test gave, and what that leaves out of an object; nothing else becomes of it.

        Args:
            request: as it was sent.
            status: of the answer.
            body: its JSON.
            ids: the ids in the request's path.
        """
        with self._lock:
            return _handling(self._world, request).give(status, body, ids)

    def token(self, token_id: str) -> Mapping[str, Any] | None:
        """Give the JSON of a token as it is now, which must not be changed; None where there is none."""
        with self._lock:
            entry = self._world.token(token_id)
            return entry.body if entry is not None else None

    def adopt(self, token: Mapping[str, Any], sent: StripeRequest) -> None:
        """Make a token known that was created elsewhere, in a cassette: it can be retrieved and used then.

        Args:
            token: its JSON.
            sent: the request that created it, or has read it.
        """
        row = BY_OBJECT[token["object"]]
        known = sent.params if row.create.startswith(V2) else normal(sent.form, row.table)
        if row.parameter is not None:
            known = as_object(known.get(str(token.get("type"))))
        if row.path_parameters:
            known = {**known, **row.sent_in_path(sent.request.path)}
        # Only one that expires needs to be known since when it is here.
        since = {"since": self._generator.latest_created} if "expires_at" in token else {}
        # The reference's examples are of live mode, and are asked for with a key of test mode.
        livemode = bool(token.get("livemode")) and "_test_" not in api_key(sent.request.headers)
        with self._lock:
            self._world.add(copy_of(token), (sent.account, livemode), params=known, **since)

    def replayed(self, request: Request, response: Response) -> None:
        """Note what a cassette has answered: a later request may be about what it made.

        Nothing is done about it before such a request comes; most tests send none.
        """
        with self._lock:
            self._replayed.append((request, response))

    def _catch_up(self) -> None:
        from pytest_stripe_tokens.simulator import handling  # noqa: PLC0415
        from pytest_stripe_tokens.simulator.replayed import take_over  # noqa: PLC0415 - few tests go on after a replay

        while self._replayed:
            request, response = self._replayed.pop(0)
            take_over(
                self._world, request, response, lambda sent: _handling(self._world, sent, handling.find(sent)).answer()
            )

    def use(self, token_id: str, by: Mapping[str, Any] | None = None) -> None:
        """Mark a token as used.

        Args:
            token_id: its id.
            by: the JSON of what has used it, where that is known.

        Raises:
            StripeAPIError: resource_missing where there is none, token_already_used, or what its type has in place of
                it, the second time.
        """
        from pytest_stripe_tokens.simulator import answers  # noqa: PLC0415 - few tests mark one
        from pytest_stripe_tokens.simulator.tokens.magic import magic_token  # noqa: PLC0415

        with self._lock:
            if magic_token(token_id) is not None:
                return
            entry = self._world.token(token_id)
            if entry is None:
                error = ApiError("resource_missing_param", param="token", noun="token", id=token_id, hint="")
            elif BY_OBJECT[entry.object].is_used(entry.body):
                error = ApiError(BY_OBJECT[entry.object].used_error, id=token_id)
            else:
                entry.body |= self._as_used(BY_OBJECT[entry.object], by or {})
                return
            generator = self._generator
            envelope = answers.Envelope(
                generator.latest_created, "POST", generator.request_id(), account_id=generator.account_id
            )
            raise StripeAPIError.from_response(answers.refusal(error, envelope))

    def _as_used(self, row: TokenType, by: Mapping[str, Any]) -> dict[str, Any]:
        """Give the fields that show a token as used: by itself, or by the object that has used it."""
        first, unused = next(iter(row.unused.items()))
        if unused is False:
            return {first: True}
        kind = str(by.get("object"))
        if kind in row.unused:
            return {kind: by.get("id")}
        from pytest_stripe_tokens.simulator import filling  # noqa: PLC0415 - few tests mark such a token

        generator = self._generator
        return {first: generator.object_id(filling.PREFIXES.get(first, first), generator.latest_created)}


def _handling(world: World, request: Request, found: Found | None = None) -> Handling:
    """Give what handles a request by the rules of its path: here alone /v1 and /v2 part."""
    from pytest_stripe_tokens.simulator import handling  # noqa: PLC0415 - as in `answer`

    path = found[0].path if found is not None else unquote(request.path) if handling.host(request) else ""
    if not path.startswith(V2):
        return handling.Handling(world, request, found)
    from pytest_stripe_tokens.simulator.handling_v2 import HandlingV2  # noqa: PLC0415 - most tests ask /v1 alone

    return HandlingV2(world, request, found)
