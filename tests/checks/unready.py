"""A pod turns unready at 1 s and is ready again at 5 s, or a kubelet restarts; the bound is 2 s, the margin's.

``a`` is an answer of the pod that turns unready, ``.`` one of the other pod, ``c`` one of a third, ``s`` one of a stranger,
``w`` a wrong one of the first, ``r`` a refused request, ``?`` one whose outcome is not known; two ticks a second.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import constant
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Gap, Lane, Sample
from tests.drawn import endpoints, fault, gone, pod, recording, settings, watched

NOTHING = constant("test", 0.0)
"""Two seconds when the margin is added."""
PODS = {"pod-a": "n1", "pod-b": "n2"}
SIGNS = {
    **{
        sign: (Outcome.OK, f"ns/{name}/{name}")
        for sign, name in zip("a.cs", ["pod-a", "pod-b", "pod-c", "pod-z"], strict=True)
    },
    "w": (Outcome.WRONG, "ns/pod-a/pod-a"),
    "?": (Outcome.UNKNOWN, ""),
}


def lane(drawing: str, node: str = "n1", doubt: float = 0.0) -> Lane:
    found = Lane(node, "web", 0.5)
    for tick, sign in enumerate(drawing):
        if sign != " ":
            outcome, by = SIGNS.get(sign, (Outcome.REFUSED, ""))
            found.append(Sample(tick, tick * 0.5, 0.001, outcome, by, 40000 + tick))
    found.doubt = doubt
    return found


def act(*drawings: str, doubt: float = 0.0, end: float = 9.0, fault_: FaultSpan | None = None) -> Act:
    """A pod is told to be unready at 1 s, and to be ready again at 5 s, on as many nodes as there are drawings."""
    lanes = [lane(one, f"n{number}", doubt) for number, one in enumerate(drawings, 1)]
    told = fault_ or gone(undoing=5.0, undone=5.0, healed=5.5)
    return watched(
        *lanes, pods=PODS, faults=(told,), spans=(ActSpan("act", 0, 1, end),), within=NOTHING,
        changes=(endpoints(3.0, "pod-b", type="MODIFIED"), endpoints(6.0, *PODS, type="MODIFIED")),
    )  # fmt: skip


#       0 1 2 3 4 5 6 7 8
FINE = "a.a.a.....a.a.a.a."


def stops(*drawings: str, **more: Any) -> Finding:
    return checks.stops_sending(act(*drawings, **more), "web")


def resumes(*drawings: str, **more: Any) -> Finding:
    return checks.resumes_sending(act(*drawings, **more), "web", NOTHING)


BACK = {"applying": 1.0, "applied": 1.0, "bit": 1.1, "undoing": 1.2, "undone": 1.3, "healed": 2.0}


LONG_AGO = "1969-12-31T23:59:40Z"
AGES = {"web-a": LONG_AGO, "young": "1969-12-31T23:59:51Z"}  # the second: 9 s before the kubelet was stopped


def stays(*changes: Change, phases: dict[str, float] = BACK, end: float = 9.0, gap: Gap | None = None) -> Finding:
    there = (
        pod(0.0, "web-a", node="n1", started=LONG_AGO),
        pod(0.0, "web-b", node="n2", started=LONG_AGO),
        pod(0.0, "web-c", node="n1", started=LONG_AGO, ready=False),
        pod(0.0, "young", node="n1", started=AGES["young"]),
    )
    seen = recording(
        *there,
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        faults=[fault(phases, name="stop_kubelet", target="kubelet/n1")],
        settings=settings(),
        gaps=[gap] if gap else [],
    )
    return checks.stays_ready(Act(seen, ["act"], within=NOTHING), "web")
