from __future__ import annotations

import http.client
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stripe_tokens.exchange import Request, Response, is_stripe_host
from pytest_stripe_tokens.interception.wire import AsGiven, Outcome, SandboxSocket, parse, render

ORIGIN = "https://api.stripe.com"


class _Socket:
    def __init__(self, data):
        self.data = data

    def makefile(self, _mode):
        return io.BytesIO(self.data)


def _read(data):
    answer = http.client.HTTPResponse(_Socket(data))
    answer.begin()
    return answer, answer.read()


def test_a_request_is_read_once_its_body_is_whole():
    head = b"POST /v1/tokens HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\n\r\n"
    assert parse(head, ORIGIN) is None
    assert parse(head + b"a=", ORIGIN) is None
    assert parse(head + b"a=1", ORIGIN) == Request(
        "POST", f"{ORIGIN}/v1/tokens", {"host": "api.stripe.com", "content-length": "3"}, b"a=1"
    )


def test_a_chunked_body_is_put_together():
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert parse(head + b"2\r\na=\r\n", ORIGIN) is None
    request = parse(head + b"2\r\na=\r\n1;x=y\r\n1\r\n0\r\n\r\n", ORIGIN)
    assert request is not None
    assert request.body == b"a=1"


def test_a_request_to_a_forwarding_proxy_keeps_its_url():
    request = parse(b"GET http://api.stripe.com/v1/x HTTP/1.1\r\n\r\n", ORIGIN)
    assert request is not None
    assert request.url == "http://api.stripe.com/v1/x"


@given(st.binary(max_size=200), st.sampled_from([200, 400, 402, 429, 503]))
def test_an_answer_is_read_back_by_http_client_as_it_was(body, status):
    answer, read = _read(
        render(Response(status, {"Request-Id": "req_1", "Content-Length": "9", "Transfer-Encoding": "chunked"}, body))
    )
    assert (answer.status, read, answer.headers["Request-Id"]) == (status, body, "req_1")
    assert answer.headers["Content-Length"] == str(len(body))


@given(st.text(max_size=40))
def test_no_header_can_end_the_headers(value):
    answer, read = _read(render(Response(200, {"Stripe-Version": value}, b"body")))
    assert read == b"body"
    assert set(answer.headers) == {"Stripe-Version", "Content-Length"}


def test_a_broken_connection_shows_while_sending_and_again_while_reading():
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(exception=ConnectionResetError), 0)
    with pytest.raises(ConnectionResetError):
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        sock.makefile("rb").read()


def test_a_broken_connection_is_delayed_once():
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(exception=BrokenPipeError, delay=0.05), 0)
    began = time.perf_counter()
    with pytest.raises(BrokenPipeError):
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    sent = time.perf_counter()
    with pytest.raises(BrokenPipeError):
        sock.makefile("rb").read()
    assert sent - began >= 0.05 > time.perf_counter() - sent


def test_a_client_that_knows_timeouts_while_it_reads_gets_them_then():
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(exception=TimeoutError), 0)
    sock.lost_early = (ConnectionError,)
    sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(TimeoutError):
        sock.makefile("rb").read()


def test_an_exception_that_a_client_would_wrap_is_carried_through_it():
    given = OSError("given")
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(exception=given), 0)
    sock.wraps = True
    sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(AsGiven) as carried:
        sock.makefile("rb").read()
    assert carried.value.exception is given


def test_what_is_no_http_is_a_broken_connection():
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(Response(200, {}, b"")), 0)
    sock.sendall(b"\x16\x03\x01")
    with pytest.raises(ConnectionResetError, match="not HTTP"):
        sock.makefile("rb").read()


def test_one_socket_answers_request_after_request():
    seen = []

    def exchange(request):
        seen.append(request.path)
        return Outcome(Response(200, {}, request.path.encode()))

    sock = SandboxSocket(ORIGIN, exchange, 0)
    for path in (b"/a", b"/b"):
        sock.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")
        assert sock.makefile("rb").read().endswith(path)
    assert seen == ["/a", "/b"]


@pytest.mark.parametrize(
    "host", ["api.stripe.com", "API.Stripe.Com", "stripe.com", "files.stripe.com", "api.stripe.com."]
)
def test_a_host_of_stripe(host):
    assert is_stripe_host(host)


@pytest.mark.parametrize(
    "host",
    ["api.stripe.com.evil.example", "notstripe.com", "stripe.com.example", "", None, "stripe", "stripe.community"],
)
def test_a_host_that_is_not_stripes(host):
    assert not is_stripe_host(host)
