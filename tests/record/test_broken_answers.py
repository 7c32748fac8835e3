"""Whatever a server sends, and however slowly: an answer, or an error of ours in one line, in bounded time and space."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from raw_server import RawServer
from server import SECRET_KEY

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.recording.environment import from_environment
from pytest_stripe_tokens.recording.live import Limits, LiveAPI, LiveError

QUICK = Limits(connect=2, answer=0.25, request=5, pause=0)
HEADERS = {"authorization": "Bearer sk_test_ofthecode", "content-type": "application/x-www-form-urlencoded"}
CREATE = Request("POST", "https://api.stripe.com/v1/tokens", HEADERS, b"pii[id_number]=000000000")
TOKEN = b'{"id": "tok_1", "object": "token", "livemode": false}'
JSON = "Content-Type: application/json"
BOMB = b"\x00" * 1024 * 1024


def answer(body=TOKEN, *headers, status="200 OK", kind=JSON, length=None):
    lines = [f"HTTP/1.1 {status}", *([kind] if kind else []), *headers]
    if length != "":
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(data, *headers):
    return answer(data, "Transfer-Encoding: chunked", *headers, length="")


def nested(depth, kind="[]"):
    start, end = (b"[", b"]") if kind == "[]" else (b'{"a":', b"}")
    return b'{"a": ' + start * depth + b"1" + end * depth + b"}"


def later(value, **more):
    headers = [f"{name}: {text}" for name, text in {"Retry-After": value, **more}.items()]
    return answer(b'{"error": {"message": "slow down"}}', *headers, status="429 Too Many Requests")


def bomb():
    """2 GB of JSON text in 2 MB."""
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(b'{"id": "')
    # A whole block of zeros, over and over: the bomb is made as quickly as it is refused.
    block = packer.compress(BOMB) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(BOMB) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block + again * 2047


LOST = "broke off the connection"
NO_JSON = "not JSON"
CUT = "JSON that is cut short or broken"
CODING = "not encoded as its Content-Encoding says, or decodes to more than"
MISSING = "bytes of the answer are missing"
DEEP = "nested deeper than 50 levels"
HALF = "half of a character"
OBJECT = "JSON that is no object"
CHUNK = b"%x\r\n%s\r\n" % (len(TOKEN), TOKEN)

# What is sent, and what comes of it: a status, or words of the error.
ANSWERS = {
    "nothing": (b"", LOST),
    "one byte": (b"H", LOST),
    "an empty line": (b"\r\n", LOST),
    "no status": (b"HTTP/1.1\r\n\r\n", LOST),
    "HTTP/0.9": (TOKEN, LOST),
    "HTTP/1.0": (answer().replace(b"HTTP/1.1", b"HTTP/1.0"), 200),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", LOST),
    "HTTP/2's settings": (b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", LOST),
    "HTTP/9.9": (answer().replace(b"HTTP/1.1", b"HTTP/9.9"), LOST),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x46", LOST),
    "ssh": (b"SSH-2.0-OpenSSH_9.6\r\n", LOST),
    "zeros": (b"\x00" * 4096, LOST),
    "noise": (bytes(range(256)) * 16, LOST),
    "status 0": (answer(status="0 OK"), LOST),
    "status 42": (answer(status="42 OK"), LOST),
    "status 1000": (answer(status="1000 OK"), LOST),
    "status -1": (answer(status="-1 OK"), LOST),
    "status abc": (answer(status="abc OK"), LOST),
    "status without a phrase": (answer(status="200"), 200),
    "phrase of 10,000 letters": (answer(status="200 " + "x" * 10_000), 200),
    "status line of 100,000": (answer(status="200 " + "x" * 100_000), LOST),
    "phrase with ESC": (answer(status="200 \x1b[31m::error::"), 200),
    "102": (answer(status="102 Processing"), CUT),
    "103": (answer(status="103 Early Hints", length=0) + answer(), CUT),
    "100, then the answer": (b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + answer(), 200),
    "101": (answer(status="101 Switching Protocols"), CUT),
    "201": (answer(status="201 Created"), 201),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", NO_JSON),
    "206": (answer(status="206 Partial Content"), 206),
    "301": (answer(b"", "Location: https://elsewhere.example/", status="301 Moved"), CUT),
    "302": (answer(b"moved", "Location: /", status="302 Found", kind="Content-Type: text/html"), NO_JSON),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", NO_JSON),
    "307 to itself": (answer(TOKEN, "Location: /v1/tokens", status="307 Temporary Redirect"), 307),
    "400": (answer(b'{"error": {}}', status="400 Bad Request"), 400),
    "407": (answer(b"<html>", status="407 Proxy", kind="Content-Type: text/html"), NO_JSON),
    "418": (answer(status="418 I'm a teapot"), 418),
    "500": (answer(status="500 Oops"), 500),
    "502 without a body": (answer(b"", status="502 Bad Gateway"), 502),
    "503 in HTML": (answer(b"<html>", status="503 Busy", kind="Content-Type: text/html"), 503),
    "599": (answer(status="599 Odd"), 599),
    "999": (answer(status="999 Odd"), 999),
    "length too long": (answer(length=len(TOKEN) + 5), MISSING),
    "length far too long": (answer(length=10**15), MISSING),
    "length too short": (answer(length=10), CUT),
    "length 0": (answer(length=0), CUT),
    "length -1": (answer(length=-1), 200),
    "length abc": (answer(length="abc"), 200),
    "length of 5,000 digits": (answer(length="9" * 5000), 200),
    "two lengths": (answer(TOKEN, "Content-Length: 3"), CUT),
    "length twice in one": (answer(length=f"{len(TOKEN)}, {len(TOKEN)}"), 200),
    "no length": (answer(length=""), 200),
    "length and chunks": (answer(CHUNK + b"0\r\n\r\n", "Transfer-Encoding: chunked", length=3), 200),
    "17 MB": (answer(b'{"a": "' + b"x" * 17 * 1024 * 1024 + b'"}'), "longer than 16777216 bytes"),
    "chunks": (chunked(CHUNK + b"0\r\n\r\n"), 200),
    "chunks with extensions": (chunked(CHUNK.replace(b"\r\n", b";a=b\r\n", 1) + b"0;c\r\n\r\n"), 200),
    "chunks with trailers": (chunked(CHUNK + b"0\r\nA: b\r\n\r\n"), 200),
    "chunks without an end": (chunked(CHUNK), LOST),
    "a chunk that is cut": (chunked(CHUNK[:-20]), LOST),
    "a chunk's size is no number": (chunked(b"zz\r\n" + TOKEN + b"\r\n0\r\n\r\n"), LOST),
    "a chunk's size is negative": (chunked(b"-5\r\n" + TOKEN + b"\r\n0\r\n\r\n"), None),
    "a chunk's size is empty": (chunked(b"\r\n" + TOKEN), LOST),
    "a chunk's size is huge": (chunked(b"f" * 40 + b"\r\n" + TOKEN), None),
    "a chunk's size line of 100,000": (chunked(b"5;" + b"x" * 100_000 + b"\r\n"), LOST),
    "a chunk without its line end": (chunked(CHUNK[:-2] + b"0\r\n\r\n"), None),
    "chunks that are none": (chunked(TOKEN), LOST),
    "no chunk at all": (chunked(b"0\r\n\r\n"), CUT),
    "Transfer-Encoding: gzip": (answer(gzip.compress(TOKEN), "Transfer-Encoding: gzip"), CUT),
    "gzip": (answer(gzip.compress(TOKEN), "Content-Encoding: gzip"), 200),
    "gzip that is cut": (answer(gzip.compress(TOKEN)[:-6], "Content-Encoding: gzip"), CODING),
    "gzip with a wrong sum": (answer(gzip.compress(TOKEN)[:-8] + b"\x00" * 8, "Content-Encoding: gzip"), CODING),
    "gzip with a tail": (answer(gzip.compress(TOKEN) + b"tail", "Content-Encoding: gzip"), CODING),
    "gzip in 20,000 members": (
        answer(gzip.compress(b"") * 20_000 + gzip.compress(TOKEN), "Content-Encoding: gzip"),
        200,
    ),
    "gzip that is plain": (answer(TOKEN, "Content-Encoding: gzip"), 200),
    "gzip of gzip": (answer(gzip.compress(gzip.compress(TOKEN)), "Content-Encoding: gzip"), CUT),
    "gzip, gzip": (answer(gzip.compress(gzip.compress(TOKEN)), "Content-Encoding: gzip, gzip"), 200),
    "gzip a thousand times": (answer(TOKEN, "Content-Encoding: " + "gzip, " * 1000), 200),
    "deflate": (answer(zlib.compress(TOKEN), "Content-Encoding: deflate"), 200),
    "deflate that is cut": (answer(zlib.compress(TOKEN)[:-6], "Content-Encoding: deflate"), CODING),
    "deflate that is none": (answer(b"\xff" * 40, "Content-Encoding: deflate"), CODING),
    "br": (answer(TOKEN, "Content-Encoding: br"), CODING),
    "an unknown coding": (answer(TOKEN, "Content-Encoding: \x1b[31m"), CODING),
    "deflate of 20 MB": (answer(zlib.compress(BOMB * 20), "Content-Encoding: deflate"), CODING),
    "gzip of 20 MB": (answer(gzip.compress(BOMB * 20, 1), "Content-Encoding: gzip"), CODING),
    "gzip of gzip of 20 MB": (
        answer(gzip.compress(gzip.compress(BOMB * 20, 1)), "Content-Encoding: gzip, gzip"),
        CODING,
    ),
    "no JSON": (answer(b"hello"), CUT),
    "an empty body": (answer(b""), CUT),
    "HTML": (answer(b"<html>", kind="Content-Type: text/html; charset=utf-8"), "200 with text/html, not JSON"),
    "no type": (answer(b"hello", kind=""), "no type, not JSON"),
    "JSON that calls itself HTML": (answer(kind="Content-Type: text/html"), 200),
    "a type with ESC": (answer(b"x", kind="Content-Type: \x1b[31m::error::x\x07"), NO_JSON),
    "a type of 10,000": (answer(b"x", kind="Content-Type: " + "x" * 10_000), "xxx..."),
    "a list": (answer(b"[1]"), OBJECT),
    "a number": (answer(b"1"), OBJECT),
    "a text": (answer(b'"x"'), OBJECT),
    "null": (answer(b"null"), OBJECT),
    "a number of 5,000 digits": (answer(b'{"a": ' + b"9" * 5000 + b"}"), CUT),
    "NaN": (answer(b'{"a": NaN}'), 200),
    "1e999": (answer(b'{"a": 1e999}'), 200),
    "UTF-8 that is none": (answer(b'{"a": "\xff"}'), CUT),
    "UTF-16": (answer('{"a": "b"}'.encode("utf-16")), 200),
    "a byte order mark": (answer(b"\xef\xbb\xbf" + TOKEN), 200),
    "NULs after the JSON": (answer(TOKEN + b"\x00" * 10), CUT),
    "a NUL in the JSON": (answer(b'{"a": "\x00"}'), CUT),
    "half a character": (answer(b'{"id": "\\ud800"}'), HALF),
    "half a character in a name": (answer(b'{"a": {"\\uDFFF": 1}}'), HALF),
    "a whole character in halves": (answer(b'{"id": "\\ud83d\\ude00"}'), 200),
    "two objects": (answer(TOKEN + TOKEN), CUT),
    "livemode": (answer(b'{"livemode": true}'), "livemode: true"),
    "livemode inside": (answer(b'{"a": [{"b": {"livemode": true}}]}'), "livemode: true"),
    **{f"nested {depth} deep": (answer(nested(depth)), DEEP) for depth in (60, 330, 600, 900, 950)},
    "objects nested 330 deep": (answer(nested(330, "{}")), DEEP),
    "objects nested 950 deep": (answer(nested(950, "{}")), DEEP),
    "nested 45 deep": (answer(nested(45)), 200),
    "nested 100,000 deep": (answer(nested(100_000)), DEEP),
    "101 headers": (answer(TOKEN, *[f"X-{number}: 1" for number in range(101)]), LOST),
    "a header of 100,000": (answer(TOKEN, "X: " + "x" * 100_000), LOST),
    "a header without a colon": (answer(TOKEN, "nonsense"), None),
    "a header without a name": (answer(TOKEN, ": x"), None),
    "a header with a NUL": (answer(TOKEN, "X: a\x00b"), 200),
    "a header with ESC": (answer(TOKEN, "Request-Id: \x1b[31m"), 200),
    "a header in two lines": (answer(TOKEN, "X: a\r\n b"), 200),
    "a header twice": (answer(TOKEN, "Request-Id: a", "Request-Id: b"), 200),
    "headers that are not ended": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", None),
    **{
        f"Retry-After: {value[:40]}": (later(value), 429)
        for value in (
            *("0", "-1", "-0.5", "nan", "inf", "Infinity", "1e400", "9" * 400, "0.0000001", "", "soon", "1,5"),
            *("Mon, 01 Jan 99999 00:00:00 GMT", "Mon, 99 Foo 2026 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
            *("Mon, 01 Jan 2026 00:00:00 +99999999", "Fri, 31 Dec 9999 23:59:59 -2359", "\x00", "::"),
        )
    },
    "Retry-After without a zone": (later("Mon, 05 Jan 2026 10:00:09", Date="Mon, 05 Jan 2026 10:00:00 GMT"), 429),
    "Retry-After with a wrong Date": (
        later("Mon, 05 Jan 2026 10:00:09 GMT", Date="Mon, 05 Jan 0000 10:00:00 GMT"),
        429,
    ),
}


@pytest.fixture
def raw():
    server = RawServer()
    yield server
    server.close()


def live(server, limits=QUICK):
    environ = {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_API_BASE": server.url}
    return LiveAPI(from_environment(environ), limits, pause=lambda _seconds: None)


def outcome(server, limits=QUICK):
    """The status of an answer, or the reason why there is none."""
    try:
        return live(server, limits).send(CREATE).status
    except LiveError as error:
        reason = error.reason
    assert reason.isprintable()
    assert 10 < len(reason) < 600
    assert SECRET_KEY not in reason
    return reason


def test_a_broken_answer_is_an_answer_or_an_error_in_one_line(raw):
    wrong = {}
    for name, (sent, expected) in ANSWERS.items():
        raw.act = sent
        try:
            seen = outcome(raw)
        except Exception as error:  # noqa: BLE001 - every row is told
            wrong[name] = repr(error)
            continue
        fits = expected is None or seen == expected or (isinstance(expected, str) and expected in str(seen))
        if not fits:
            wrong[name] = seen
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())
    assert len(ANSWERS) >= 120


def drip(start, piece, pause=0.02):
    """Send a start at once, and then a piece now and then, for ever."""

    def act(connection, stopped):
        connection.sendall(start)
        while not stopped.wait(pause):
            connection.sendall(piece)

    return act


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW = {
    "silence": drip(b"", b"", 5),
    "a status line without an end": drip(b"HTTP/1.1 200 ", b"x"),
    "a header byte by byte": drip(OK + b"X: ", b"x"),
    "headers without an end": drip(OK, b"X: y\r\n", 0.1),
    "100 Continue for ever": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue for ever, as fast as it goes": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0),
    "a body byte by byte": drip(answer(b"", length=1000), b" "),
    "a body without a length": drip(answer(b"", length=""), b" "),
    "chunks of one byte": drip(CHUNKED, b"1\r\n \r\n"),
    "a chunk's extension without an end": drip(CHUNKED + b"5;", b"x"),
    "trailers without an end": drip(CHUNKED + CHUNK + b"0\r\n", b"X: y\r\n"),
    "trailers without an end, as fast as it goes": drip(CHUNKED + CHUNK + b"0\r\n", b"X: y\r\n" * 1000, 0),
    "a body that stops": drip(answer(TOKEN[:-5], length=len(TOKEN)), b"", 5),
}


def test_a_slow_answer_is_given_up_in_the_time_for_a_whole_one():
    def ask(act):
        server = RawServer(act)
        began = time.monotonic()
        seen = outcome(server, Limits(answer=0.5, pause=0))
        took = time.monotonic() - began
        server.close()
        return seen, took

    with ThreadPoolExecutor(len(SLOW)) as threads:
        seen = dict(zip(SLOW, threads.map(ask, SLOW.values()), strict=True))
    wrong = {
        name: (text, took)
        for name, (text, took) in seen.items()
        if "did not answer in 0.5 s" not in str(text) or took > 2
    }
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())
    assert len(SLOW) >= 12


def test_an_answer_that_is_slow_and_comes_in_time_is_one(raw):
    raw.act = lambda connection, stopped: [connection.sendall(b"%c" % byte) or stopped.wait(0.001) for byte in answer()]
    assert outcome(raw) == 200


def test_the_time_for_an_answer_begins_with_the_last_byte_of_the_request(raw):
    def act(connection, stopped):
        stopped.wait(0.15)
        raw.read(connection)
        stopped.wait(0.15)
        connection.sendall(answer())

    raw.act, raw.reads = act, False
    request = Request("POST", CREATE.url, HEADERS, b"a=" + b"x" * 8 * 1024 * 1024)
    assert live(raw).send(request).status == 200


def test_a_server_that_reads_no_request_is_given_up(raw):
    raw.act, raw.reads = drip(b"", b"", 5), False
    request = Request("POST", CREATE.url, HEADERS, b"a=" + b"x" * 12 * 1024 * 1024)
    began = time.monotonic()
    with pytest.raises(LiveError, match=r"did not answer in 0\.25 s"):
        live(raw).send(request)
    assert time.monotonic() - began < 4 * QUICK.answer


def test_a_tls_handshake_that_stalls_is_given_up(raw):
    raw.act, raw.reads = drip(b"", b"\x16", 0.02), False
    raw_tls = from_environment({"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_API_BASE": f"https://127.0.0.1:{raw.port}"})
    for act in (raw.act, drip(b"\x16\x03\x03\x40\x00", b"\x02")):
        raw.act = act
        began = time.monotonic()
        with pytest.raises(LiveError):
            LiveAPI(raw_tls, Limits(connect=0.25), pause=lambda _seconds: None).send(CREATE)
        assert time.monotonic() - began < 1


def test_a_request_with_all_its_tries_has_an_end(raw):
    pauses = []
    raw.act = later("30")
    environ = {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_API_BASE": raw.url}
    assert LiveAPI(from_environment(environ), Limits(request=20), pause=pauses.append).send(CREATE).status == 429
    assert pauses == []
    raw.act = drip(b"", b"", 5)
    with pytest.raises(LiveError, match=r"did not answer in 0\.25 s$"):
        live(raw, Limits(answer=0.25, request=0.2)).send(CREATE)


def test_a_bomb_takes_little_time_and_little_memory(raw):
    raw.act = answer(bomb(), "Content-Encoding: gzip")
    assert 10**6 < len(raw.act) < 4 * 10**6
    tracemalloc.start()
    try:
        seen = outcome(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert CODING in str(seen)
    assert peak < 100 * 1024 * 1024


# Whatever stops a connection from being made: a name that is none, a plugin that lets nothing connect.
HOSTS = ["http://" + "x" * 70 + ".example", "http://xn--.example", "http://a..example", "http://127.0.0.1:1"]


@pytest.mark.parametrize("base", HOSTS)
def test_a_host_that_cannot_be_reached_is_unreachable_and_halts(base):
    settings = from_environment({"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_API_BASE": base})
    with pytest.raises(LiveError) as error:
        LiveAPI(settings, QUICK, pause=lambda _seconds: None).send(CREATE)
    assert (error.value.is_unreachable, error.value.halts) == (True, True)


def test_a_plugin_that_lets_nothing_connect_is_told(raw, monkeypatch):
    def blocked(*_args, **_kwargs):
        raise RuntimeError("Network is disabled")

    monkeypatch.setattr(socket, "socket", blocked)
    with pytest.raises(LiveError, match="RuntimeError: Network is disabled") as error:
        live(raw).send(CREATE)
    # It may be blocked in this test alone.
    assert not error.value.halts


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "https://api.stripe.com/v1/\ud800", HEADERS),
        Request("POST", "https://[::1/v1/tokens", HEADERS),
        Request("POST\r\n", CREATE.url, HEADERS),
        Request("POST", CREATE.url, {**HEADERS, "stripe-account": "acct_1\r\nX: y"}),
        Request("POST", CREATE.url + "/a b", HEADERS),
    ],
)
def test_what_is_no_http_is_not_sent(raw, request_):
    with pytest.raises(LiveError, match="can't be sent as HTTP"):
        live(raw).send(request_)
    assert raw.heads == []


@pytest.mark.slow
def test_the_old_cassette_stays_and_the_run_says_why(suite, server, recordings, raw):
    """A few of the above through pytest: each of them once, in a run of its own kind of trouble."""
    suite.write(
        "conftest.py",
        "from pytest_stripe_tokens.recording import live\nlive.LIMITS = live.Limits(answer=0.5, pause=0)\n",
    )
    suite.write("test_it.py", "def test_it(card_token): ...\n")
    suite.give(recordings, "card")
    before = suite.hashes()
    suite.monkeypatch.setenv("STRIPE_API_BASE", raw.url)
    wrong = {}
    for name, sent, reason in [
        ("bomb", answer(bomb(), "Content-Encoding: gzip"), CODING),
        ("deep", ANSWERS["nested 900 deep"][0], DEEP),
        ("Retry-After", ANSWERS["Retry-After: Mon, 01 Jan 99999 00:00:00 GMT"][0], "429"),
        ("list", ANSWERS["a list"][0], OBJECT),
        ("slow", SLOW["100 Continue for ever"], "did not answer in 0.5 s"),
    ]:
        raw.act = sent
        result = suite.record()
        lines = [line for line in result.outlines if line.startswith("  card ")]
        if result.ret != 1 or suite.hashes() != before or len(lines) != 1 or reason not in lines[0]:
            wrong[name] = (result.ret, lines)
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())
