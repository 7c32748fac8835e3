from __future__ import annotations

import http.client
import io
import itertools
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stripe_tokens.api.messages import Request, Response, is_stripe_host
from pytest_stripe_tokens.interception.wire import AsGiven, Outcome, Reader, SandboxSocket, render

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


def parse(*pieces):
    """What a reader gives for each piece."""
    reader = Reader(ORIGIN)
    return [reader.feed(piece) for piece in pieces]


def test_a_request_is_read_once_its_body_is_whole():
    head = b"POST /v1/tokens HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\n\r\n"
    request = Request("POST", f"{ORIGIN}/v1/tokens", {"host": "api.stripe.com", "content-length": "3"}, b"a=1")
    assert parse(head, b"a=", b"1", head + b"a=1") == [None, None, request, request]


@given(st.data())
def test_however_a_request_is_cut_into_pieces_it_is_the_same(data):
    whole = data.draw(
        st.sampled_from(
            [
                b"POST /x HTTP/1.1\r\nA: b\r\nContent-Length: 4\r\n\r\na=1\n",
                b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n2;x=y\r\n1\n\r\n0\r\nT: u\r\n\r\n",
            ]
        )
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    *early, last = parse(*(whole[start:end] for start, end in itertools.pairwise([0, *cuts, len(whole)])))
    assert set(early) <= {None}
    assert last is not None
    assert (last.path, last.body) == ("/x", b"a=1\n")


def test_the_work_for_a_body_grows_with_its_length_alone():
    """Counted in lines run, per piece: a file of 16 MB took 20 s, and 4,000 chunks took 23 s."""

    def lines_of(number, piece, head):
        reader, count = Reader(ORIGIN), 0

        def tracer(_frame, event, _argument):
            nonlocal count
            count += event == "line"
            return tracer

        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            reader.feed(head)
            for _ in range(number):
                reader.feed(piece)
        finally:
            sys.settrace(before)
        return count

    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert lines_of(400, b"1\r\nx\r\n", chunked) < 5 * lines_of(100, b"1\r\nx\r\n", chunked)
    # Each byte is copied once: quadratic, 64 MB in pieces of 8 KB would take minutes.
    reader = Reader(ORIGIN)
    reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 67108864\r\n\r\n")
    began = time.process_time()
    answers = [reader.feed(b"x" * 8192) for _ in range(8192)]
    assert answers[-1] is not None
    assert time.process_time() - began < 10


def test_a_size_that_is_no_number_is_no_request():
    reader = Reader(ORIGIN)
    assert reader.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n") is None
    assert reader.finish() is None


def test_a_body_that_is_shorter_than_it_said_ends_where_the_answer_is_read():
    reader = Reader(ORIGIN)
    assert reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na=1") is None
    request = reader.finish()
    assert request is not None
    assert request.body == b"a=1"


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/v1/x?to=https://shop.example", f"{ORIGIN}/v1/x?to=https://shop.example"),
        ("//v1/x", f"{ORIGIN}//v1/x"),
        ("*", f"{ORIGIN}/*"),
        ("api.stripe.com:443", f"{ORIGIN}/api.stripe.com:443"),
        ("http://[::1/x", f"{ORIGIN}/http://[::1/x"),
        ("http://api.stripe.com/v1/x", "http://api.stripe.com/v1/x"),
        ("HTTP://API.STRIPE.COM/v1/x?a=b://c", "HTTP://API.STRIPE.COM/v1/x?a=b://c"),
    ],
)
def test_only_a_target_that_begins_with_a_scheme_is_a_url(target, url):
    (request,) = parse(f"GET {target} HTTP/1.1\r\n\r\n".encode())
    assert request is not None
    assert request.url == url


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
    answerer = lambda _request: Outcome(exception=TimeoutError)  # noqa: E731
    sock = SandboxSocket(ORIGIN, answerer, 0, lost_early=(ConnectionError,))
    sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(TimeoutError):
        sock.makefile("rb").read()


def test_an_exception_that_a_client_would_wrap_is_carried_through_it():
    given = OSError("given")
    sock = SandboxSocket(ORIGIN, lambda _request: Outcome(exception=given), 0, wraps=True)
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
    "host",
    [
        "api.stripe.com",
        "API.Stripe.Com",
        "stripe.com",
        "files.stripe.com",
        "api.stripe.com.",
        "\uff41\uff50\uff49.stripe.com",
        "api\u3002stripe\u3002com",
    ],
)
def test_a_host_of_stripe(host):
    assert is_stripe_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "api.stripe.com.evil.example",
        "notstripe.com",
        "stripe.com.example",
        "",
        None,
        "stripe",
        "stripe.community",
        "é" * 70 + ".stripe.com",
    ],
)
def test_a_host_that_is_not_stripes(host):
    assert not is_stripe_host(host)
