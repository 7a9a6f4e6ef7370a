"""A node that goes at 1 s and is back at 9.5 s, the lanes of its clients, and what a check says of them. A character is 0.1 s.

``a`` is an answer of the pod on the node that goes, ``b`` of one elsewhere; a kept connection keeps its source port.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import only_its_share_fails
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, Lane
from tests.drawn import gone, lane, watched

WINDOW = constant("test", 0.0)
"""Two seconds when the margin is added: until 3 s."""
PODS = {"pod-a": "n9", "pod-b": "n1", "pod-c": "n1"}
BEFORE = "ab" * 5
SHARE = "..t" * 6 + ".." * 16
"""A third is lost for 1.8 s, and nothing after it."""
ELSEWHERE = "b" * 60
LED_THERE = "a" * 10 + "tt" + "b" * 48
"""The connection led to the node that goes: its question and the next are lost, then another one is kept."""


def drawn(drawing: str, probe: str = "web", node: str = "n1", ports: Any = None) -> Lane:
    """A lane whose answers come from the pods that it is drawn with."""
    one = lane(drawing.replace("a", ".").replace("b", "."), node, probe, ports=ports)
    names = {"a": "pod-a", "b": "pod-b", ".": "pod-b"}
    for at, sign in enumerate(drawing.replace(" ", "")):
        one.bys[at] = one.name_index(names.get(sign, ""))
    return one


def kept(drawing: str, ports: Any = None, probe: str = "kept-1") -> Lane:
    """A lane that asks everything over one connection, unless it is said otherwise."""
    return drawn(drawing, probe, ports=dict.fromkeys(range(len(drawing)), 50000) | (ports or {}))


REOPENED = dict.fromkeys(range(12, 60), 50001) | {11: 50002}
TWO_KEPT = (kept(LED_THERE, REOPENED), kept(ELSEWHERE, probe="kept-2"))
CUT = "kept connections to other pods that were cut"
ONE_PORT = dict.fromkeys(range(60), 50000)


def story(
    *lanes: Lane, until: float = 9.5, within: Expression = WINDOW, changes: tuple[Change, ...] = (), end: float = 12.0,
    targets: tuple[str, ...] = ("node/n9",), pods: Any = None,
) -> Act:  # fmt: skip
    fault = gone(1.0, "node/n9", "freeze_node", undoing=until)
    fault.targets = targets
    return watched(
        *lanes, faults=(fault,), within=within, spans=(ActSpan("act", 0, 1, end),), pods=pods or PODS, changes=changes,
        SYN_SENT=2.9,
    )  # fmt: skip


def found_in(act: Act) -> Finding:
    return only_its_share_fails(act, "web", *sorted({one for _, one in act.recording.lanes if one != "web"}))


def out(*lanes: Lane, **more: Any) -> Finding:
    return found_in(story(*lanes, **more))
