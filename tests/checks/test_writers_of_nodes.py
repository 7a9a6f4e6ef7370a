"""Cordons and taints that no fault explains. A minute: the act is from 1 s to 60 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import writers
from kubeskeptic.checks.writers import CONDITIONS
from kubeskeptic.timeline import FaultSpan
from kubeskeptic.timeline.recording import Gap
from tests.checks.changed import marked, thing, told
from tests.checks.minute import GOOD, minute
from tests.drawn import fault, node


def in_force(target: str, name: str = "cordon_node", act: str = "act", **more: float) -> FaultSpan:
    """A fault that is applied between 10 s and 11 s, and undone between 20 s and 21 s."""
    phases = {"applying": 10.0, "applied": 11.0, "undoing": 20.0, "undone": 21.0, **more}
    return fault(phases, act, name, target)


CORDON, X = in_force("cordon/w1"), in_force("taint/w1/x:NoSchedule", "taint_node")
HERE = marked(0.0)


def test_a_cordon_that_no_fault_explains_is_told() -> None:
    assert told(HERE, marked(9.0, cordoned=True)) == ["w1 was cordoned 8.0 s into the act, and not by a fault"]
    assert told(marked(0.0, cordoned=True), marked(9.0, cordoned=True)) == [], "it was cordoned all the time"
    assert told(marked(9.0, cordoned=True, type="ADDED")) == told(marked(9.0, cordoned=True)) == [], (
        "it was first seen so"
    )
    bare = node(0.0, "w1", "True")
    bare.object["spec"] = None
    assert len(told(bare, marked(9.0, cordoned=True))) == 1


@pytest.mark.parametrize(
    ("seen", "age", "explained"),
    [
        (9.9, 0.0, False),
        (10.0, 0.0, True),
        (21.0, 0.0, True),
        (21.1, 0.0, False),
        (21.1, 0.1, True),
        (30.0, 2.0, False),
    ],
)
def test_a_fault_explains_a_cordon_until_it_is_undone(seen: float, age: float, explained: bool) -> None:
    for cordon in (CORDON, in_force("cordon/w1", "drain_node"), in_force("cordon/w1", act="sabotage: act")):
        assert (told(HERE, marked(seen, cordoned=True, age=age), faults=(cordon,)) == []) is explained
    assert len(told(HERE, marked(seen, cordoned=True), faults=(in_force("cordon/w2"), in_force("node/w1")))) == 1


def test_a_fault_that_was_not_undone_or_not_applied() -> None:
    lasting, planned = in_force("cordon/w1"), in_force("cordon/w1")
    del lasting.phases["undone"], lasting.phases["undoing"], planned.phases["applying"], planned.phases["applied"]
    assert told(HERE, marked(50.0, cordoned=True), faults=(lasting,)) == []
    assert len(told(HERE, marked(15.0, cordoned=True), marked(50.0), faults=(lasting,))) == 1
    assert len(told(HERE, marked(15.0, cordoned=True), faults=(planned,))) == 1
    assert told(marked(0.0, cordoned=True), marked(15.0), faults=(planned,)) == []


@pytest.mark.parametrize(
    ("seen", "age", "explained"),
    [(11.0, 0.1, True), (11.0, 0.0, False), (19.9, 0.0, False), (19.9, 9.0, True), (20.0, 0.0, True)],
)
def test_nobody_else_lifts_the_cordon_of_a_fault(seen: float, age: float, explained: bool) -> None:
    why = told(marked(0.0, cordoned=True), marked(seen, age=age), faults=(CORDON,))
    assert (why == []) is explained
    if not explained:
        assert why == [f"w1 was uncordoned {seen - 1:.1f} s into the act, while a fault had cordoned it"]
    assert told(marked(0.0, cordoned=True), marked(seen, age=age)) == [], "who cordoned it may uncordon it"


def test_a_cordon_that_is_not_seen_yet_or_stays_is_not_lifted() -> None:
    assert told(HERE, marked(15.0), faults=(CORDON,)) == [], "the watch may be late"
    assert (
        told(HERE, marked(12.0, cordoned=True), marked(15.0, "x:NoSchedule", cordoned=True), faults=(CORDON, X)) == []
    )
    assert told(thing(0.0, "Machine"), thing(9.0, "Machine", unschedulable=True)) == [], "it is no node"


def test_a_taint_that_no_fault_explains_is_told() -> None:
    why = ["w1 was tainted with me:NoSchedule 8.0 s into the act, and not by a fault"]
    assert told(HERE, marked(9.0, "me:NoSchedule")) == why
    assert len(told(HERE, marked(9.0, "me:NoExecute", "you:NoExecute"))) == 2
    assert told(HERE, marked(9.0, "me:PreferNoSchedule")) == [], "pods may go there"
    assert told(marked(0.0, "me:NoSchedule"), marked(9.0, "me:NoSchedule"), marked(10.0)) == []
    assert len(told(marked(0.0, "me:NoSchedule"), marked(9.0, "me:NoExecute"))) == 1
    assert len(told(HERE, marked(9.0, "node.kubernetes.io/out-of-service:NoExecute"))) == 1, "by hand only"
    assert told(HERE, marked(9.0, *(f"{key}:NoExecute" for key in CONDITIONS))) == []


def test_a_fault_explains_its_own_taint() -> None:
    taint = in_force("taint/w1/me:NoSchedule", "taint_node")
    assert told(HERE, marked(15.0, "me:NoSchedule"), faults=(taint,)) == []
    assert len(told(HERE, marked(9.0, "me:NoSchedule"), faults=(taint,))) == 1
    assert len(told(HERE, marked(15.0, "me:NoExecute"), faults=(taint, in_force("taint/w2/me:NoExecute")))) == 1


@pytest.mark.parametrize(
    ("gap", "told_of"),
    [
        (Gap("watch", "", "", "Node", 0.0, None, "it broke"), True),
        (Gap("watch", "", "", "", 0.0, None, "it broke"), True),
        (Gap("watch", "", "", "Node", 59.9, 61.0, "it broke"), True),
        (Gap("watch", "", "", "Node", 60.0, 61.0, "it broke"), False),
        (Gap("watch", "", "", "Pod", 0.0, None, "it broke"), False),
        (Gap("probe", "n1", "", "Node", 0.0, None, "it broke"), False),
    ],
)
def test_who_changed_a_node_that_was_not_watched_is_not_known(gap: Gap, told_of: bool) -> None:
    act = minute(GOOD)
    act.recording.gaps.append(gap)
    why = "The watch of Node was interrupted in the act: it is not known who changed a node. it broke"
    assert [*writers.lacking(act)] == ([why] if told_of else [])
