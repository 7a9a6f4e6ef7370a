"""Pods that are replaced again and again, elsewhere, or only once there are controllers again. The margin is 2 s."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubeskeptic.bounds import constant
from kubeskeptic.checks import moved_within_budget, recovers_each_time, replaced_only_by_controllers
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan
from tests.drawn import endpoints, fault, gone, pod, recording, settings

TWO = [pod(0.0, f"web-{n}", node=f"n{n}") for n in "12"]
NEVER = float("inf")
THREE = [pod(at / 10, f"web-{at}") for at in (1, 2, 3)]


def act(*changes: Change, faults: Sequence[FaultSpan], end: float = 20, of: str = "", **facts: Any) -> Act:
    seen = recording(
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        faults=list(faults),
        facts=facts,
        settings=settings(START=2.0),
    )
    return Act(seen, ["act"], of=of, within=constant("test", 3.0))


# -- again and again ----------------------------------------------------------------------------------------------------
def lost(at: float, name: str, new: str, back: float) -> list[Change]:
    return [pod(at + 0.1, name, deleting=True), pod(back, new)]


def recovers(*changes: Change, faults: Sequence[FaultSpan] = (gone(2.0), gone(9.0)), end: float = 20) -> Finding:
    return recovers_each_time(act(*TWO, *changes, faults=faults, end=end), "web", 2)


def again(*changes: Change, faults: tuple[FaultSpan, ...], end: float = 20) -> Finding:
    return recovers_each_time(act(*THREE, *changes, faults=faults, end=end), "web", 3)


# -- elsewhere ----------------------------------------------------------------------------------------------------------
EVICTED = "EvictionByEvictionAPI"
HOME = [pod(0.0, "a", node="n1"), pod(0.0, "b", node="n1"), pod(0.0, "c", node="n2")]
ONE_BY_ONE = [
    pod(2.1, "a", node="n1", deleting=True, by=EVICTED),
    pod(3.0, "d", node="n2"),
    pod(3.1, "b", node="n1", deleting=True, by=EVICTED),
    pod(3.2, "a", node="n1", type="DELETED"),
    pod(3.4, "b", node="n1", type="DELETED"),
    pod(5.0, "e", node="n3"),
]
DRAIN = fault({"applying": 2.0, "applied": 2.0, "bit": 3.5, "undoing": 15.0}, name="drain_node", target="cordon/n1")


def moved(*changes: Change, home: Sequence[Change] = HOME, end: float = 20) -> Finding:
    return moved_within_budget(act(*home, *changes, faults=[DRAIN], end=end), "web", 3, 2)


def drained(*changes: Change, end: float = 20, **phases: float) -> Finding:
    how = fault(DRAIN.phases | phases, name="drain_node", target="cordon/n1")
    return moved_within_budget(act(*HOME, *changes, faults=[how], end=end), "web", 3, 2)


# -- without controllers ------------------------------------------------------------------------------------------------
def stopped(undoing: float = 10.0, **more: float) -> FaultSpan:
    phases = {"applying": 1.5, "applied": 1.5, "bit": 1.8, "undoing": undoing, "healed": undoing + 4.0, **more}
    return fault(phases, name="stop_component", target="manifest/kube-controller-manager")


DELETED = gone(2.0, "pod/ns/web-1")
SLICE = [endpoints(0.0, "web-1", "web-2"), endpoints(12.0, "web-2", type="MODIFIED")]


def replaced(*changes: Change, faults: Sequence[FaultSpan] = (stopped(), DELETED), started: float = 10.0) -> Finding:
    changes = (*TWO, *SLICE, pod(2.1, "web-1", deleting=True), *changes)
    return replaced_only_by_controllers(act(*changes, faults=faults, of="web", started=started), "web", 2, "started")


BACK = pod(14.0, "web-3")


def away(
    *changes: Change, undoing: float = 10.0, started: float = 10.0, slices: list[Change] = SLICE, **phases: float
) -> Finding:
    """What is said when the pod was deleted between 2 s and 2.25 s."""
    faults = (stopped(undoing, **phases), gone(2.0, "pod/ns/web-1", applied=2.25))
    deleting = pod(2.1, "web-1", deleting=True)
    seen = act(*TWO, *slices, deleting, *changes, faults=faults, of="web", started=started)
    return checked(seen)


def checked(seen: Act) -> Finding:
    return replaced_only_by_controllers(seen, "web", 2, "started")
