"""An autoscaler that says of each change of the replicas that it made it, and pods that follow at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubeskeptic.timeline import Act, Change
from tests.drawn import pod


def rescaled(changes: Iterable[Change]) -> list[Change]:
    """These changes, and after each of a Deployment what its autoscaler then says, apart from its metric."""
    found: list[Change] = []
    last: dict[str, Any] = {}
    for change in sorted(changes, key=lambda one: one.seen):
        found.append(change)
        if change.kind == "HorizontalPodAutoscaler":
            last = change.object
        elif change.kind == "Deployment" and last:
            known = {name: value for name, value in last.get("status", {}).items() if name != "currentMetrics"}
            wanted = change.object.get("spec", {}).get("replicas", 0)
            status = known | {"lastScaleTime": f"the one of {change.seen} s", "desiredReplicas": wanted}
            found.append(Change(change.seen, "MODIFIED", "HorizontalPodAutoscaler", last | {"status": status}))
    return found


def followed(act: Act, app: str) -> Act:
    """The same act, in which as many pods are Ready as the Deployment asks for, from that moment on."""
    changes = act.recording.changes
    wanted = [(one.seen, one.object.get("spec", {}).get("replicas", 0)) for one in changes if one.kind == "Deployment"]
    there = [f"{app}-1"]
    for seen, count in wanted:
        changes += [pod(seen, name, app=app, type="DELETED") for name in there[count:]]
        there = there[:count] + [f"{app}-{seen}-{number}" for number in range(len(there), count)]
        changes += [pod(seen, name, app=app) for name in there]
    act.recording.changes = sorted(changes, key=lambda one: one.seen)
    return act
