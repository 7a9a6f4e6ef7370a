"""What becomes of a pod that is hit at 1 s: each boundary. The margin is 2 s, the bound is 5 s with it, and EVICT is 3 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.over_time import FIVE, THREE, story
from tests.drawn import pod

EARLY_GAP = Gap("watch", "", "", "Pod", 0.2, 0.5, "the connection broke")
IN_DOUBT = [
    (6.0, 1.0, Verdict.INCONCLUSIVE), (6.1, 1.0, Verdict.VIOLATED), (6.5, 1.5, Verdict.INCONCLUSIVE),
    (6.6, 1.5, Verdict.VIOLATED),
]  # fmt: skip
"""When watching ended, when the fault had been applied at the latest, and what can be said by then."""


def wrong(finding: Finding) -> set[str]:
    return {name for name, _, _, verdict in finding.compared if verdict is Verdict.VIOLATED}


# -- restarted in place --------------------------------------------------------------------------------------------------
def a(at: float, restarts: int = 1, **more: Any) -> Change:
    """The pod that is hit, as THREE has it but for what is said."""
    return pod(at, "web-a", restarts=restarts, **{"ip": "10.0.0.a", **more})


def restarted(*changes: Change, ready: bool = True, **more: Any) -> Finding:
    return checks.restarted_in_place(story(*THREE, *changes, **more), ready=ready)


def test_all_that_is_measured_of_a_restart() -> None:
    finding = restarted(a(1.2, 0, ready=False), a(3.0))
    assert finding.verdict is Verdict.HOLDS, finding.why
    measured = {name: one.value for name, one in finding.measured.items()}
    assert measured == {"restarted": 2, "restarts": 1, "at least": 1, "differences": 0}
    assert finding.bounds.keys() == measured.keys()
    assert "in the same pod, with the same IP, on n1 after 2.00 s; expected: at most 5 s" in finding.why
    assert (finding.nodes, finding.window) == (("n1",), (1, 20))


@pytest.mark.parametrize(("at", "verdict"), [(6.0, Verdict.HOLDS), (6.1, Verdict.VIOLATED)])
def test_a_container_runs_again_within_the_bound(at: float, verdict: Verdict) -> None:
    assert restarted(a(at), a(19.0)).verdict is verdict


@pytest.mark.parametrize(
    ("again", "names"),
    [
        (a(2.0, 2), {"restarts"}),
        (a(2.0, ip="10.0.0.9"), {"differences"}),
        (a(2.0, node="n2"), {"differences"}),
        (a(2.0, uid="other"), {"differences"}),
        (a(2.0, 0, uid="other"), {"differences", "at least"}),
        (a(7.0, 2, ip="10.0.0.9"), {"restarted", "restarts", "differences"}),
    ],
)
def test_what_was_not_in_place(again: Change, names: set[str]) -> None:
    assert wrong(restarted(again)) == names


def test_differences_are_counted_and_told() -> None:
    finding = restarted(a(2.0, 2, uid="other", node="n2", ip="10.0.0.9"))
    assert finding.measured["differences"].value == 3
    for said in ("uid changed from web-a to other", "node changed from n1 to n2", "IP changed from 10.0.0.a to"):
        assert said in finding.why
    assert "restart count rose by 2" in finding.why
    assert "rose" not in restarted(a(2.0, ip="10.0.0.9")).why


@pytest.mark.parametrize(
    "change", [a(2.0, 0), a(2.0, ready=False), a(2.0, type="DELETED"), pod(2.0, "web-b", restarts=1, ip="10.0.0.b")]
)
def test_what_is_no_restart(change: Change) -> None:
    finding = restarted(change)
    assert wrong(finding) == {"restarted"}
    assert "The container of web-a was not running again 19 s after its process was killed" in finding.why
    assert finding.measured.keys() == finding.bounds.keys() == {"restarted"}


def test_restarts_before_the_fault_are_not_its_doing() -> None:
    assert restarted(a(1.0, 3), a(2.0, 4)).verdict is Verdict.HOLDS
    assert restarted(a(0.5, 3), a(0.7, 4), a(2.0, 5)).verdict is Verdict.HOLDS
    assert "was not running again" in restarted(a(1.0, 3), a(2.0, 3)).why
    assert restarted(a(0.3, 5, uid="older"), a(0.5, 0), a(2.0)).verdict is Verdict.HOLDS


def test_a_pod_has_to_be_seen_before_it_is_hit() -> None:
    for there in (THREE[1:], [a(1.1, 0), *THREE[1:]]):
        finding = checks.restarted_in_place(story(*there, a(2.0)))
        assert (finding.verdict, "web-a was never seen before" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(("end", "applied", "verdict"), IN_DOUBT)
def test_a_container_that_does_not_run_at_the_end_may_run_in_time(end: float, applied: float, verdict: Verdict) -> None:
    assert restarted(end=end, applied=applied).verdict is verdict


def test_without_a_bound_it_may_take_any_time() -> None:
    finding = restarted(a(19.0), within=None)
    assert (finding.verdict, "restarted" in finding.measured) == (Verdict.HOLDS, False)
    assert "after 18.00 s." in finding.why
    soon = restarted(a(1.5), within=None, soonest=FIVE)
    assert wrong(soon) == {"and no sooner"}
    assert "expected: " in restarted(a(19.0), within=None, soonest=FIVE).why


def test_both_ends_of_what_is_allowed_are_told() -> None:
    finding = restarted(a(3.0), soonest=FIVE)
    assert "expected: at most 5 s and at least 1 s" in finding.why
    assert finding.measured["and no sooner"].value == 2


def test_running_is_enough_where_that_is_asked() -> None:
    runs = a(3.0, ready=False, started="2026-01-01T00:00:00Z")
    waits = a(2.0, ready=False)
    finding = restarted(waits, runs, ready=False)
    assert (finding.verdict, finding.measured["restarted"].value) == (Verdict.HOLDS, 2)
    assert wrong(restarted(waits, runs)) == {"restarted"}
    assert wrong(restarted(waits, ready=False)) == {"restarted"}


def test_what_was_not_watched_before_the_fault_does_not_matter() -> None:
    assert restarted(a(2.0), gaps=[EARLY_GAP]).verdict is Verdict.HOLDS
    late = Gap("watch", "", "", "Pod", 1.5, 1.6, "the connection broke")
    assert restarted(a(2.0), gaps=[late]).verdict is Verdict.INCONCLUSIVE


def test_it_runs_again_until_the_end() -> None:
    lost = restarted(a(2.0), a(2.3, ready=False))
    assert (lost.verdict, lost.measured["restarted"].interval) == (Verdict.INCONCLUSIVE, (1, float("inf")))
    assert "The container of web-a ran again after 1.00 s, but not until the end; expected: at most 5 s" in lost.why
    assert restarted(a(2.0), a(2.3, type="DELETED")).verdict is Verdict.INCONCLUSIVE
    assert restarted(a(7.0), a(8.0, ready=False)).verdict is Verdict.VIOLATED
    again = restarted(a(2.0), a(2.3, ready=False), a(4.0))
    assert (again.verdict, again.measured["restarted"].interval) == (Verdict.HOLDS, (1, 3))
    assert restarted(a(2.0), a(2.3, ready=False), a(7.0)).verdict is Verdict.INCONCLUSIVE
    early = restarted(a(1.5), a(1.7, ready=False), a(4.0), soonest=FIVE)
    assert wrong(early) == {"and no sooner"}, "what comes too soon is too soon"
    twice = restarted(a(2.0), a(2.3, 2, ready=False))
    assert (twice.verdict, "its restart count rose by 2" in twice.why) == (Verdict.VIOLATED, True)


# -- revived in place ----------------------------------------------------------------------------------------------------
BACK = 2.0
"""When the node is started again; EVICT is 20 s. The kubelet reports that the pod's container has ended a moment later."""


def ended(seen: float = BACK + 1, *, age: float = 0.0, **more: Any) -> Change:
    return a(seen, 0, ready=False, started="before", **more)._replace(age=age)


def revived(at: float, *reports: Change, back: float = BACK, **more: Any) -> Finding:
    act = story(*THREE, *reports, a(at, **more), target="node/n1", back=back, end=40, EVICT=20)
    return checks.revived_in_place(act, "web-a")


@pytest.mark.parametrize(
    ("at", "verdict"), [(7.5, Verdict.HOLDS), (7.7, Verdict.INCONCLUSIVE), (8.1, Verdict.VIOLATED)]
)
def test_a_pod_is_revived_within_the_bound_of_its_kubelets_first_report(at: float, verdict: Verdict) -> None:
    assert revived(at, ended(3.0, age=0.5)).verdict is verdict
    assert revived(at, ended(3.0, age=0.5), pod(4.0, "web-b", ip="10.0.0.b", restarts=1)).verdict is verdict


def test_a_node_is_not_back_before_it_is_started() -> None:
    took = revived(7.0, ended(3.0, age=5.0)).measured["restarted"]
    assert took.interval == (4.0, 5.0)


@pytest.mark.parametrize(
    "report",
    [
        a(1.9, 0, started="before the node went"),
        pod(2.5, "web-b", ip="10.0.0.b", restarts=1, node="n2"),
        a(2.5, 0, ready=False),  # the control plane writes a condition
    ],
)
def test_what_is_no_report_of_its_kubelet(report: Change) -> None:
    assert revived(9.0, report, ended(4.0, age=0.0)).measured["restarted"].value == 5.0


def test_a_kubelet_that_does_not_report_is_not_back() -> None:
    act = story(*THREE, target="node/n1", back=BACK, end=40, EVICT=20)
    finding = checks.revived_in_place(act, "web-a")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "the kubelet of n1 was not seen to report" in finding.why


@pytest.mark.parametrize(("back", "early"), [(18.5, True), (18.6, False)])
def test_a_node_has_to_return_before_its_pods_may_be_evicted(back: float, early: bool) -> None:
    finding = revived(back + 1.5, ended(back + 0.4), back=back)
    assert finding.verdict is (Verdict.HOLDS if early else Verdict.INCONCLUSIVE)
    assert ("was away for 18 s; its pods may be evicted after 18 s" in finding.why) is not early


def test_another_ip_is_no_difference_but_another_node_is() -> None:
    finding = revived(4.0, ended(), ip="10.0.0.9")
    assert (finding.verdict, "IP" in finding.why) == (Verdict.HOLDS, False)
    assert wrong(revived(4.0, ended(), node="n2")) == {"differences"}
    assert wrong(revived(4.0, ended(), ready=False)) == {"restarted"}


@pytest.mark.parametrize(("code", "by_itself"), [(137, False), (143, False), (None, False), (0, True)])
def test_a_container_that_ended_by_itself_was_not_killed(code: int | None, by_itself: bool) -> None:
    again = a(3.0)
    if code is not None:
        again.object["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"exitCode": code}}
    finding = restarted(a(1.2, 0, ready=False), again)
    assert finding.verdict is (Verdict.INCONCLUSIVE if by_itself else Verdict.HOLDS), finding.why
    assert ("The process of server in web-a ended by itself, with status 0" in finding.why) is by_itself
