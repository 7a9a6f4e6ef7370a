"""Cut two pods off from each other: packets between their addresses are dropped on the first pod's node.

Packets are dropped in both directions. This includes traffic through services, because the real destination is matched.
Connections between these pods and all others continue. A pod that replaces one of them is not cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import state
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
class CutPods(NftFault):
    """:param namespace: namespace of both pods
    :param first: name of a pod in ``namespace``
    :param second: name of another pod in ``namespace``
    :param port: a port that the second pod listens on
    """

    namespace: str
    first: str
    second: str
    port: int = 8080

    name: ClassVar[str] = "cut_pods"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the pods and their addresses."""
        if self.first == self.second:
            raise BadInput(f"pod {self.first} cannot be cut off from itself")
        first, second = (with_address(site.kube, self.namespace, name) for name in (self.first, self.second))
        named = nft_table.name(site.run, self.name, self.namespace, self.first, self.second)
        status = next(iter(objects.containers(first).values()))
        record = {
            "node": first["spec"]["nodeName"],
            "namespace": self.namespace,
            "pods": {one["metadata"]["name"]: one["metadata"]["uid"] for one in (first, second)},
            "addresses": [one["status"]["podIP"] for one in (first, second)],
            "container": objects.runtime_id(status),
            "port": self.port,
            "table": named,
        }
        return Plan(
            tuple(Target("pod-network", name, self.namespace) for name in (self.first, self.second)),
            f"drop packets between pods {self.first} and {self.second} of {self.namespace}",
            f"delete the table {named} in {record['node']}",
            record,
            timers=self.switch(record["node"], named),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Create the table."""
        here, there = plan.record["addresses"]
        rules = [f"ip saddr {a} ip daddr {b} drop" for a, b in ((here, there), (there, here))]
        for address in (here, there):
            nft_table.addresses([address])
        nft_table.put(site, plan.record["node"], nft_table.script(plan.record["table"], leaving=rules))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the first pod does not reach the second."""
        reached = _reaches(site, plan.record)
        return (
            NotYet("the first pod still reaches the second") if reached else "the first pod does not reach the second"
        )

    @classmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the first pod reaches the second again, if both still exist."""
        for name, uid in record["pods"].items():
            if state.pod_or_none(site.kube, name, record["namespace"], uid) is None:
                return f"the table and pod {name} are gone"
        return (
            "the first pod reaches the second"
            if _reaches(site, record)
            else NotYet("the first pod does not reach the second")
        )


def _reaches(site: Site, record: UndoRecord) -> bool:
    pid, _ = tasks(site, record["node"]).get(record["container"], (0, ""))
    address = f"{record['addresses'][1]}:{record['port']}"
    return bool(pid) and connect(site, record["node"], address, inside=pid) is not None
