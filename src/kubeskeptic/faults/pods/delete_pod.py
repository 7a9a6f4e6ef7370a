"""Delete a pod, gracefully or by force.

The pod is deleted by its uid: a successor of the same name is never touched, nor is the owner. A forced deletion has a grace
period of zero: the API server removes the pod at once, and the node kills its containers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import REPLACED, Patience
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.pod import pod_named
from kubeskeptic.faults.runtime import still_running
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class DeletePod(Fault):
    """:param force: with a grace period of zero instead of the pod's own"""

    namespace: str
    pod: str
    force: bool = False

    name: ClassVar[str] = "delete_pod"
    risk: ClassVar[Risk] = Risk.NAMESPACE
    heals_itself: ClassVar[bool] = True

    def plan(self, site: Site) -> Plan:
        """Record the pod, its containers and its owner."""
        pod = pod_named(site.kube, self.namespace, self.pod)
        grace = 0 if self.force else pod["spec"].get("terminationGracePeriodSeconds", 30)
        record = {
            "namespace": self.namespace,
            "pod": self.pod,
            "uid": pod["metadata"]["uid"],
            "address": pod["status"].get("podIP", ""),
            "node": pod["spec"].get("nodeName", ""),
            "containers": [objects.runtime_id(status) for status in objects.containers(pod).values()],
            "owner": objects.owner(pod),
        }
        return Plan(
            (Target("pod", self.pod, self.namespace),),
            f"delete pod {self.namespace}/{self.pod} {'by force' if self.force else f'with {grace} s of grace'}",
            "",
            record,
            bites=Patience(grace + 30),
            heals=REPLACED,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Request the deletion of the planned pod, by its uid."""
        if state.pod_or_none(site.kube, self.pod, self.namespace, plan.record["uid"]):
            grace = 0 if self.force else None
            site.kube.delete("Pod", self.pod, self.namespace, grace=grace, uid=plan.record["uid"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the pod is being deleted and its containers stopped; without node access, see forgotten()."""
        pod = state.pod_or_none(site.kube, self.pod, self.namespace, plan.record["uid"])
        if pod and "deletionTimestamp" not in pod["metadata"]:
            return NotYet("the pod is not being deleted")
        if not site.access.inside:
            return state.forgotten(site.kube, self.namespace, pod, plan.record["address"])
        running = still_running(site, plan.record["node"], plan.record["containers"])
        if running:
            return NotYet(
                f"{len(running)} of its containers still {agreeing(len(running), 'runs', 'run')} on {plan.record['node']}"
            )
        return f"the API server {'is deleting' if pod else 'has removed'} the pod, and its containers have stopped"

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the owner has as many Ready pods as it wants."""
        if not record["owner"]:
            return "a bare pod: no controller replaces it"
        numbers = state.wanted_and_ready(site.kube, record["namespace"], record["owner"])
        if numbers is None:
            return "its owner is gone, and nothing replaces it"
        wanted, ready = numbers
        if ready < wanted:
            return NotYet(f"{ready} of {counted(wanted, 'pod')} {agreeing(wanted, 'is', 'are')} Ready")
        return f"{record['owner']['kind']} {record['owner']['name']} has {ready} of {counted(wanted, 'pod')} Ready"
