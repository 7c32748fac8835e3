"""What the server does with peers that are no good clients: it refuses them with a reason, in bounded time and memory."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import statistics
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rows import each
from served import Served

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.interception import loopback
from pytest_stripe_tokens.interception.wire import Outcome
from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import Settings

LIVE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"
AUTH = "Authorization: Bearer sk_test_1\r\n"
MEGABYTE = 1024 * 1024


@pytest.fixture
def port(stripe_server):
    return urlsplit(stripe_server.url).port


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def answered(port, sent):
    """Send bytes and give what comes back until the server closes, or for a second after an answer."""
    with connect(port) as peer:
        peer.sendall(sent)
        got = b""
        while data := peer.recv(65536):
            got += data
            peer.settimeout(1)
            head, _, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: ([0-9]+)", head)
            if length and len(body) >= int(length[1]):
                break
        return got


def threads():
    return [one for one in threading.enumerate() if one.name == "stripe-tokens-connection"]


def soon(claim, seconds=5.0):
    until = time.monotonic() + seconds
    while not claim() and time.monotonic() < until:
        time.sleep(0.02)
    return claim()


@each(
    "sent, status, told",
    [
        (b"garbage\r\n\r\n", 400, "no request line"),
        (b"GET /v1/\x00 HTTP/1.1\r\n\r\n", 400, "no request line"),
        (b"GET /v1/charges\r\n\r\n", 400, "no request line"),
        (b"GET v1 HTTP/1.1\r\n\r\n", 400, "a path begins with /"),
        (b"BREW /v1/tokens HTTP/1.1\r\n\r\n", 501, "a method is one of"),
        (b"CONNECT api.stripe.com:443 HTTP/1.1\r\n\r\n", 501, "a method is one of"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "use HTTP/1.1"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "ask http:// and not https://"),
        (b"GET /v1/x HTTP/1.1\r\nA: \x00\r\n\r\n", 400, "a header line is none"),
        (b"GET /v1/x HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "a header line is none"),
        (b"GET /v1/x HTTP/1.1\r\nA : b\r\n\r\n", 400, "a header line is none"),
        (b"GET /v1/x HTTP/1.1\r\nA: " + b"b" * 100_000 + b"\r\n\r\n", 431, "longer than 65536 bytes"),
        (b"GET /v1/" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", 431, "longer than 65536 bytes"),
        (b"GET /v1/x HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", 431, "more than 200 header lines"),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "Content-Length is no number"),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400, "Content-Length is no number"),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "Content-Length is no"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "don't go together"),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "chunked is the only one"),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", 400, "begins with no size"),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400, "longer than its size"),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: 52428800\r\n\r\n", 413, "longer than 16 MB"),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3200000\r\n", 413, "longer than 16 MB"),
        (b"POST /v1/tokens HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 52428800\r\n\r\n", 413, "16 MB"),
        (b"POST /v1/tokens HTTP/1.1\r\nExpect: gold\r\n\r\n", 417, "100-continue"),
    ],
)
def test_what_is_no_request_is_refused_with_a_reason(port, sent, status, told):
    got = answered(port, sent)
    head, _, body = got.partition(b"\r\n\r\n")
    # No `100 Continue` before it.
    assert head.startswith(b"HTTP/1.1 %d " % status), got
    assert told in json.loads(body)["error"]["message"]
    assert b"Connection: close" in head
    assert b"Stripe-Should-Retry: false" in head


@each(
    "host, target, status",
    [
        ("evil.example", "/v1/customers", 421),
        ("api.stripe.com.evil.example", "/v1/customers", 421),
        ("127.0.0.1.evil.example:80", "/v1/customers", 421),
        ("198.51.100.7", "/v1/customers", 421),
        ("[", "/v1/customers", 421),
        ("localhost\r\nHost: evil.example", "/v1/customers", 421),
        ("localhost", "http://evil.example/v1/customers", 421),
        ("127.0.0.1:1", "/v1/customers", 200),
        ("LOCALHOST", "/v1/customers", 200),
        ("shop.localhost", "/v1/customers", 200),
        ("[::1]:80", "/v1/customers", 200),
        ("api.stripe.com", "/v1/customers", 200),
        ("elsewhere", "http://api.stripe.com/v1/customers?limit=3", 200),
        ("evil.example", "/_stripe_tokens/requests", 421),
    ],
)
def test_a_request_that_asks_another_host_is_refused(port, stripe_server, host, target, status):
    before = len(stripe_server.requests)
    got = answered(port, f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{AUTH}\r\n".encode())
    assert got.startswith(b"HTTP/1.1 %d " % status), got
    assert len(stripe_server.requests) - before == (status == 200)


def test_a_server_for_other_machines_is_asked_by_any_name():
    server = Run(Settings()).serve(host="0.0.0.0")
    got = answered(
        urlsplit(server.url).port, f"GET /v1/customers HTTP/1.1\r\nHost: stripe:12111\r\n{AUTH}\r\n".encode()
    )
    server.close()
    assert got.startswith(b"HTTP/1.1 200 ")


def test_a_live_key_is_refused_and_not_repeated(stripe_server):
    for data, headers in (
        (None, {"Authorization": f"Bearer {LIVE}"}),
        (f"key=pk_{'live'}_1&pii[id_number]=000000000".encode(), {}),
    ):
        request = urllib.request.Request(f"{stripe_server.url}/v1/tokens", data, headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        text = refused.value.read().decode()
        assert refused.value.code == 400
        assert "takes test keys alone" in text
        assert not re.search("live_[0-9A-Za-z]", text + repr(stripe_server.requests))


def test_a_long_body_is_refused_while_it_is_sent_and_its_client_reads_why(stripe_server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{stripe_server.url}/v1/tokens", b"x" * 50 * MEGABYTE)
    assert refused.value.code == 413
    assert "longer than 16 MB" in refused.value.read().decode()


def test_an_answer_does_not_wait_for_its_head_to_be_confirmed(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    for _ in range(40):
        started = time.perf_counter()
        connection.request("GET", "/v1/customers", headers={"Authorization": "Bearer sk_test_1"})
        connection.getresponse().read()
        taken.append(time.perf_counter() - started)
    connection.close()
    # A kernel waits 40 ms.
    assert statistics.quantiles(taken[20:])[0] < 0.03


def test_a_recorded_answer_has_each_header_once():
    headers = {"access-control-allow-origin": "https://other.example", "connection": "close", "X-Own": "1"}
    outcome = Outcome(Response(200, headers, b"{}"))
    server = loopback.Loopback("127.0.0.1", 0, lambda _: outcome, lambda *_: None, lambda *_: None)
    head = answered(urlsplit(server.url).port, b"GET /v1/customers HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")[0]
    server.close()
    sent = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert len(sent) == len(set(sent))
    assert b"Access-Control-Allow-Origin: *" in head
    assert b"Connection: keep-alive" in head
    assert b"X-Own: 1" in head


def test_a_peer_that_hangs_is_given_up(monkeypatch, port, stripe_server):
    before = len(stripe_server.requests)
    monkeypatch.setattr(loopback, "_WHOLE", 0.3)
    monkeypatch.setattr(loopback, "_IDLE", 0.3)
    hanging = []
    for sent in (b"", b"POST /v1/tok", b"POST /v1/tokens HTTP/1.1\r\nHost", b"POST /v1/tokens HTTP/1.1\r\n"):
        hanging.append(connect(port))
        hanging[-1].sendall(sent)
    for framing in (b"Content-Length: 9\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc"):
        hanging.append(connect(port))
        hanging[-1].sendall(b"POST /v1/tokens HTTP/1.1\r\n" + framing)
    # One that sends a byte now and then is no better.
    until = time.monotonic() + 1
    while time.monotonic() < until:
        time.sleep(0.05)
        try:
            hanging[2].sendall(b":")
        except OSError:
            break
    assert hanging[0].recv(100) == b""
    for peer in hanging[3:]:
        assert peer.recv(100).startswith(b"HTTP/1.1 408 ")
    assert soon(lambda: not threads())
    assert len(stripe_server.requests) == before
    for peer in hanging:
        peer.close()


def test_peers_that_hang_give_way_to_others(monkeypatch):
    monkeypatch.setattr(loopback, "_MOST_CONNECTIONS", 8)
    monkeypatch.setattr(loopback, "_IDLE", 60)
    server = Run(Settings()).serve()
    port = urlsplit(server.url).port
    hanging = [connect(port) for _ in range(8)]
    assert soon(lambda: len(threads()) == 8)
    got = answered(port, f"GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n{AUTH}\r\n".encode())
    assert got.startswith(b"HTTP/1.1 200 ")
    assert hanging[0].recv(1) == b""
    server.close()
    assert not threads()
    for peer in hanging:
        peer.close()


def test_what_is_being_answered_is_finished_when_the_server_closes():
    before = threading.enumerate()
    server = Run(Settings()).serve()
    server._own.fail_next(status=503, delay=60)
    server._own.fail_next(exception=TimeoutError)
    port = urlsplit(server.url).port
    peers = [connect(port) for _ in range(3)]
    for peer in peers[:2]:
        count = len(server.requests)
        peer.sendall(f"GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n{AUTH}\r\n".encode())
        assert soon(lambda count=count: len(server.requests) > count)
    time.sleep(0.2)
    started = time.monotonic()
    server.close()
    assert time.monotonic() - started < 4
    assert peers[0].recv(100).startswith(b"HTTP/1.1 503 ")
    assert peers[1].recv(100) == peers[2].recv(100) == b""
    assert set(threading.enumerate()) <= set(before)
    for peer in peers:
        peer.close()


def curl(*arguments):
    command = ["curl", "-sS", "--max-time", "20", "-o", "-", "-w", "\n%{http_code} %{num_connects}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *body, last = done.stdout.split("\n")
    return "\n".join(body), last


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_curl(stripe_server, stripe_tokens, tmp_path):
    url = stripe_server.url
    auth = ("-u", "sk_test_1:")
    card = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050"
    plain, last = curl(*auth, f"{url}/v1/tokens", "-d", card)
    token = json.loads(plain)["id"]
    assert last == "200 1"
    assert json.loads(curl(*auth, "-G", f"{url}/v1/tokens/{token}", "-d", "expand[]=card")[0])["id"] == token
    ways = (
        ("-H", "Transfer-Encoding: chunked"),
        ("-H", "Expect: 100-continue"),
        ("--http1.0",),
        ("--http2",),
        ("--compressed",),
        ("--request-target", "http://api.stripe.com/v1/tokens"),
        ("-x", url, "--noproxy", ""),
        ("-H", "Connection: close"),
    )
    for way in ways:
        to = "http://api.stripe.com/v1/tokens" if way[0] == "-x" else f"{url}/v1/tokens"
        body, last = curl(*auth, *way, "-d", card, to)
        assert (json.loads(body)["card"]["last4"], last) == ("4242", "200 1"), way
    assert curl(*auth, "-I", f"{url}/v1/charges/ch_none")[1] == "404 1"
    assert curl(*auth, f"{url}/v1/customers", "--next", "-sS", *auth, f"{url}/v1/customers", "-w", "%{num_connects}")
    assert curl(*auth, "-X", "DELETE", f"{url}/v1/customers/cus_none")[1].startswith("404")
    large = tmp_path / "large"
    for megabytes, status in ((2, "400"), (50, "413")):
        large.write_bytes(b"description=" + b"x" * megabytes * MEGABYTE)
        for way in ((), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect:")):
            assert curl(*auth, *way, "--data-binary", f"@{large}", f"{url}/v1/customers")[1].startswith(status), way
    stripe_tokens.fail_next(exception=ConnectionError)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        curl(*auth, f"{url}/v1/customers")
    # "Empty reply from server", or "Connection reset by peer".
    assert failed.value.returncode in {52, 56}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_steps_with_tokens_of_localstripes_published_script(stripe_server):
    # Its cards expired in 2018 to 2020, which Stripe refuses; and it uses one token three times, which Stripe does too.
    def step(path, *fields, key="sk_test_12345:", status="200"):
        form = [word for field in fields for word in ("-d", field)]
        body, last = curl(*(("-u", key) if key else ()), f"{stripe_server.url}/v1/{path}", *form)
        assert last.startswith(status), body
        return json.loads(body)

    card = ("card[number]=4242424242424242", "card[exp_month]=12", "card[exp_year]=2050", "card[cvc]=123")
    customer = step("customers", "email=foo@bar.com")["id"]
    by_page = step("tokens", "key=pk_test_123", *card, key="")
    assert step(f"customers/{customer}/sources", f"source={by_page['id']}")["customer"] == customer
    by_shop = step("tokens", *card)
    step(f"customers/{customer}/sources", f"source={by_shop['id']}")
    token = step("tokens", *card)["id"]
    assert step("customers", f"source={token}")["default_source"] is not None
    step(f"customers/{customer}/sources", f"source={token}", status="400")
    iban = ("type=sepa_debit", "sepa_debit[iban]=DE89370400440532013000", "currency=eur", "owner[name]=Jenny Rosen")
    source = step("sources", *iban)["id"]
    step(f"customers/{customer}/sources", f"source={source}")
    assert step(f"customers/{customer}/sources/{source}")["id"] == source
    step(f"customers/cus_none/sources/{source}", status="404")
    step(f"customers/{customer}/sources/src_none", status="404")
    other = step("customers", "email=joe@example.com")["id"]
    assert step(f"customers/{other}?expand%5B%5D=default_source")["default_source"] is None
    method = step("payment_methods", "type=card", *card)["id"]
    step(f"payment_methods/{method}/attach", f"customer={other}")
    step(f"customers/{other}", f"invoice_settings[default_payment_method]={method}")
    expanded = step(f"customers/{other}?expand%5B%5D=invoice_settings.default_payment_method")
    assert expanded["invoice_settings"]["default_payment_method"]["card"]["last4"] == "4242"
    declined = step("payment_methods", "type=card", "card[number]=4000000000000002", *card[1:])["id"]
    step(f"payment_methods/{declined}/attach", f"customer={other}", status="402")


def used(process):
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    kilobytes = int(re.search(r"VmRSS:\s+([0-9]+)", status)[1])
    return (
        int(re.search(r"Threads:\s+([0-9]+)", status)[1]),
        len(list(Path(f"/proc/{process.pid}/fd").iterdir())),
        kilobytes,
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc that tells what a process uses")
def test_ten_thousand_connections_and_hundreds_that_hang_leave_nothing_behind():
    served = Served()
    port = urlsplit(served.url).port
    hanging = []

    def ask():
        got = answered(
            port, f"GET /v1/customers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{AUTH}\r\n".encode()
        )
        assert got.startswith(b"HTTP/1.1 200 ")

    try:
        ask()
        before = used(served.process)
        for _ in range(10_000):
            connect(port).close()
        ask()
        at_once = [connect(port) for _ in range(400)]
        ask()
        for peer in at_once:
            peer.close()
        for _ in range(1200):
            hanging.append(connect(port))
            hanging[-1].sendall(b"POST /v1/tokens HTTP/1.1\r\nHos")
        ask()
        for peer in hanging:
            peer.close()
        with connect(port) as peer:
            peer.sendall(b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(50):
                peer.sendall(b"100000\r\n" + b"x" * MEGABYTE + b"\r\n")
            assert peer.recv(100).startswith(b"HTTP/1.1 413 ")
        assert soon(lambda: used(served.process)[:2] <= before[:2]), (before, used(served.process))
        assert used(served.process)[2] - before[2] < 40_000
    finally:
        code, _, errors = served.stop()
    assert (code, errors) == (0, "")
