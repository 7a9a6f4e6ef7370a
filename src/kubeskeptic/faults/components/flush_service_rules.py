"""Take away the rules that lead into services on a node, and keep them away.

Flushes the chain in which kube-proxy's rules begin, after freezing kube-proxy, which would put them back at the next change.
Does not touch other chains or tables, nor connections that are already tracked. Undoing puts the chain back as it was and lets
kube-proxy go on, which then adds what it has missed. Restarting it instead would be undone late when done often: the kubelet
waits longer before each restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.faults.components.kube_proxy import CONTINUE, PROCESS, synced
from kubeskeptic.faults.components.rules import FLUSH, KEPT, UNFLUSH, service_rules
from kubeskeptic.faults.curl import answers
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

_GO_ON = 'restored="$?"; pkill -CONT -x "$2" || test "$?" = 1 && exit "$restored"'
BACK = ("sh", "-c", f"( {UNFLUSH[2].strip()} ); {_GO_ON}", "sh", KEPT, PROCESS)
"""Lets kube-proxy go on also when its rules could not be put back, and fails then, so that it is tried again."""


@dataclass(frozen=True)
class FlushServiceRules(Fault):
    """:param node: its name"""

    node: str

    name: ClassVar[str] = "flush_service_rules"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Remember another node, whose rules have to be the same afterwards."""
        node_of(site, self.node)
        service = site.kube.get("Service", "kubernetes", "default")["spec"]["clusterIP"]
        others = [node.name for node in site.cluster.nodes if node.name != self.node]
        return Plan(
            (Target("kube-proxy", self.node),),
            f"freeze kube-proxy on {self.node} and flush the chain that leads into services",
            f"put that chain back on {self.node} and let kube-proxy go on",
            {"node": self.node, "others": others, "service": service},
            timers=(Timer(self.node, BACK),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Freeze, then flush."""
        site.in_node(plan.record["node"], "pkill", "-STOP", "-x", PROCESS)
        site.in_node(plan.record["node"], *FLUSH)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that the node does not reach the API server through its service."""
        url = f"https://{plan.record['service']}/livez"
        if answers(site, plan.record["node"], url, authority="/etc/kubernetes/pki/ca.crt"):
            return NotYet("the node still reaches the API server through its service")
        return f"the node does not reach the API server's service at {plan.record['service']}"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Put the chain back, then let kube-proxy go on; fine when both are so."""
        site.in_node(record["node"], *UNFLUSH)
        site.in_node(record["node"], *CONTINUE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that kube-proxy has caught up, and the rules are those of every other node that answers."""
        caught_up = synced(site, record["node"])
        if isinstance(caught_up, NotYet):
            return caught_up
        mine = service_rules(site, record["node"])
        for other in record["others"]:
            if not site.runs(other):
                continue
            apart = mine ^ service_rules(site, other)
            if apart:
                return NotYet(f"{len(apart)} rules differ from those of {other}, such as {min(apart)}")
        return f"{len(mine)} rules, the same as on the other nodes"
