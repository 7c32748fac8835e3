"""The bytes of a body as text and as values: content codings, charsets, forms and JSON; pure, never raises."""

from __future__ import annotations

import io
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 16 * 1024 * 1024
"""Bytes of the longest body that is decoded: 2 MB of gzip may stand for 2 GB."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_FORMS = frozenset({"", "application/x-www-form-urlencoded", "text/plain"})


def decompress(body: bytes, coding: str) -> bytes | None:
    """Undo a `Content-Encoding`.

    A body that does not begin as its coding says is returned as it is: some recorders decode it and keep the header.

    Args:
        body: as it was sent.
        coding: the header's value, `"gzip"`; empty for none.

    Returns:
        The plain body; `None` where it is broken, decodes to more than `LONGEST` bytes, or the coding is one that the
        standard library lacks.
    """
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        try:
            if name in {"gzip", "x-gzip"}:
                body = _gunzip(body) if body.startswith(b"\x1f\x8b") else body
            elif name == "deflate":
                body = _inflate(body)
            elif name not in {"", "identity"}:
                return None
        except (OSError, EOFError, zlib.error):
            return None
        if len(body) > LONGEST:
            return None
    return body


def text(body: bytes, headers: Mapping[str, str]) -> str:
    """Decode a body to text by its declared coding and charset, else by what its bytes look like.

    Args:
        body: as it was sent.
        headers: names in lower case.
    """
    plain = decompress(body, headers.get("content-encoding", ""))
    body = body if plain is None else plain
    charset = _CHARSET.search(headers.get("content-type", ""))
    guess = json.detect_encoding(body) if b"\x00" in body else "utf-8-sig"
    for encoding in (charset[1], guess) if charset else (guess,):
        try:
            return body.decode(encoding)
        except (LookupError, ValueError):
            continue
    return body.decode("utf-8", errors="replace")


def parse(body: bytes, headers: Mapping[str, str]) -> Any:
    """Decode a body to its values: a form to nested parameters, JSON to what it holds.

    Returns:
        `None` for a body that is neither, a file upload for one.
    """
    content = text(body, headers)
    value = parse_json(content) if content.lstrip()[:1] in {"{", "["} else None
    if value is not None:
        return value
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return forms.decode(content) if kind in _FORMS else None


def parse_json(content: str) -> Any:
    """Decode JSON; `None` where it is none, or is `null`."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def holds_surrogates(content: str) -> bool:
    """Whether JSON escapes half of a character, `U+D800` for one: no text that could be shown or stored."""
    if "\\ud" not in content.lower():
        return False
    try:
        json.dumps(parse_json(content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _gunzip(body: bytes) -> bytes:
    import gzip  # noqa: PLC0415 - few clients compress what they send

    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        return file.read(LONGEST + 1)


def _inflate(body: bytes) -> bytes:
    # Servers send zlib's format, as RFC 9110 says, or bare deflate data, which it warns of.
    try:
        return _inflated(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflated(body, -zlib.MAX_WBITS)


def _inflated(body: bytes, bits: int) -> bytes:
    inflator = zlib.decompressobj(bits)
    plain = inflator.decompress(body, LONGEST + 1)
    if not inflator.eof and len(plain) <= LONGEST:
        raise EOFError
    return plain
