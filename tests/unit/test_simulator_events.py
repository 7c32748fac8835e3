"""What `GET /v1/events` tells of what was done before; keys and types are stripe-python's and the API reference's."""

from __future__ import annotations

from rows import each
from simulator_api import LIVE, Api, problems

from pytest_stripe_tokens.simulator.resources.events import event_of
from pytest_stripe_tokens.simulator.state import Happening

CONNECTED = "acct_1Ot4L8S3R2m7OSYI"


def told(api, query="", **options):
    return api.get(f"/v1/events{query}", **options)["data"]


def test_an_event_is_what_the_reference_says():
    api = Api()
    response = api.send("POST", "/v1/customers", {"email": "a@example.com"}, idempotency_key="order-1")
    customer = response.json()
    [event] = told(api)
    assert problems(event) == []
    assert event["id"].startswith("evt_1")
    assert event == {
        "id": event["id"],
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": customer["created"],
        "data": {"object": customer},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": response.sent_headers["Request-Id"], "idempotency_key": "order-1"},
        "type": "customer.created",
    }
    assert list(event)[:2] == ["id", "object"]
    assert list(event)[2:] == sorted(list(event)[2:])
    assert api.get(f"/v1/events/{event['id']}") == event


def test_an_update_tells_the_values_from_before():
    api = Api()
    customer = api.customer(email="a@example.com", metadata={"a": "1", "b": "2"})
    api.post(f"/v1/customers/{customer}", {"email": "b@example.com", "metadata": {"a": "9", "c": "3"}})
    api.post(f"/v1/customers/{customer}", {"email": "b@example.com"})
    updated, created = told(api)
    assert updated["data"]["previous_attributes"] == {"email": "a@example.com", "metadata": {"a": "1", "c": None}}
    assert updated["data"]["object"]["metadata"] == {"a": "9", "b": "2", "c": "3"}
    assert (created["type"], created["data"]["object"]["email"]) == ("customer.created", "a@example.com")
    assert "previous_attributes" not in created["data"]


def test_metadata_that_is_new_was_null_before():
    api = Api()
    customer = api.customer()
    api.post(f"/v1/customers/{customer}", {"metadata": {"a": "1"}})
    assert told(api)[0]["data"]["previous_attributes"] == {"metadata": {"a": None}}


def test_each_account_and_mode_has_its_own_events():
    api = Api()
    ours = api.customer()
    theirs = api.post("/v1/customers", stripe_account=CONNECTED)["id"]
    live = api.post("/v1/customers", key=LIVE)["id"]
    [event] = told(api, stripe_account=CONNECTED)
    assert (event["account"], event["data"]["object"]["id"]) == (CONNECTED, theirs)
    assert [("account" in event, event["data"]["object"]["id"]) for event in told(api)] == [(False, ours)]
    [event] = told(api, key=LIVE)
    assert (event["livemode"], event["data"]["object"]["id"]) == (True, live)
    assert api.not_found(f"/v1/events/{event['id']}")["code"] == "resource_missing"


def test_reading_events_changes_no_later_id():
    def ids(*, reads):
        api, found = Api(), []
        for _ in range(3):
            found.append(api.post("/v1/customers", {"source": "tok_visa"}))
            if reads:
                told(api)
        return found, [event["id"] for event in told(api)]

    assert ids(reads=True) == ids(reads=False)


def test_what_is_refused_or_played_again_is_no_event():
    api = Api()
    api.refused("/v1/customers", {"source": "tok_chargeDeclined"})
    for _ in range(2):
        api.post("/v1/customers", idempotency_key="a")
    assert [event["type"] for event in told(api)] == ["customer.created"]


@each(
    ("query", "count"),
    [
        ("", 3),
        ("?type=customer.created", 2),
        ("?type=customer.*", 3),
        ("?type=*.updated", 1),
        ("?type=charge.*", 0),
        ("?types[]=customer.updated&types[]=charge.refunded", 1),
        ("?delivery_success=true", 3),
        ("?delivery_success=false", 0),
        ("?limit=2", 2),
        ("?created[lt]=1", 0),
        ("?created[gt]=1", 3),
    ],
)
def test_events_are_filtered(query, count):
    api = Api()
    api.post(f"/v1/customers/{api.customer()}", {"name": "Jane"})
    api.customer()
    assert len(told(api, query)) == count


def test_events_are_paged():
    api = Api()
    for _ in range(3):
        api.customer()
    newest, middle, oldest = told(api)
    assert newest["created"] > oldest["created"]
    assert told(api, f"?starting_after={newest['id']}") == [middle, oldest]
    assert told(api, f"?ending_before={oldest['id']}&limit=1") == [middle]
    assert api.not_found("/v1/events?starting_after=evt_x")["param"] == "starting_after"


def test_an_unknown_event_or_both_filters_are_refused():
    error = Api().not_found("/v1/events/evt_x")
    assert (error["status"], error["code"], error["param"]) == (404, "resource_missing", "id")
    assert error["message"] == "No such event: 'evt_x'"
    assert Api().not_found("/v1/events?type=a&types[]=b")["status"] == 400


def test_an_event_shows_its_object_in_the_readers_version():
    api = Api()
    api.customer(source="tok_visa")
    [event] = told(api, "?type=customer.created", stripe_version="2019-12-03")
    assert event["api_version"] == "2019-12-03"
    assert event["data"]["object"]["sources"]["total_count"] == 1
    assert "sources" not in told(api, "?type=customer.created")[0]["data"]["object"]


def test_an_event_is_built_of_any_object():
    charge = {"id": "ch_1", "object": "charge"}
    event = event_of(Happening("charge.refunded", charge, (CONNECTED, False), created=7), "evt_1", "2020-08-27")
    assert problems(event) == []
    assert (event["account"], event["api_version"], event["created"]) == (CONNECTED, "2020-08-27", 7)
    assert (event["data"], event["request"]) == ({"object": charge}, {"id": None, "idempotency_key": None})
