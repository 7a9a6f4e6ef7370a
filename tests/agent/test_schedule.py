"""The open loop, on a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.gaps import BEAT
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import OK, Ending
from kubeskeptic.agent.schedule import Turn
from tests.agent.scheduled import MovedClock, Probe


@pytest.fixture
def clock_moved(monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedClock]:
    """The agent's clock, moved by hand."""
    moved = MovedClock()
    monkeypatch.setattr(clock, "monotonic", lambda: moved.now)
    monkeypatch.setattr(clock, "at", moved.at)
    monkeypatch.setattr(clock, "HALF_A_WAIT", 0.0)  # this loop waits to the moment
    return moved  # type: ignore[return-value]


def test_unanswered_questions_delay_none(clock_moved: MovedClock) -> None:
    probe = Probe()
    clock_moved.until(102.95)
    assert probe.asked == list(range(30))
    assert probe.recorded == []


def test_each_question_is_asked_half_a_wait_early_and_none_is_skipped(
    clock_moved: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "HALF_A_WAIT", 0.0005)
    probe = Probe()
    clock_moved.until(101.96)
    assert probe.asked == list(range(20))
    assert [one.sent for one in probe.pupil.questions[1:3]] == pytest.approx([100.0995, 100.1995])
    clock_moved.stall(0.1396)  # question 21 is due in less than half a wait: 20 is left out, and not asked in a burst
    clock_moved.until(102.35)
    assert probe.asked[20:] == [21, 22, 23]


def test_a_late_answer_belongs_to_its_own_question(clock_moved: MovedClock) -> None:
    probe = Probe()
    clock_moved.until(101.05)
    probe.pupil.questions[10].ended(OK)
    probe.pupil.questions[3].ended(OK)
    assert probe.recorded == [(10, 0.05, "ok"), (3, 0.75, "ok")]


def test_only_the_first_ending_counts(clock_moved: MovedClock) -> None:
    probe = Probe()
    clock_moved.until(100.0)
    probe.pupil.questions[0].ended(OK)
    probe.pupil.questions[0].ended(Ending(Outcome.RESET))
    clock_moved.until(104.0)
    assert [sample for sample in probe.recorded if sample[0] == 0] == [(0, 0.0, "ok")]


def test_each_question_times_out_at_its_own_deadline(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.25)
    clock_moved.until(100.449)
    assert probe.recorded == [(0, 0.25, "timeout"), (1, 0.25, "timeout")]


def test_deadlines_are_exact_after_answered_questions(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.35)
    for tick in range(10):
        clock_moved.until(100.01 + tick / 10)
        if tick != 4:
            probe.pupil.questions[tick].ended(OK)
    assert (4, 0.35, "timeout") in probe.recorded


def test_what_is_left_open_is_closed_at_the_deadline(clock_moved: MovedClock) -> None:
    probe, closed = Probe(deadline=0.35), []
    clock_moved.until(100.0)
    probe.pupil.questions[0].ended(OK)
    probe.pupil.questions[0].abandon = lambda: closed.append(clock_moved.now)
    clock_moved.until(101.0)
    assert closed == [pytest.approx(100.35)]
    assert probe.recorded[0] == (0, 0.0, "ok")


@pytest.mark.parametrize(
    ("stall", "then_asked", "missing"),
    [(0.04, 3, 0), (0.09, 3, 0), (0.16, 4, 1), (1.06, 13, 10), (60.0, 602, 599)],
)
def test_a_stall_is_a_gap_and_no_burst(clock_moved: MovedClock, stall: float, then_asked: int, missing: int) -> None:
    probe = Probe(deadline=59.0)
    clock_moved.until(100.25)
    clock_moved.stall(stall)
    before = len(probe.asked)
    clock_moved.until(clock_moved.now)
    clock_moved.until(clock_moved.now + 0.06)
    asked = probe.asked[before:]
    assert asked[:1] == ([then_asked] if stall > 0.05 or asked else [])
    assert len(asked) <= 2, "not asked late in a burst"
    of_probe, of_process = probe.noted
    if missing:
        assert [(gap.ticks, gap.reason) for gap in of_probe] == [(missing, "stalled")]
        assert of_probe[0].since == pytest.approx(100.3)
        assert of_probe[0].until == pytest.approx(100 + then_asked / 10)
    else:
        assert of_probe == []
    assert [gap.until for gap in of_process] == [pytest.approx(100.25 + stall)]
    assert 100.25 - BEAT - 1e-6 <= of_process[0].since <= 100.25


@pytest.mark.parametrize(("late", "stalls"), [(0.0, 0), (0.015, 0), (0.019, 0), (0.031, 1), (0.06, 1)])
def test_a_stall_is_noted_although_no_question_was_due_in_it(clock_moved: MovedClock, late: float, stalls: int) -> None:
    probe = Probe()
    clock_moved.until(100.15)
    clock_moved.stall(late)
    clock_moved.until(clock_moved.now)
    _, of_process = probe.noted
    assert len(of_process) == stalls
    for gap in of_process:
        assert 100.15 - BEAT - 1e-6 <= gap.since <= 100.15
        assert gap.until == pytest.approx(100.15 + late)


def test_silence_through_a_stall_is_a_timeout(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.05)
    clock_moved.stall(10)
    clock_moved.until(clock_moved.now)
    assert probe.recorded == [(0, 10.05, "timeout")]


def test_an_answer_that_was_read_after_the_deadline_is_in_doubt(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.05)
    clock_moved.stall(0.5)
    probe.pupil.questions[0].ended(OK)
    assert probe.recorded == [(0, 0.55, "unknown")]
    assert [reason.split(":")[0] for reason in probe.samples.unknowns] == ["stalled"]


def test_an_answer_that_was_read_in_time_after_a_stall_is_one(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.05)
    clock_moved.stall(0.4)
    probe.pupil.questions[0].ended(OK)
    assert probe.recorded == [(0, 0.45, "ok")]


@pytest.mark.parametrize(("stirred", "outcome"), [(100.45, "unknown"), (100.03, "timeout"), (0.0, "timeout")])
def test_a_timeout_after_progress_that_a_stall_delayed_is_in_doubt(
    clock_moved: MovedClock, stirred: float, outcome: str
) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.05)
    clock_moved.stall(0.4)
    probe.pupil.questions[0].stirred = stirred
    clock_moved.until(100.51)
    assert probe.recorded[0][::2] == (0, outcome)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.RESET, Outcome.WRONG])
def test_what_failed_has_failed_however_late_it_was_seen(clock_moved: MovedClock, outcome: Outcome) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.05)
    clock_moved.stall(10)
    probe.pupil.questions[0].ended(Ending(outcome))
    assert probe.recorded == [(0, 10.05, str(outcome))]


def test_every_question_is_a_sample_or_in_a_gap(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(101.0)
    clock_moved.stall(7.3)
    clock_moved.until(112.0)
    probe.running.stop()
    clock_moved.until(120.0)
    ticks = len(probe.recorded) + sum(gap.ticks for gap in probe.gaps.deliver())
    assert ticks == probe.asked[-1] + 1


def test_stopping_leaves_questions_in_flight_to_their_end(clock_moved: MovedClock) -> None:
    probe = Probe(deadline=0.5)
    clock_moved.until(100.15)
    probe.running.stop()
    assert probe.running.asked - probe.running.ended == 2
    clock_moved.until(110.0)
    assert probe.running.asked - probe.running.ended == 0
    assert probe.pupil.closed
    assert probe.recorded == [(0, 0.5, "timeout"), (1, 0.5, "timeout")]


def test_an_unknown_outcome_is_counted_with_its_reason(clock_moved: MovedClock) -> None:
    probe = Probe()
    clock_moved.until(100.1)
    for question in probe.pupil.questions:
        question.ended(Ending(Outcome.UNKNOWN, reason="EMFILE: Too many open files"))
    assert probe.samples.unknowns == {"EMFILE: Too many open files": 2}


def test_an_asker_asks_its_turn_and_leaves_the_others_to_others(clock_moved: MovedClock) -> None:
    probe = Probe(turn=Turn(first=1, step=2))
    clock_moved.until(101.05)
    assert probe.asked == [1, 3, 5, 7, 9]
    assert probe.noted == ([], [])


def test_a_question_is_asked_late_until_the_next_one_of_the_same_asker_is_due(clock_moved: MovedClock) -> None:
    """Number 4 is due at 100.4, and number 6 of the same asker at 100.6."""
    probe = Probe(turn=Turn(first=0, step=2))
    clock_moved.until(100.35)
    clock_moved.stall(0.24)
    clock_moved.until(100.65)
    assert probe.asked == [0, 2, 4, 6]
    assert probe.noted[0] == []


def test_what_an_asker_leaves_out_is_counted_in_its_own_questions(clock_moved: MovedClock) -> None:
    probe = Probe(turn=Turn(first=1, step=2))
    clock_moved.until(100.35)
    clock_moved.stall(0.6)
    clock_moved.until(101.15)
    assert probe.asked == [1, 3, 9, 11]
    (gap,) = probe.noted[0]
    assert (gap.since, gap.until) == pytest.approx((100.5, 100.9))
    assert gap.ticks == 2
