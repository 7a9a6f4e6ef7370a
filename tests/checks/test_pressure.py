"""Pods take too much of their node at 5 s, and are evicted; five seconds are allowed for that, and five for a replacement."""

from __future__ import annotations

from kubeskeptic.checks import reports_pressure
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.pressed import TAINT, bare, ended_well, evicted, owned, phased, running, says, taken
from tests.drawn import pod

NODE_GAP = Gap("watch", "", "", "Node", 8, 9, "the connection broke")
POD_GAP = Gap("watch", "", "", "Pod", 8, 9, "the connection broke")


# -- a bare pod ----------------------------------------------------------------------------------------------------------
def test_a_bare_pod_that_is_evicted_and_stays_gone_holds() -> None:
    found = bare(evicted(9), running(9, "other-1", app="other"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["evicted"].value == 4.0, (
        "counted from before it took too much: the most that it can have been"
    )


def test_one_that_is_not_evicted_or_ends_otherwise_violates() -> None:
    assert "was not evicted in the 25 s" in bare().why
    assert bare().verdict is Verdict.VIOLATED
    assert bare(evicted(9, reason="")).verdict is Verdict.VIOLATED
    assert bare(running(9, type="DELETED")).verdict is Verdict.VIOLATED


def test_one_whose_containers_exit_with_0_is_succeeded() -> None:
    found = bare(ended_well(9), phase="Succeeded")
    assert found.verdict is Verdict.HOLDS, found.why
    assert "evicted 4.0 s after it used too much, and is Succeeded" in found.why
    assert bare(ended_well(9)).verdict is Verdict.VIOLATED
    assert "not as evicted: Succeeded (no reason)" in bare(ended_well(9)).why
    assert bare(evicted(9), phase="Succeeded").verdict is Verdict.VIOLATED
    assert bare(ended_well(9, reason="Evicted"), phase="Succeeded").verdict is Verdict.VIOLATED


def test_one_that_others_end_violates() -> None:
    assert bare(evicted(9, by="EvictionByEvictionAPI")).verdict is Verdict.VIOLATED
    assert bare(ended_well(9, by="PreemptionByScheduler"), phase="Succeeded").verdict is Verdict.VIOLATED
    assert bare(phased(running(9), "Succeeded"), phase="Succeeded").verdict is Verdict.VIOLATED, "it ended by itself"


def test_an_eviction_at_the_bound_and_after_it() -> None:
    assert bare(evicted(10.0)).verdict is Verdict.HOLDS
    assert bare(evicted(10.1)).verdict is Verdict.INCONCLUSIVE, "between 4.9 s and 5.1 s"
    assert bare(evicted(10.3)).verdict is Verdict.VIOLATED


def test_one_that_is_made_again_violates() -> None:
    found = bare(evicted(9), running(12, "web-2", node="n2"))
    assert found.verdict is Verdict.VIOLATED
    assert "web-2 replaced it" in found.why


def test_one_that_had_ended_before_is_not_made_again_when_it_is_removed() -> None:
    ended = phased(pod(0.5, "web-0", ready=False), "Failed")
    found = bare(ended, evicted(9), ended._replace(seen=12, type="DELETED"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert bare(ended, evicted(9), running(12, "web-0", uid="another")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive() -> None:
    assert "too soon to exclude a replacement" in bare(evicted(9), end=14).why
    assert bare(evicted(9), gaps=(POD_GAP,)).verdict is Verdict.INCONCLUSIVE
    assert "using too much" in bare(evicted(9), moments=None).why
    assert "2 pods of web were running" in bare(running(1, "web-2"), evicted(9)).why
    assert "0 pods of web were running" in bare(evicted(4)).why


# -- a ReplicaSet's --------------------------------------------------------------------------------------------------------
def test_one_that_is_replaced_elsewhere_holds() -> None:
    found = owned(evicted(9), pod(10, "web-2", node="n2", ready=False), running(12, "web-2", node="n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["replaced"].value == 3.0


def test_those_that_its_node_turns_away_are_counted() -> None:
    found = owned(evicted(9), evicted(9.5, "web-2"), running(12, "web-3", node="n2"))
    assert found.verdict is Verdict.HOLDS
    assert "1 on n1 was rejected" in found.why


def test_no_replacement_a_late_one_or_one_on_the_node_violates() -> None:
    assert owned(evicted(9)).verdict is Verdict.VIOLATED
    assert owned(evicted(9), running(12, "web-2")).verdict is Verdict.VIOLATED, "it is on the node under pressure"
    assert owned(evicted(9), running(14, "web-2", node="n2")).verdict is Verdict.HOLDS
    assert owned(evicted(9), running(14.1, "web-2", node="n2")).verdict is Verdict.VIOLATED
    assert owned().verdict is Verdict.VIOLATED, "and one that is not evicted"
    assert owned(evicted(9), end=12).verdict is Verdict.INCONCLUSIVE


def test_a_replacement_stays() -> None:
    new = running(12, "web-2", node="n2")
    gone = (pod(13, "web-2", node="n2", ready=False), new._replace(seen=13.0, type="DELETED"))
    for lost in gone:
        found = owned(evicted(9), new, lost)
        assert (found.verdict, "web-2 was Ready on n2 3.0 s, but not for good, later" in found.why) == (
            Verdict.INCONCLUSIVE,
            True,
        )
        again = owned(evicted(9), new, lost, running(13.5, "web-3", node="n3"))
        assert (again.verdict, again.measured["replaced"].interval) == (Verdict.HOLDS, (3.0, 4.5))
    on_it = owned(evicted(9), new, running(13, "web-3"), gone[1]._replace(seen=14.0))
    assert on_it.verdict is Verdict.INCONCLUSIVE, "the one on the node under pressure replaces nothing"


# -- the node --------------------------------------------------------------------------------------------------------------
def reported(*changes: Change, gaps: tuple[Gap, ...] = ()) -> Finding:
    return reports_pressure(taken(running(0), evicted(9), *changes, gaps=gaps), "web", "MemoryPressure")


def test_a_condition_and_its_taint_hold() -> None:
    found = reported(says(0, "False"), says(11, "True"), says(12, "True", TAINT))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["reported"].value == 6.0


def test_a_missing_condition_or_taint_violates() -> None:
    assert "did not report the condition and was not tainted" in reported(says(0, "False")).why
    assert reported(says(0, "False")).verdict is Verdict.VIOLATED
    assert reported(says(0, "False"), says(11, "True")).verdict is Verdict.VIOLATED
    other = {"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}
    assert reported(says(0, "False"), says(11, "True", other)).verdict is Verdict.VIOLATED


def test_pressure_before_or_unseen_is_inconclusive() -> None:
    assert "before" in reported(says(0, "True", TAINT)).why
    assert "before" in reported(says(11, "True", TAINT)).why
    seen = reported(says(0, "False"), says(11, "True", TAINT), gaps=(NODE_GAP,))
    assert seen.verdict is Verdict.INCONCLUSIVE


def test_what_has_not_come_yet_has_not_failed_to_come() -> None:
    assert bare(end=7).verdict is owned(end=7).verdict is Verdict.INCONCLUSIVE
    early = taken(running(0), says(0, "False"), end=7)
    assert reports_pressure(early, "web", "MemoryPressure").verdict is Verdict.INCONCLUSIVE
    late = taken(running(0), says(0, "False"), end=30)
    assert reports_pressure(late, "web", "MemoryPressure").verdict is Verdict.VIOLATED


def test_one_that_was_killed_before_it_could_exit_with_0_was_not_asked() -> None:
    killed, well = evicted(9), ended_well(9)
    for change, code in ((killed, 137), (well, 0)):
        change.object["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": code}}
    lost = evicted(9)
    lost.object["status"]["containerStatuses"][0] |= {
        "state": {"waiting": {}},
        "lastState": {"terminated": {"exitCode": 137}},
    }
    assert bare(lost, phase="Succeeded").verdict is Verdict.INCONCLUSIVE
    found = bare(killed, phase="Succeeded")
    assert (found.verdict, "should have exited with 0, but exited with 137" in found.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    again = bare(killed, running(10, "web-2"), phase="Succeeded")
    assert again.verdict is Verdict.VIOLATED, "whatever it exited with, nothing may replace a bare pod"
    assert bare(well, phase="Succeeded").verdict is Verdict.HOLDS
    assert bare(killed).verdict is Verdict.HOLDS


def test_a_pod_of_nobody_replaces_none() -> None:
    ours = {"ownerReferences": [{"kind": "ReplicaSet", "name": "web", "uid": "set", "controller": True}]}
    gone, new = evicted(9), running(10, "web-2", node="n2")
    assert owned(gone, new).verdict is Verdict.HOLDS
    gone.object["metadata"] |= ours
    finding = owned(gone, new)
    assert (finding.verdict, "web-2 is not owned by the controller of web-1" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    new.object["metadata"] |= ours
    assert owned(gone, new).verdict is Verdict.HOLDS
