"""`Simulator`: the API in memory. It takes a request, gives an answer and never raises."""

from __future__ import annotations

import contextlib
import logging
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, unquote_to_bytes

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.simulator import answers, expanding, routes, versions
from pytest_stripe_tokens.simulator.answers import Envelope
from pytest_stripe_tokens.simulator.call import Call
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION, Caller, check_version, identify, key_in_form, mask
from pytest_stripe_tokens.simulator.parameters import normal, read_form
from pytest_stripe_tokens.simulator.pretty import copy_of, encoded, pretty
from pytest_stripe_tokens.simulator.state import Happening, Kept, World
from pytest_stripe_tokens.simulator.tokens.magic import magic_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.api.request import StripeRequest
    from pytest_stripe_tokens.api.token_types import TokenType
    from pytest_stripe_tokens.simulator.errors.rows import ErrorRow
    from pytest_stripe_tokens.simulator.routes import Route
    from pytest_stripe_tokens.simulator.tokens.generator import Generator

# An endpoint, and the ids in the path that was asked for.
Found: TypeAlias = "tuple[Route, tuple[str, ...]]"

_LOG = logging.getLogger(__name__)
_FORM = "application/x-www-form-urlencoded"
_LONGEST_IDEMPOTENCY_KEY = 255


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
        return self._answer(request, find(request))

    def attempt(self, request: Request) -> Response | None:
        """Answer a request to one of the endpoints that are simulated; None for any other."""
        found = find(request)
        return None if found is None else self._answer(request, found)

    def _answer(self, request: Request, found: Found | None) -> Response:
        with self._lock:
            try:
                if self._replayed:
                    self._catch_up()
                return _Handling(self._world, request, found).answer()
            except Exception as error:  # noqa: BLE001 - a client would take one of ours for a lost connection and try again
                _LOG.exception("pytest-stripe-tokens failed to answer a request")
                envelope = Envelope(self._generator.latest_created, request.method, self._generator.request_id())
                return answers.refusal(ApiError("own_fault", kind=type(error).__name__), envelope)

    def event(self, name: str, body: Mapping[str, Any], previous: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give an event as it is sent, which `GET /v1/events/:id` gives from then on too.

        Args:
            name: the event's type, `"charge.refunded"`.
            body: the object that it tells of; what it leaves out is filled in.
            previous: what an update changed, with the values from before; None where nothing was updated.
        """
        from pytest_stripe_tokens.simulator import filling  # noqa: PLC0415 - few tests ask for one
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
        return find(request) is not None

    def instead(self, request: Request) -> str | None:
        """Give what lets a test answer a request that is not simulated, ready to paste; None for any other."""
        if self.knows(request):
            return None
        from pytest_stripe_tokens.simulator import unanswered  # noqa: PLC0415 - most suites meet none

        return unanswered.call(request.method, request.host, unquote(request.path))

    def refuse(self, request: Request, error: ApiError) -> Response:
        """Answer a request with an error that a test asked for; nothing else becomes of the request."""
        with self._lock:
            return _Handling(self._world, request).refuse(error)

    def give(self, request: Request, status: int, body: Mapping[str, Any], ids: tuple[str, ...]) -> Response:
        """Answer a request with what a test gave, and what that leaves out of an object; nothing else becomes of it.

        Args:
            request: as it was sent.
            status: of the answer.
            body: its JSON.
            ids: the ids in the request's path.
        """
        with self._lock:
            return _Handling(self._world, request).give(status, body, ids)

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
        known = normal(sent.form, row.table)
        if row.parameter is not None:
            known = as_object(known.get(str(token.get("type"))))
        if row.path_parameters:
            known |= row.sent_in_path(sent.request.path)
        # Only one that expires needs to be known since when it is here.
        since = {"since": self._generator.latest_created} if "expires_at" in token else {}
        scope = (sent.request.headers.get("stripe-account"), bool(token.get("livemode")))
        with self._lock:
            self._world.add(copy_of(token), scope, params=known, **since)

    def replayed(self, request: Request, response: Response) -> None:
        """Note what a cassette has answered: a later request may be about what it made.

        Nothing is done about it before such a request comes; most tests send none.
        """
        with self._lock:
            self._replayed.append((request, response))

    def _catch_up(self) -> None:
        from pytest_stripe_tokens.simulator.replayed import take_over  # noqa: PLC0415 - few tests go on after a replay

        while self._replayed:
            request, response = self._replayed.pop(0)
            take_over(self._world, request, response, lambda sent: _Handling(self._world, sent, find(sent)).answer())

    def use(self, token_id: str, by: Mapping[str, Any] | None = None) -> None:
        """Mark a token as used.

        Args:
            token_id: its id.
            by: the JSON of what has used it, where that is known.

        Raises:
            StripeAPIError: resource_missing where there is none, token_already_used, or what its type has in place of
                it, the second time.
        """
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
            envelope = Envelope(
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


def _host(request: Request) -> str:
    """Read the host; empty where the URL is none."""
    try:
        return request.host
    except ValueError:
        return ""


def find(request: Request) -> Found | None:
    """Find the endpoint of a request, and the ids in its path; None where the simulator has none."""
    return routes.find(request.method, unquote(request.path)) if _host(request) == API_HOST else None


class _Handling:
    """One request on its way through the checks to its answer."""

    def __init__(self, world: World, request: Request, found: Found | None = None) -> None:
        self._world = world
        self._request = request
        self._found = found
        self._caller: Caller | None = None
        self._request_id = world.generator.request_id()
        self._key_in_form = key_in_form(request.headers, self._sent)

    def answer(self) -> Response:
        try:
            self._caller = caller = self._identify()
            check_version(caller.version)
            route, ids = self._route(caller)
            return self._once(caller, route, ids, self._form())
        except ApiError as error:
            return answers.refusal(error, self._envelope(error.row))

    def refuse(self, error: ApiError) -> Response:
        with contextlib.suppress(ApiError):
            self._caller = self._identify()
        return answers.refusal(error, self._envelope(error.row))

    def give(self, status: int, body: Mapping[str, Any], ids: tuple[str, ...]) -> Response:
        from pytest_stripe_tokens.simulator import filling  # noqa: PLC0415 - most tests give no answer

        caller = Caller("secret", livemode=False, key="", account=None, version=DEFAULT_VERSION)
        # Whoever gives an answer does not ask for a key.
        with contextlib.suppress(ApiError):
            caller = self._caller = self._identify()
        path = unquote(self._request.path)
        full = filling.filled(body, path, ids, caller, self._world.generator)
        return answers.respond(status, encoded(pretty(full)), self._envelope(), retry=None)

    def _identify(self) -> Caller:
        headers = self._request.headers
        key = self._key_in_form
        return identify(headers if key is None else {**headers, "authorization": f"Bearer {key}"})

    @property
    def _sent(self) -> bytes:
        """Query and body together: a POST's parameters may travel in either (real answers)."""
        query = self._request.query.encode("utf-8", "surrogatepass") if _host(self._request) else b""
        return b"&".join(part for part in (query, self._request.body) if part)

    def _route(self, caller: Caller) -> tuple[Route, tuple[str, ...]]:
        request = self._request
        if self._found is None:
            from pytest_stripe_tokens.simulator import unanswered  # noqa: PLC0415 - most suites meet none

            text = unanswered.message(request.method, _host(request), unquote(request.path) if _host(request) else "")
            raise ApiError("unknown_url", text=text)
        route, ids = self._found
        if caller.is_publishable and not route.publishable:
            raise ApiError("secret_key_required")
        if caller.account in self._world.deleted:
            raise ApiError("account_invalid", key=mask(caller.key), account=caller.account)
        if route.path.startswith("/v1/accounts/:account") and caller.account not in {None, ids[0]}:
            raise ApiError("account_mismatch")
        return route, ids

    def _form(self) -> bytes:
        """Check the form of body and query; a key in it is none of the parameters."""
        request = self._request
        content_type = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
        if request.body and content_type != _FORM:
            raise ApiError("not_a_form")
        sent = self._sent
        try:
            unquote_to_bytes(sent.replace(b"+", b" ")).decode("utf-8")
        except UnicodeDecodeError:
            raise ApiError("not_utf8") from None
        if self._key_in_form is None:
            return sent
        return b"&".join(part for part in sent.split(b"&") if not part.startswith(b"key="))

    def _once(self, caller: Caller, route: Route, ids: tuple[str, ...], form: bytes) -> Response:
        key = self._request.headers.get("idempotency-key") if route.method == "POST" else None
        if key is None:
            return self._run(caller, route, ids, form)
        if len(key) > _LONGEST_IDEMPOTENCY_KEY:
            raise ApiError("idempotency_key_too_long")
        name, params = (caller.scope, caller.key, key), forms.decode(form)
        kept = self._world.kept.get(name)
        if kept is not None:
            return self._replay(kept, key, params)
        response = None
        try:
            response = self._run(caller, route, ids, form)
        except ApiError as error:
            # What fails at its parameters is not kept: the key can be used again (Stripe's low-level errors page).
            if not error.row.executed:
                raise
            response = answers.refusal(error, self._envelope(error.row))
        self._world.kept[name] = Kept(self._request.path, params, response.status, response.body, self._request_id)
        return response

    def _run(self, caller: Caller, route: Route, ids: tuple[str, ...], form: bytes) -> Response:
        version = self._request.headers.get("stripe-version", "").strip() or None
        params = versions.as_sent(version, route.table, read_form(form, route.table))
        key = self._request.headers.get("idempotency-key")
        call = Call(self._world, caller, params, ids, self._request_id, key)
        call.catch_up()
        try:
            # Taken back before it is expanded, which may be asked of what only older answers hold, and after.
            body = versions.as_shown(version, call, route.endpoint(call))
            expanding.expand(call, body)
        except ApiError as error:
            error.more = versions.as_shown(version, call, error.more)
            raise
        return answers.success(versions.as_shown(version, call, body), self._envelope())

    def _replay(self, kept: Kept, key: str, params: dict[str, Any]) -> Response:
        if kept.endpoint != self._request.path:
            raise ApiError("idempotency_endpoint", first=kept.endpoint, second=self._request.path, key=key)
        if kept.params != params:
            raise ApiError("idempotency_parameters", key=key)
        return answers.respond(kept.status, kept.body, self._envelope(original=kept.request_id), retry="false")

    def _envelope(self, row: ErrorRow | None = None, original: str | None = None) -> Envelope:
        generator = self._world.generator
        caller = self._caller
        account = caller.account if caller is not None and caller.account is not None else generator.account_id
        return Envelope(
            date=generator.latest_created,
            method=self._request.method,
            request_id=None if row is not None and row.early else self._request_id,
            caller=caller,
            account_id=account,
            idempotency_key=self._request.headers.get("idempotency-key"),
            original=original,
        )
