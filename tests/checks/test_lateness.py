"""Answers that come only after a retransmission, after a fault at 1 s; the bound is 1 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import fails_at_most
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline.recording import Stall
from tests.checks.test_failing import failing, story
from tests.drawn import lane


@pytest.mark.parametrize(("tick", "verdict"), [(15, Verdict.HOLDS), (20, Verdict.INCONCLUSIVE), (25, Verdict.VIOLATED)])
def test_where_some_may_fail_some_may_be_late_for_as_long_and_it_is_told(tick: int, verdict: Verdict) -> None:
    slow = lane("." * 40)
    slow.took[tick] = 1.1
    assert failing(slow).verdict is verdict
    assert "1 answers took over 0.9 s" in failing(slow).why


def test_an_answer_that_a_stall_kept_from_being_read_may_have_come_in_time() -> None:
    slow = lane("." * 40)
    slow.took[25] = 1.1
    act = story(slow)
    act.recording.stalls = [Stall("n1", 2.6, 3.59)]
    assert fails_at_most(act, "web").verdict is Verdict.INCONCLUSIVE
    act = story(slow)
    act.recording.stalls = [Stall("n2", 2.6, 3.59), Stall("n1", 3.5, 3.59), Stall("n1", 2.6, 2.9)]
    assert fails_at_most(act, "web").verdict is Verdict.VIOLATED
