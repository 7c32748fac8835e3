"""`StripeTokens`: one test's Stripe. It routes each request to its source and keeps the state; knows no HTTP client."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from pytest_stripe_tokens import forms, journal
from pytest_stripe_tokens.cassettes import CassetteError, Library
from pytest_stripe_tokens.catalogue import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.errors import RequestMissed, StripeAPIError, UsageError
from pytest_stripe_tokens.exchange import API_HOST, Request, Response
from pytest_stripe_tokens.faults import Fault, Faults
from pytest_stripe_tokens.interception.wire import Outcome
from pytest_stripe_tokens.journal import BY_CODE, Asked
from pytest_stripe_tokens.playback import Playback
from pytest_stripe_tokens.simulator import Simulator
from pytest_stripe_tokens.token import Origin, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.journal import SeenRequest
    from pytest_stripe_tokens.settings import Settings
    from pytest_stripe_tokens.simulator.generator import Generator
    from pytest_stripe_tokens.traffic import Traffic

# Long enough to be taken for a key, too short for a scanner to take it for a leaked one.
TEST_KEY = "sk_test_offline"
_HEADERS = {"authorization": f"Bearer {TEST_KEY}", "content-type": "application/x-www-form-urlencoded"}


def _raise_missed(message: str) -> NoReturn:
    raise RequestMissed(message)


@dataclass(frozen=True)
class Surroundings:
    """What a sandbox is given by whoever opens it.

    Args:
        library: the suite's cassettes, read once in a run.
        generator: of the test's generated answers.
        test: its node id, as messages name it; empty outside pytest.
        params: default parameters per type, merged over the built-in ones.
        traffic: what the test records; None where nothing is recorded.
        fail: ends the test with a message; called once for each request that mode `replay` misses.
    """

    library: Library
    generator: Generator
    test: str = ""
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, "Mapping[str, Any]"])
    traffic: Traffic | None = None
    fail: Callable[[str], NoReturn] = _raise_missed


class StripeTokens:
    """One test's Stripe: makes tokens, answers the code under test, and shows what was asked.

    Made by the fixture `stripe_tokens` and by `stripe_sandbox`.
    """

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        for name in surroundings.params:
            _row(name, "stripe_tokens_params")
        self._settings = settings
        self._surroundings = surroundings
        self._simulator = Simulator(surroundings.generator)
        self._playback = Playback(surroundings.library, settings)
        self._faults = Faults()
        self._requests: list[SeenRequest] = []
        self._origins: dict[str, Origin] = {}
        self._lock = threading.RLock()
        self.failures: list[str] = []

    def create(self, type: str, **params: Any) -> Token:  # noqa: A002 - Stripe's own name
        """Create a token with `POST /v1/tokens`.

        Args:
            type: one of `TOKEN_TYPES`.
            params: merged over the type's defaults; a parameter that is None is not sent.

        Raises:
            StripeAPIError: the API refuses it.
            UsageError: there is no such type.
        """
        row = _row(type, "create")
        changed = {**self._surroundings.params.get(type, {}), **params}
        body = forms.encode({row.parameter: row.merged(changed)}).encode()
        request = Request("POST", f"https://{API_HOST}{journal.TOKENS_PATH}", _HEADERS, body)
        return self._token(self._answer(request, Asked(is_unchanged=not changed, is_fixtures=not params)))

    def retrieve(self, id: str) -> Token:  # noqa: A002 - Stripe's own name
        """Read a token with `GET /v1/tokens/:id`.

        Raises:
            StripeAPIError: there is no such token.
        """
        url = f"https://{API_HOST}{journal.TOKENS_PATH}/{quote(str(id), safe='')}"
        return self._token(self._answer(Request("GET", url, {"authorization": _HEADERS["authorization"]})))

    def use(self, token: str) -> None:
        """Mark a token used, as the API does when it is consumed.

        Args:
            token: a token or its id.

        Raises:
            StripeAPIError: it was used before (code `token_already_used`), or there is no such token.
        """
        with self._lock:
            self._simulator.use(str(token))

    def fail_next(  # noqa: PLR0913 - the parts of an error body, by keyword
        self,
        status: int | None = None,
        *,
        code: str | None = None,
        type: str | None = None,  # noqa: A002 - Stripe's own name
        message: str | None = None,
        exception: BaseException | type[BaseException] | None = None,
        times: int = 1,
        delay: float = 0,
    ) -> None:
        """Let the next requests fail, in whichever client sends them.

        Args:
            status: the HTTP status, 400 to 599; by default the one that `code` or `type` has, or 500.
            code: of the error body, such as `"rate_limit"`; a card's decline code stands in `decline_code` too.
            type: of the error body, such as `"card_error"`.
            message: of the error body; by default the API's own.
            exception: raised in place of an answer. A built-in ConnectionError or TimeoutError, class or instance,
                becomes the client's own kind; anything else is raised as given.
            times: how many requests fail.
            delay: before each failure, in seconds.

        Raises:
            UsageError: arguments that no failure can have.
        """
        wanted = Fault(status, code, type, message, exception, delay)
        with self._lock:
            self._faults.add(wanted, times)

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests seen in this test, its fixtures' own included, oldest first."""
        return list(self._requests)

    @property
    def used_cassettes(self) -> frozenset[str]:
        """The names of the suite's cassettes that answered something in this test."""
        return frozenset(self._playback.used)

    @property
    def tokens(self) -> dict[str, Token]:
        """The tokens of this test by id, as they are now."""
        with self._lock:
            known = self._simulator.tokens
            return {name: Token(known[name], origin) for name, origin in self._origins.items() if name in known}

    def exchange(self, request: Request) -> Outcome:
        """Answer a request of any client.

        Raises:
            BaseException: what `fail` raises, where mode `replay` has no answer or a cassette can't be read.
        """
        try:
            return self._exchange(request)
        except CassetteError as error:
            message = str(error)
        # A client may swallow an exception; what ends the test gets through, and is kept for the teardown.
        return self._fail(message)

    def _exchange(self, request: Request, asked: Asked = BY_CODE) -> Outcome:
        with self._lock:
            entry = journal.seen(request)
            self._requests.append(entry)
            failure = self._faults.next()
            if failure is None:
                response, entry.origin = self._route(request, entry, asked)
            elif failure.exception is None:
                response = self._simulator.refuse(request, failure.error())
            else:
                return Outcome(exception=failure.exception, delay=failure.delay)
            if request.method == "HEAD":
                response = replace(response, body=b"")
            entry.response_status = response.status
            return Outcome(response, delay=failure.delay if failure else 0)

    def _answer(self, request: Request, asked: Asked = BY_CODE) -> Response:
        outcome = self._exchange(request, asked)
        outcome.wait()
        if outcome.response is None:
            raise outcome.exception or RuntimeError("neither an answer nor an exception")
        return outcome.response

    def _route(self, request: Request, entry: SeenRequest, asked: Asked) -> tuple[Response, Origin]:
        token_id = journal.retrieved_id(request)
        known = self._simulator.tokens.get(token_id) if token_id else None
        if known is not None:
            entry.token_type = str(known["type"])
        recorded = self._record(request, entry, asked)
        if recorded is not None:
            return recorded, "live"
        if self._settings.mode != "generate" and request.host == API_HOST:
            played = self._play(request, entry, asked)
            if played is not None:
                return played
            if self._settings.mode == "replay" and known is None:
                self._miss(request, entry, asked)
        elif self._settings.mode == "replay":
            self._miss(request, entry, asked)
        response = self._simulator.answer(request)
        origin = self._origins.get(token_id, "generated") if token_id else "generated"
        self._remember(response, origin)
        return response, origin

    def _record(self, request: Request, entry: SeenRequest, asked: Asked) -> Response | None:
        if self._surroundings.traffic is None:
            return None
        scenario = entry.token_type if asked.is_fixtures else None
        response = self._surroundings.traffic.answer(request, scenario=scenario, token_type=entry.token_type)
        if response is not None and response.is_success:
            response = self._adopt(request, entry, response)
            self._remember(response, "live")
        return response

    def _play(self, request: Request, entry: SeenRequest, asked: Asked) -> tuple[Response, Origin] | None:
        found = self._playback.play(request, self._types(entry))
        if found is None and asked.is_unchanged and entry.token_type is not None:
            found = self._playback.take_create(entry.token_type)
        if found is None:
            return None
        interaction, cassette = found
        response = interaction.response
        if response.is_success:
            response = self._adopt(request, entry, response)
        origin: Origin = "documented" if cassette.origin == "documented" else "recorded"
        self._remember(response, origin)
        return response, origin

    def _adopt(self, request: Request, entry: SeenRequest, response: Response) -> Response:
        """Make what a cassette answered part of this test's state; a token used up here is shown as used."""
        token = journal.token_in(response)
        if token is None:
            self._use_up(entry.params)
            return response
        entry.token_type = str(token["type"])
        known = self._simulator.tokens.get(str(token["id"]))
        if request.method == "GET" and known is not None:
            return self._simulator.answer(request) if known["used"] and not token["used"] else response
        self._simulator.adopt(token, entry.params, account=request.headers.get("stripe-account"))
        return response

    def _use_up(self, params: Mapping[str, Any]) -> None:
        known = self._simulator.tokens
        for _, value in forms.pairs(params):
            if value in known and not known[value]["used"]:
                self._simulator.use(value)

    def _types(self, entry: SeenRequest) -> tuple[str, ...]:
        return (entry.token_type,) if entry.token_type else TOKEN_TYPES

    def _remember(self, response: Response, origin: Origin) -> None:
        token = journal.token_in(response) if response.is_success else None
        if token is not None:
            self._origins[str(token["id"])] = origin

    def _miss(self, request: Request, entry: SeenRequest, asked: Asked) -> NoReturn:
        type_ = f" ({entry.token_type})" if entry.token_type else ""
        where = "" if request.host == API_HOST else f"{request.host}"
        lines = [
            f"no recording for {request.method} {where}{request.path}{type_}, and the mode is replay",
            f"test: {self._surroundings.test or 'none, a sandbox outside pytest'}",
            *self._playback.explain(request, self._types(entry)),
            *self._how_to_record(asked),
            'or let it be generated: --stripe-tokens auto, or @pytest.mark.stripe_tokens(mode="generate")',
        ]
        self._fail("\n".join(lines))

    def _how_to_record(self, asked: Asked) -> list[str]:
        test = self._surroundings.test
        if not test:
            return []
        command = f'record it: pytest --stripe-record "{test}"'
        if asked.is_fixtures or self._settings.cassette:
            return [command]
        # A type's cassette holds what its fixture sends, and a named one whatever the test does.
        return ['give the test a cassette: @pytest.mark.stripe_tokens(cassette="name")', command]

    def _fail(self, message: str) -> NoReturn:
        self.failures.append(message)
        self._surroundings.fail(message)

    def _token(self, response: Response) -> Token:
        if not response.is_success:
            raise StripeAPIError.from_response(response)
        data = response.json()
        return Token(data, self._origins.get(str(data.get("id")), "generated"))


def _row(name: str, source: str) -> Any:
    row = CATALOGUE.get(name)
    if row is None:
        raise UsageError(f"{source}: no token type {name!r}; the types are {', '.join(TOKEN_TYPES)}")
    return row
