"""docs/unconfirmed.md lists what no public answer shows, from the table of facts; run this file to write it anew."""

from __future__ import annotations

from pathlib import Path

from pytest_stripe_tokens.calibration.table import facts, readings

PAGE = Path(__file__).parents[2] / "docs" / "unconfirmed.md"
HEAD = """# Unconfirmed

No public answer of Stripe's shows these; they are our reading of its documentation. Anyone with a test-mode key can try them: `stripe-tokens calibrate`, or `stripe-tokens calibrate --only NAME` with one of the names behind each.
"""
SETTLED = "Tried against test mode, and confirmed:"


def tried(table):
    """Give, by reading, the names of the facts that try it, and the day on which the last of them was confirmed."""
    found = {}
    for fact in table:
        if fact.reading:
            names, days = found.setdefault(fact.reading, ({}, []))
            names[fact.family] = None
            days.append(fact.settled)
    return {name: (list(names), max(days) if all(days) else "") for name, (names, days) in found.items()}


def page(table, entries):
    known, sections, settled = tried(table), {}, []
    for entry in entries:
        names, day = known.get(entry.name, ([], ""))
        if day:
            settled.append(f"- {entry.text} ({day})")
            continue
        behind = f"Not tried: {entry.untried}." if entry.untried else " ".join(f"`{name}`" for name in names)
        sections.setdefault(entry.section, []).append(f"- {entry.text} {behind}")
    parts = [HEAD, *("\n".join([f"## {name}", "", *lines]) + "\n" for name, lines in sections.items())]
    return "\n".join([*parts, *(["\n".join(["## Settled", "", SETTLED, "", *settled]) + "\n"] if settled else [])])


def test_the_page_is_the_tables():
    wanted = page(facts(), readings())
    assert PAGE.read_text(encoding="utf-8") == wanted, "write it anew: .venv/bin/python tests/docs/test_unconfirmed.py"


def test_a_reading_that_was_confirmed_stands_there_with_the_day():
    from dataclasses import replace

    of = "second_use"
    table = [replace(fact, settled="2026-12-01") if fact.reading == of else fact for fact in facts()]
    shown = page(table, readings())
    (text,) = (entry.text for entry in readings() if entry.name == of)
    assert f"\n- {text} (2026-12-01)\n" in shown.partition(SETTLED)[2]
    assert text not in shown.partition("## Settled")[0]


if __name__ == "__main__":
    PAGE.write_text(page(facts(), readings()), encoding="utf-8")
