from __future__ import annotations

import json

import pytest

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.library import Library
from pytest_stripe_tokens.cassettes.player import Interaction
from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import Level
from pytest_stripe_tokens.recording.replacement import Replacement
from pytest_stripe_tokens.recording.stage import Contribution, PendingCassette
from pytest_stripe_tokens.recording.verdicts import Problem

AUTH = {"authorization": "Bearer sk_test_***"}
# Such as redaction does not know by its look.
KEY = "canary4eC39HqLyjWDarjt_odd"
DEFAULT = "pii[id_number]=***"


def _made(method, path, answer, body="", version="1"):
    request = Request(method, f"https://api.stripe.com{path}", AUTH, body.encode())
    return Interaction(request, Response(200, {"Stripe-Version": version}, json.dumps(answer, indent=2).encode()))


def _set(number, body=DEFAULT, test="test_a", version="1", **fields):
    token = {"id": f"pii_1N3T00Lkd{number}", "object": "token", "created": number, "type": "pii", **fields}
    return Contribution(
        test,
        (
            _made("POST", "/v1/tokens", token, body, version),
            _made("GET", f"/v1/tokens/{token['id']}", token, version=version),
        ),
    )


def _pii(*contributions, **fields):
    return PendingCassette("pii", "pii", contributions, **fields)


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "cassettes")


@pytest.fixture
def conclude(library):
    def conclude(*pending_cassettes, failed=(), doubt="", at="2026-11-22T00:00:00+00:00"):
        renewal = Replacement(
            Library(library.directory), at, "0.1.0", frozenset({KEY}), lambda test: test not in failed, lambda _: doubt
        )
        return renewal.conclude(pending_cassettes)

    return conclude


def _bytes(library, name="pii"):
    return library.path(name).read_bytes()


def test_a_first_recording_is_written_with_its_metadata(conclude, library):
    (result,) = conclude(_pii(_set(1)))
    assert (result.status, result.reason, result.api_version) == ("refreshed", "first recording", "1")
    metadata = library.find("pii").metadata
    assert (metadata.origin, metadata.recorded_at, metadata.api_version) == (
        "recorded",
        "2026-11-22T00:00:00+00:00",
        "1",
    )
    assert (metadata.plugin_version, metadata.token_type) == ("0.1.0", "pii")


def test_a_first_recording_of_a_documented_type_says_what_it_replaces(conclude):
    (result,) = conclude(PendingCassette("card", "card", (_set(1, "card[number]=****4242"),)))
    assert result.reason == "built-in example replaced by a recording"


def test_a_recording_that_differs_in_volatile_values_alone_leaves_the_file(conclude, library):
    conclude(_pii(_set(1)))
    before = _bytes(library)
    (result,) = conclude(_pii(_set(2)), at="2027-01-01T00:00:00+00:00")
    assert (result.status, result.reason) == ("unchanged", "")
    assert _bytes(library) == before


def test_drift_that_the_schema_allows_is_written_and_told(conclude, library):
    conclude(_pii(_set(1)))
    (result,) = conclude(_pii(_set(2, shiny=True)))
    assert (result.status, [drift.path for drift in result.drift]) == ("drifted", ["shiny"])
    assert b"shiny" in _bytes(library)


def test_another_api_version_is_a_refresh(conclude, library):
    conclude(_pii(_set(1)))
    (result,) = conclude(_pii(_set(2, version="2")))
    assert (result.status, result.reason) == ("refreshed", "Stripe-Version: 1 -> 2")
    assert library.find("pii").metadata.api_version == "2"


@pytest.mark.parametrize(
    ("take", "failed", "expected"),
    [
        (
            _pii(_set(2, shiny=True)),
            {"test_a"},
            ("kept", "test_a recorded it and did not pass; the old cassette is kept"),
        ),
        (_pii(problem=Problem("refused", "refused", "may not")), (), ("refused", "may not; the old cassette is kept")),
        (
            _pii(_set(2, shiny=KEY)),
            (),
            (
                "kept",
                "a secret of 26 characters that was sent would have been written; please report it; the old cassette is kept",
            ),
        ),
    ],
)
def test_what_is_not_a_good_recording_leaves_the_file(conclude, library, take, failed, expected):
    conclude(_pii(_set(1)))
    before = _bytes(library)
    (result,) = conclude(take, failed=failed)
    assert (result.status, result.reason) == expected
    assert _bytes(library) == before


def test_a_problem_leaves_the_other_cassettes_alone(conclude):
    kept, refreshed = conclude(
        _pii(_set(1), problem=Problem("kept", "unreachable", "no")), PendingCassette("mine", None, (_set(1),))
    )
    assert (kept.status, refreshed.status) == ("kept", "refreshed")
    assert kept.reason == "no; no cassette is written"


def test_a_broken_old_file_is_kept_and_named(conclude, library):
    library.directory.mkdir()
    library.path("pii").write_text("- no cassette")
    (result,) = conclude(_pii(_set(1)))
    assert result.status == "kept"
    assert "pii.yaml, line 1" in result.reason
    assert library.path("pii").read_text() == "- no cassette"


def test_a_file_that_cant_be_written_is_an_error_of_that_cassette(conclude, library):
    library.directory.write_text("a file where the directory should be")
    (result,) = conclude(_pii(_set(1)))
    assert (result.status, result.cause) == ("kept", "disk")
    assert "pii.yaml" in result.reason


OTHER = "pii[id_number]=***&pii[x]=1"


def test_sets_of_parameters_stand_in_one_order_the_defaults_first(conclude, library):
    conclude(_pii(_set(1, OTHER), _set(2)))
    first = _bytes(library)
    bodies = [item.request.body.decode() for item in library.find("pii").interactions if item.request.body]
    assert bodies == [DEFAULT, OTHER]
    assert conclude(_pii(_set(3), _set(4, OTHER)))[0].status == "unchanged"
    assert _bytes(library) == first


def test_a_set_that_this_run_did_not_ask_for_is_kept(conclude, library):
    conclude(_pii(_set(1), _set(2, OTHER)))
    before = _bytes(library)
    assert conclude(_pii(_set(3)))[0].status == "unchanged"
    assert _bytes(library) == before


def test_a_set_that_did_not_change_stays_as_it_was(conclude, library):
    conclude(_pii(_set(1), _set(2, OTHER)))
    (result,) = conclude(_pii(_set(3), _set(4, OTHER, shiny=1)))
    ids = [item.answer["id"] for item in library.find("pii").interactions]
    assert result.status == "drifted"
    # The other set has changed, and keeps its id.
    assert ids == ["pii_1N3T00Lkd1"] * 2 + ["pii_1N3T00Lkd2"] * 2
    assert ["shiny" in item.answer for item in library.find("pii").interactions] == [False] * 2 + [True] * 2


def test_a_named_cassette_is_replaced_by_what_a_whole_run_sends(conclude, library):
    conclude(PendingCassette("mine", None, (_set(1), _set(2, OTHER, test="test_b"))))
    (result,) = conclude(PendingCassette("mine", None, (_set(3),)))
    assert (result.status, result.reason) == ("refreshed", "2 requests no longer sent")
    assert len(library.find("mine").interactions) == 2


def test_a_named_cassette_keeps_what_a_partial_run_does_not_send(conclude, library):
    conclude(PendingCassette("mine", None, (_set(1), _set(2, OTHER, test="test_b"))))
    assert conclude(PendingCassette("mine", None, (_set(3),)), doubt="not all ran")[0].status == "unchanged"
    (result,) = conclude(PendingCassette("mine", None, (_set(3, shiny=1),)), doubt="not all ran")
    assert (result.status, result.reason) == ("drifted", "2 older recordings kept: not all ran")
    assert len(library.find("mine").interactions) == 4


def test_the_order_of_the_tests_is_no_change(conclude, library):
    conclude(PendingCassette("mine", None, (_set(1), _set(2, OTHER, test="test_b"))))
    before = _bytes(library, "mine")
    assert conclude(PendingCassette("mine", None, (_set(3, OTHER, test="test_b"), _set(4))))[0].status == "unchanged"
    assert _bytes(library, "mine") == before


def test_a_deviation_of_the_generator_is_told(conclude):
    deviation = Drift("card.phone", Level.INFO, "new", None, "null")
    (result,) = conclude(_pii(Contribution("test_a", _set(1).interactions, (deviation,))))
    assert result.reason == "first recording; generated tokens differ at card.phone (new)"


def test_an_example_is_replaced_as_a_whole_and_nothing_has_drifted(conclude, library):
    library.directory.mkdir()
    example = Library(library.directory).builtin("card")
    library.path("card").write_bytes(example.path.read_bytes())
    (result,) = conclude(PendingCassette("card", "card", (_set(1, "card[number]=****4242"),)))
    assert (result.status, result.drift, result.reason) == ("refreshed", (), "built-in example replaced by a recording")
    assert [item.answer["id"] for item in library.find("card").interactions] == ["pii_1N3T00Lkd1"] * 2
