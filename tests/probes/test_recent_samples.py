from __future__ import annotations

from collections.abc import Set

import pytest

from kubeskeptic.probes.recent_samples import LaneKey, Look, RecentSamples

LANE = LaneKey("story", "n1", "web")


def lane_of(seconds: float, *, failed: Set[int] = frozenset(), missing: Set[int] = frozenset()) -> RecentSamples:
    """Ten questions a second, from time 0."""
    recent_samples = RecentSamples()
    ticks = [tick for tick in range(int(seconds * 10) + 1) if tick not in missing]
    recent_samples.add(LANE, [Look(tick, tick / 10, tick in failed) for tick in ticks])
    return recent_samples


def test_calm_is_fresh_whole_and_without_failure() -> None:
    assert lane_of(10).calm(LANE, now=11, seconds=3)


@pytest.mark.parametrize(
    ("now", "seconds", "why"),
    [(12.1, 3.0, "nothing new for more than 2 s"), (10.0, 10.0, "not asked for longer than that")],
)
def test_not_calm(now: float, seconds: float, why: str) -> None:
    assert not lane_of(10).calm(LANE, now, seconds), why


@pytest.mark.parametrize(("tick", "calm"), [(69, True), (70, False), (100, False)])
def test_a_failure_counts_by_when_it_was_sent(tick: int, calm: bool) -> None:
    assert lane_of(10, failed={tick}).calm(LANE, 11, 3) is calm


@pytest.mark.parametrize(("since", "calm"), [(6.8, True), (7.1, False), (9.5, False)])
def test_calm_after_a_moment_takes_answers_from_after_it(since: float, calm: bool) -> None:
    assert lane_of(10).calm(LANE, 11, 3, since) is calm


def test_a_question_that_is_still_waited_for_may_yet_fail() -> None:
    recent_samples = lane_of(10, missing={93})
    assert not recent_samples.calm(LANE, 11, 3)
    recent_samples.add(LANE, [Look(93, 9.3, False)])
    assert recent_samples.calm(LANE, 11, 3)


def test_the_stretch_ends_before_what_is_waited_for_and_has_just_been_asked() -> None:
    assert lane_of(10, missing={97}).calm(LANE, 11, 3)
    assert not lane_of(10, missing={97}, failed={69}).calm(LANE, 11, 3)
    assert not lane_of(10, missing={97}, failed={98}).calm(LANE, 11, 3)


def test_a_question_that_was_not_asked_did_not_fail() -> None:
    recent_samples = lane_of(10, missing={92, 93})
    recent_samples.skip(LANE, range(92, 93))
    assert not recent_samples.calm(LANE, 11, 3)
    recent_samples.skip(LANE, range(93, 94))
    assert recent_samples.calm(LANE, 11, 3)


def test_answers_that_were_old_when_they_were_fetched_hide_questions_in_flight() -> None:
    recent_samples = lane_of(10)
    recent_samples.pulled("n1", 10.5)
    assert recent_samples.calm(LANE, 11, 3)
    recent_samples.pulled("n1", 10.7)
    assert not recent_samples.calm(LANE, 11, 3)


def test_a_lane_nobody_has_seen_is_not_calm() -> None:
    assert not lane_of(10).calm(LaneKey("story", "n2", "web"), 11, 3)


def test_an_agent_that_begins_again_has_to_settle_again() -> None:
    recent_samples = lane_of(10)
    recent_samples.forget(node="n1")
    recent_samples.add(LANE, [Look(tick, 10.5 + tick / 10, False) for tick in range(6)])
    assert not recent_samples.calm(LANE, 11.1, 3)


def test_failures_since_a_time() -> None:
    recent_samples = lane_of(10, failed={20, 50})
    assert recent_samples.last_failures("story", 4.0) == {("n1", "web"): 5.0}
    assert recent_samples.last_failures("story", 6.0) == {}
    recent_samples.forget(scenario="story")
    assert recent_samples.last_failures("story", 0.0) == {}


def test_a_late_asker_sends_its_question_after_the_next_ones() -> None:
    """Tick 70 is the first of the window; tick 69 was sent late, just before it, and 68 is of the window by its time."""
    recent_samples = RecentSamples()
    late = {68: 7.005, 69: 6.998, 71: 7.22}
    recent_samples.add(LANE, [Look(tick, late.get(tick, tick / 10), False) for tick in range(101)])
    assert recent_samples.calm(LANE, 11, 3)
