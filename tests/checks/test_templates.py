"""Whom a changed template reaches. The act begins at 1 s, a pod is deleted at 10 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, deployment
from tests.drawn import gone, pod


def versioned(seen: float, name: str, version: str, **more: bool | str) -> Change:
    change = pod(seen, name, **more)  # type: ignore[arg-type]
    change.object["metadata"]["labels"]["version"] = version
    return change


OLD = [versioned(0.0, "web-a", "1"), versioned(0.0, "web-b", "1")]
NEW = versioned(11.0, "web-c", "2")


# -- new pods only -------------------------------------------------------------------------------------------------------
def kept(*changes: Change, deleted: float = 10.0) -> Finding:
    act = declared(*OLD, *changes, faults=(gone(deleted, "pod/ns/web-a"),))
    return checks.reaches_new_pods_only(act, "web", "version", "2")


def test_running_pods_are_untouched_and_a_new_one_is_another() -> None:
    finding = kept(versioned(10.1, "web-a", "1", deleting=True), NEW)
    assert finding.verdict is Verdict.HOLDS, finding.why


@pytest.mark.parametrize(
    "touched",
    [
        versioned(3.0, "web-a", "1", deleting=True),
        versioned(3.0, "web-a", "1", type="DELETED"),
        versioned(3.0, "web-a", "1", ready=False),
        versioned(3.0, "web-a", "2"),
        versioned(3.0, "web-x", "2", ready=False),
    ],
)
def test_a_pod_that_comes_goes_or_changes(touched: Change) -> None:
    finding = kept(touched, NEW)
    assert finding.verdict is Verdict.VIOLATED
    assert touched.name in finding.why


def test_a_new_pod_of_the_old_template() -> None:
    assert kept(versioned(11.0, "web-c", "1")).verdict is Verdict.VIOLATED


def test_pods_that_were_not_watched_for_long_enough() -> None:
    assert kept(NEW, deleted=5.9).verdict is Verdict.INCONCLUSIVE
    assert kept(NEW, deleted=6.0).verdict is Verdict.HOLDS


def test_a_pod_that_was_not_replaced() -> None:
    assert "web-a was not replaced" in kept().why


# -- all pods ------------------------------------------------------------------------------------------------------------
CHANGED = [deployment(0.0, 2), deployment(2.0, 2, generation=2)]


def rolled(*changes: Change, end: float = 20) -> Finding:
    return checks.reaches_all_pods(declared(*OLD, *CHANGED, *changes, end=end), "web", "version", "2")


def swapped(at: float) -> list[Change]:
    """Both pods are replaced, the second one at this time."""
    return [
        versioned(3.0, "web-c", "2"),
        versioned(3.5, "web-a", "1", deleting=True),
        versioned(4.0, "web-d", "2"),
        versioned(at, "web-b", "1", type="DELETED"),
    ]


@pytest.mark.parametrize(("at", "verdict"), [(7.0, Verdict.HOLDS), (7.1, Verdict.VIOLATED)])
def test_all_pods_are_replaced_in_time(at: float, verdict: Verdict) -> None:
    finding = rolled(*swapped(at))
    assert finding.verdict is verdict, finding.why


def test_pods_that_stay_of_the_old_template() -> None:
    assert rolled(versioned(3.0, "web-c", "2")).verdict is Verdict.VIOLATED
    assert rolled(versioned(3.0, "web-c", "2"), end=6.9).verdict is Verdict.INCONCLUSIVE


def test_a_rollout_that_does_not_stay_whole() -> None:
    assert rolled(*swapped(5.0), versioned(9.0, "web-d", "2", ready=False)).verdict is Verdict.VIOLATED


def test_a_template_that_was_not_seen_to_change() -> None:
    act = declared(*OLD, deployment(0.0, 2), *swapped(5.0))
    assert "not seen to change" in checks.reaches_all_pods(act, "web", "version", "2").why


def test_one_of_two_new_pods_is_of_the_old_template() -> None:
    finding = kept(NEW, versioned(12.0, "web-d", "1"))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["made from the old template"].value == 1


def test_as_many_as_are_wanted_have_to_be_there() -> None:
    one = [change for change in swapped(5.0) if change.name != "web-d"]
    assert rolled(*one).verdict is Verdict.VIOLATED
    assert rolled(*one, end=6.0).verdict is Verdict.INCONCLUSIVE
