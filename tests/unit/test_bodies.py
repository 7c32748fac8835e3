"""Bodies as text and as values."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from pytest_stripe_tokens.api import bodies

FORM = {"content-type": "application/x-www-form-urlencoded"}


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("", b"a=1"),
        ("identity", b"a=1"),
        ("gzip", gzip.compress(b"a=1", mtime=0)),
        ("X-GZIP", gzip.compress(b"a=1", mtime=0)),
        ("deflate", zlib.compress(b"a=1")),
        ("deflate", bare_deflate(b"a=1")),
        ("gzip, deflate", zlib.compress(gzip.compress(b"a=1", mtime=0))),
        ("gzip", b"a=1"),
    ],
)
def test_a_content_coding_is_undone(coding, body):
    assert bodies.decompress(body, coding) == b"a=1"


@pytest.mark.parametrize(
    ("coding", "body"), [("br", b"a=1"), ("gzip", gzip.compress(b"a=1", mtime=0)[:-4]), ("deflate", b"\xff\xff")]
)
def test_a_coding_that_cannot_be_undone_is_told(coding, body):
    assert bodies.decompress(body, coding) is None


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_decodes_to_more_than_the_limit_is_not_decoded_and_takes_no_memory(coding, pack):
    bomb = pack(b"\x00" * (bodies.LONGEST + 1), 1)
    tracemalloc.start()
    try:
        assert bodies.decompress(bomb, coding) is None
        assert bodies.text(bomb, {"content-encoding": coding})
        assert tracemalloc.get_traced_memory()[1] < 4 * bodies.LONGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (r'{"a": "\ud800"}', True),
        (r'["\UD83D"]', False),
        (r'["\uDE00"]', True),
        (r'["\ud83d\ude00"]', False),
        ("x", False),
    ],
)
def test_half_a_character_is_found(content, expected):
    assert bodies.holds_surrogates(content) is expected


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "latin-1"])
def test_the_declared_charset_is_used(charset):
    headers = {"content-type": f'text/plain; charset="{charset}"'}

    assert bodies.text("é".encode(charset), headers) == "é"


def test_utf_16_is_recognized_without_being_declared():
    assert bodies.text("card[cvc]=123".encode("utf-16"), FORM) == "card[cvc]=123"


@pytest.mark.parametrize("charset", ["no-such-charset", "hex", "ascii"])
def test_a_charset_that_does_not_fit_is_ignored(charset):
    assert bodies.text("é".encode(), {"content-type": f"text/plain; charset={charset}"}) == "é"


def test_bytes_of_no_charset_are_replaced():
    assert bodies.text(b"a\xff", {}) == "a\ufffd"


def test_a_body_whose_coding_cannot_be_undone_is_read_as_it_is():
    assert bodies.text(b"a=1", {"content-encoding": "br"}) == "a=1"


def test_a_form_gives_nested_parameters():
    assert bodies.parse(b"a[b]=1", FORM) == {"a": {"b": "1"}}


def test_json_is_recognized_whatever_it_calls_itself():
    assert bodies.parse(b' {"a": 1}', FORM) == {"a": 1}


def test_broken_json_that_calls_itself_json_is_neither():
    assert bodies.parse(b'{"a": 1', {"content-type": "application/json"}) is None


def test_an_upload_is_neither():
    assert bodies.parse(b"--x", {"content-type": "multipart/form-data; boundary=x"}) is None


def test_endless_nesting_is_no_json():
    assert bodies.parse_json("[" * 100_000) is None
