"""An autoscaler that says of each change of the replicas that it made it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubeskeptic.timeline import Change


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
