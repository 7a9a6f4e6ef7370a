"""Freeze kube-proxy of a node: its rules stay as they are, whatever changes.

SIGSTOP to its process. Does not touch rules or the pod: to everybody but itself it looks fine, as kube-proxy has no liveness
probe in kubeadm's manifest.
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
    """:param node: its name"""

    node: str

    name: ClassVar[str] = "freeze_kube_proxy"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Nothing has to be remembered but the node."""
        node_of(site, self.node)
        return Plan(
            (Target("kube-proxy", self.node),),
            f"stop the process of kube-proxy on {self.node} with SIGSTOP",
            f"let kube-proxy on {self.node} go on with SIGCONT",
            {"node": self.node},
            timers=(Timer(self.node, CONTINUE),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Send SIGSTOP."""
        site.in_node(plan.record["node"], "pkill", "-STOP", "-x", PROCESS)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that its health endpoint does not answer."""
        return not_healthy(site, plan.record["node"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Send SIGCONT; fine when it runs."""
        site.in_node(record["node"], *CONTINUE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that it answers and has caught up."""
        return synced(site, record["node"])
