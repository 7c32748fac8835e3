"""`Contributor`: what one test records of its fixtures' cassettes, or of the cassette that its marker names.

A fixture's cassette holds one create and one retrieve for each set of parameters, made once in a run by the first test
that needs it and staged for the others. A named cassette holds whatever the tests that name it send.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import API_HOST, Request
from pytest_stripe_tokens.api.request import ACCOUNT_HEADERS, read
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.api.token_types import CASSETTES, CATALOGUE, type_of
from pytest_stripe_tokens.cassettes.library import CassetteError
from pytest_stripe_tokens.cassettes.player import Cassette, Metadata, Player
from pytest_stripe_tokens.recording.recorder import NotRecorded
from pytest_stripe_tokens.recording.stage import Contribution, PendingCassette
from pytest_stripe_tokens.recording.verdicts import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from filelock import BaseFileLock

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.cassettes.player import Interaction
    from pytest_stripe_tokens.recording.recorder import Recorder

# What a retrieve repeats of the create that it belongs to.
_REPEATED = ("authorization", *ACCOUNT_HEADERS, "stripe-version")


class Contributor:
    """One test's part in the recording.

    Args:
        recorder: of this process.
        test: the test's node id.
        cassette: the one that its marker names; None for the cassettes of its fixtures.
    """

    def __init__(self, recorder: Recorder, test: str, cassette: str | None) -> None:
        self._recorder = recorder
        self._test = test
        self._cassette = cassette
        self._players: dict[str, tuple[int, list[Player]]] = {}
        self._used: set[str] = set()
        self._held: BaseFileLock | None = None
        self._pending: PendingCassette | None = None

    def answer(self, request: Request, *, is_from_fixture: bool, token_type: str | None) -> Response | None:
        """Answer a request from the recording; None where it is to be answered as without one.

        Args:
            request: of the test, its fixtures or the code under test.
            is_from_fixture: whether it belongs to its token type's cassette.
            token_type: of the token that the request makes or reads, where it is known.

        Raises:
            CassetteError: the cassette to replace can't be read.
        """
        name = CASSETTES.get(token_type, token_type) if token_type else None
        try:
            return self._answer(request, token_type if is_from_fixture else None, name)
        except CassetteError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the cassette is not what the test sent
            self._spoil(self._cassette or name, error)
            return None
        except BaseException as error:
            # A test that is stopped in the middle of a request: a timeout, Ctrl-C.
            self._spoil(self._cassette or (name if is_from_fixture else None), error)
            raise

    def _answer(self, request: Request, fixture_type: str | None, name: str | None) -> Response | None:
        self._recorder.keep_secret(request, self._test)
        if request.host != API_HOST:
            return None
        if self._cassette is not None:
            return None if self._recorder.leaves(self._cassette) else self._answer_named(request, self._cassette)
        if fixture_type is not None and not self._recorder.leaves(CASSETTES[fixture_type]):
            self._record_type(fixture_type, request)
        return self._play_staged(request, name)

    def close(self) -> None:
        """Search what was recorded for what was sent after it, and let the next test have the cassette."""
        try:
            if self._pending is not None and self._pending.problem is None:
                self._recorder.check_again(self._pending, self._test)
        except Exception as error:  # noqa: BLE001 - as in `answer`
            self._spoil(self._cassette, error)
        finally:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, None
        try:
            if held is not None:
                held.release()
        except Exception as error:  # noqa: BLE001 - as in `answer`
            self._spoil(self._cassette, error)

    def _spoil(self, name: str | None, error: BaseException) -> None:
        """Let a cassette be kept because of an error in the middle of it, and the run fail."""
        if name is None:
            # It was to be generated, as without a recording.
            return
        problem = self._recorder.problem_of_error(error, self._test)
        self._recorder.stage.fail(name, problem)
        if self._cassette is not None:
            self._pending = (self._pending or PendingCassette(name)).failed(problem)

    def _record_type(self, token_type: str, request: Request) -> None:
        recorder, name = self._recorder, CASSETTES[token_type]
        self._check_readable(name)
        with recorder.stage.lock(name):
            pending = recorder.stage.load(name) or PendingCassette(name, token_type)
            if pending.problem is not None or Player([_cassette(pending.interactions)]).play(request) is not None:
                return
            is_create = read(request).created_type == token_type
            record = self._create_and_retrieve if is_create else self._make_ready
            try:
                contribution = record(token_type, request)
            except NotRecorded as failure:
                recorder.stage.save(pending.failed(failure.problem))
            else:
                recorder.save(
                    replace(pending, contributions=(*pending.contributions, contribution)),
                    contribution.interactions,
                    self._test,
                )

    def _check_readable(self, name: str) -> None:
        """Record nothing over what can't be read.

        Raises:
            CassetteError: it can't.
        """
        try:
            self._recorder.library.find(name)
        except CassetteError as error:
            self._recorder.stage.fail(name, Problem("kept", "disk", str(error)))
            raise

    def _create_and_retrieve(self, token_type: str, request: Request) -> Contribution:
        """Create a token and read it back."""
        created = self._recorder.record(request, is_error_good=False)
        _check_token(created, token_type, None)
        token_id = str(created.answer["id"])
        headers = {name: request.headers[name] for name in _REPEATED if name in request.headers}
        row = CATALOGUE[token_type]
        path = row.retrieve_path(token_id, row.sent_in_path(request.path))
        sent = Request("GET", f"https://{API_HOST}{path}", headers)
        retrieved = self._recorder.record(sent, is_error_good=False)
        _check_token(retrieved, token_type, token_id)
        return Contribution(self._test, (created, retrieved), self._recorder.deviations(request, created.answer))

    def _make_ready(self, _token_type: str, request: Request) -> Contribution:
        """Make what a token belongs to, the account of a person."""
        return Contribution(self._test, (self._recorder.record(request, is_error_good=False),))

    def _play_staged(self, request: Request, name: str | None) -> Response | None:
        """Play what this run has recorded, each create once in a test."""
        every = self._recorder.stage.pending_cassettes() if name is None else ()
        for one in [pending.name for pending in every if pending.token_type] if name is None else [name]:
            pending = self._recorder.stage.load(one)
            if pending is None or pending.problem is not None:
                continue
            known, players = self._players.get(one, (0, []))
            if len(pending.contributions) > known:
                new = [
                    interaction
                    for contribution in pending.contributions[known:]
                    for interaction in contribution.interactions
                ]
                players = [*players, Player([_cassette(new)])]
                self._players[one] = (len(pending.contributions), players)
            for player in players:
                found = player.play(request)
                if found is not None:
                    self._use(one)
                    return found.response
        return None

    def _use(self, name: str) -> None:
        if name not in self._used:
            self._used.add(name)
            self._recorder.stage.use(name, self._test)

    def _answer_named(self, request: Request, name: str) -> Response | None:
        pending = self._pending or self._open(name)
        if pending.problem is not None:
            return None
        _, (player,) = self._players[name]
        found = player.play(request)
        if found is not None:
            return found.response
        try:
            interaction = self._recorder.record(request, is_error_good=True)
        except NotRecorded as failure:
            self._pending = pending.failed(failure.problem)
            self._recorder.stage.save(self._pending)
            return None
        *others, own = pending.contributions
        deviations = self._recorder.deviations(request, interaction.answer) if interaction.is_create else ()
        own = replace(own, interactions=(*own.interactions, interaction), deviations=(*own.deviations, *deviations))
        self._pending = self._recorder.save(replace(pending, contributions=(*others, own)), (interaction,), self._test)
        return interaction.response if self._pending.problem is None else None

    def _open(self, name: str) -> PendingCassette:
        """Begin a part of the named cassette, and keep others from it until this test is over."""
        stage = self._recorder.stage
        self._check_readable(name)
        self._held = stage.lock(name)
        self._held.acquire()
        before = stage.load(name) or PendingCassette(name)
        # Run anew, by a plugin that repeats failed tests: what the first attempt sent is played, like another test's.
        self._players[name] = (0, [Player([_cassette(before.interactions)])])
        self._pending = replace(before, contributions=(*before.contributions, Contribution(self._test, ())))
        return self._pending


def _cassette(interactions: Iterable[Interaction]) -> Cassette:
    return Cassette(Path("staged"), Metadata(), tuple(interactions))


def _check_token(interaction: Interaction, token_type: str, token_id: str | None) -> None:
    """Refuse an answer that is not the token that was asked for.

    Raises:
        NotRecorded: it is another one.
    """
    answer: Any = interaction.answer
    problem = None
    if type_of(answer) != token_type:
        problem = Problem(
            "kept", "answer", f"the API answered with a token of type {one_line(repr(type_of(answer)), 60)}"
        )
    if problem is None and token_id is not None and answer.get("id") != token_id:
        problem = Problem("kept", "answer", "the API gave another token than the one that was asked for")
    if problem is not None:
        raise NotRecorded(problem)
