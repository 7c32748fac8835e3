"""`Recorder`: sends each request of a process to Stripe, judges and redacts the answer, and stages it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from pytest_stripe_tokens.api import bodies
from pytest_stripe_tokens.api.card_numbers import card_number, digits
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.request import ACCOUNT_HEADERS, params_of, read
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.cassettes.file_format import RedactedInteraction
from pytest_stripe_tokens.recording.drift import compare
from pytest_stripe_tokens.recording.live import LiveError
from pytest_stripe_tokens.recording.stage import ANSWERED, LATE, SENT
from pytest_stripe_tokens.recording.verdicts import Problem, problem_of, schema_problem
from pytest_stripe_tokens.redaction.leaks import Search
from pytest_stripe_tokens.redaction.messages import (
    header_secrets,
    parameter_secrets,
    redact_account,
    redact_request,
    redact_response,
)
from pytest_stripe_tokens.redaction.sensitive import HIDDEN, has_live_key, is_card_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.cassettes.library import Library
    from pytest_stripe_tokens.recording.drift import Drift
    from pytest_stripe_tokens.recording.live import LiveAPI
    from pytest_stripe_tokens.recording.run import RecordRun
    from pytest_stripe_tokens.recording.stage import PendingCassette
    from pytest_stripe_tokens.recording.verdicts import Cause

_SHORT_SECRET = 5
_ADVICE = "if it is no secret, send another value in the test; else please report it"


class NotRecorded(Exception):  # noqa: N818 - it reports what became of a request
    """A request can't be recorded; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


class Recorder:
    """What the tests of one process record with.

    Args:
        run: whose keys must not be stored, with its stage and the user's choices.
        live: sends requests.
        library: the suite's cassettes as they were.
        generate: answers a request as a generated token would be, for comparison.
    """

    def __init__(
        self,
        run: RecordRun,
        live: LiveAPI,
        library: Library,
        generate: Callable[[Request], Response],
    ) -> None:
        self._settings = run.settings
        self._live = live
        self._generate = generate
        self._choices = run.choices
        self._lock = Lock()
        self.stage = run.stage
        self.library = library
        # All that must not be shown.
        self.secrets: set[str] = set(run.settings.keys)
        # Of every request in this process, in the order they became known: one test's answer may show what another
        # has sent. A header's value may be any word, and is looked for in what its own test records.
        self._sent: dict[str, None] = dict.fromkeys(run.settings.keys)
        self._headers: dict[str, dict[str, str]] = {}
        # How much of both was known when a test's first request was saved.
        self._searched: dict[str, tuple[int, int]] = {}
        # The last answer that fits the schema of its kind.
        self._fitting = ("", b"")
        # A test is shown the reduced id of an account, as it will be in replay, and asks with it again.
        self._accounts: dict[str, str] = {}

    def leaves(self, name: str) -> bool:
        """Whether a cassette is not recorded, because it is there and only missing ones are.

        Raises:
            CassetteError: its name is refused.
        """
        return self._choices.only_missing and os.path.lexists(self.library.path(name))

    def keep_secret(self, request: Request, test: str) -> None:
        """Let nothing that a request of a test carries be stored or shown."""
        sent, headers = parameter_secrets(request), header_secrets(request)
        self.secrets |= sent | headers.keys()
        self._sent |= dict.fromkeys(sorted(sent))
        self._headers.setdefault(test, {}).update(headers)

    def record(self, request: Request, *, is_error_good: bool) -> RedactedInteraction:
        """Send a request, and give what may be stored of it and of its answer.

        Raises:
            NotRecorded: there is no answer, or none that can be stored.
        """
        _check_sendable(request)
        with self._lock, self.stage.turn():
            response = self._send(self._with_accounts(request))
        self._learn_accounts(response)
        problem = problem_of(response, is_error_good=is_error_good)
        if problem is not None:
            raise self._failure(problem)
        interaction = RedactedInteraction(redact_request(request), redact_response(response))
        kind = read(request).token_object or str(as_object(interaction.answer).get("object"))
        checked = (kind, interaction.response.body)
        # A token is mostly read back as it was made.
        if interaction.response.is_success and kind in BY_OBJECT and checked != self._fitting:
            problem = schema_problem(interaction.answer, interaction.endpoint, self._choices.accepted, kind=kind)
            if problem is not None:
                raise self._failure(replace(problem, interaction=interaction))
            self._fitting = checked
        return interaction

    def _send(self, request: Request) -> Response:
        """Send a request in its turn, unless what became of another says that it would fare no better.

        Raises:
            NotRecorded: there is no answer.
        """
        stage = self.stage
        halted = stage.halted
        if halted is not None:
            raise NotRecorded(replace(halted, reason=f"skipped, because another cassette failed with: {halted.reason}"))
        stage.note(SENT)
        try:
            response = self._live.send(request)
        except LiveError as error:
            # One request may hang on a server that answers others; twice is no chance any more.
            halts = error.halts or (error.is_late and (not stage.count(ANSWERED) or stage.count(LATE) > 0))
            stage.note(LATE if error.is_late else b"")
            cause: Cause = "unreachable" if error.is_unreachable else "answer"
            prefix = "unreachable: " if error.is_unreachable else ""
            raise self._failure(Problem("kept", cause, f"{prefix}{error.reason}", halts=halts)) from None
        stage.note(ANSWERED)
        return response

    def _learn_accounts(self, response: Response) -> None:
        shown = "\n".join([*response.headers.values(), response.body.decode("utf-8", "replace")])
        for account in re.findall(r"\bacct_[A-Za-z0-9]+", shown):
            self.secrets.add(account)
            self._sent[account] = None
            self._accounts[redact_account(account)] = account

    def _with_accounts(self, request: Request) -> Request:
        """Give a request with the real ids of the accounts that it names."""
        url, body, headers = request.url, request.body, dict(request.headers)
        for reduced, account in self._accounts.items():
            url = url.replace(reduced, account)
            body = body.replace(reduced.encode(), account.encode())
            for name in ACCOUNT_HEADERS & headers.keys():
                headers[name] = headers[name].replace(reduced, account)
        return replace(request, url=url, body=body, headers=headers)

    def deviations(self, request: Request, answer: Any) -> tuple[Drift, ...]:
        """Tell where a generated answer to a request has another shape than the recorded one."""
        try:
            generated = self._generate(request).json()
        except ValueError:
            return ()
        return tuple(drift for drift in compare(generated, answer) if drift.change != "value")

    def save(self, pending: PendingCassette, new: Sequence[RedactedInteraction], test: str) -> PendingCassette:
        """Stage a cassette whose last interactions are `new`; none of it where a search finds a secret in them."""
        # Copies: other threads may send meanwhile.
        sent, headers = list(self._sent), dict(self._headers.get(test, {}))
        self._searched.setdefault(test, (len(sent), len(headers)))
        return self._staged(pending, _found(new, sent, headers, test, is_new=True))

    def check_again(self, pending: PendingCassette, test: str) -> None:
        """Search what a test has recorded for what became known while it did."""
        sent, headers = list(self._sent), list(self._headers.get(test, {}).items())
        known = self._searched.pop(test, (len(sent), len(headers)))
        own = [
            item
            for contribution in pending.contributions
            if contribution.test == test
            for item in contribution.interactions
        ]
        found = _found(own, sent[known[0] :], dict(headers[known[1] :]), test)
        if found:
            self._staged(pending, found)

    def _staged(self, pending: PendingCassette, found: list[str]) -> PendingCassette:
        if found:
            reason = f"{', '.join(found)} would have been written; {_ADVICE}"
            pending = replace(pending.failed(Problem("kept", "leak", reason)), contributions=())
        self.stage.save(pending)
        return pending

    def problem_of_error(self, error: BaseException, test: str) -> Problem:
        """Say that recording a test's requests met an error that nobody has foreseen."""
        try:
            said = str(error)
        except Exception:  # noqa: BLE001 - an exception's text is its class's own code
            said = ""
        reason = f"{type(error).__name__}{': ' if said else ''}{said} (while {test} was recorded)"
        return Problem("kept", "error", self._clean(reason))

    def _failure(self, problem: Problem) -> NotRecorded:
        problem = replace(problem, reason=self._clean(problem.reason))
        if problem.halts:
            self.stage.halt(problem)
        return NotRecorded(problem)

    def _clean(self, text: str) -> str:
        shown = self._settings.clean(text)
        for secret in self.secrets:
            if len(secret) > _SHORT_SECRET:
                shown = shown.replace(secret, HIDDEN)
        return shown


def _found(
    interactions: Iterable[RedactedInteraction],
    sent: Collection[str],
    headers: Mapping[str, str],
    test: str,
    *,
    is_new: bool = False,
) -> list[str]:
    """Say what of what was sent stands in what is to be written; never the secret itself.

    Args:
        interactions: to be written.
        sent: what was sent in parameters and as keys.
        headers: what a test's headers have carried, each with the header's name.
        test: the test.
        is_new: whether they were not searched before for what is a secret by its look.
    """
    kinds: set[str] = set()
    names: set[str] = set()
    for interaction in interactions if is_new or sent or headers else ():
        search = Search(interaction.written)
        kinds |= search.by_look if is_new else set()
        kinds |= {kind for secret in sent if (kind := search.sent(secret))}
        names |= {header.title() for value, header in headers.items() if search.sent(value)}
    return [*sorted(kinds), *(f"the value of the header {name} that {test} sends" for name in sorted(names))]


def _check_sendable(request: Request) -> None:
    """Keep what must not leave this machine here.

    Raises:
        NotRecorded: the request holds the number of a real card, a live key, or no key at all.
    """
    if not request.headers.get("authorization"):
        # Stored without one it would be taken for a recording that left the header out, and answer other requests.
        raise NotRecorded(Problem("kept", "answer", "a request carries no API key, and its 401 is never stored"))
    params = params_of(request)
    said = [request.url, bodies.text(request.body, request.headers), *_leaves(params)]
    if any(has_live_key(unquote_plus(text)) for text in said):
        reason = "a request holds a key of live mode, beside the one that it is sent with; not sent"
        raise NotRecorded(Problem("kept", "answer", reason))
    for text in _leaves(params):
        number = digits(text)
        if is_card_number(number) and card_number(number) is None:
            reason = (
                f"a request holds a card number, ****{number[-4:]}, that is none of Stripe's test numbers; not sent"
            )
            raise NotRecorded(Problem("kept", "answer", reason))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in cast("dict[str, object]", value).values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _leaves(item)
    else:
        yield str(value)
