"""What is no cassette: an error of our own words with path and line, at once, whatever the file holds."""

from __future__ import annotations

import gzip
import os
import re
import socket
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.library import CassetteError, Library, read, render
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata
from pytest_stripe_tokens.plugin.header import header
from pytest_stripe_tokens.sandbox.settings import Settings

HEAD = "version: 1\ninteractions:\n"
BOMB = (
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10))
).encode()
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}\n" for level in range(1, 40)
)
HUGE = b"0x" + b"f" * 100_000
NONE = "body: {string: ''}"
JSON = "headers: {Content-Type: [application/json]}"


def one(request="{method: GET, uri: u}", response="{status: {code: 200}, body: {string: ''}}", more=""):
    return f"{HEAD}- request: {request}\n  response: {response}\n{more}".encode()


def asked(**parts):
    entries = {"method": "GET", "uri": "u", **parts}
    return one(request="{" + ", ".join(f"{name}: {value}" for name, value in entries.items()) + "}")


def answered(code="200", **parts):
    entries = {"status": f"{{code: {code}}}", "body": "{string: ''}", **parts}
    return one(response="{" + ", ".join(f"{name}: {value}" for name, value in entries.items()) + "}")


def encoded(coding, data):
    return answered(headers=f"{{Content-Encoding: {coding}}}", body=f"{{string: !!binary {b64encode(data).decode()}}}")


def noted(entries):
    return f"version: 1\nmetadata: {entries}\ninteractions: []\n".encode()


YAML = "its YAML is wrong here"
TAG = "a tag or a key here that no cassette has"
VALUE = "a value is not what its tag says"
LONG = "a number is longer than 100 digits"
STATUS = "an answer's is from 200 to 599"
NAME = "is not a header name"
LINES = "is in several lines, or holds a NUL"
HALF = "holds half of a character"
DEEP = "nested too deep"
CUT = "body is JSON that is cut short or broken"
CODING = "body can't be decoded as its Content-Encoding"

# The file, the line of the error, words of it.
BAD = {
    "nothing": (b"", 1, "is empty"),
    "a comment": (b"# nothing\n", 1, "is empty"),
    "an empty document": (b"---\n...\n", 2, "the file is empty, not a mapping"),
    "a text": (b"hello", 1, "the file is a text, not a mapping"),
    "a number": (b"3", 1, "the file is a number, not a mapping"),
    "older than vcrpy 1.0": (b"- request: {}", 1, "older than vcrpy 1.0"),
    "Latin-1": (b"version: 1\n\xff\xfe", 2, "not UTF-8 text"),
    "UTF-16": ("version: 1\n".encode("utf-16"), 1, "not UTF-8 text"),
    "surrogates in UTF-8": (b"version: 1\nx: \xed\xa0\x80\n", 2, "not UTF-8 text"),
    "gzip": (gzip.compress(one()), 1, "not UTF-8 text"),
    "NUL": (b"version: 1\nx: \x00", 2, "a character that YAML does not allow"),
    "NULs": (b"\x00" * 4096, 1, "a character that YAML does not allow"),
    "ESC": (b"version: 1\nx: \x1b[31m", 2, "a character that YAML does not allow"),
    "a bracket of another kind": (b"version: [1,\nx: }", 2, YAML),
    "a bracket that is open": (b"version: [1,\nx", 3, YAML),
    "a quote that is open": (b"version: 1\nx: 'y\n", 3, YAML),
    "a tab": (b"version: 1\ninteractions:\n\t- x\n", 3, YAML),
    "wrong indentation": (b"version: 1\n  x: 2\n", 2, YAML),
    "a conflict of git": (b"version: 1\n<<<<<<< HEAD\ninteractions: []\n=======\n", 3, YAML),
    "JSON that is cut": (b'{"version": 1, "interactions": [', 2, YAML),
    "another version of YAML": (b"%YAML 9.9\n---\nversion: 1\n", 1, YAML),
    "two documents": (b"--- {}\n--- {}\n", 2, "a second document begins here"),
    "an alias of nothing": (b"version: 1\nx: *y\n", 2, "an alias or an anchor is wrong"),
    "nested as a list": (b"version: 1\nx: " + b"[" * 200 + b"]" * 200, 2, DEEP),
    "nested as hashes": (b"version: 1\nx: " + b"{a: " * 200 + b"}" * 200, 2, DEEP),
    "nested in lines": (b"".join(b" " * depth + b"a:\n" for depth in range(200)), 99, DEEP),
    "nested without end": (b"[" * 100_000, 1, DEEP),
    "nested in dashes": (b"- " * 5000, 1, DEEP),
    "a tag that runs code": (b"version: 1\nx: !!python/object/apply:os.system ['true']\n", 2, TAG),
    "a tag of a module": (b"version: 1\nx: !!python/module:os\n", 2, TAG),
    "a tag of nobody": (b"version: 1\nx: !y z\n", 2, TAG),
    "a list for a name": (b"version: 1\n? [a, b]\n: c\n", 2, TAG),
    "a hash for a name": (b"version: 1\n? {a: b}\n: c\n", 2, TAG),
    "itself for a name": (b"version: 1\nx: &a\n  ? *a\n  : c\n", 2, TAG),
    "a time that is none": (b"version: 1\n\nx: !!timestamp x\n", 3, VALUE),
    "a date that is none": (
        b"version: 1\nmetadata:\n  recorded_at: !!timestamp 2026-13-45\ninteractions: []\n",
        3,
        VALUE,
    ),
    "an integer that is none": (b"version: 1\nx: [1,\n !!int x]\n", 3, VALUE),
    "a float that is none": (b"version: 1\nx: !!float x\n", 2, VALUE),
    "a boolean that is none": (b"version: 1\nx: !!bool x\n", 2, VALUE),
    "binary that is none": (b"version: 1\nx: !!binary a\n", 2, TAG),
    "no version": (b"interactions: []", 1, "lacks 'version'"),
    "version 2": (b"x: 1\nversion: 2\ninteractions: []", 2, "has version 2"),
    "version true": (b"version: true\ninteractions: []", 1, "has version True"),
    "version as a text": (b"version: '1'\ninteractions: []", 1, "has version '1'"),
    "version 1.0": (b"version: 1.0\ninteractions: []", 1, "has version 1.0"),
    "a version of 10,000": (b"version: " + b"x" * 10_000, 1, "has version 'xxx"),
    "a version of digits": (b"version: " + b"9" * 5000, 1, LONG),
    "a version in hexadecimal": (b"version: " + HUGE, 1, LONG),
    "a version in base 60": (b"version: 1" + b":59" * 100_000, 1, LONG),
    "a version that is a bomb": (BOMB + b"version: *a9\ninteractions: []\n", 11, "has version a list"),
    "a version that holds itself": (b"version: &a [*a]\n", 1, "has version a list"),
    "merge keys that double": (MERGES.encode() + one(), 2, "a merge key, '<<'"),
    "no interactions": (b"version: 1", 1, "lacks 'interactions'"),
    "null interactions": (b"version: 1\ninteractions:\n", 2, "'interactions' is empty, not a list"),
    "a number of interactions": (b"version: 1\ninteractions: 3", 2, "'interactions' is a number, not a list"),
    "interactions by name": (b"version: 1\ninteractions: {a: b}", 2, "'interactions' is a mapping, not a list"),
    "interactions twice": (one(more="interactions: []\n"), 5, "has 'interactions' twice"),
    "request twice": (f"{HEAD}- request: {{}}\n  response: {{}}\n  request: {{}}\n".encode(), 5, "'request' twice"),
    "a header twice": (asked(headers="{a: 1, a: 2}"), 3, "has 'a' twice"),
    "a number twice": (asked(headers="{1: 1, '1': 2}"), 3, "has '1' twice"),
    "interactions that are a bomb": (
        BOMB + b"version: 1\ninteractions: *a9\n",
        12,
        "an interaction is a list, not a mapping",
    ),
    "an interaction that is a number": (f"{HEAD}- 3".encode(), 3, "an interaction is a number, not a mapping"),
    "an interaction that is null": (f"{HEAD}-".encode(), 3, "an interaction is empty, not a mapping"),
    "no response": (f"{HEAD}- request: {{method: GET, uri: u}}".encode(), 3, "an interaction lacks 'response'"),
    "no request": (f"{HEAD}- response: {{}}".encode(), 3, "an interaction lacks 'request'"),
    "a null request": (one(request=""), 3, "'request' is empty, not a mapping"),
    "a null response": (one(response=""), 4, "'response' is empty, not a mapping"),
    "metadata as a text": (noted("x"), 2, "'metadata' is a text"),
    "metadata as a list": (noted("[x]"), 2, "'metadata' is a list"),
    "an origin that is made up": (noted("\n  origin: made up"), 3, "origin 'made up'"),
    "an origin of 10,000": (noted("{origin: " + "x" * 10_000 + "}"), 2, "has origin 'xxx"),
    "an origin that is a bomb": (BOMB + noted("{origin: *a9}"), 12, "has origin a list"),
    "an origin that holds itself": (noted("{origin: &a [*a]}"), 2, "has origin a list"),
    "an API version that is a bomb": (BOMB + noted("{api_version: *a9}"), 12, "'api_version' is a list, not a text"),
    "a recording's time that is a hash": (noted("{recorded_at: {a: b}}"), 2, "'recorded_at' is a mapping"),
    "a plugin's version without end": (noted("{plugin_version: " + "9" * 9999 + "}"), 2, LONG),
    "no method": (one(request="{uri: u}"), 3, "'request' lacks 'method'"),
    "an empty method": (asked(method="''"), 3, "'method' is empty"),
    "a method in two lines": (asked(method='"GET\\r\\nX: y"'), 3, "is not an HTTP method"),
    "a method that is a list": (asked(method="[GET]"), 3, "'method' is a list"),
    "no URL": (one(request="{method: GET}"), 3, "'request' lacks 'uri'"),
    "a URL that is a list": (one(request="\n    method: GET\n    uri: [u]"), 5, "'uri' is a list"),
    "a URL that is a number": (asked(uri="3"), 3, "'uri' is a number"),
    "a URL that is none": (asked(uri="'https://[::1/v1'"), 3, "'uri' is not a URL"),
    "a URL with half a character": (asked(uri='"https://x/\\ud800"'), 3, ""),
    "a request's body that is a bomb": (
        BOMB + b"version: 1\ninteractions:\n- request: {method: GET, uri: u, body: *a9}\n  response: {}",
        13,
        "'body' is a list",
    ),
    "headers that are a number": (asked(headers="3"), 3, "'headers' is a number"),
    "a header that is a hash": (asked(headers="{0x1: {}}"), 3, "'1' is a mapping"),
    "a header's name with a line end": (answered(headers='{"X\\r\\nY": 1}'), 4, NAME),
    "a header's name with a colon": (answered(headers="{'X: y': 1}"), 4, NAME),
    "a header without a name": (answered(headers="{'': 1}"), 4, NAME),
    "a header's name that is not ASCII": (answered(headers="{é: 1}"), 4, NAME),
    "a request header's name with a line end": (asked(headers='{"X\\nY": 1}'), 3, NAME),
    "a header with a line end": (answered(headers='{X: "y\\r\\nZ: 1"}'), 4, LINES),
    "a request's header with a line end": (asked(headers='{X: "y\\nz"}'), 3, LINES),
    "a header with a NUL": (answered(headers='{X: "\\0"}'), 4, LINES),
    "a header with a NUL in binary": (answered(headers="{X: [!!binary AA==]}"), 4, LINES),
    "no status": (one(response="{}"), 4, "'response' lacks 'status'"),
    "a status without a code": (one(response="{status: {message: OK}}"), 4, "'status' lacks 'code'"),
    "a status that is a text": (answered("a"), 4, "status code is a text"),
    "a status that is true": (answered("true"), 4, "status code is true or false"),
    "a status of 200.5": (answered("200.5"), 4, "status code is a float"),
    "a status that is null": (answered("null"), 4, "status code is empty"),
    "a status without end": (answered("1" * 5000), 4, LONG),
    **{f"status {code}": (answered(str(code)), 4, STATUS) for code in (0, -1, 99, 100, 101, 199, 600, 1000, 10**20)},
    "an answer's body that is a text": (answered(body="x"), 4, "'body' is a text"),
    "an answer's body that is a date": (answered(body="{string: !!timestamp 2020-01-01}"), 4, "'string' is a date"),
    "an answer's body that is a list": (answered(body="{string: [1]}"), 4, "'string' is a list"),
    "JSON that ends early": (answered(body="{string: '{\"a\": '}"), 4, CUT),
    "JSON that is empty": (one(response=f"{{status: {{code: 200}}, {JSON}, body: {{string: ''}}}}"), 4, CUT),
    "no body": (one(response="{status: {code: 200}}"), 4, "'response' lacks 'body'"),
    "a null body": (answered(body=""), 4, "'body' is empty, not a mapping"),
    "a body without a text": (answered(body="{}"), 4, "'body' lacks 'string'"),
    "JSON that is a text": (one(response=f"{{status: {{code: 200}}, {JSON}, body: {{string: hello}}}}"), 4, CUT),
    "JSON nested without end": (answered(body="{string: '" + "[" * 5000 + "'}"), 4, CUT),
    "half a character in an id": (answered(body="""{string: '{"id": "\\ud800"}'}"""), 4, HALF),
    "half a character in a name": (answered(body="""{string: '{"a": {"\\uDC00x": 1}}'}"""), 4, HALF),
    "half a character in a text": (answered(body='{string: "\\ud800"}'), 4, ""),
    "a coding that nobody knows": (answered(headers="{Content-Encoding: br}", body="{string: x}"), 4, CODING),
    "gzip that is cut": (encoded("gzip", gzip.compress(b"{}")[:-6]), 4, CODING),
    "gzip of 20 MB": (encoded("gzip", gzip.compress(b"\x00" * 20 * 1024 * 1024, 1)), 4, CODING),
}


def test_a_bad_cassette_is_an_error_with_path_and_line_at_once(tmp_path):
    path = tmp_path / "card.yaml"
    wrong = {}
    for name, (data, line, words) in BAD.items():
        path.write_bytes(data)
        began = time.process_time()
        try:
            read(path)
        except CassetteError as error:
            seen = str(error)
        except BaseException as error:  # noqa: BLE001 - every row is told
            seen = repr(error)
        else:
            seen = "no error"
        is_ours = seen.startswith(f"{path}, line {line}: ") and words in seen and seen.endswith("pytest --record")
        if not is_ours or len(seen) > 500 or not seen.isprintable() or time.process_time() - began > 1:
            wrong[name] = (time.process_time() - began, seen[-300:])
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())
    assert len(BAD) >= 90


GOOD = {
    "no interactions": b"version: 1\ninteractions: []\n",
    "null metadata": noted(""),
    "notes of others": one(more="recorded_with: VCR 6.0\n"),
    "an alias": one(
        request="&a {method: GET, uri: u, headers: &h {X: [y]}}",
        response="{status: {code: 200}, headers: *h, body: {string: ''}}",
    ),
    "a bomb that nobody looks at": BOMB + one(),
    "a header that goes on in the next line": answered(headers='{X: "y\\r\\n  z"}'),
    "a body that is a number": answered(body="{string: 1}"),
    "the answer to HEAD": one(request="{method: HEAD, uri: u}", response=f"{{status: {{code: 200}}, {JSON}, {NONE}}}"),
    "204": one(response=f"{{status: {{code: 204}}, {JSON}, {NONE}}}"),
    "a whole character in halves": answered(body="""{string: '{"a": "\\ud83d\\ude00"}'}"""),
    "long digits in quotes": answered(body=f"{{string: '{'9' * 10_000}'}}"),
    "Windows' line ends": one().replace(b"\n", b"\r\n"),
    "a merge key's name in quotes": one(more="x: {'<<': 1}\n"),
}


def test_what_is_odd_and_no_error_is_read(tmp_path):
    path = tmp_path / "card.yaml"
    wrong = {}
    for name, data in GOOD.items():
        path.write_bytes(data)
        try:
            read(path)
        except CassetteError as error:
            wrong[name] = str(error)
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())


def whole(path):
    token = {"id": "tok_1", "object": "token", "type": "card"}
    headers = {"Content-Type": "application/json"}
    interactions = tuple(
        Interaction(
            Request(method, "https://api.stripe.com/v1/tokens", {"authorization": "Bearer sk_test_***"}, b"a=b"),
            Response(200, headers, str(token).replace("'", '"').replace(", ", ",\n  ").encode()),
        )
        for method in ("POST", "GET")
    )
    return render(Cassette(path, Metadata(token_type="card"), interactions))


def test_a_cassette_that_is_cut_anywhere_is_an_error_or_lost_nothing_but_whole_requests(tmp_path):
    path = tmp_path / "card.yaml"
    data = whole(path)
    complete = read_bytes(path, data)
    read_as_whole = []
    for end in range(len(data)):
        seen = read_bytes(path, data[:end])
        if seen is not None:
            assert seen.interactions == complete.interactions[: len(seen.interactions)]
            read_as_whole.append(end)
    # Between two interactions there is nothing to see, and the last letters are no more than a line's end.
    assert len(read_as_whole) < 12


def read_bytes(path, data):
    path.write_bytes(data)
    try:
        return read(path)
    except CassetteError as error:
        seen = str(error)
    assert re.match(rf"{re.escape(str(path))}, line \d+: ", seen)
    return None


def _fifo(path):
    os.mkfifo(path)


def _socket(path):
    socket.socket(socket.AF_UNIX).bind(str(path))


def _large(path):
    with path.open("wb") as file:
        file.truncate(10**10)


KINDS = {
    "a pipe": (_fifo, "it is a pipe, a socket or a device"),
    "a socket": (_socket, "it is a pipe, a socket or a device"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "out of"),
    "a directory": (Path.mkdir, "it is a directory"),
    "a link to itself": (lambda path: path.symlink_to(path), "can't be resolved"),
    "10 GB": (_large, "larger than 67108864 bytes"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and sockets are no files there")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_is_no_file_is_an_error_at_once_and_the_header_says_nothing_of_it(tmp_path):
    wrong = {}
    for name, (make, words) in KINDS.items():
        directory = tmp_path / name.replace(" ", "_")
        directory.mkdir()
        make(directory / "card.yaml")
        try:
            Library(directory).find("card")
        except CassetteError as error:
            seen = str(error)
        else:
            seen = "no error"
        line = header(Settings(cassettes=directory))
        told = "cassettes: none" if name != "10 GB" else "cassettes: card (of unknown age)"
        if words not in seen or str(directory) not in seen or told not in line:
            wrong[name] = (seen, line)
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())


HEADS = {
    "ours": ("metadata:\n  origin: recorded\n  recorded_at: '2026-01-02T00:00:00+00:00'\n", "(1 day old)"),
    "of the future": ("metadata:\n  recorded_at: '2027-01-02T00:00:00+00:00'\n", "(of unknown age)"),
    "documented": ("metadata:\n  origin: documented\n", "(documented)"),
    "an origin that is made up": ("metadata:\n  origin: fresh_from_live\n", "(of unknown age)"),
    "an origin with ESC": ("metadata:\n  origin: \x1b[31mred\n", "(of unknown age)"),
    "a time in a body": ("interactions:\n- x: |\n    recorded_at: 2026-01-02T00:00:00+00:00\n", "(of unknown age)"),
    "a time without a zone": ("metadata:\n  recorded_at: '2026-01-02T00:00:00'\n", "(of unknown age)"),
    "a time that is none": ("metadata:\n  recorded_at: 2026-99-99T00:00:00+00:00\n", "(of unknown age)"),
    "a version with ESC": ("metadata:\n  api_version: \x1b[31m1\n", "(of unknown age)"),
    "zeros": ("\x00" * 5000, "(of unknown age)"),
    "at the end": (f"{'#' * 5000}\nmetadata:\n  recorded_at: '2026-01-02T00:00:00+00:00'\n", "(1 day old)"),
}


def test_the_header_says_nothing_false_of_a_file_that_it_cannot_trust(tmp_path):
    wrong = {}
    for name, (head, expected) in HEADS.items():
        (tmp_path / "card.yaml").write_text(head, encoding="utf-8")
        line = header(Settings(cassettes=tmp_path), datetime(2026, 1, 3, 12, tzinfo=UTC))
        if line != f"stripe-tokens: mode auto, cassettes: card {expected}, seed 0":
            wrong[name] = line
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are refused by other systems")
def test_a_file_whose_name_is_no_text_is_left_out_of_the_header(tmp_path):
    for name in (b"a\xff.yaml", b"b\x1b[31m.yaml", b"c\n.yaml", b"d.yaml"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"version: 1\ninteractions: []\n")
    assert "cassettes: d (of unknown age), seed" in header(Settings(cassettes=tmp_path))
