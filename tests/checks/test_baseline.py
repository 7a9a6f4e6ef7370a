"""What happened before anything was done: a dirty baseline says nothing, either way. A tenth of a second is a character."""

from __future__ import annotations

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, ActSpan
from kubeskeptic.timeline.stalls import Stall
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import gone


def test_a_damaged_journal_and_a_dirty_baseline_leave_no_violation() -> None:
    damaged = minute(GOOD)
    damaged.recording.damage = ("a line is missing",)
    says(found(damaged, value=9), "The journal is damaged: a line is missing")
    says(found(minute("..r" + GOOD[3:]), value=9), "The baseline of “act” was dirty: 1 request of “web” failed on n1")


def test_late_answers_before_anything_was_done_make_the_baseline_dirty() -> None:
    late = minute(GOOD)
    (one,) = late.recording.lanes.values()
    one.took[3] = 1.5
    says(found(late, value=9), "The baseline of “act” was dirty: 1 answer to “web” came late on n1")
    late.recording.stalls = [Stall("n1", 0.4, 1.8)]
    assert found(late, value=9).verdict is Verdict.VIOLATED, (
        "its agent did not run, and the answer may have come before"
    )
    one.took[3], one.took[100] = 0.001, 1.5
    says(found(late), "")


@pytest.mark.parametrize(
    ("tick", "reads_the_fault", "dirty"), [(4, True, False), (5, True, True), (9, False, True), (10, False, False)]
)
def test_the_baseline_lasts_until_something_is_done(tick: int, reads_the_fault: bool, dirty: bool) -> None:
    drawing = GOOD[:tick] + "r" + GOOD[tick + 1 :]
    act = minute(drawing, spans=(ActSpan("act", 0.45, 0.95, 60),), faults=(gone(0.75),))

    def reads(act: Act) -> None:
        act.lanes("web")
        if reads_the_fault:
            assert act.fault

    says(found(act, reads), "was dirty" if dirty else "")


@pytest.mark.parametrize(("tick", "dirty"), [(19, True), (20, True), (29, True), (31, False)])
def test_of_a_fault_that_comes_late_the_baseline_is_longer(tick: int, dirty: bool) -> None:
    drawing = GOOD[:tick] + "r" + GOOD[tick + 1 :]
    says(
        found(minute(drawing, faults=(gone(3.05),)), lambda act: (act.lanes("web"), act.fault)),
        "was dirty" if dirty else "",
    )
    says(
        found(minute(drawing, faults=(gone(3.05),))), ""
    )  # a check that does not measure what the fault did has no baseline that lasts until then
