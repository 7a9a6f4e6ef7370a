"""Restart a node: stopped in order and started again, as an operator would.

Containers on it end and are started again by its kubelet; what lies in memory is lost, disks stay. Does not drain it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import NODE_STOPS, Patience
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import before, is_back, node_of
from kubeskeptic.faults.nodes.routes import start, started_at
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class RestartNode(Fault):
    """:param node: its name"""

    node: str

    name: ClassVar[str] = "restart_node"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Remember what runs on the node, and since when it runs."""
        node_of(site, self.node)
        record = before(site, self.node) | {"since": started_at(site, self.node)}
        return Plan(
            (Target("node", self.node),),
            f"restart node {self.node}",
            f"see node {self.node} started",
            record,
            rescue=(tuple(site.cluster.engine.argv("start", self.node)),),
            bites=Patience(10),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Stop it in order and start it, once."""
        if started_at(site, plan.record["node"]) <= plan.record["since"]:
            site.cluster.engine.call("restart", "--time", "30", plan.record["node"], patience=NODE_STOPS)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that the engine has started it since."""
        if started_at(site, plan.record["node"]) <= plan.record["since"]:
            return NotYet("the engine has not started it since")
        return "the engine has started it anew"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Start it, in case it was stopped and no more; fine when it runs."""
        start(site, record["node"])

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that Ready since its start, what ran on it runs again, and routes lead to and from it."""
        return is_back(site, record)
