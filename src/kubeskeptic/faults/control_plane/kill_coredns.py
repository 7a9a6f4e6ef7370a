"""Kill the main process of every CoreDNS pod with SIGKILL, all at the same time.

The kubelet restarts the containers. Pods and the Deployment are not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.control_plane.stop_coredns import WHERE, ready_endpoints
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.pod import find
from kubeskeptic.faults.runtime import signal, still_running
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class KillCoreDns(Fault):
    """Has no settings."""

    name: ClassVar[str] = "kill_coredns"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    heals_itself: ClassVar[bool] = True

    def plan(self, site: Site) -> Plan:
        """Record the containers."""
        pods = site.kube.list("Pod", WHERE, labels="k8s-app=kube-dns")["items"]
        found = [find(site.kube, WHERE, pod["metadata"]["name"]) for pod in pods if objects.is_ready(pod)]
        if not found:
            raise BadInput("no CoreDNS pod is Ready; wait until one is")
        return Plan(
            tuple(Target("pod", one.pod, WHERE) for one in found),
            f"kill the main process of {counted(len(found), 'CoreDNS pod')}",
            "",
            {"containers": [[one.node, one.id] for one in found]},
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Send SIGKILL to each container."""
        for node, container in plan.record["containers"]:
            signal(site, node, container, "SIGKILL")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the runtime no longer runs the containers."""
        left = [one for node, one in plan.record["containers"] if still_running(site, node, [one])]
        if left:
            return NotYet(f"{counted(len(left), 'container')} still {agreeing(len(left), 'runs', 'run')}")
        return "the runtime no longer runs any of the containers"

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the DNS service has as many ready endpoints as before, served by new containers."""
        wanted, ready = len(record["containers"]), ready_endpoints(site)
        pods = site.kube.list("Pod", WHERE, labels="k8s-app=kube-dns")["items"]
        running = {objects.runtime_id(status) for pod in pods for status in objects.containers(pod).values()}
        old = running & {container for _, container in record["containers"]}
        if ready < wanted or old:
            return NotYet(
                f"{ready} of {counted(wanted, 'DNS endpoint')} {agreeing(wanted, 'is', 'are')} ready, "
                f"{len(old)} of the killed containers still {agreeing(len(old), 'runs', 'run')}"
            )
        return f"the DNS service has {counted(ready, 'ready endpoint')}"
