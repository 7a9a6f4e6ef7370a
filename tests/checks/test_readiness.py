"""Does traffic follow readiness? Signs and times are those of `unready.py`."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Verdict
from tests.checks.unready import FINE, NOTHING, act, resumes, stops
from tests.drawn import gone, pod

LATE = "a.a.a.aa..a.a.a.a."


def test_the_last_answer_of_an_unready_pod_is_in_time() -> None:
    finding = stops(FINE, FINE)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["stopped"].value == pytest.approx(1.0)


def test_one_node_that_goes_on_sending_violates() -> None:
    finding = stops(FINE, LATE)
    assert finding.verdict is Verdict.VIOLATED
    assert "2.50 s later, on n2" in finding.why
    assert stops("a.a.a.a...a.a.a.a.").verdict is Verdict.HOLDS  # exactly at the bound


def test_what_was_looked_at_is_told_node_by_node() -> None:
    for found, line in (
        (stops(FINE, LATE), "last answer after 2.50 s"),
        (resumes(LATE, FINE), "first answer after 0.00 s"),
    ):
        assert (found.nodes, found.window, found.probes) == (("n1", "n2"), (1, 9.0), ("web",))
        assert len(found.decisive) == 2
        assert found.decisive[1] == f"n2: {line}"


def test_a_clock_in_doubt_decides_nothing() -> None:
    assert stops(LATE, doubt=0.4).verdict is Verdict.VIOLATED
    assert stops(LATE, doubt=0.5).verdict is Verdict.INCONCLUSIVE
    assert stops("a.a.a.a...a.a.a.a.", doubt=0.1).verdict is Verdict.INCONCLUSIVE


def test_silence_proves_nothing_where_there_was_no_answer_before() -> None:
    finding = stops(FINE, ".." + FINE[2:])
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "no answer before" in finding.why


def test_answers_of_strangers_violate() -> None:
    finding = stops("a.s.a.....a.a.a.a.")
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["answered by others"].value == 1


def test_an_unready_pod_that_was_not_watched_for_long_enough() -> None:
    early = gone(undoing=3.0, undone=3.0, healed=3.5)
    finding = stops(FINE, fault_=early)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "before the bound" in finding.why
    hole = FINE[:4] + "   " + FINE[7:]
    assert stops(hole).verdict is Verdict.INCONCLUSIVE


def test_the_first_answer_of_a_pod_that_is_ready_again() -> None:
    finding = resumes(FINE, "a.a.a.......a.a.a.")
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["resumed"].value == pytest.approx(1.0)
    assert resumes("a.a.a.........a.a.").verdict is Verdict.HOLDS  # exactly at the bound
    assert resumes("a.a.a..........a..").verdict is Verdict.VIOLATED


def test_a_pod_that_never_answers_again() -> None:
    silent = resumes(FINE, "a.a.a.............")
    assert silent.verdict is Verdict.VIOLATED
    assert "given no answer on n2 4.0 s" in silent.why
    assert resumes("a.a.a.............", end=6.5).verdict is Verdict.INCONCLUSIVE


def test_a_pod_that_was_never_told_to_be_ready_again() -> None:
    finding = resumes(FINE, fault_=gone())
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "was not undone" in finding.why


@pytest.mark.parametrize("phase", ["undoing", "undone"])
def test_a_fault_whose_undoing_was_not_seen_to_its_end_was_not_undone(phase: str) -> None:
    half = gone(undoing=5.0, undone=5.0)
    half.phases.pop(phase)
    assert "was not undone" in resumes(FINE, fault_=half).why


# -- what may have gone wrong besides ------------------------------------------------------------------------------------
def test_a_request_that_failed_may_have_been_sent_to_the_unready_pod() -> None:
    assert stops("a.a.a...r.a.a.a.a.").verdict is Verdict.INCONCLUSIVE
    assert stops("a.a.r.....a.a.a.a.").verdict is Verdict.HOLDS, "within the bound"
    assert stops("a.a.a.aar.a.a.a.a.").verdict is Verdict.VIOLATED


def test_a_pod_that_was_restarted_or_replaced_to_be_ready_again() -> None:
    for change in (pod(5.5, "pod-a", restarts=1), pod(5.5, "pod-a", uid="another")):
        one = act(FINE)
        one.recording.changes.append(change)
        finding = checks.resumes_sending(one, "web", NOTHING)
        assert (finding.verdict, "was restarted 1 time" in finding.why) == (Verdict.VIOLATED, True)


def test_a_node_that_was_not_asked_has_not_failed_to_resume() -> None:
    assert resumes(FINE, "a.a.a.....        ").verdict is Verdict.INCONCLUSIVE


def test_a_pod_is_ready_again_until_the_end() -> None:
    for last, kept in ((pod(8.0, "pod-a", ready=False), False), (pod(8.0, "pod-a", restarts=0), True)):
        one = act(FINE)
        one.recording.changes.append(last)
        finding = checks.resumes_sending(one, "web", NOTHING)
        assert finding.verdict is (Verdict.HOLDS if kept else Verdict.INCONCLUSIVE), finding.why
        assert ("pod-a was not Ready any more at the end" in finding.why) is not kept
    late = act("a.a.a..........a..")
    late.recording.changes.append(pod(8.0, "pod-a", ready=False))
    assert checks.resumes_sending(late, "web", NOTHING).verdict is Verdict.VIOLATED


def test_a_late_answer_of_another_pod_was_no_request_to_the_one_that_turned_unready() -> None:
    one = act(FINE)
    one.recording.lanes["n1", "web"].took[9] = 1.3
    found = checks.stops_sending(one, "web")
    assert found.verdict is Verdict.HOLDS, found.why


def test_a_pod_that_is_chosen_once_and_no_more_is_not_resumed() -> None:
    once, again = FINE[:12] + "." * 40, FINE[:12] + ".a" * 20
    assert checks.resumes_sending(act(again, end=25.0), "web", NOTHING).verdict is Verdict.HOLDS
    found = checks.resumes_sending(act(once, end=25.0), "web", NOTHING)
    assert found.verdict is Verdict.INCONCLUSIVE, found.why
    assert "for good" in found.why
    alone = act(once, end=25.0)
    alone.recording.changes.append(pod(20.0, "pod-b", type="DELETED"))
    found = checks.resumes_sending(alone, "web", NOTHING)
    assert "for good" not in found.why, "no other pod could have been chosen at the end"


def test_a_kept_connection_goes_where_it_went() -> None:
    act_ = act(FINE)
    act_.recording.specs["web"] |= {"kind": "http-kept"}
    finding = checks.stops_sending(act_, "web")
    assert (finding.verdict, "“web” kept its connection" in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why
