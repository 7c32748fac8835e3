"""Which recording answers a request."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sent import KEY, URL, VISA, post

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata, Player


def get(url: str, **headers: str) -> Request:
    return Request("GET", url, {**KEY, **headers})


def token(**card: str) -> dict[str, object]:
    shown = {"brand": "Visa", "funding": "credit", "country": "US", **card}
    return {"id": "tok_1", "object": "token", "card": shown, "type": "card"}


def recorded(request: Request, answer: object = None, status: int = 200) -> Interaction:
    body = json.dumps(token() if answer is None else answer).encode()
    return Interaction(request, Response(status, {}, body))


def cassette(*interactions: Interaction, name: str = "card") -> Cassette:
    return Cassette(Path(f"{name}.yaml"), Metadata(), interactions)


class TestPlay:
    def test_a_create_is_played_once(self):
        player = Player([cassette(recorded(post(VISA)))])

        assert [player.play(post(VISA)) is None for _ in range(2)] == [False, True]

    def test_equal_creates_are_played_in_their_order(self):
        first, second = recorded(post(VISA), {"id": "1"}), recorded(post(VISA), {"id": "2"})
        player = Player([cassette(first, second)])

        assert [player.play(post(VISA)), player.play(post(VISA))] == [first, second]

    def test_a_retrieve_is_played_any_number_of_times_and_stays_with_its_last_answer(self):
        unused, used = recorded(get(f"{URL}/tok_1"), {"used": False}), recorded(get(f"{URL}/tok_1"), {"used": True})
        player = Player([cassette(unused, used)])

        assert [player.play(get(f"{URL}/tok_1")) for _ in range(3)] == [unused, used, used]

    def test_what_is_not_recorded_is_not_played(self):
        assert Player([cassette(recorded(post(VISA)))]).play(get(URL)) is None

    def test_a_cassette_of_plain_vcrpy_is_matched(self):
        stored = Request("POST", URL, {}, b"card[number]=4242424242424242&card[cvc]=1")

        assert Player([cassette(recorded(stored))]).play(post("card[cvc]=2&card[number]=4242 4242 4242 4242"))

    def test_a_boolean_is_matched_in_either_spelling(self):
        stored, sent = post("account[tos_shown_and_accepted]=True"), post("account[tos_shown_and_accepted]=true")

        assert Player([cassette(recorded(stored))]).play(sent)
        assert Player([cassette(recorded(sent))]).play(stored)
        assert Player([cassette(recorded(stored))]).play(post("account[tos_shown_and_accepted]=false")) is None

    def test_an_answer_asked_for_with_another_kind_of_key_is_not_played(self):
        stored = post(VISA, authorization="Bearer pk_test_***")

        assert Player([cassette(recorded(stored))]).play(post(VISA)) is None

    @pytest.mark.parametrize(("shown", "is_played"), [({}, False), ({"funding": "debit"}, True)])
    def test_cards_of_the_same_last_digits_are_told_apart_by_what_the_answer_shows(self, shown, is_played):
        sent = post("card[number]=4000056655665556")
        player = Player([cassette(recorded(post("card[number]=****5556"), token(**shown)))])

        assert (player.play(sent) is not None) is is_played

    def test_a_number_that_nobody_published_is_matched_by_its_last_digits(self):
        player = Player([cassette(recorded(post("card[number]=****1881")))])

        assert player.play(post("card[number]=4012888888881881"))

    def test_an_error_answer_is_played_to_a_known_card(self):
        declined = recorded(post(VISA), {"error": {"type": "card_error"}}, 402)

        assert Player([cassette(declined)]).play(post(VISA)) is declined

    def test_an_answer_that_is_not_json_is_played(self):
        page = Interaction(post(VISA), Response(502, {}, b"<html>"))

        assert Player([cassette(page)]).play(post(VISA)) is page

    def test_threads_share_one_create_without_playing_it_twice(self):
        interactions = [recorded(post(VISA), {"id": str(number)}) for number in range(16)]
        player = Player([cassette(*interactions)])
        with ThreadPoolExecutor(16) as pool:
            played = list(pool.map(lambda _: player.play(post(VISA)), range(32)))

        assert sorted(str(it.answer["id"]) for it in played if it) == sorted(str(number) for number in range(16))


class TestTakeCreate:
    def test_the_next_create_of_a_type_is_taken_whatever_its_parameters(self):
        other, card = recorded(post("pii[id_number]=1")), recorded(post(VISA))
        player = Player([cassette(other, card)])

        assert [player.take_create("card"), player.take_create("card")] == [card, None]

    def test_a_create_that_was_played_is_not_taken(self):
        player = Player([cassette(recorded(post(VISA)))])
        player.play(post(VISA))

        assert player.take_create("card") is None

    def test_a_refused_create_is_not_taken(self):
        assert Player([cassette(recorded(post(VISA), status=402))]).take_create("card") is None

    @pytest.mark.parametrize("request_", [get(f"{URL}/tok_1"), post(VISA, "https://api.stripe.com/v1/charges")])
    def test_other_requests_are_not_taken(self, request_):
        assert Player([cassette(recorded(request_))]).take_create("card") is None

    @pytest.mark.parametrize(("answer", "is_taken"), [(token(), True), (["x"], False), ({"type": 1}, False)])
    def test_a_create_without_its_body_is_known_by_its_answer(self, answer, is_taken):
        player = Player([cassette(recorded(post(""), answer))])

        assert (player.take_create("card") is not None) is is_taken


class TestClosest:
    def lines(self, sent: Request, *interactions: Interaction) -> list[str]:
        found = Player([cassette(*interactions)]).closest(sent)
        assert found
        return list(found.differences)

    def test_without_recordings_nothing_is_closest(self):
        assert Player([]).closest(post(VISA)) is None

    def test_a_changed_parameter_is_shown(self):
        assert self.lines(post(VISA), recorded(post(VISA.replace("2050", "2026")))) == [
            "card[exp_year]: recorded '2026', sent '2050'"
        ]

    def test_missing_and_further_parameters_are_shown(self):
        assert self.lines(post("card[cvc]=987"), recorded(post("card[name]=J"))) == [
            "card[cvc]: not recorded, sent '***'",
            "card[name]: recorded 'J', not sent",
        ]

    def test_the_rest_of_a_request_is_shown(self):
        sent = get(f"{URL}/tok_2", authorization="Bearer pk_test_x", **{"stripe-account": "acct_106319a383"})

        assert self.lines(sent, recorded(post("", f"{URL}/tok_1"))) == [
            "method: recorded 'POST', sent 'GET'",
            "path: recorded '/v1/tokens/tok_1', sent '/v1/tokens/tok_2'",
            "Stripe-Account: recorded none, sent 'acct_106319a383'",
            "kind of key: recorded 'secret', sent 'publishable'",
        ]

    def test_of_another_endpoint_the_parameters_go_without_saying(self):
        sent = post("source=tok_1", "https://api.stripe.com/v1/customers")

        assert self.lines(sent, recorded(post(VISA))) == ["path: recorded '/v1/tokens', sent '/v1/customers'"]

    def test_another_card_of_the_same_last_digits_is_shown(self):
        assert self.lines(post("card[number]=4000056655665556"), recorded(post("card[number]=****5556"))) == [
            "card number: recorded one with funding 'credit', sent one with funding 'debit'"
        ]

    def test_a_recording_that_was_played_says_so(self):
        player = Player([cassette(recorded(post(VISA)))])
        player.play(post(VISA))
        found = player.closest(post(VISA))

        assert found
        assert list(found.differences) == ["played already: a test plays a recorded request once"]

    @pytest.mark.parametrize(
        ("sent", "closest"),
        [
            (post(VISA.replace("2050", "2026")), 0),
            (post("pii[id_number]=1&x=2"), 1),
            (get(f"{URL}/tok_222222"), 2),
            (get("https://api.stripe.com/v1/customers/cus_111111"), 3),
        ],
    )
    def test_method_path_and_type_count_more_than_parameters(self, sent, closest):
        interactions = [
            recorded(post(VISA)),
            recorded(post("pii[id_number]=1")),
            recorded(get(f"{URL}/tok_111111")),
            recorded(get("https://api.stripe.com/v1/customers/cus_222222")),
        ]
        found = Player([cassette(*interactions)]).closest(sent)

        assert found
        assert found.interaction is interactions[closest]

    def test_the_cassette_is_named(self):
        second = cassette(recorded(post(VISA)), name="second")
        found = Player([cassette(recorded(get(URL)), name="first"), second]).closest(post(VISA))

        assert found
        assert found.cassette is second

    def test_a_long_value_is_shown_whole_and_a_files_is_cut(self):
        (line,) = self.lines(post("card[name]=" + "x" * 500), recorded(post("card[name]=y")))
        (cut,) = self.lines(post("card[name]=" + "x" * 50_000), recorded(post("card[name]=y")))

        assert "x" * 500 in line
        assert len(cut) < 2100

    def test_no_secret_is_shown(self):
        sent = post("card[number]=5555555555554444&card[cvc]=987&x=sk_test_" + "abc123" * 3)

        text = "".join(self.lines(sent, recorded(post(VISA))))

        assert [secret for secret in ("5555555555554444", "987", "abc123") if secret in text] == []
