"""Which answers came late, and which of them for sure: an agent that did not run has read them later than they came."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.lanes import is_late, surely_late
from kubeskeptic.durations import LATE
from kubeskeptic.timeline.stalls import Stall
from tests.drawn import lane, watched


@pytest.mark.parametrize(("took", "late"), [(LATE, False), (LATE + 0.001, True), (1.5, True)])
def test_late_is_what_takes_longer_than_a_retransmission(took: float, late: bool) -> None:
    one = lane("." * 40)
    one.took[20] = took
    assert (is_late(one, 20), surely_late(watched(one), one, 20)) == (late, late)


@pytest.mark.parametrize(
    ("node", "since", "until", "sure"),
    [
        ("n1", 3.0, 3.45, True),  # it was asked at 2.0, had come by 3.0, and that is late
        ("n1", 2.8, 3.45, False),
        ("n1", 2.8, 3.4, True),  # read too long after it
        ("n1", 2.8, 3.5, False),
        ("n1", 3.5, 4.0, True),  # read when the stall began, 1.5 s after it was asked
        ("n2", 2.8, 3.45, True),
        ("n1", 1.0, 3.0, True),  # over long before it was read
    ],
)
def test_an_answer_that_was_read_at_the_end_of_a_stall_may_have_come_before(
    node: str, since: float, until: float, sure: bool
) -> None:
    one = lane("." * 40)
    one.took[20] = 1.5
    act = watched(one)
    act.recording.stalls = [Stall(node, since, until)]
    assert surely_late(act, one, 20) is sure
