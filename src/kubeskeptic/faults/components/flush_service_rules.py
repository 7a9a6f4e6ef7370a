"""Remove the rules that lead to services on a node, and keep them removed.

kube-proxy is frozen first, because it would put them back at the next change. Then the chain in which its rules begin is
flushed. Other chains, other tables and tracked connections are not touched. Undoing restores the chain and lets kube-proxy
continue, which then adds the changes that it missed. kube-proxy is not restarted, because the kubelet waits longer before each
restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.faults.components.kube_proxy import BACKUP, CONTINUE, FLUSH, PROCESS, UNFLUSH, service_rules, synced
from kubeskeptic.faults.curl import answers
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

_CONTINUE = 'restored="$?"; pkill -CONT -x "$2" || test "$?" = 1 && exit "$restored"'
RESTORE = ("sh", "-c", f"( {UNFLUSH[2].strip()} ); {_CONTINUE}", "sh", BACKUP, PROCESS)
"""Lets kube-proxy continue whether or not the chain could be restored; fails if it could not, so that it is retried."""


@dataclass(frozen=True)
class FlushServiceRules(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "flush_service_rules"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the other nodes, whose rules must be the same afterwards."""
        node_of(site, self.node)
        service = site.kube.get("Service", "kubernetes", "default")["spec"]["clusterIP"]
        others = [node.name for node in site.cluster.nodes if node.name != self.node]
        return Plan(
            (Target("kube-proxy", self.node),),
            f"freeze kube-proxy on {self.node} and flush the chain that leads to services",
            f"restore that chain on {self.node} and let kube-proxy continue",
            {"node": self.node, "others": others, "service": service},
            timers=(Timer(self.node, RESTORE),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Freeze kube-proxy, then flush the chain."""
        site.in_node(plan.record["node"], "pkill", "-STOP", "-x", PROCESS)
        site.in_node(plan.record["node"], *FLUSH)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the node does not reach the API server through its service."""
        url = f"https://{plan.record['service']}/livez"
        if answers(site, plan.record["node"], url, authority="/etc/kubernetes/pki/ca.crt"):
            return NotYet("the node still reaches the API server through its service")
        return f"the node does not reach the API server's service at {plan.record['service']}"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore the chain, then let kube-proxy continue; does nothing if both are as before."""
        site.in_node(record["node"], *UNFLUSH)
        site.in_node(record["node"], *CONTINUE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that kube-proxy has programmed every change, and its rules equal those of all nodes that answer."""
        caught_up = synced(site, record["node"])
        if isinstance(caught_up, NotYet):
            return caught_up
        mine = service_rules(site, record["node"])
        for other in record["others"]:
            if not site.runs(other):
                continue
            apart = mine ^ service_rules(site, other)
            if apart:
                rules = f"{counted(len(apart), 'rule')} {agreeing(len(apart), 'differs', 'differ')}"
                return NotYet(f"{rules} from those of {other}, such as {min(apart)}")
        return f"{len(mine)} rules, the same as on the other nodes"
