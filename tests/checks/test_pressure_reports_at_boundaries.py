"""What a node says whose pods take too much at 5 s, known to 0.2 s, at each boundary; each bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import reports_pressure
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.pressed import NEVER, TAINT, evicted, running, says, taken
from tests.drawn import node


def reports(*changes: Change, end: float = 30, kind: str = "MemoryPressure") -> Finding:
    return reports_pressure(taken(running(0), evicted(9), *changes, end=end), "web", kind)


def test_everything_that_is_measured_of_a_report() -> None:
    found = reports(says(0, "False"), says(11, "True")._replace(age=0.5), says(12, "False", TAINT), says(13, "True"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["reported"].interval == pytest.approx((5.3, 6.0))
    assert found.measured["reports missing"].interval == (0.0, 0.0)
    assert (found.nodes, found.window) == (("n1",), (1, 30))
    assert "n1 reported MemoryPressure 6.0 s after" in found.why


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ((says(11, "True"),), "n1 was not tainted (MemoryPressure)"),
        ((says(11, "False", TAINT),), "n1 did not report the condition (MemoryPressure)"),
        ((says(11, "Unknown", TAINT),), "n1 did not report the condition (MemoryPressure)"),
        ((), "n1 did not report the condition and was not tainted (MemoryPressure)"),
    ],
)
def test_what_the_node_did_not_say_is_counted(changes: tuple[Change, ...], lacking: str) -> None:
    found = reports(says(0, "False"), *changes)
    assert lacking in found.why
    many = 1 + lacking.count(" and ")
    assert (found.verdict, found.measured["reports missing"].interval) == (Verdict.VIOLATED, (many, many))
    if "not report" in lacking:
        assert found.measured["reported"].interval == pytest.approx((24.8, NEVER))


@pytest.mark.parametrize(("end", "least"), [(10.2, 0), (10.3, 2)])
def test_a_report_may_come_as_long_as_the_bound_lasts(end: float, least: float) -> None:
    found = reports(says(0, "False"), end=end)
    assert found.measured["reports missing"].interval == (least, 2.0)
    assert found.verdict is (Verdict.VIOLATED if least else Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ([says(0, "False")], True),
        ([says(0, "True", TAINT), says(4, "False")], True),  # the last word before
        ([says(0, "False"), says(5.0, "True")], False),  # at the moment is before
        ([says(0, "False"), says(5.1, "True", TAINT)], True),
        ([says(0, "Unknown")], False),
        ([node(0, "n1", "True")], False),
        ([], False),
    ],
)
def test_a_node_has_to_have_reported_no_pressure_before(before: list[Change], known: bool) -> None:
    found = reports(*before, says(11, "True", TAINT))
    assert ("n1 did not report MemoryPressure: False before" in found.why) is not known
    assert found.verdict is (Verdict.HOLDS if known else Verdict.INCONCLUSIVE)


def test_a_taint_of_before_says_nothing_of_the_pressure() -> None:
    for at in (0.0, 5.0):
        assert reports(says(at, "False", TAINT), says(11, "True")).verdict is Verdict.VIOLATED
    untold = says(12, "True")
    untold.object["spec"] = {"taints": None}
    assert reports(says(0, "False"), untold, says(13, "True", {"effect": "NoSchedule"}, TAINT)).verdict is Verdict.HOLDS


def test_another_node_and_another_kind_say_nothing() -> None:
    elsewhere = says(11, "True", TAINT)
    elsewhere.object["metadata"] = {"name": "n2", "uid": "n2"}
    assert reports(says(0, "False"), elsewhere).verdict is Verdict.VIOLATED
    full = says(11, "True", {"key": "node.kubernetes.io/disk-pressure"})
    first = says(0, "False")
    for change in (first, full):
        change.object["status"]["conditions"][-1]["type"] = "DiskPressure"
    assert reports(first, full, kind="DiskPressure").verdict is Verdict.HOLDS
    assert reports(says(0, "False"), full).verdict is Verdict.VIOLATED
