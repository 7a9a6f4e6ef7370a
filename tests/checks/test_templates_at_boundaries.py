"""Whom a changed template reaches, at each boundary. The act begins at 1 s, a pod is deleted at 10 s; the bound is 5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, deployment
from tests.checks.test_templates import NEW, OLD, kept, rolled, swapped, versioned
from tests.drawn import gone, pod


def wrong(finding: Finding) -> set[str]:
    return {name for name, _, _, verdict in finding.compared if verdict is Verdict.VIOLATED}


def values(finding: Finding) -> dict[str, float]:
    return {name: one.value for name, one in finding.measured.items()}


# -- new pods only -------------------------------------------------------------------------------------------------------
def test_all_that_is_measured_of_pods_that_run_on() -> None:
    finding = kept(NEW)
    assert finding.verdict is Verdict.HOLDS
    assert values(finding) == {
        "touched": 0,
        "made from the new template": 1,
        "made from the old template": 0,
        "unchanged": 9,
    }
    assert finding.bounds.keys() == finding.measured.keys()
    assert "2 pods of web stayed unchanged for 9.0 s" in finding.why
    assert "web-c, which replaced web-a, has version=2" in finding.why
    assert finding.window == (1, 20)


@pytest.mark.parametrize(("at", "touched"), [(0.9, 0), (1.0, 1)])
def test_a_pod_that_was_there_when_the_template_was_changed_is_known(at: float, touched: int) -> None:
    finding = kept(versioned(at, "web-x", "1"), NEW)
    assert (wrong(finding), values(finding)["touched"]) == ({"touched"} if touched else set(), touched)
    assert touched or "3 pods of web stayed unchanged" in finding.why


@pytest.mark.parametrize(("at", "touched"), [(0.9, False), (1.0, True), (9.9, True), (10.0, False)])
def test_pods_are_left_alone_from_the_change_until_one_is_deleted(at: float, touched: bool) -> None:
    finding = kept(versioned(at, "web-b", "1", deleting=True), NEW)
    assert (wrong(finding), values(finding)["touched"]) == ({"touched"} if touched else set(), touched)


def test_a_pod_that_ended_before_the_change_did_not_run_then() -> None:
    last_words = versioned(0.5, "web-x", "1", type="DELETED")
    assert "2 pods of web stayed unchanged" in kept(last_words, NEW).why


def test_news_of_a_pod_that_is_as_it_was_is_no_change() -> None:
    assert kept(versioned(3.0, "web-b", "1"), NEW).verdict is Verdict.HOLDS


def test_a_pod_that_comes_with_the_old_template_is_one_more() -> None:
    assert wrong(kept(versioned(3.0, "web-x", "1"), NEW)) == {"touched"}


def test_a_pod_is_counted_once_and_at_most_four_are_named() -> None:
    more = [versioned(3.0, f"web-{name}", "1") for name in "hgfe"]
    finding = kept(*more, versioned(3.0, "web-b", "2"), versioned(4.0, "web-b", "2"), NEW)
    assert values(finding)["touched"] == 5
    assert finding.why.startswith("web-b, web-e, web-f, web-g came")


def test_only_new_pods_that_are_ready_are_compared_with_the_template() -> None:
    known = versioned(11.0, "web-b", "1")
    unready = versioned(11.0, "web-d", "1", ready=False)
    for change in (known, unready):
        finding = kept(change, NEW)
        assert (finding.verdict, values(finding)["made from the old template"]) == (Verdict.HOLDS, 0)
        assert "web-a was not replaced" in kept(change).why
    assert values(kept(versioned(11.0, "web-b", "2"), NEW))["made from the new template"] == 1


@pytest.mark.parametrize(("at", "replaced"), [(9.9, False), (10.0, True)])
def test_a_replacement_comes_once_the_pod_is_deleted(at: float, replaced: bool) -> None:
    finding = kept(NEW._replace(seen=at))
    assert ("web-c came, went or changed" in finding.why) is not replaced
    assert finding.verdict is (Verdict.HOLDS if replaced else Verdict.VIOLATED)


def test_more_than_one_new_pod_may_come_and_each_is_counted_as_it_was_last() -> None:
    two = kept(NEW, versioned(12.0, "web-d", "2"), versioned(13.0, "web-d", "2"))
    assert (two.verdict, values(two)["made from the new template"]) == (Verdict.HOLDS, 2)
    assert "web-c, which replaced web-a" in two.why
    assert kept(versioned(11.0, "web-c", "1"), NEW._replace(seen=12.0)).verdict is Verdict.HOLDS


def test_a_replacement_of_the_old_template_is_wrong_twice() -> None:
    finding = kept(versioned(11.0, "web-c", "1"))
    assert wrong(finding) == {"made from the new template", "made from the old template"}
    assert wrong(kept(pod(11.0, "web-c"))) == wrong(finding)  # it has no such label


def test_without_a_pod_before_the_change_nothing_is_known() -> None:
    act = declared(NEW, faults=(gone(10.0, "pod/ns/web-a"),))
    finding = checks.reaches_new_pods_only(act, "web", "version", "2")
    assert (finding.verdict, "no pod of web ran before" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_pods_of_other_apps_do_not_matter() -> None:
    other = [versioned(3.0, "x", "1", app="other"), versioned(11.0, "y", "1", app="other")]
    assert kept(*other, NEW).verdict is Verdict.HOLDS


# -- all pods ------------------------------------------------------------------------------------------------------------
def of(*changes: Change, **more: Any) -> Finding:
    """Two pods of the old template, and a Deployment that is declared as it is said."""
    return checks.reaches_all_pods(declared(*OLD, *changes, **more), "web", "version", "2")


def took(finding: Finding) -> float:
    return finding.measured["all replaced"].value


def test_all_that_is_measured_of_pods_that_are_replaced() -> None:
    finding = rolled(*swapped(5.0), versioned(5.5, "web-a", "1", type="DELETED"))
    assert (finding.verdict, took(finding)) == (Verdict.HOLDS, 3)
    assert (
        "All 2 pods of web were Ready and from the new template 3.0 s after its change; the limit is 5 s" in finding.why
    )
    assert finding.window == (1, 20)


def test_the_old_pods_alone_are_not_of_the_new_template() -> None:
    finding = rolled()
    assert finding.verdict is Verdict.VIOLATED
    assert (
        "18.0 s after its template was changed, 0 of 2 pods of web were Ready and from the new template, and 2 were still"
        in finding.why
    )


def test_each_pod_has_to_be_ready_and_of_the_new_template() -> None:
    new, ended = versioned(3.0, "web-c", "2"), versioned(3.5, "web-a", "1", deleting=True)
    half = rolled(new, ended)
    assert (half.verdict, "1 of 2 pods of web were Ready and from the new template, and 2 were still" in half.why) == (
        Verdict.VIOLATED,
        True,
    )
    both = [versioned(4.0, "web-b", "1", deleting=True), versioned(4.0, "web-d", "2", ready=False)]
    unready = rolled(new, ended, *both)
    assert (unready.verdict, "1 of 2 pods of web were Ready and from the new template, and 2" in unready.why) == (
        Verdict.VIOLATED,
        True,
    )
    assert rolled(new, ended, *both, versioned(6.0, "web-d", "2")).verdict is Verdict.HOLDS


def test_more_pods_than_are_wanted_are_not_it() -> None:
    assert rolled(*swapped(5.0), versioned(5.0, "web-e", "2")).verdict is Verdict.VIOLATED
    over = versioned(6.0, "web-e", "2", type="DELETED")
    assert took(rolled(*swapped(5.0), versioned(4.5, "web-e", "2"), over)) == 4


def test_pods_that_are_deleted_at_once_or_marked_first_count_alike() -> None:
    at_once = [change._replace(type="DELETED") if change.name == "web-a" else change for change in swapped(5.0)]
    marked = [
        change if change.name != "web-b" else versioned(5.0, "web-b", "1", deleting=True) for change in swapped(5.0)
    ]
    assert took(rolled(*at_once)) == took(rolled(*marked)) == 3


def test_the_moment_counts_from_which_all_were_new_for_good() -> None:
    assert took(rolled(*swapped(5.0), versioned(9.0, "web-d", "2"))) == 3
    again = [versioned(5.5, "web-d", "2", ready=False), versioned(6.5, "web-d", "2")]
    assert took(rolled(*swapped(5.0), *again)) == 4.5


@pytest.mark.parametrize(("end", "age", "verdict"), [
    (7.0, 0.0, Verdict.INCONCLUSIVE), (7.1, 0.0, Verdict.VIOLATED), (7.0, 0.5, Verdict.INCONCLUSIVE),
])  # fmt: skip
def test_what_is_not_replaced_at_the_end_may_be_in_time(end: float, age: float, verdict: Verdict) -> None:
    declarations = [deployment(0.0, 2), deployment(2.0, 2, generation=2)._replace(age=age)]
    assert of(*declarations, end=end).verdict is verdict


def test_a_change_of_the_declaration_may_be_older_than_its_sight() -> None:
    late = deployment(2.0, 2, generation=2)._replace(age=0.5)
    assert of(deployment(0.0, 2), late, *swapped(6.5)).verdict is Verdict.HOLDS
    assert of(deployment(0.0, 2), late, *swapped(6.6)).verdict is Verdict.INCONCLUSIVE


def test_only_another_generation_is_a_change() -> None:
    states = [
        deployment(0.0, 2),
        deployment(1.5, 2),
        deployment(2.0, 2, generation=2),
        deployment(4.0, 2, generation=2),
    ]
    assert took(of(*states, *swapped(5.0))) == 3
    before = [deployment(0.0, 2), deployment(0.5, 2, generation=2), deployment(2.0, 2, generation=2)]
    assert "not seen to change" in of(*before, *swapped(5.0)).why


def test_a_change_as_the_act_begins_is_one_of_it() -> None:
    assert took(of(deployment(0.0, 2), deployment(1.0, 2, generation=2), *swapped(5.0))) == 4
    assert "not seen to change" in of(deployment(0.9, 2, generation=2), *swapped(5.0)).why
    assert took(of(deployment(2.0, 2), *swapped(5.0))) == 3  # it is declared within the act


def test_as_many_are_wanted_as_the_change_declares() -> None:
    one = [deployment(0.0, 2), deployment(2.0, 1, generation=2)]
    finding = of(*one, *swapped(5.0), versioned(6.0, "web-d", "2", type="DELETED"))
    assert (finding.verdict, took(finding)) == (Verdict.HOLDS, 4)


def test_a_declaration_of_no_pods_is_not_the_one() -> None:
    none = [deployment(0.0, 2), deployment(2.0, 0, generation=2)]
    assert "not seen to change" in of(*none, *swapped(5.0)).why
    assert took(of(*none, deployment(3.0, 2, generation=3), *swapped(5.0))) == 2
    bare = deployment(2.0, 2, generation=2)
    del bare.object["spec"]
    assert "not seen to change" in of(deployment(0.0, 2), bare, *swapped(5.0)).why


def test_another_deployment_and_other_pods_do_not_matter() -> None:
    other = [deployment(0.0, 2), deployment(2.0, 2, name="other", generation=2)]
    assert "not seen to change" in of(*other, *swapped(5.0)).why
    assert rolled(*swapped(5.0), versioned(3.0, "x", "1", app="other")).verdict is Verdict.HOLDS


def test_pods_that_were_gone_before_the_change_did_not_go_on() -> None:
    gone_before = [versioned(0.5, name, "1", type="DELETED") for name in ("web-a", "web-b")]
    assert "no pod of web ran before" in kept(*gone_before, NEW).why
