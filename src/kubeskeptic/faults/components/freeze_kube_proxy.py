"""Freeze kube-proxy on a node: its rules no longer follow changes.

Its process gets SIGSTOP. The rules and the pod are not touched. The pod stays Ready, because kubeadm's manifest gives
kube-proxy no liveness probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.faults.components.kube_proxy import CONTINUE, PROCESS, not_healthy, synced
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class FreezeKubeProxy(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "freeze_kube_proxy"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the node; undoing needs nothing else."""
        node_of(site, self.node)
        return Plan(
            (Target("kube-proxy", self.node),),
            f"stop the process of kube-proxy on {self.node} with SIGSTOP",
            f"let kube-proxy on {self.node} continue with SIGCONT",
            {"node": self.node},
            timers=(Timer(self.node, CONTINUE),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Send SIGSTOP."""
        site.in_node(plan.record["node"], "pkill", "-STOP", "-x", PROCESS)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that its health endpoint does not answer."""
        return not_healthy(site, plan.record["node"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Send SIGCONT; a running process ignores it."""
        site.in_node(record["node"], *CONTINUE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that kube-proxy answers and has programmed every change."""
        return synced(site, record["node"])
