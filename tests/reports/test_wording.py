"""Numbers and times as people read them."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.reports.wording import after, count, length, limit, moment, number, quantity, quoted, standstills_told


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.24, "0.24"), (46.93, "46.9"), (58, "58"), (108400, "108 400"), (178.4, "178"), (-0.5, "−0.5"),
     (0.0031, "0.003"), (float("inf"), "∞"), (float("nan"), "?"), (99.96, "100"), (1e-9, "0")],
)  # fmt: skip
def test_numbers(value: float, shown: str) -> None:
    assert spaced(number(value)) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(46.93, "s", "46.9 s"), (0.045, "s", "45 ms"), (0, "s", "0 s"), (3, "requests", "3 requests"),
     (1, "requests", "1 request"), (1, "addresses", "1 address"), (0.66, "", "0.66"), (1, "s", "1 s"), (66.4, "%", "66.4 %")],
)  # fmt: skip
def test_quantities(value: float, unit: str, shown: str) -> None:
    assert spaced(quantity(value, unit)) == shown


def test_moments_and_lengths() -> None:
    assert spaced(after(0)) == "+0.00 s"
    assert spaced(after(-0.12)) == "−0.12 s"
    assert spaced(after(46.93)) == "+46.9 s"
    assert spaced(length(760)) == "12 min 40 s"
    assert spaced(length(7260)) == "2 h 1 min"
    assert length(None) == "–"
    assert spaced(moment(1_795_461_480)) == "23 Nov 2026, 19:18"


def test_bounds_and_counts() -> None:
    assert spaced(limit(Bound(58, "s", "x"))) == "≤ 58 s"
    assert spaced(limit(Bound(40, "s", "x", at_least=True))) == "≥ 40 s"
    assert spaced(count(1, "gap")) == "1 gap"
    assert spaced(count(0, "gap")) == "0 gaps"


def test_standstills_are_told_with_the_longest() -> None:
    assert standstills_told([]) == ""
    assert spaced(standstills_told([0.022, 0.06])).startswith(
        "The nodes' machine stood still 2 times, for up to 60 ms: none"
    )


def test_quotes_within_the_quote_are_single() -> None:
    assert (
        quoted("“self-healing” (crashed instances get restarted)")
        == "“‘self-healing’ (crashed instances get restarted)”"
    )
