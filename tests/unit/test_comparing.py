from __future__ import annotations

import json

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.player import Interaction
from pytest_stripe_tokens.recording.comparison import differences, identities

AUTH = {"authorization": "Bearer sk_test_***"}


def _made(method, path, answer, body="", status=200, **headers):
    request = Request(method, f"https://api.stripe.com{path}", AUTH, body.encode())
    return Interaction(request, Response(status, {"Stripe-Version": "1", **headers}, json.dumps(answer).encode()))


def _flow(number, **extra):
    """Two tokens, one of them charged: as recorded for the nth time."""
    first, second = f"tok_1N3T00Lkd{number}", f"tok_1N3T11Lkd{number}"
    return [
        _made("POST", "/v1/tokens", {"id": first, "created": number, **extra}, "card[number]=****4242"),
        _made("POST", "/v1/tokens", {"id": second, "created": number}, "card[number]=****0002"),
        _made("GET", f"/v1/tokens/{second}", {"id": second, "used": False}),
        _made("POST", "/v1/charges", {"id": f"ch_1N3T00Lkd{number}"}, f"amount=5&source={first}"),
    ]


def test_two_recordings_of_one_behaviour_have_the_same_identities():
    assert identities(_flow(1)) == identities(_flow(2))
    assert len(set(identities(_flow(1)))) == 4


def test_two_recordings_of_one_behaviour_differ_in_nothing():
    difference = differences(_flow(1), _flow(2))
    assert (difference.drift, difference.headers, difference.added, difference.changed) == ((), (), 0, frozenset())


def test_the_order_of_the_requests_is_no_difference():
    assert not differences(_flow(1), [*_flow(2)[1:3], _flow(2)[0], _flow(2)[3]]).changed


def test_a_charge_of_the_other_token_is_another_request():
    other = _flow(2)
    other[3] = _made("POST", "/v1/charges", {"id": "ch_1N3T00Lkd2"}, "amount=5&source=tok_1N3T11Lkd2")
    difference = differences(_flow(1), other)
    assert difference.added == 1


def test_magic_tokens_are_told_apart():
    one, other = (
        _made("POST", "/v1/charges", {}, f"source={name}") for name in ("tok_chargeDeclined", "tok_visaDebit")
    )
    assert differences([one], [other]).added == 1


def test_the_same_request_twice_is_two():
    twice = [_made("GET", "/v1/x", {"n": 1}), _made("GET", "/v1/x", {"n": 2})]
    assert not differences(twice, twice).changed
    assert differences(twice[:1], twice).added == 1


def test_a_changed_answer_is_drift_told_once():
    old, new = _flow(1), _flow(2, shiny=1)
    difference = differences(old, new)
    assert [(drift.path, drift.change) for drift in difference.drift] == [("shiny", "new")]
    assert difference.changed == {identities(new)[0]}


def test_a_changed_status_is_drift():
    old, new = _made("GET", "/v1/x", {}), _made("GET", "/v1/x", {}, status=402)
    assert [(drift.path, drift.old, drift.new) for drift in differences([old], [new]).drift] == [
        ("HTTP status", 200, 402)
    ]


def test_a_changed_api_version_is_a_change_of_the_headers():
    old, new = _made("GET", "/v1/x", {}), _made("GET", "/v1/x", {}, **{"Stripe-Version": "2"})
    difference = differences([old], [new])
    assert difference.headers == ("Stripe-Version: 1 -> 2",)
    assert difference.changed


def test_a_request_id_is_no_change():
    old, new = (_made("GET", "/v1/x", {}, **{"Request-Id": number}) for number in "12")
    assert not differences([old], [new]).changed


def test_an_id_without_a_digit_is_known_by_the_answer_that_gave_it():
    old, new = (
        [_made("POST", "/v1/customers", {"id": name}), _made("GET", f"/v1/customers/{name}", {"id": name})]
        for name in ("cus_abcdefghijkl", "cus_mnopqrstuvwx")
    )
    assert not differences(old, new).changed
