"""A node that crashes at 1 s is emptied, not removed: each boundary. The margin is 2 s, EVICT is 3 s; back at 15 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import Interval
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.over_time import EVICTED, READY, TAINTED, THREE, VERDICTS, story
from tests.drawn import node, pod, tolerating


# -- emptied, not removed ------------------------------------------------------------------------------------------------
def emptied(*changes: Change, back: float = 15.0, **more: Any) -> Finding:
    return checks.emptied_not_removed(story(*changes, target="node/n1", back=back, **more))


def values(finding: Finding) -> dict[str, float]:
    return {name: one.value for name, one in finding.measured.items()}


def marked(*at: float) -> list[Change]:
    """The three pods are marked for deletion at these times."""
    return [pod(when, f"web-{name}", deleting=True) for name, when in zip("abc", at, strict=True)]


def test_all_that_is_measured_of_a_node_that_is_emptied() -> None:
    finding = emptied(READY, *THREE, TAINTED, *marked(8.0, 9.0, 10.0))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert values(finding) == {
        "taints missing": 0,
        "pods not evicted": 0,
        "Node objects removed": 0,
        "evicted after the taint": 4,
        "and no sooner than": 2,
    }
    assert finding.bounds.keys() == finding.measured.keys()
    assert "tainted 5.0 s after the crash" in finding.why
    assert "last of its 3 evictable pods was marked for deletion 4.0 s after that" in finding.why
    assert (finding.nodes, finding.window) == (("n1",), (1, 20))


@pytest.mark.parametrize(("at", "verdict"), list(zip((6.9, 7.0, 11.0, 11.1), VERDICTS, strict=True)))
def test_one_of_several_pods_that_is_evicted_at_the_wrong_time_decides(at: float, verdict: Verdict) -> None:
    for times in ((at, 9.0, 9.0), (9.0, 9.0, at)):
        assert emptied(READY, *THREE, TAINTED, *marked(*times)).verdict is verdict


def test_the_first_mark_of_a_pod_and_the_first_taint_count() -> None:
    finding = emptied(READY, *THREE, TAINTED, TAINTED._replace(seen=8.0), *EVICTED, *marked(14.0, 14.0, 14.0))
    assert values(finding)["evicted after the taint"] == 3


def test_a_node_object_that_is_made_anew_was_removed() -> None:
    anew = node(12.0, "n1", "Unknown")
    anew.object["metadata"]["uid"] = "another"
    for change in (anew, node(12.0, "n1", "Unknown", type="DELETED")):
        finding = emptied(READY, *THREE, TAINTED, *EVICTED, change)
        assert finding.verdict is Verdict.VIOLATED
        assert values(finding)["Node objects removed"] == 1
        assert "its Node object was removed" in finding.why


def test_a_node_object_that_was_seen_as_it_crashed_is_known() -> None:
    assert emptied(READY._replace(seen=1.0), *THREE, TAINTED, *EVICTED).verdict is Verdict.HOLDS
    late = emptied(READY._replace(seen=1.1), *THREE, TAINTED, *EVICTED)
    assert values(late)["Node objects removed"] == 1


def test_a_node_object_that_was_removed_before_the_crash_is_not_its_doing() -> None:
    removed = node(1.0, "n1", "True", type="DELETED")
    assert emptied(READY, removed, *THREE, TAINTED, *EVICTED).verdict is Verdict.HOLDS
    assert emptied(READY, removed._replace(seen=1.1), *THREE, TAINTED, *EVICTED).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("at", "missing"), [(15.0, 0), (15.1, 1)])
def test_a_taint_counts_until_the_node_is_brought_back(at: float, missing: int) -> None:
    finding = emptied(READY, *THREE, TAINTED._replace(seen=at), *EVICTED)
    assert values(finding)["taints missing"] == missing


def test_a_taint_that_was_there_as_the_node_crashed_is_not_its_doing() -> None:
    finding = emptied(READY, node(1.0, "n1", "True", unreachable=True), *THREE, *EVICTED)
    assert (values(finding)["taints missing"], "not tainted as unreachable" in finding.why) == (1, True)


@pytest.mark.parametrize(
    "taints",
    [
        None,
        [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}],
        [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}],
    ],
)
def test_a_taint_that_evicts_nobody_is_not_the_one(taints: list[dict[str, str]] | None) -> None:
    other = node(6.0, "n1", "Unknown")
    other.object["spec"]["taints"] = taints
    finding = emptied(READY, *THREE, other, *EVICTED)
    assert (finding.verdict, values(finding)["taints missing"]) == (Verdict.VIOLATED, 1)


def test_the_taint_may_be_one_of_several() -> None:
    both = node(6.0, "n1", "Unknown", unreachable=True)
    both.object["spec"]["taints"].append({"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"})
    assert emptied(READY, *THREE, both, *EVICTED).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("at", "stayed"), [(15.0, 0), (15.1, 1)])
def test_a_pod_may_be_marked_until_the_node_is_brought_back(at: float, stayed: int) -> None:
    finding = emptied(READY, *THREE, TAINTED, *marked(9.0, 9.0, at))
    assert values(finding)["pods not evicted"] == stayed


def test_pods_that_cannot_be_evicted_from_this_node_are_not_counted() -> None:
    elsewhere = pod(0.0, "web-x", node="n2")
    ending = pod(0.5, "web-y", deleting=True)
    gone = [pod(0.0, "web-z"), pod(0.5, "web-z", type="DELETED")]
    new = [pod(2.0, "web-new", ready=False), pod(4.0, "web-new", ready=False, deleting=True)]
    finding = emptied(READY, *THREE, elsewhere, ending, *gone, *new, TAINTED, *EVICTED)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert "its 3 evictable pods" in finding.why


def test_a_pod_that_only_changes_is_not_marked() -> None:
    changed = [pod(5.0, f"web-{name}", ready=False) for name in "abc"]
    assert values(emptied(READY, *THREE, *changed, TAINTED, *EVICTED))["evicted after the taint"] == 3


def test_a_pod_that_is_gone_without_a_mark_did_not_stay() -> None:
    forced = [pod(change.seen, change.name, type="DELETED") for change in EVICTED]
    finding = emptied(READY, *THREE, TAINTED, *forced)
    assert values(finding)["pods not evicted"] == 0
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "its DisruptionTarget is missing" in finding.why


def test_pods_that_stay_are_named() -> None:
    finding = emptied(READY, *THREE, TAINTED, EVICTED[0])
    assert (finding.verdict, values(finding)["pods not evicted"]) == (Verdict.VIOLATED, 2)
    assert "web-b, web-c on it were not evicted" in finding.why
    assert "web-c on it was not evicted" in emptied(READY, *THREE, TAINTED, *EVICTED[:2]).why


@pytest.mark.parametrize(("back", "applied", "verdict"), [
    (6.0, 1.0, Verdict.INCONCLUSIVE), (6.1, 1.0, Verdict.VIOLATED), (6.5, 1.5, Verdict.INCONCLUSIVE),
    (6.6, 1.5, Verdict.VIOLATED),
])  # fmt: skip
def test_what_has_not_come_by_five_seconds_may_come_yet(back: float, applied: float, verdict: Verdict) -> None:
    tainted = TAINTED._replace(seen=2.0)
    untainted = emptied(READY, *THREE, *marked(4.0, 4.0, 4.0), back=back, applied=applied)
    kept = emptied(READY, *THREE, tainted, *marked(5.0, 5.0, 20.0), back=back, applied=applied)
    assert untainted.verdict is kept.verdict is verdict
    for missing in (untainted.measured["taints missing"], kept.measured["pods not evicted"]):
        assert missing.interval == Interval(verdict is Verdict.VIOLATED, 1)


def test_a_node_object_that_is_removed_early_violates_at_once() -> None:
    removed = node(3.0, "n1", "Unknown", type="DELETED")
    assert emptied(READY, *THREE, removed, back=4.0).verdict is Verdict.VIOLATED


def test_a_pod_may_be_marked_before_that_is_seen() -> None:
    def judged(age: float) -> Finding:
        late = [one._replace(seen=12.0, age=age) for one in EVICTED]
        return emptied(READY, *THREE, TAINTED, *late)

    assert judged(0.9).verdict is Verdict.VIOLATED
    assert judged(1.0).verdict is Verdict.INCONCLUSIVE  # between 11 s, which is in time, and 12 s


def test_of_pods_that_were_marked_in_doubt_the_extremes_count() -> None:
    *_, b, c = marked(9.0, 10.0, 10.5)
    finding = emptied(READY, *THREE, TAINTED, EVICTED[0], b, c._replace(age=2.0))  # c between 2.5 s and 4.5 s
    assert values(finding)["evicted after the taint"] == 4.5
    assert finding.measured["and no sooner than"].interval == Interval(2.5, 4.5)


# -- how long each pod tolerates the taint -------------------------------------------------------------------------------
PATIENT = tolerating(pod(0.0, "web-d"), 7.0)


def patient(at: float) -> Change:
    return tolerating(pod(at, "web-d", deleting=True), 7.0)


@pytest.mark.parametrize(("at", "verdict"), list(zip((10.9, 11.0, 15.0, 15.1), VERDICTS, strict=True)))
def test_each_pod_is_evicted_when_its_own_toleration_ends(at: float, verdict: Verdict) -> None:
    finding = emptied(READY, *THREE, PATIENT, TAINTED, *EVICTED, patient(at), back=16.0)
    assert finding.verdict is verdict, finding.why
    assert f"evictable pods was marked for deletion {at - 6:.1f} s after that" in finding.why


def test_the_pod_that_is_closest_to_its_own_end_decides() -> None:
    finding = emptied(READY, *THREE, PATIENT, TAINTED, *marked(8.0, 9.0, 10.0), patient(11.5), back=16.0)
    assert (values(finding)["evicted after the taint"], finding.bounds["evicted after the taint"].value) == (4, 5)
    assert (values(finding)["and no sooner than"], finding.bounds["and no sooner than"].value) == (5.5, 5)


def test_a_pod_elsewhere_that_tolerates_more_excuses_nothing() -> None:
    elsewhere = tolerating(pod(0.0, "db-x", node="n2", app="db"), 300.0)
    assert emptied(READY, *THREE, elsewhere, TAINTED, *EVICTED).verdict is Verdict.HOLDS
    assert emptied(READY, *THREE, elsewhere, TAINTED, *marked(9.0, 9.0, 11.1)).verdict is Verdict.VIOLATED
    assert emptied(READY, *THREE, elsewhere, TAINTED, *EVICTED[:2]).verdict is Verdict.VIOLATED
    assert emptied(READY, *THREE, elsewhere, *EVICTED).verdict is Verdict.VIOLATED, "it was not tainted"


def test_what_is_missing_may_come_until_the_last_pod_of_the_node_has_to_be_evicted() -> None:
    assert emptied(READY, *THREE, PATIENT, TAINTED, *EVICTED, back=9.9).verdict is Verdict.INCONCLUSIVE
    assert emptied(READY, *THREE, PATIENT, TAINTED, *EVICTED, back=10.1).verdict is Verdict.VIOLATED
