"""One request on its way through the checks to its answer, by the rules of /v1; `handling_v2` has those of /v2."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, unquote_to_bytes

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.simulator import answers, routes, versions
from pytest_stripe_tokens.simulator.answers import Envelope
from pytest_stripe_tokens.simulator.call import Call
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION, Caller, check_version, identify, key_in_form, mask
from pytest_stripe_tokens.simulator.parameters import read_form
from pytest_stripe_tokens.simulator.pretty import encoded, pretty
from pytest_stripe_tokens.simulator.state import Kept, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.simulator.errors.rows import ErrorRow
    from pytest_stripe_tokens.simulator.routes import Route

# An endpoint, and the ids in the path that was asked for.
Found: TypeAlias = "tuple[Route, tuple[str, ...]]"

_FORM = "application/x-www-form-urlencoded"
LONGEST_IDEMPOTENCY_KEY = 255


def host(request: Request) -> str:
    """Read the host of a request; empty where the URL is none."""
    try:
        return request.host
    except ValueError:
        return ""


def find(request: Request) -> Found | None:
    """Find the endpoint of a request, and the ids in its path; None where the simulator has none."""
    return routes.find(request.method, unquote(request.path)) if host(request) == API_HOST else None


def _shown_to_a_page(body: dict[str, Any]) -> dict[str, Any]:
    from pytest_stripe_tokens.simulator import publishable  # noqa: PLC0415 - few tests send one

    return publishable.as_shown(body)


class Handling:
    """One request on its way through the checks to its answer, by the rules of /v1.

    Args:
        world: what exists.
        request: as it was sent.
        found: its endpoint and the ids in its path; None where there is none.
    """

    def __init__(self, world: World, request: Request, found: Found | None = None) -> None:
        self._world = world
        self._request = request
        self._found = found
        self._caller: Caller | None = None
        self._request_id = world.generator.request_id()
        self._key_in_form = key_in_form(request.headers, self._sent)

    def answer(self) -> Response:
        """Answer as the API would."""
        try:
            self._caller = caller = self._identify()
            check_version(caller.version)
            route, ids = self._route(caller)
            return self._once(caller, route, ids, self._form())
        except ApiError as error:
            return self._refused(error)

    def refuse(self, error: ApiError) -> Response:
        """Answer with an error that a test asked for."""
        with contextlib.suppress(ApiError):
            self._caller = self._identify()
        return self._refused(error)

    def give(self, status: int, body: Mapping[str, Any], ids: tuple[str, ...]) -> Response:
        """Answer with what a test gave, filled in."""
        from pytest_stripe_tokens.simulator import filling  # noqa: PLC0415 - most tests give no answer

        caller = Caller("secret", livemode=False, key="", account=None, version=DEFAULT_VERSION)
        # Whoever gives an answer does not ask for a key.
        with contextlib.suppress(ApiError):
            caller = self._caller = self._identify()
        path = unquote(self._request.path)
        full = filling.filled(body, path, ids, caller, self._world.generator)
        return answers.respond(status, encoded(pretty(full)), self._envelope(), retry=None)

    def _refused(self, error: ApiError) -> Response:
        return answers.refusal(error, self._envelope(error.row))

    def _identify(self) -> Caller:
        headers = self._request.headers
        key = self._key_in_form
        return identify(headers if key is None else {**headers, "authorization": f"Bearer {key}"})

    @cached_property
    def _sent(self) -> bytes:
        """Query and body together: a POST's parameters may travel in either (real answers)."""
        query = self._request.query.encode("utf-8", "surrogatepass") if host(self._request) else b""
        return b"&".join(part for part in (query, self._request.body) if part)

    def _route(self, caller: Caller) -> tuple[Route, tuple[str, ...]]:
        request = self._request
        if self._found is None:
            from pytest_stripe_tokens.simulator import unanswered  # noqa: PLC0415 - most suites meet none

            text = unanswered.message(request.method, host(request), unquote(request.path) if host(request) else "")
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
        if len(key) > LONGEST_IDEMPOTENCY_KEY:
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
            response = self._refused(error)
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
            if "expand" in params:
                from pytest_stripe_tokens.simulator import expanding  # noqa: PLC0415 - most requests ask for nothing more

                expanding.expand(call, body)
        except ApiError as error:
            error.more = versions.as_shown(version, call, error.more)
            if caller.is_publishable:
                error.more = _shown_to_a_page(error.more)
            raise
        body = versions.as_shown(version, call, body)
        return answers.success(_shown_to_a_page(body) if caller.is_publishable else body, self._envelope())

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
