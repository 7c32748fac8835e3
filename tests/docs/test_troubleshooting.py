"""The page on messages: each heading is a message that the code can print, and each advice leads to its heading."""

from __future__ import annotations

import ast
import re

import pytest
from pages import DOCS, ROOT, Page, slug_of

from pytest_stripe_tokens import StripeAPIError
from pytest_stripe_tokens.plugin import advice

PAGE = Page(DOCS / "troubleshooting.md")
HEADINGS = [title.strip("`") for title in re.findall(r"^### (.*)$", PAGE.text, re.MULTILINE)]
HOLE = "\0"


def texts():
    """Give every text of the package's code, with a hole for each value that is filled in."""
    for path in (ROOT / "pytest_stripe_tokens").rglob("*.py"):
        if path.name == "advice.py":
            # The list of headings itself proves nothing.
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, documented) and ast.get_docstring(node) is not None
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                # `%s` is where the program that may be of any Python fills a value in.
                yield node.value.replace("%s", HOLE)


def is_in(heading, text):
    """Whether the parts of a heading, with `...` between them, stand in a text in their order."""
    return re.search(".*".join(map(re.escape, heading.split("..."))), text, re.DOTALL) is not None


def test_each_heading_is_a_message(stripe_tokens):
    known = [*texts(), provoked(lambda: stripe_tokens.retrieve("tok_unknown"))]
    assert [heading for heading in HEADINGS if not any(is_in(heading, text) for text in known)] == []
    assert not any(is_in("no such message", text) for text in known)


def provoked(call):
    with pytest.raises(StripeAPIError) as error:
        call()
    return str(error.value)


def test_each_advice_leads_to_a_heading():
    assert set(advice.MESSAGES) <= set(HEADINGS)
    assert all(slug_of(heading) == advice.anchor(heading) for heading in HEADINGS)
    assert len({advice.anchor(heading) for heading in HEADINGS}) == len(HEADINGS)
    for line in (advice.AFTER_THE_TESTS, advice.RECORDING):
        page, _, anchor = re.search(r"(docs/\S+)", line)[1].partition("#")
        assert ROOT / page == PAGE.path
        assert anchor in PAGE.anchors


def test_each_part_is_found_before_one_that_it_holds():
    assert [
        part for at, part in enumerate(advice.MESSAGES) if any(other in part for other in advice.MESSAGES[:at])
    ] == []


def test_a_failing_test_and_a_usage_error_name_their_place(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.stripe_tokens(mode="replay")
        def test_missed(pii_token): ...

        def test_unmet(stripe_tokens):
            stripe_tokens.fail_next(429)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.stdout.fnmatch_lines(["*see docs/troubleshooting.md#mode-is-replay-and-no-cassette-holds in its repository"])
    result.stdout.fnmatch_lines(["*see docs/troubleshooting.md#no-request-met in its repository"])
    result = pytester.runpytest_subprocess("--stripe-tokens=offline")
    result.stderr.fnmatch_lines(["*see docs/troubleshooting.md#unknown-mode in its repository"])
