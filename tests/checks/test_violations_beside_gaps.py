"""What was seen to be wrong stays wrong, whatever else was not seen."""

from __future__ import annotations

from kubeskeptic.findings import Verdict
from tests.checks.declared import ended
from tests.checks.over_time import BARE, MARKED, elsewhere
from tests.checks.test_draining import NEW, recreated
from tests.checks.test_evictions import REFUSED, judged
from tests.checks.test_scaling_down import ends, leaving
from tests.checks.test_statefulsets import FIRST, began, early, started
from tests.checks.test_templates import kept, versioned
from tests.drawn import pod


def test_a_pod_that_was_made_too_soon_although_none_became_ready() -> None:
    made = pod(0.5, "db-1", app="db", type="ADDED", ready=False)
    finding = started(*FIRST, made)
    assert (finding.verdict, early(finding)) == (Verdict.VIOLATED, 1), finding.why
    assert "db-1 was created 0.50 s before db-0 was Ready" in finding.why
    never = started(pod(0.0, "db-0", app="db", type="ADDED", ready=False), made)
    assert (never.verdict, "db-1 was created, and db-0 never became Ready" in never.why) == (Verdict.VIOLATED, True)
    late = started(*FIRST, pod(1.5, "db-1", app="db", type="ADDED", ready=False))
    assert (late.verdict, late.why) == (Verdict.INCONCLUSIVE, "db-1 never became Ready")
    assert started(*FIRST, *began(0.5, 2.0, "db-2"), replicas=3).why == "db-1 never became Ready"


def test_the_one_before_is_ready_when_a_pod_is_made() -> None:
    lost = pod(1.2, "db-0", app="db", ready=False)
    for change, sure in (
        (lost, False),
        (lost._replace(type="DELETED"), False),
        (lost._replace(seen=1.5), True),  # seen no earlier than the next one
        (pod(1.2, "db-0", app="db"), True),
    ):
        finding = started(*FIRST, *began(1.5, 2.5, "db-1"), change)
        assert finding.verdict is (Verdict.HOLDS if sure else Verdict.INCONCLUSIVE), finding.why
        assert ("db-0 was not Ready any more when db-1 was created" in finding.why) is not sure
    again = pod(1.3, "db-0", app="db")
    assert started(*FIRST, lost, again, *began(1.5, 2.5, "db-1")).verdict is Verdict.HOLDS
    told_late = [one._replace(age=1.4) for one in began(1.5, 2.5, "db-1")]
    assert started(*FIRST, lost, *told_late).verdict is Verdict.INCONCLUSIVE, "one watch tells in order"


def test_a_bare_pod_that_was_marked_late_and_is_still_there() -> None:
    there = elsewhere(BARE, MARKED)
    assert (there.verdict, "its object still existed at the end" in there.why) == (Verdict.INCONCLUSIVE, True)
    late = elsewhere(BARE, MARKED._replace(seen=14.0))
    assert (late.verdict, late.measured["evicted"].value) == (Verdict.VIOLATED, 13.0), late.why


def test_a_new_pod_with_an_old_name_although_another_is_lacking() -> None:
    same = pod(5.0, "b", uid="b2", node="n3", ip="10.0.0.5")
    assert (recreated(same).verdict, "kept name b" in recreated(same).why) == (Verdict.VIOLATED, True)
    assert recreated(NEW[0]).verdict is Verdict.INCONCLUSIVE


def test_an_eviction_that_was_granted_although_the_table_is_cut_off() -> None:
    for answers, again in ((("201: evicted",), True), ((REFUSED, "201: evicted"), None)):
        finding = judged(*answers, again=again)
        assert (finding.verdict, finding.measured["evicted"].value) == (Verdict.VIOLATED, 1), finding.why
        assert finding.measured["left cordoned"].value == 0
    assert judged(REFUSED).verdict is judged(REFUSED, REFUSED, again=None).verdict is Verdict.INCONCLUSIVE


def test_pods_that_a_new_template_touched_although_none_was_replaced() -> None:
    touched = kept(versioned(3.0, "web-a", "2"))
    assert (touched.verdict, touched.measured["touched"].value) == (Verdict.VIOLATED, 1), touched.why
    assert kept().verdict is Verdict.INCONCLUSIVE


def test_a_pod_ends_in_order_with_all_its_containers() -> None:
    for names, verdict in (((), Verdict.HOLDS), (("server",), Verdict.HOLDS), (("server", "more"), Verdict.VIOLATED)):
        last = ended(4.0, "web-a", type="DELETED")
        last.object["spec"]["containers"] = [{"name": name} for name in names]
        assert ends(leaving(2.0), ended(3.0, "web-a"), last).verdict is verdict
    last = ended(4.0, "web-a", type="DELETED")
    last.object["spec"]["containers"], last.object["status"]["containerStatuses"] = [{"name": "server"}], []
    assert "was gone before its containers were seen to end" in ends(leaving(2.0), ended(3.0, "web-a"), last).why
