"""Crash a node the hard way: every process of it is killed at once, and it stays down.

Nothing is told to anybody: the node's address stops answering, as with a power cut. Data on its disks stays. Does not touch
the Node object or its pods' objects. Undoing starts the node again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import before, is_back, kubelet_answers, node_of
from kubeskeptic.faults.nodes.routes import start
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class CrashNode(Fault):
    """:param node: its name"""

    node: str

    name: ClassVar[str] = "crash_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Remember what runs on the node and where it is found."""
        node_of(site, self.node)
        if not site.cluster.engine.running(self.node):
            raise BadInput(f"node {self.node} does not run; start it before crashing it")
        return Plan(
            (Target("node", self.node),),
            f"kill node {self.node} the hard way",
            f"start node {self.node}",
            before(site, self.node),
            rescue=(tuple(site.cluster.engine.argv("start", self.node)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Kill the node's first process, and with it all others."""
        if site.cluster.engine.running(plan.record["node"]):
            site.cluster.engine.kill(plan.record["node"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that the engine sees it down, and the API server no longer reaches its kubelet."""
        state = site.cluster.engine.state(plan.record["node"])
        if state == "running":
            return NotYet("the engine says that it runs")
        if kubelet_answers(site, plan.record["node"]):
            return NotYet("its kubelet still answers")
        return f"the engine says {state}, and the API server does not reach its kubelet"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Start it; fine when it runs."""
        start(site, record["node"])

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that Ready since its start, what ran on it runs again, and it knows the way to every other node."""
        return is_back(site, record)
