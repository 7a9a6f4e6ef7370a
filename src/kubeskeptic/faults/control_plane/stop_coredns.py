"""Stop cluster DNS: CoreDNS is scaled to zero.

Only the replica count of the Deployment ``kube-system/coredns`` is changed; the service keeps its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

WHERE = "kube-system"


@dataclass(frozen=True)
class StopCoreDns(Fault):
    """Has no settings."""

    name: ClassVar[str] = "stop_coredns"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    rights: ClassVar[tuple[Right, ...]] = (Right("deployments", ("get", "patch"), "apps", WHERE, ("coredns",)),)

    def plan(self, site: Site) -> Plan:
        """Record the number of replicas."""
        replicas = site.kube.get("Deployment", "coredns", WHERE)["spec"]["replicas"]
        if not replicas:
            raise BadInput("CoreDNS is scaled to zero already; run `skeptic cleanup`, or scale it up")
        return Plan(
            (Target("deployment", "coredns", WHERE),),
            f"scale CoreDNS from {replicas} to 0",
            f"scale CoreDNS to {replicas}",
            {"replicas": replicas},
            objects=(("Deployment", WHERE, "coredns"),),
        )

    def apply(self, site: Site, plan: Plan) -> None:  # noqa: ARG002
        """Scale the Deployment to zero."""
        site.kube.patch("Deployment", "coredns", WHERE, {"spec": {"replicas": 0}})

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the DNS service has no ready endpoint, and no CoreDNS pod is left."""
        ready = ready_endpoints(site)
        pods = site.kube.list("Pod", WHERE, labels="k8s-app=kube-dns")["items"]
        if ready or pods:
            wanted, left = plan.record["replicas"], len(pods)
            return NotYet(
                f"{ready} of {counted(wanted, 'endpoint')} {agreeing(wanted, 'is', 'are')} ready, "
                f"{counted(left, 'pod')} {agreeing(left, 'is', 'are')} left"
            )
        return "the DNS service has no endpoint, and no CoreDNS pod is left"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Scale the Deployment back if it is still at zero; what its owner has set in the meantime stays."""
        found = site.kube.get("Deployment", "coredns", WHERE)
        if found["spec"]["replicas"] == 0:
            seen = {"resourceVersion": found["metadata"]["resourceVersion"]}
            site.kube.patch(
                "Deployment", "coredns", WHERE, {"metadata": seen, "spec": {"replicas": record["replicas"]}}
            )

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the DNS service has as many ready endpoints as the Deployment has replicas."""
        ready, wanted = ready_endpoints(site), site.kube.get("Deployment", "coredns", WHERE)["spec"]["replicas"]
        if ready < wanted or not wanted:
            before = wanted or record["replicas"]
            return NotYet(f"{ready} of {counted(before, 'DNS endpoint')} {agreeing(before, 'is', 'are')} ready")
        return f"the DNS service has {counted(ready, 'ready endpoint')}"


def ready_endpoints(site: Site) -> int:
    """Return how many endpoints of the cluster's DNS service are ready."""
    slices = site.kube.list("EndpointSlice", WHERE, labels="kubernetes.io/service-name=kube-dns")["items"]
    endpoints = [endpoint for one in slices for endpoint in one.get("endpoints") or []]
    return sum(bool(endpoint["conditions"].get("ready")) for endpoint in endpoints)
