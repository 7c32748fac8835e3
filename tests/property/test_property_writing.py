"""The quick way to write a cassette against PyYAML's dumper."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_stripe_tokens.cassettes import library, writing

BUILTIN = Path(library.__file__).parent / "builtin"
WORDS = (
    "true",
    "no",
    "null",
    "~",
    "<<",
    "=",
    "1e3",
    "0x1f",
    "12:30:45",
    "2026-11-28",
    "2026-10-28.endive",
    "---",
    "...",
)
SIGNS = "ab0 \n\n:#-?,[]{}&*!|>'\"%@`/~_=+.\t\r\x00\x7f\x85\xa0é\u2028\u3000\ud7ff\ufeff\ufffd\uffff\U0001f600"
TEXTS = st.sampled_from(WORDS) | st.text(SIGNS, max_size=8) | st.text("ab 0\n'é", max_size=12)
NAMES = st.sampled_from(("a", "Stripe-Version", "yes", "null", "")) | st.text(SIGNS, max_size=4)
SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


@given(DATA)
@example({"a": ["", [], {}, [["b"]], [{"c": "d\n\n e\n"}]], "b": {"c": "x: y", "d": "x #y", "e": "x:", "f": "it's"}})
@example({"string": "a \nb"})
@example({"string": "\na"})
@example({"string": " a\nb"})
@example({"string": "a\n\n"})
@example({"string": "\n"})
@example({"long": "a" * 500, "a" * 200: 1})
def test_the_quick_way_writes_the_same_bytes_as_pyyaml(data):
    assert writing.dump(data) == writing.dump_any(data)


def test_real_cassettes_are_written_the_quick_way(monkeypatch):
    cassettes = sorted(BUILTIN.glob("*.yaml"))
    dump_any = writing.dump_any
    monkeypatch.setattr(writing, "dump_any", lambda _data: pytest.fail("it was written the slow way"))
    quick = [library.render(library.read(path)) for path in cassettes]
    monkeypatch.setattr(writing, "dump", dump_any)
    assert [library.render(library.read(path)) for path in cassettes] == quick
