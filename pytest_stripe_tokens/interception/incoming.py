"""`read_head` and `read_body`: a request off a stream, as HTTP/1.1 has it and within bounds (RFC 9112)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_stripe_tokens.interception.wire import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedIOBase

LONGEST_BODY = 16 * 1024 * 1024
"""Bytes: the longest that the API takes is a file of some megabytes."""

# Bytes and lines of a head: nginx, which stands before Stripe, takes lines of some kilobytes.
_LONGEST_LINE, _MOST_LINES = 64 * 1024, 200
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") ([^\x00-\x20\x7f]+) HTTP/([0-9])\.([0-9])\r?\n")
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r?\n")
_LENGTH = re.compile("[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_BLANK = (b"\r\n", b"\n")


class NotServed(Exception):  # noqa: N818 - it is the peer's error
    """A request that can't be read, or is none for this server; the connection can't be used any more.

    Args:
        status: to answer with.
        message: for whoever sent it.
    """

    def __init__(self, status: HTTPStatus, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Head:
    """What comes before a body.

    Args:
        method: as it was sent.
        target: path and query.
        host: the name that it asks, without a port; None where it names none.
        headers: names in lower case, several of one name joined with commas.
        is_kept: whether the peer keeps the connection for another request.
        waits: whether the peer sends no body before it is told to go on.
    """

    method: str
    target: str
    host: str | None
    headers: Mapping[str, str]
    is_kept: bool
    waits: bool


def read_head(stream: BufferedIOBase) -> Head:
    """Read up to the empty line.

    Raises:
        NotServed: it is no head of HTTP/1.0 or 1.1, or it is too long.
    """
    line = _line(stream)
    if line in _BLANK:
        # Some clients end a body with a line of its own.
        line = _line(stream)
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise NotServed(HTTPStatus.BAD_REQUEST, "the first line is no request line: METHOD /path HTTP/1.1")
    method, target, major, minor = (part.decode("latin-1") for part in found.groups())
    if major != "1":
        raise NotServed(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, f"HTTP/{major} is not spoken here; use HTTP/1.1")
    headers = _fields(stream)
    is_old = minor == "0"
    connection = [word.strip() for word in headers.get("connection", "").lower().split(",")]
    expected = headers.get("expect", "").lower()
    if expected not in {"", "100-continue"}:
        raise NotServed(HTTPStatus.EXPECTATION_FAILED, "Expect: 100-continue is all that can be expected")
    host = host_of(target)
    if host is None and headers.get("host"):
        host = host_of(f"http://{headers['host']}") or ""
    return Head(
        method,
        _ABSOLUTE.sub("", target, count=1) or "/",
        host,
        headers,
        is_kept="keep-alive" in connection if is_old else "close" not in connection,
        waits=bool(expected) and not is_old,
    )


def check_body(head: Head) -> int | None:
    """Give the length of a body; None where it comes in chunks.

    Raises:
        NotServed: the framing is none, or the body is too long.
    """
    coding, length = head.headers.get("transfer-encoding"), head.headers.get("content-length")
    if coding is not None and length is not None:
        raise NotServed(HTTPStatus.BAD_REQUEST, "Content-Length and Transfer-Encoding don't go together")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotServed(HTTPStatus.NOT_IMPLEMENTED, "Transfer-Encoding: chunked is the only one that is read")
        return None
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length):
        raise NotServed(HTTPStatus.BAD_REQUEST, "Content-Length is no number of bytes")
    return _allowed(int(length))


def read_body(stream: BufferedIOBase, length: int | None) -> bytes:
    """Read a body of `length` bytes, or in chunks where that is None.

    Raises:
        NotServed: a chunk is none, the body is too long or ends too early.
    """
    return b"".join(_chunks(stream)) if length is None else _exactly(stream, length)


def _fields(stream: BufferedIOBase) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(_MOST_LINES):
        line = _line(stream)
        if line in _BLANK:
            return found
        field = _FIELD.fullmatch(line)
        if field is None:
            raise NotServed(HTTPStatus.BAD_REQUEST, "a header line is none: Name: value, without control characters")
        name, value = field[1].decode("latin-1").lower(), field[2].decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    raise NotServed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"there are more than {_MOST_LINES} header lines")


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    taken = 0
    while True:
        found = _CHUNK.fullmatch(_line(stream))
        if found is None:
            raise NotServed(HTTPStatus.BAD_REQUEST, "a chunk begins with no size")
        size = int(found[1], 16)
        if size == 0:
            _fields(stream)
            return
        taken = _allowed(taken + size)
        yield _exactly(stream, size)
        if _line(stream) not in _BLANK:
            raise NotServed(HTTPStatus.BAD_REQUEST, "a chunk is longer than its size")


def _allowed(size: int) -> int:
    if size > LONGEST_BODY:
        raise NotServed(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is longer than {LONGEST_BODY // 1024 // 1024} MB, which nothing of Stripe's API needs",
        )
    return size


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise _ended()
    return data


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if line.endswith(b"\n"):
        return line
    if len(line) < _LONGEST_LINE:
        raise _ended()
    raise NotServed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"a line is longer than {_LONGEST_LINE} bytes")


def _ended() -> NotServed:
    return NotServed(HTTPStatus.REQUEST_TIMEOUT, "the request ended, or stopped for too long, before it was whole")
