"""What a cassette says of itself is what YAML reads there, though most of it is read without YAML."""

from __future__ import annotations

import os

import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_stripe_tokens.cassettes.heads import heads

NAMES = st.sampled_from(["origin", "recorded_at", "api_version", "plugin_version", "token_type", "x_y", "Odd"])
WORDS = (
    "null",
    "true",
    "no",
    "off",
    "on",
    "y",
    "yes",
    "~",
    "recorded",
    "card_token",
    "-",
    "[]",
    "{}",
    "&a",
    "*a",
    "!!str",
)
NUMBERS = ("0.1.0", "1.0", "1e3", "0x1f", "012", "1_000", "12:30:45", "2026-10-28", "2026-10-28.endive", "1.0.0.0")
QUOTED = ("'1'", "'null'", "'a b'", "''", '"x"', "'2026-11-02T03:01:00Z'", "2026-11-02T03:01:00Z", "'it''s'")
TEXTS = st.sampled_from(WORDS + NUMBERS + QUOTED)
PLAIN = st.text("abcdefy_0129.:+-T'", min_size=1, max_size=12)


@given(st.lists(st.tuples(NAMES, TEXTS | PLAIN), min_size=1, max_size=2), st.booleans())
def test_metadata_is_read_as_yaml_reads_it(tmp_path_factory, pairs, is_last):
    lines = "".join(f"  {name}: {text}\n" for name, text in pairs)
    rest = "interactions: []\nversion: 1\n"
    text = f"{rest}metadata:\n{lines}" if is_last else f"metadata:\n{lines}{rest}"
    directory = tmp_path_factory.mktemp("cassettes")
    (directory / "card.yaml").write_text(text)
    try:
        expected = yaml.load(text, yaml.BaseLoader)["metadata"]
        typed = yaml.safe_load(text)["metadata"]
    except (yaml.YAMLError, ValueError):
        expected = typed = None
    (head,) = heads(directory)
    if expected is None or len({name for name, _ in pairs}) < len(pairs):
        return
    # Dates without quotes are texts in a cassette; what is no text, and what may be no more than text, is left out.
    shown = {name: text for name, text in expected.items() if isinstance(typed[name], str) and plain(text)}
    assert {name: text for name, text in head.metadata.items() if isinstance(typed[name], str)} == shown
    assert not [name for name in head.metadata if isinstance(typed[name], int | float | bool | None)]


def plain(text):
    return bool(text) and len(text) <= 40 and all(letter.isalnum() or letter in "_.:+-" for letter in text)


def test_a_file_that_was_written_anew_is_read_anew(tmp_path):
    text = "metadata:\n  origin: recorded\n  plugin_version: 0.1.0\n"
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        # Of the same length, and in the same moment, as a recording may replace it.
        beside = tmp_path / "beside"
        beside.write_text(text.replace("0.1.0", version))
        os.utime(beside, (1, 1))
        beside.replace(tmp_path / "card.yaml")
        assert [head.metadata["plugin_version"] for head in heads(tmp_path)] == [version]
