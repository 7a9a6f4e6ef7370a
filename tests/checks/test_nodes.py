"""When Ready turns Unknown of a node that crashes at 1 s: each boundary. The margin is 2 s, and the node is back at 15 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import constant
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.over_time import READY, story
from tests.drawn import node

SIX = constant("test", 6.0)
"""Eight seconds when the margin is added, four when it is taken off."""


def turned(*changes: Change, back: float = 15.0, **more: Any) -> Finding:
    return checks.turns_unknown(story(*changes, target="node/n1", back=back, within=SIX, **more))


def unknown(at: float, name: str = "n1") -> Change:
    return node(at, name, "Unknown")


@pytest.mark.parametrize(("at", "verdict"), [(1.5, Verdict.HOLDS), (1.6, Verdict.INCONCLUSIVE)])
def test_a_node_has_to_be_seen_ready_until_it_has_crashed(at: float, verdict: Verdict) -> None:
    finding = turned(node(at, "n1", "True"), unknown(6.0), applied=1.5)
    assert finding.verdict is verdict
    assert ("was not seen Ready" in finding.why) is (verdict is Verdict.INCONCLUSIVE)


def test_a_node_that_was_ready_at_any_time_before_is_enough() -> None:
    assert turned(node(0.0, "n1", "False"), node(0.5, "n1", "True"), unknown(6.0)).verdict is Verdict.HOLDS
    assert "was not seen Ready" in turned(node(0.0, "n1", "False"), unknown(6.0)).why
    assert "was not seen Ready" in turned(node(0.0, "n2", "True"), unknown(6.0)).why


def test_only_the_crashed_node_and_only_unknown_count() -> None:
    assert turned(READY, unknown(6.0, "n2")).verdict is Verdict.VIOLATED
    assert turned(READY, node(6.0, "n1", "False")).verdict is Verdict.VIOLATED
    assert "had not turned Ready: Unknown 14 s" in turned(READY, node(6.0, "n1", "False")).why


def test_what_was_unknown_when_it_crashed_is_not_its_crashs_doing() -> None:
    finding = turned(READY, unknown(1.0), node(1.2, "n1", "True"), unknown(6.0), soonest=SIX)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["Ready turns Unknown"].value == 5


def test_the_first_time_counts() -> None:
    assert turned(READY, unknown(6.0), unknown(14.0)).measured["Ready turns Unknown"].value == 5


def test_a_node_that_is_ready_again_before_it_is_brought_back_had_not_crashed() -> None:
    lost = turned(READY, unknown(6.0), node(6.5, "n1", "True"))
    assert (lost.verdict, lost.measured["Ready turns Unknown"].interval) == (Verdict.INCONCLUSIVE, (5, float("inf")))
    assert "turned Ready: Unknown 5.0 s after it crashed, but not for good" in lost.why
    again = turned(READY, unknown(6.0), node(6.5, "n1", "False"), unknown(8.0))
    assert (again.verdict, again.measured["Ready turns Unknown"].interval) == (Verdict.HOLDS, (5, 7))
    assert turned(READY, unknown(6.0), node(15.1, "n1", "True")).verdict is Verdict.HOLDS, "it is back"
    early = turned(READY, unknown(2.0), node(2.5, "n1", "False"), unknown(6.0), soonest=SIX)
    assert (early.verdict, early.measured["and no sooner"].interval) == (Verdict.VIOLATED, (1, 1))


def test_it_may_turn_until_it_is_brought_back() -> None:
    assert turned(READY, unknown(8.0), back=8.0).verdict is Verdict.HOLDS
    late = turned(READY, unknown(8.1), back=8.0)
    assert late.verdict is Verdict.INCONCLUSIVE
    assert "had not turned Ready: Unknown 7 s" in late.why


def test_how_long_it_stayed_ready_is_counted_from_the_latest_moment_of_the_crash() -> None:
    assert turned(READY, back=9.5, applied=1.5).verdict is Verdict.INCONCLUSIVE  # 8.0 s after 1.5 s
    assert turned(READY, back=9.6, applied=1.5).verdict is Verdict.VIOLATED


def test_without_a_soonest_there_is_only_a_latest() -> None:
    finding = turned(READY, unknown(1.1))
    assert finding.verdict is Verdict.HOLDS
    assert list(finding.measured) == list(finding.bounds) == ["Ready turns Unknown"]
    assert "expected: at most 8 s" in finding.why
    both = turned(READY, unknown(6.0), soonest=SIX)
    assert list(both.measured) == list(both.bounds) == ["Ready turns Unknown", "and no sooner"]
    assert "expected: at least 4 and at most 8 s" in both.why


def test_which_node_turned_and_when_it_was_watched() -> None:
    finding = turned(READY, unknown(6.0))
    assert (finding.nodes, finding.window) == (("n1",), (1, 15))
