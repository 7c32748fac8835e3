"""What holds for the difference of any two answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_stripe_tokens.recording.drift import compare

NAMES = st.sampled_from(["id", "created", "name", "brand", "list", "card"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=15,
)


@given(VALUES)
def test_nothing_drifts_from_itself(value):
    assert compare(value, value) == []


@given(VALUES, VALUES)
def test_drift_is_seen_from_both_sides_at_the_same_places(old, new):
    assert {drift.path for drift in compare(old, new)} == {drift.path for drift in compare(new, old)}


@given(VALUES, VALUES)
def test_gone_from_one_side_is_new_from_the_other(old, new):
    gone = {drift.path for drift in compare(old, new) if drift.change == "gone"}

    assert gone == {drift.path for drift in compare(new, old) if drift.change == "new"}
