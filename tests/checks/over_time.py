"""Acts in which one target is faulted at 1 s, on a node with three replicas, as API changes show it. The margin is 2 s."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubeskeptic import checks
from kubeskeptic.bounds import Expression, constant
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import fault, node, pod, recording, settings

FIVE = constant("test", 3.0)
"""Five seconds when the margin is added."""
THREE = [pod(0.0, f"web-{n}", ip=f"10.0.0.{n}") for n in "abc"]
VERDICTS = (Verdict.VIOLATED, Verdict.HOLDS, Verdict.HOLDS, Verdict.VIOLATED)


def story(
    *changes: Change, target: str = "pod/ns/web-a", back: float | None = None, end: float = 20, gaps: Iterable[Gap] = (),
    within: Expression | None = FIVE, soonest: Expression | None = None, applied: float = 1.0, **settings_: float,
) -> Act:  # fmt: skip
    """An act in which one target is faulted from 1 s on, at once when not said else, and brought back when that is said."""
    phases = {"applying": 1.0, "applied": applied, "bit": applied} | (
        {"undoing": back, "healed": back + 0.4} if back else {}
    )
    seen = recording(
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        faults=[fault(phases, target=target)],
        gaps=list(gaps),
        settings=settings(**{"GRACE": 0, "MONITOR": 0, "LEASE": 0, "EVICT": 3, "START": 3, **settings_}),
    )
    return Act(seen, ["act"], within=within, soonest=soonest)


BARE, MARKED = pod(0, "alone", app="alone"), pod(5, "alone", app="alone", deleting=True)
GONE = pod(16, "alone", app="alone", type="DELETED")


def elsewhere(*changes: Change, back: float = 15.0, **more: Any) -> Finding:
    return checks.never_elsewhere(story(*changes, target="node/n1", back=back), "alone", **more)


TAINTED = node(6, "n1", "Unknown", unreachable=True)
EVICTED = [pod(9, f"web-{name}", deleting=True) for name in "abc"]
READY = node(0.0, "n1", "True")
