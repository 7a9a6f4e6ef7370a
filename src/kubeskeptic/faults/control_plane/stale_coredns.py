"""Make CoreDNS answer from stale data: its pods are cut off from the API server and keep running.

Packets from each CoreDNS pod to the API server's port are dropped on the pod's node. CoreDNS keeps answering from its last
state and receives no changes. A new CoreDNS pod would not become Ready, because it has no state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.counting import counted
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.control_plane.stop_coredns import WHERE, ready_endpoints
from kubeskeptic.faults.curl import connect
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.network import nft_table
from kubeskeptic.faults.runtime import tasks
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class StaleCoreDns(Fault):
    """Cuts off every CoreDNS pod, or only one.

    :param only: the name of that one pod in kube-system; by default all that are Ready
    """

    only: str = ""

    name: ClassVar[str] = "stale_coredns"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE

    def plan(self, site: Site) -> Plan:
        """Record the CoreDNS pods and the address of the API server's service."""
        pods = [p for p in site.kube.list("Pod", WHERE, labels="k8s-app=kube-dns")["items"] if objects.is_ready(p)]
        if not pods:
            raise BadInput("no CoreDNS pod is Ready; wait until one is")
        if self.only:
            there = ", ".join(str(pod["metadata"]["name"]) for pod in pods)
            pods = [pod for pod in pods if pod["metadata"]["name"] == self.only]
            if not pods:
                raise BadInput(f"no CoreDNS pod called {self.only} is Ready; those that are: {there}")
        named = nft_table.name(site.run, self.name)
        found = [
            {
                "node": pod["spec"]["nodeName"],
                "address": pod["status"]["podIP"],
                "container": objects.runtime_id(next(iter(objects.containers(pod).values()))),
            }
            for pod in pods
        ]
        nodes = sorted({pod["node"] for pod in found})
        service = site.kube.get("Service", "kubernetes", "default")["spec"]["clusterIP"]
        return Plan(
            (Target("deployment", "coredns", WHERE),),
            f"drop packets from {counted(len(found), 'CoreDNS pod')} to the API server",
            f"delete the table {named} in {', '.join(nodes)}",
            {"pods": found, "nodes": nodes, "table": named, "service": service},
            timers=tuple(Timer(node, nft_table.delete(named)) for node in nodes),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Create the tables; they match the port before and after the service's address is translated."""
        for node in plan.record["nodes"]:
            own = nft_table.addresses(pod["address"] for pod in plan.record["pods"] if pod["node"] == node)
            rule = f"ip saddr {own} tcp dport {{ 443, 6443 }} drop"
            nft_table.put(site, node, nft_table.script(plan.record["table"], arriving=[rule]))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that no CoreDNS pod reaches the API server's service from its own network."""
        reached = [pod["address"] for pod in plan.record["pods"] if _reaches(site, pod, plan.record["service"])]
        if reached:
            return NotYet(f"{', '.join(reached)} still reach the API server")
        told = f"the CoreDNS pod {self.only} does not reach" if self.only else "no CoreDNS pod reaches"
        return f"{told} the API server from its own network"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Delete the tables, if they are there."""
        for node in record["nodes"]:
            site.in_node(node, *nft_table.delete(record["table"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the tables are gone, and the pods that still exist reach the API server."""
        if any(nft_table.there(site, node, record["table"]) for node in record["nodes"]):
            return NotYet("a table is still there")
        there = [pod for pod in record["pods"] if pod["container"] in tasks(site, pod["node"])]
        if not all(_reaches(site, pod, record["service"]) for pod in there):
            return NotYet("a CoreDNS pod does not reach the API server from its own network")
        ready = ready_endpoints(site)
        said = f"{ready} DNS endpoints are ready and reach the API server"
        return said if ready else NotYet("no DNS endpoint is ready")


def _reaches(site: Site, pod: dict[str, str], service: str) -> bool:
    pid, _ = tasks(site, pod["node"]).get(pod["container"], (0, ""))
    return bool(pid) and connect(site, pod["node"], f"{service}:443", inside=pid) is not None
