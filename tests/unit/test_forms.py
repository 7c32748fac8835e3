"""Stripe's form encoding, both ways."""

from __future__ import annotations

import sys
from collections import UserDict
from types import MappingProxyType

import pytest

from pytest_stripe_tokens.api.forms import MAX_DEPTH, decode, encode, pairs


@pytest.mark.parametrize("form", ["card[number]=4242", "card%5Bnumber%5D=4242", b"card[number]=4242"])
def test_brackets_give_a_dict_however_they_are_written(form):
    assert decode(form) == {"card": {"number": "4242"}}


@pytest.mark.parametrize("form", ["a[]=x&a[]=y", "a[0]=x&a[1]=y", "a[1]=y&a[0]=x"])
def test_empty_brackets_and_numbers_give_a_list(form):
    assert decode(form) == {"a": ["x", "y"]}


@pytest.mark.parametrize("numbers", [["6735"], ["0", "2"]])
def test_numbers_with_a_gap_are_names(numbers):
    form = "&".join(f"metadata[{number}]=x" for number in numbers)

    assert decode(form) == {"metadata": dict.fromkeys(numbers, "x")}


def test_an_element_of_a_list_of_dicts_ends_where_a_name_comes_again():
    assert decode("a[][b]=1&a[][c]=2&a[][b]=3") == {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}


def test_an_element_keeps_deeper_names_together():
    assert decode("a[][b][c]=1&a[][b][d]=2&a[][b][c]=3") == {"a": [{"b": {"c": "1", "d": "2"}}, {"b": {"c": "3"}}]}


def test_empty_brackets_beside_names_take_a_free_number():
    assert decode("a[1]=x&a[]=y&a[]=z") == {"a": {"1": "x", "2": "y", "3": "z"}}


@pytest.mark.parametrize(
    ("form", "expected"),
    [("a=1&a=2", {"a": "2"}), ("a=1&a[b]=2", {"a": {"b": "2"}}), ("a[b]=2&a=1", {"a": "1"})],
)
def test_the_last_of_contradicting_keys_wins(form, expected):
    assert decode(form) == expected


def test_a_key_that_comes_again_stands_where_it_came_last():
    assert list(decode("a=1&b=2&a=3")) == ["b", "a"]


@pytest.mark.parametrize("key", ["a[b", "a]b", "[b]", "a[b]c", "", "a[[b]]"])
def test_a_malformed_key_is_kept_undivided(key):
    assert decode(f"{key}=1") == {key: "1"}


def test_nesting_is_taken_apart_down_to_the_limit():
    params = decode("a" + "[b]" * (MAX_DEPTH - 1) + "=1")

    assert isinstance(params["a"], dict)


def test_nesting_below_the_limit_is_kept_undivided():
    key = "a" + "[b]" * MAX_DEPTH

    assert decode(f"{key}=1") == {key: "1"}


def test_a_key_without_a_value_is_empty():
    assert decode("a&b=") == {"a": "", "b": ""}


def test_bytes_that_are_not_utf_8_are_replaced():
    assert decode(b"a=%ff\xff") == {"a": "\ufffd\ufffd"}


def test_plus_and_percent_are_undone():
    assert decode("name=Jenny+Rosen%20%C3%A9") == {"name": "Jenny Rosen é"}


def test_lists_are_numbered():
    assert pairs({"expand": ["a", ("b",)]}) == [("expand[0]", "a"), ("expand[1][0]", "b")]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (None, ""), (12, "12"), (1.5, "1.5"), ("x", "x")]
)
def test_leaves_become_text(value, text):
    assert pairs({"a": value}) == [("a", text)]


def test_an_object_with_an_id_is_sent_as_its_id():
    class Thing(UserDict[str, str]):
        id = "tok_1"

    assert pairs({"source": Thing({"id": "tok_1", "object": "token"})}) == [("source", "tok_1")]


def test_any_mapping_is_a_hash():
    assert pairs({"a": MappingProxyType({"b": 1})}) == [("a[b]", "1")]


@pytest.mark.parametrize("empty", [{}, []])
def test_an_empty_hash_or_list_leaves_nothing(empty):
    assert encode({"a": empty}) == ""


def test_values_are_percent_encoded_and_brackets_are_not():
    assert encode({"card": {"name": "A&B=é [x]"}}) == "card[name]=A%26B%3D%C3%A9+[x]"


def test_the_official_sdk_encodes_the_same():
    from urllib.parse import urlencode

    from stripe._encode import _api_encode

    params = {"card": {"number": "4242", "exp_month": 12}, "expand": ["a", {"b": True}], "name": "Ä *+"}
    theirs = urlencode(list(_api_encode(params))).replace("%5B", "[").replace("%5D", "]")

    assert encode(params) == theirs


def test_a_lone_surrogate_is_replaced():
    assert encode({"a": "\ud800"}) == "a=%3F"


def test_the_work_for_numbers_that_are_taken_grows_with_the_form_alone():
    """`a[n]` and then `a[]`, 5,000 of each, took 6 s: each looked for a free number from the start."""

    def lines_of(number):
        count = 0

        def tracer(_frame, event, _argument):
            nonlocal count
            count += event == "line"
            return tracer

        form = "&".join([f"a[{number + index}]=x" for index in range(number)] + ["a[]=y"] * number)
        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            params = decode(form)
        finally:
            sys.settrace(before)
        assert params["a"][str(3 * number - 1)] == "y"
        return count

    assert lines_of(400) < 5 * lines_of(100)
