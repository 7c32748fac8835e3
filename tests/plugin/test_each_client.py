"""Every client with both forms of the plugin, the fixture and the marker: what `.ci/versions.py` runs by version."""

from __future__ import annotations

import pytest
from clients import CLIENTS

URL = "https://api.stripe.com/v1/tokens"
KEY = "sk_test_mine"
each_client = pytest.mark.parametrize("client", CLIENTS)
# Of older versions, on a newer Python, or of newer ones that the clients' helpers have not followed.
pytestmark = pytest.mark.filterwarnings("default")


@each_client
def test_the_fixture(client, card_token, stripe_tokens):
    status, found = CLIENTS[client]("GET", f"{URL}/{card_token}", {}, KEY)
    assert (status, found["id"], found["card"]["last4"]) == (200, card_token.id, "4242")
    assert [request.method for request in stripe_tokens.requests] == ["POST", "GET"]


@each_client
@pytest.mark.stripe_tokens(mode="generate", seed=7)
def test_the_marker(client):
    status, made = CLIENTS[client]("POST", URL, {"pii[id_number]": "000000000"}, KEY)
    assert (status, made["type"], made["livemode"]) == (200, "pii", False)


@each_client
@pytest.mark.stripe_tokens(mode="replay")
def test_a_replayed_token(client, card_token):
    status, found = CLIENTS[client]("GET", f"{URL}/{card_token}", {}, KEY)
    assert (status, found["id"], card_token.origin) == (200, card_token.id, "documented")
