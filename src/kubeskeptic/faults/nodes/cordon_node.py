"""Cordon a node: the scheduler places no new pods on it.

Only ``spec.unschedulable`` is changed; pods that run on the node stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput, NotFound
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

TAINT = "node.kubernetes.io/unschedulable"
"""The taint that the node lifecycle controller adds to a cordoned node (Kubernetes documentation, Taints and Tolerations)."""


@dataclass(frozen=True)
class CordonNode(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "cordon_node"
    risk: ClassVar[Risk] = Risk.NODE
    rights: ClassVar[tuple[Right, ...]] = (Right("nodes", ("patch",)),)

    def plan(self, site: Site) -> Plan:
        """Check that the node is not cordoned."""
        if node_of(site, self.node)["spec"].get("unschedulable"):
            raise BadInput(f"node {self.node} is cordoned already; uncordon it first")
        return Plan(
            (Target("cordon", self.node),),
            f"cordon node {self.node}",
            f"uncordon node {self.node}",
            {"node": self.node},
            objects=(("Node", "", self.node),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Mark the node as unschedulable."""
        mark(site, plan.record["node"], cordoned=True)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the control plane has tainted the node: the taint is what keeps pods away."""
        done = tainted(site, plan.record["node"])
        return "the control plane has tainted the node" if done else NotYet("the node has no taint yet")

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Mark the node as schedulable, if it still exists."""
        try:
            mark(site, record["node"], cordoned=False)
        except NotFound:
            return

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the taint is gone."""
        return NotYet("the node is still tainted") if tainted(site, record["node"]) else "the taint is gone"


def mark(site: Site, node: str, *, cordoned: bool) -> None:
    """Cordon or uncordon a node."""
    site.kube.patch("Node", node, None, {"spec": {"unschedulable": True if cordoned else None}})


def tainted(site: Site, node: str) -> bool:
    """Return whether the node has the taint of cordoned nodes."""
    return any(taint["key"] == TAINT for taint in site.kube.get("Node", node)["spec"].get("taints", []))
