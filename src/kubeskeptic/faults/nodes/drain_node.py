"""Drain a node: cordon it and evict its pods, as before maintenance.

Evictions respect PodDisruptionBudgets. An eviction that a budget does not allow is retried until patience ends, and then
reported in the API's own words, which name the budget. Pods of DaemonSets and mirror pods stay where they are. Undoing
uncordons the node; evicted pods do not come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from kubeskeptic import objects
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import Patience
from kubeskeptic.errors import BadInput, ClusterError, NotFound
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.cordon_node import CordonNode, mark
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class DrainNode(Fault):
    """:param seconds: patience until the last pod has left"""

    node: str
    seconds: float = 120.0

    name: ClassVar[str] = "drain_node"
    risk: ClassVar[Risk] = Risk.NODE
    rights: ClassVar[tuple[Right, ...]] = (Right("nodes", ("patch",)), Right("pods/eviction", ("create",)))

    def plan(self, site: Site) -> Plan:
        """Find the pods to evict."""
        if not self.seconds > 0:
            raise BadInput(f"draining takes a positive number of seconds, not {self.seconds:g}")
        if node_of(site, self.node)["spec"].get("unschedulable"):
            raise BadInput(f"node {self.node} is cordoned already; uncordon it first")
        count = len(leaving(state.pods_on(site.kube, self.node)))
        pods = f"{counted(count, 'pod')} that {agreeing(count, 'is', 'are')}"
        return Plan(
            (Target("cordon", self.node),),
            f"cordon node {self.node} and evict its {pods} not of a DaemonSet",
            f"uncordon node {self.node}",
            {"node": self.node},
            objects=(("Node", "", self.node),),
            bites=Patience(self.seconds),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Cordon the node, and request the first evictions."""
        mark(site, plan.record["node"], cordoned=True)
        evict_all(site, plan.record["node"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that all of them have left; retry the evictions that a budget has prevented."""
        waiting = evict_all(site, plan.record["node"])
        if waiting:
            return NotYet("; ".join(f"still there: {', '.join(pods)}{why}" for why, pods in waiting.items()))
        return "only pods of DaemonSets and static pods are left on it"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Uncordon the node, if it is cordoned."""
        CordonNode.undo(site, record)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the control plane allows pods to be scheduled on it again."""
        return CordonNode.heal(site, record)


def leaving(pods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of a node's pods that a drain evicts."""
    return [
        pod
        for pod in pods
        if (objects.owner(pod) or {}).get("kind") not in ("DaemonSet", "Node")
        and pod["status"].get("phase") not in ("Succeeded", "Failed")
    ]


def evict_all(site: Site, node: str) -> dict[str, list[str]]:
    """Request the eviction of every pod that must leave. Return the names of those still there, by the API's reply.

    The reply is empty for pods that are terminating, and in parentheses for pods whose eviction a budget prevents.
    """
    waiting: dict[str, list[str]] = {}
    for pod in sorted(leaving(state.pods_on(site.kube, node)), key=lambda pod: str(pod["metadata"]["name"])):
        name, namespace, why = pod["metadata"]["name"], pod["metadata"]["namespace"], ""
        if "deletionTimestamp" not in pod["metadata"]:
            try:
                site.kube.evict(name, namespace)
            except NotFound:
                continue
            except ClusterError as refused:
                if refused.status != 429:  # 429: a budget does not allow it now
                    raise
                why = f" ({str(refused).partition(': ')[2]})"
        waiting.setdefault(why, []).append(name)
    return waiting
