"""Does traffic follow readiness, at each boundary? Signs and times are those of `unready.py`."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import SYNC
from kubeskeptic.findings import Verdict
from kubeskeptic.settings import Setting
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.checks.unready import BACK, FINE, LONG_AGO, NOTHING, PODS, act, lane, resumes, stays, stops
from tests.drawn import endpoints, gone, pod, watched

HALF = gone(applied=1.5, bit=1.5, undoing=5.0, undone=5.5, healed=5.5)
"""It was not known for half a second whether it was applied, and for as long whether it was undone."""


@pytest.mark.parametrize(
    ("drawing", "low", "high"),
    [
        ("a.a.a.a...a.a.a.a.", 1.5, 2.0),
        ("aa.a......a.a.a.a.", 0.0, 0.5),
        ("aaa.......a.a.a.a.", 0.0, 0.0),
        ("aa........a.a.a.a.", 0.0, 0.0),
        ("aa...r....a.a.a.a.", 0.0, 1.5),
        ("aa...w....a.a.a.a.", 0.0, 1.5),
        ("aa..ar....a.a.a.a.", 0.5, 1.5),
        ("aa...a...aa.a.a.a.", 3.0, 3.5),
    ],
)
def test_the_last_answer_is_counted_from_when_the_pod_was_told(drawing: str, low: float, high: float) -> None:
    assert stops(drawing, fault_=HALF).measured["stopped"].interval == (low, high)


@pytest.mark.parametrize(
    ("drawing", "low", "high"),
    [
        ("a.a.a.......a.....", 0.5, 1.0),
        ("a.a.a.....a.a.....", 0.0, 0.0),
        ("a.a.a......a......", 0.0, 0.5),
        ("a.a.a...a...a.....", 0.5, 1.0),
        ("a.a.a.....w.a.....", 0.5, 1.0),
        ("a.a.a.............", 3.5, float("inf")),
        ("a.a.a..........?..", 2.0, float("inf")),
    ],
)
def test_the_first_answer_is_counted_from_when_the_pod_was_told(drawing: str, low: float, high: float) -> None:
    assert resumes(drawing, fault_=HALF).measured["resumed"].interval == (low, high)


def test_an_answer_may_have_been_asked_for_when_the_clocks_say() -> None:
    assert stops(FINE, doubt=0.25).measured["stopped"].interval == (0.75, 1.25)
    assert stops("a.aa......a.......", doubt=0.75).measured["stopped"].interval == (0.0, 1.25)
    assert resumes(FINE, doubt=0.25).measured["resumed"].interval == (0.0, 0.25)
    assert resumes("a.a.a.......a.....", doubt=0.25).measured["resumed"].interval == (0.75, 1.25)


@pytest.mark.parametrize(
    ("drawing", "strangers"),
    [("asa.a.....a.a.a.a.", 0), ("a.s.a.....a.a.a.a.", 1), ("a.a.a...ssa.a.a.a.", 2), ("a.a.a.....sas.a.a.", 0)],
)
def test_strangers_count_while_the_pod_is_unready(drawing: str, strangers: int) -> None:
    assert stops(drawing).measured["answered by others"].value == strangers


def test_strangers_count_on_all_nodes_unless_endpoints_were_missed() -> None:
    drawing = "a.s.a.....a.a.a.a."
    one = act(drawing, drawing)
    assert checks.stops_sending(one, "web").measured["answered by others"].interval == (2.0, 2.0)
    one = act(drawing, drawing)
    one.recording.gaps.append(Gap("watch", "", "", "EndpointSlice", 2.0, 2.5, "broke"))
    found = checks.stops_sending(one, "web")
    assert (found.verdict, found.measured["answered by others"].interval) == (Verdict.INCONCLUSIVE, (0, 2))


@pytest.mark.parametrize(
    ("drawing", "sync", "strangers"),
    [("a.a.a...c.", 0.0, 0), ("a.a.a....c", 0.0, 1), ("a.a.a....c", 1.0, 0), ("a.a.a....a", 0.0, 0)],
)
def test_a_pod_that_was_taken_out_may_answer_for_the_programming_lag(drawing: str, sync: float, strangers: int) -> None:
    left = watched(
        lane(drawing), pods={**PODS, "pod-c": "n3"}, faults=(gone(undoing=5.0),),
        spans=(ActSpan("act", 0, 1, 5),), changes=(endpoints(2.0, "pod-b", type="MODIFIED"),), within=NOTHING, SYNC=sync,
    )  # fmt: skip
    assert checks.stops_sending(left, "web").measured["answered by others"].value == strangers


def test_an_older_agent_says_the_name_of_the_pod_alone() -> None:
    asked = lane("a.a.a......a", "n1")
    asked.names[:] = [by.rpartition("/")[2] for by in asked.names]
    one = act("", fault_=gone(undoing=6.0, undone=6.0))
    one.recording.lanes["n1", "web"] = asked
    found = checks.stops_sending(one, "web")
    assert (found.measured["stopped"].value, found.measured["answered by others"].value) == (4.5, 0)


def unlike(*drawings: str, undoing: float = 7.0) -> Act:
    """Traffic may follow after 2 s on the first node, and after 5 s on the second."""
    told = gone(undoing=undoing, undone=undoing, healed=undoing)
    one = act(*drawings, fault_=told, end=13.0)
    sync = Setting("SYNC", 3.0, "test", per_node={"n1": 0.0, "n2": 3.0})
    one.recording.settings = one.recording.settings.with_(sync)
    return Act(one.recording, ["act"], within=SYNC)


#               0 1 2 3 4 5 6 7 8 9 . 1 2
UNLIKE_FINE = "a.a.a.........a.a.a.a.a.a."
UNLIKE_LATE = "a.a.a.aaa.....a.a.a.a.a.a."


def test_each_node_has_its_own_bound_to_stop_in() -> None:
    found = checks.stops_sending(unlike(UNLIKE_FINE, UNLIKE_LATE), "web")
    assert (found.verdict, "3.00 s later, on n2; the limit is 5 s" in found.why) == (Verdict.HOLDS, True)
    found = checks.stops_sending(unlike(UNLIKE_LATE, UNLIKE_LATE), "web")
    assert (found.verdict, "on n1; the limit is 2 s" in found.why) == (Verdict.VIOLATED, True)
    found = checks.stops_sending(unlike(UNLIKE_FINE, UNLIKE_FINE, undoing=5.5), "web")
    assert (found.verdict, "before the bound of 5 s" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_each_node_has_its_own_bound_to_resume_in() -> None:
    late = UNLIKE_FINE[:14] + ".....a.a.a.a"
    for first, second, verdict in ((UNLIKE_FINE, late, Verdict.HOLDS), (late, UNLIKE_FINE, Verdict.VIOLATED)):
        assert checks.resumes_sending(unlike(first, second), "web", SYNC).verdict is verdict


def test_what_is_not_asked_after_the_pod_was_told_again_says_nothing_about_its_last_answer() -> None:
    assert stops("a.a.a.....   a.a.a").verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("changes", "restarts"),
    [
        ([pod(0.5, "pod-a", restarts=2), pod(5.5, "pod-a", restarts=2)], 0),
        ([pod(0.5, "pod-a", restarts=2), pod(5.5, "pod-a", restarts=3)], 1),
        ([pod(1.0, "pod-a", restarts=1)], 0),
        ([pod(1.1, "pod-a", restarts=1)], 1),
        ([pod(5.5, "pod-a", restarts=1, type="DELETED")], 0),
        ([pod(5.2, "pod-a", restarts=1), pod(5.5, "pod-a", uid="another")], 2),
        ([pod(5.5, "pod-a", uid="another"), pod(6.0, "pod-a", uid="a third")], 2),
        ([pod(0.2, "pod-a", uid="another"), pod(6.0, "pod-a")], 0),
        ([pod(5.5, "pod-b", restarts=1)], 0),
        ([pod(9.5, "pod-a", restarts=1)], 0),
    ],
)
def test_restarts_and_replacements_since_the_pod_was_told(changes: list[Change], restarts: int) -> None:
    one = act(FINE, fault_=HALF)
    one.recording.changes[:] = sorted([*one.recording.changes, *changes], key=lambda change: change.seen)
    assert checks.resumes_sending(one, "web", NOTHING).measured["restarts"].value == restarts


def test_a_pod_that_was_not_seen_before_may_have_been_restarted() -> None:
    one = act(FINE)
    one.recording.changes[:] = [change for change in one.recording.changes if change.name != "pod-a"]
    one.recording.changes.append(pod(5.5, "pod-a"))
    found = checks.resumes_sending(one, "web", NOTHING)
    assert (found.verdict, "was not seen before it turned unready" in found.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(("second", "applied", "older"), [(50, 1.0, 1), (51, 1.0, 0), (51, 2.5, 0)])
def test_a_pod_has_to_have_run_for_ten_seconds_when_its_kubelet_is_stopped(
    second: int, applied: float, older: int
) -> None:
    ran = pod(0.5, "web-d", node="n1", started=f"1969-12-31T23:59:{second}Z")
    found = stays(ran, phases=BACK | {"applied": applied, "bit": 2.5, "undoing": 2.6, "undone": 2.7, "healed": 3.5})
    assert (found.measured["watched"].value, found.measured["younger"].value) == (1 + older, 2 - older)


def test_how_long_they_stayed_ready_is_told() -> None:
    told = stays()
    assert "1 pod on n1 stayed Ready in the 8 s after" in told.why
    assert "the kubelet was back after 1.0 s" in told.why
    assert (told.nodes, told.window) == (("n1",), (1, 9.0))
    assert stays(end=3.1).verdict is Verdict.HOLDS


def test_each_pod_counts_once_and_only_those_of_the_apps() -> None:
    other = pod(0.5, "other", app="other", node="n1", started=LONG_AGO)
    lost = pod(4.0, "other", app="other", node="n1", ready=False)
    a, again = pod(3.0, "web-a", node="n1", ready=False), pod(5.0, "web-a", node="n1", ready=False)
    assert stays(other, lost).verdict is Verdict.HOLDS
    found = stays(a, again)
    assert (found.measured["turned unready"].value, "web-a after 2.0 s" in found.why) == (1, True)
    assert "no pod had been running" in stays(pod(1.0, "web-a", node="n1", ready=False)).why
    assert stays(pod(1.1, "web-a", node="n1", ready=False)).verdict is Verdict.VIOLATED
    young = pod(1.5, "web-d", node="n1", started=LONG_AGO)
    assert stays(young, young._replace(seen=2.0, type="DELETED")).verdict is Verdict.HOLDS
