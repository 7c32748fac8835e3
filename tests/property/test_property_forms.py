"""What holds for every form and for all parameters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_stripe_tokens.api.forms import decode, encode, pairs

names = st.text(st.characters(codec="utf-8", exclude_characters="[]"), min_size=1).filter(
    lambda name: not name.isdigit()
)
texts = st.text(st.characters(codec="utf-8"))
trees = st.recursive(
    texts,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(names, inner, min_size=1, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(names, trees, max_size=5))
def test_what_was_encoded_is_decoded_to_the_same(params):
    assert decode(encode(params)) == params


@given(st.binary() | st.text())
def test_anything_is_decoded(data):
    assert all(isinstance(value, str) for _, value in pairs(decode(data)))


@given(st.text("ab01[]=&%5Bd"))
def test_decoding_an_encoded_decoding_changes_nothing(form):
    params = decode(form)

    assert decode(encode(params)) == decode(encode(decode(encode(params))))
