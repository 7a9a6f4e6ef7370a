"""Stop containerd on a node: containers keep running, but none can be started, stopped or inspected.

Containers are children of their shims, which the service's ``KillMode=process`` does not kill. The kubelet is a target as well,
because undoing starts it, which would end a fault that has stopped it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import active_since, node_of, ready_since
from kubeskeptic.faults.runtime import CTR
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

_START = ("systemctl", "start", "containerd", "kubelet")


@dataclass(frozen=True)
class StopContainerd(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "stop_containerd"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the node; undoing needs nothing else."""
        node_of(site, self.node)
        return Plan(
            (Target("containerd", self.node), Target("kubelet", self.node)),
            f"stop containerd on {self.node}",
            f"start containerd on {self.node}",
            {"node": self.node},
            timers=(Timer(self.node, _START),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Stop the service."""
        site.in_node(plan.record["node"], "systemctl", "stop", "containerd")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that containerd's client gets no answer."""
        return (
            NotYet("containerd still answers")
            if _answers(site, plan.record["node"])
            else "containerd's client gets no answer"
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Start the service, and the kubelet in case it stopped as well; does nothing if both are running."""
        site.in_node(record["node"], *_START)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that containerd's client gets answers, and the node has been Ready since."""
        if not _answers(site, record["node"]):
            return NotYet("containerd's client gets no answer")
        return ready_since(site, record["node"], active_since(site, record["node"], "containerd"))


def _answers(site: Site, node: str) -> bool:
    try:
        site.in_node(node, "timeout", "5", *CTR, "version")
    except CommandFailed:
        return False
    return True
