"""Checks of an autoscaler on the use of CPU. The times are those of `cpu_load.py`."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import follows_the_load
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.cpu_load import DOWN, UP, act, judged, replicas, use
from tests.drawn import node


def test_pods_come_and_go_with_the_load() -> None:
    found = judged(*UP, *DOWN)
    assert found.verdict is Verdict.HOLDS, found.why
    measured = {name: one.value for name, one in found.measured.items()}
    assert (measured["scaled up"], measured["scaled down"], measured["most replicas"]) == (31, 31, 4)
    assert (measured["highest use"], measured["use at the end of the load"]) == (250, 62)
    assert (found.bounds["scaled up"].value, found.bounds["scaled down"].value) == (42, 62)
    assert found.decisive[0] == "+30.0 s: replicas 1, use 250 %, Ready 1"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([use(51, 250), replicas(51.9, 4), use(90, 62, "True"), *DOWN], Verdict.HOLDS),
        ([use(51, 250), replicas(52.2, 4), use(90, 62, "True"), *DOWN], Verdict.VIOLATED),
        ([], Verdict.VIOLATED),
        ([use(40, None)], Verdict.VIOLATED),
        ([use(40, 2, "False")], Verdict.VIOLATED),
        ([use(40, 88, "True")], Verdict.INCONCLUSIVE),  # the load was too small
        ([use(40, 89, "True")], Verdict.VIOLATED),
        ([*UP, replicas(161.9, 1)], Verdict.HOLDS),
        ([*UP, replicas(162.2, 1)], Verdict.VIOLATED),
        (UP, Verdict.VIOLATED),
        ([*UP, *DOWN, replicas(140, 2)], Verdict.INCONCLUSIVE),
        ([*UP, replicas(162.2, 1), replicas(170, 2)], Verdict.VIOLATED),
        ([*UP, use(99, 88, "True"), *DOWN], Verdict.HOLDS),
        ([*UP, use(99, 89), *DOWN], Verdict.VIOLATED),
        ([*UP, *DOWN, node(120, "n2", "True", type="ADDED")], Verdict.VIOLATED),
        ([replicas(41, 4), *DOWN], Verdict.INCONCLUSIVE),
    ],
)
def test_boundaries(changes: list[Change], verdict: Verdict) -> None:
    found = judged(*changes)
    assert found.verdict is verdict, found.why


def test_what_was_not_seen_is_inconclusive() -> None:
    assert judged(*UP, *DOWN, load=False).verdict is Verdict.INCONCLUSIVE
    assert judged(*UP, end=120).verdict is Verdict.INCONCLUSIVE
    gap = Gap("watch", "", "", "Node", 50.0, 51.0, "the connection broke")
    assert judged(*UP, *DOWN, gaps=(gap,)).verdict is Verdict.INCONCLUSIVE


def test_replicas_that_somebody_else_changed_are_no_answer_to_the_load() -> None:
    by_hand = act(*UP, *DOWN)
    by_hand.recording.changes = [one for one in by_hand.recording.changes if "lastScaleTime" not in str(one.object)]
    found = follows_the_load(by_hand, "busy", 80)
    assert (found.verdict, "busy was scaled from 1 to 4" in found.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("at", "verdict"), [(99.0, Verdict.INCONCLUSIVE), (100.0, Verdict.INCONCLUSIVE), (100.1, Verdict.HOLDS)]
)
def test_the_use_has_to_be_measured_until_the_end_of_the_load(at: float, verdict: Verdict) -> None:
    for lost in (use(at, None, "False"), use(at, 62)):
        found = judged(*UP, lost, *DOWN)
        assert found.verdict is verdict, found.why
        assert ("had no metric at the end of the load" in found.why) is (verdict is Verdict.INCONCLUSIVE)
    assert judged(*UP, use(at, None, "False"), replicas(187.2, 1)).verdict is Verdict.VIOLATED
