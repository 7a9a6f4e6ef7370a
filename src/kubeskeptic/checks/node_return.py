"""When was a node back that had been down?"""

from __future__ import annotations

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import node_of


def returned(act: Act) -> Interval:
    """Return when the act's node was back: its kubelet reported a container's state for the first time since undoing began.

    Nothing else writes these states: the control plane writes conditions of nodes and pods. The kubelet renews its Lease up to
    2 s earlier, before it has looked at its containers.

    :raises Inconclusive: if the kubelet was not seen to report
    """
    begun = act.lifted
    states: dict[str, object] = {}
    for change in act.changes("Pod", since=act.since.low):
        if node_of(change.object) == act.node:
            before, now = states.get(change.uid), change.object.get("status", {}).get("containerStatuses")
            states[change.uid] = now
            if change.seen > begun and now != before:
                return Interval(max(change.earliest, begun), change.seen)
    raise Inconclusive(f"the kubelet of {act.node} was not seen to report after the node was started again")
