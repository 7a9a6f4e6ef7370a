"""Let CoreDNS answer from what it knew: it is cut off from the API server and runs on.

Packets from each CoreDNS pod to the API server's port are dropped on the pod's node. CoreDNS goes on answering from its last
state and learns of no change; a new pod of it would not get ready, as it has never seen the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
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
    """Has no settings."""

    name: ClassVar[str] = "stale_coredns"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE

    def plan(self, site: Site) -> Plan:
        """Find the pods and where they find the API server."""
        pods = [p for p in site.kube.list("Pod", WHERE, labels="k8s-app=kube-dns")["items"] if objects.is_ready(p)]
        if not pods:
            raise BadInput("no CoreDNS pod is Ready; wait until one is")
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
            f"drop packets from {len(found)} CoreDNS pods to the API server",
            f"delete the table {named} in {', '.join(nodes)}",
            {"pods": found, "nodes": nodes, "table": named, "service": service},
            timers=tuple(Timer(node, nft_table.delete(named)) for node in nodes),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Make the tables: before and after the service's address is translated."""
        for node in plan.record["nodes"]:
            own = nft_table.addresses(pod["address"] for pod in plan.record["pods"] if pod["node"] == node)
            rule = f"ip saddr {own} tcp dport {{ 443, 6443 }} drop"
            nft_table.put(site, node, nft_table.script(plan.record["table"], arriving=[rule]))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that from within each of them, the API server's service is not reached."""
        reached = [pod["address"] for pod in plan.record["pods"] if _reaches(site, pod, plan.record["service"])]
        if reached:
            return NotYet(f"{', '.join(reached)} still reach the API server")
        return "from within the CoreDNS pods the API server is not reached"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Delete the tables; fine when they are gone."""
        for node in record["nodes"]:
            site.in_node(node, *nft_table.delete(record["table"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that the tables are gone, and the API server is reached from within those pods that are still there."""
        if any(nft_table.there(site, node, record["table"]) for node in record["nodes"]):
            return NotYet("a table is still there")
        there = [pod for pod in record["pods"] if pod["container"] in tasks(site, pod["node"])]
        if not all(_reaches(site, pod, record["service"]) for pod in there):
            return NotYet("the API server is not reached from within a CoreDNS pod")
        ready = ready_endpoints(site)
        said = f"{ready} DNS endpoints are ready, and reach the API server"
        return said if ready else NotYet("no DNS endpoint is ready")


def _reaches(site: Site, pod: dict[str, str], service: str) -> bool:
    pid, _ = tasks(site, pod["node"]).get(pod["container"], (0, ""))
    return bool(pid) and connect(site, pod["node"], f"{service}:443", inside=pid) is not None
