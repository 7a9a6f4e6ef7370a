"""Masquerade packets from one node's pods to pods elsewhere, which then see the node's address as the source.

Requests are answered as before; only the client's address differs. Existing connections and traffic within the node keep the
pod's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.errors import BadInput, CommandFailed
from kubeskeptic.faults.curl import connect
from kubeskeptic.faults.fault import Plan, Site, UndoRecord
from kubeskeptic.faults.network import nft_table
from kubeskeptic.faults.network.nft_table import NftFault
from kubeskeptic.faults.pods.pod import with_address
from kubeskeptic.faults.runtime import tasks
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class MasqueradePods(NftFault):
    """:param namespace: namespace of both pods
    :param first: name of a pod in ``namespace``; its node masquerades
    :param second: name of a pod in ``namespace`` on another node
    :param port: a port that the second pod listens on
    """

    namespace: str
    first: str
    second: str
    port: int = 8080

    name: ClassVar[str] = "masquerade_pods"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the node, its pod CIDR and those of the other nodes."""
        first, second = (with_address(site.kube, self.namespace, name) for name in (self.first, self.second))
        node = first["spec"]["nodeName"]
        if second["spec"]["nodeName"] == node:
            raise BadInput(f"pods {self.first} and {self.second} are on the same node; masquerading starts at its edge")
        cidrs = {one["metadata"]["name"]: one["spec"].get("podCIDR", "") for one in site.kube.list("Node")["items"]}
        named = nft_table.name(site.run, self.name, node)
        record = {
            "node": node,
            "addresses": [one["status"]["podIP"] for one in (first, second)],
            "container": objects.runtime_id(next(iter(objects.containers(first).values()))),
            "port": self.port,
            "from": cidrs.pop(node),
            "to": sorted(cidr for cidr in cidrs.values() if cidr),
            "table": named,
        }
        return Plan(
            (Target("network", node),),
            f"masquerade packets of the pods of {node} to pods elsewhere",
            f"delete the table {named} in {node}",
            record,
            timers=self.switch(node, named),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Create the table."""
        record = plan.record
        source, to = nft_table.addresses([record["from"]]), nft_table.addresses(record["to"])
        table = f"table inet {record['table']}"
        chain = "type nat hook postrouting priority 90; policy accept;"  # before iptables' rules, at 100
        rule = f"ip saddr {source} ip daddr {to} masquerade"
        nft_table.put(
            site,
            record["node"],
            f"{table}\ndelete {table}\n{table} {{\n  chain leaving {{\n    {chain}\n    {rule}\n  }}\n}}\n",
        )

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence from conntrack that the second pod's answers go to an address other than the first pod's."""
        if _masqueraded(site, plan.record):
            return f"the second pod sends its answers to an address other than {plan.record['addresses'][0]}"
        return NotYet("the second pod still sees the first pod's own address")

    @classmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that new connections keep the pod's address or, if the pod is gone, that the table is gone."""
        if _masqueraded(site, record):
            return NotYet("new connections are still masqueraded")
        return "new connections of the first pod keep its address, or it is gone"


def _masqueraded(site: Site, record: UndoRecord) -> bool:
    """Return whether a new connection between the pods is masqueraded, according to the node's connection tracking."""
    (here, there), port = record["addresses"], str(record["port"])
    pid, _ = tasks(site, record["node"]).get(record["container"], (0, ""))
    between = ("-p", "tcp", "--orig-src", here, "--orig-dst", there, "--dport", port)
    if not pid:
        return False
    try:
        site.in_node(record["node"], "conntrack", "-D", *between)  # entries of earlier connections
    except CommandFailed as failed:
        if failed.status != 1:  # 1: there were none
            raise
    if connect(site, record["node"], f"{there}:{port}", inside=pid) is None:
        return False
    tracked = site.in_node(record["node"], "conntrack", "-L", *between).split()
    return bool(tracked) and f"dst={here}" not in tracked
