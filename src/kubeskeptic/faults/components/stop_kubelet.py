"""Stop the kubelet of a node: its containers keep running, but are not restarted, probed or reported.

Containers and the Node object are not touched. A restart of the node starts the kubelet again, because its service is enabled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import active_since, kubelet_answers, node_of, ready_since
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

_START = ("systemctl", "start", "kubelet")


@dataclass(frozen=True)
class StopKubelet(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "stop_kubelet"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the node; undoing needs nothing else."""
        node_of(site, self.node)
        return Plan(
            (Target("kubelet", self.node),),
            f"stop the kubelet of {self.node}",
            f"start the kubelet of {self.node}",
            {"node": self.node},
            timers=(Timer(self.node, _START),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Stop the service; systemd does not restart a service that was stopped on request."""
        site.in_node(plan.record["node"], "systemctl", "stop", "kubelet")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the API server does not reach the kubelet."""
        if kubelet_answers(site, plan.record["node"]):
            return NotYet("the kubelet still answers the API server")
        return "the API server does not reach the kubelet"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Start the service, unless it is running."""
        site.in_node(record["node"], *_START)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the node is Ready, as reported by the kubelet since its start."""
        since = active_since(site, record["node"], "kubelet")
        if not since or not kubelet_answers(site, record["node"]):
            return NotYet("the kubelet does not answer")
        return ready_since(site, record["node"], since)
