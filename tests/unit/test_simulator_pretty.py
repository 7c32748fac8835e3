from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stripe_tokens.simulator.pretty import copy_of, pretty

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@settings(max_examples=25)
@given(values)
def test_json_is_written_as_the_standard_library_would(value):
    assert pretty(value) == json.dumps(value, indent=2, ensure_ascii=False)


@settings(max_examples=25)
@given(values)
def test_a_copy_is_equal(value):
    assert copy_of(value) == value


def test_a_copy_shares_nothing_that_can_change():
    value = {"a": [{"b": 1}]}
    copy = copy_of(value)
    copy["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}
