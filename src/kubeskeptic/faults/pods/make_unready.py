"""Make a pod unready: its readiness probe fails, but all other requests are answered.

Works on pods of our own workload image, whose answer to ``/ready`` can be configured.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.errors import ClusterError
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.pod import ask, control, record_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class MakeUnready(Fault):
    """:param port: where the workload listens
    :param said: whether the workload's own answer is the evidence of the bite, for claims about whether the kubelet follows
    """

    namespace: str
    pod: str
    port: int = 8080
    said: bool = False

    name: ClassVar[str] = "make_unready"
    risk: ClassVar[Risk] = Risk.NAMESPACE

    def plan(self, site: Site) -> Plan:
        """Check that the pod runs our workload."""
        return Plan(
            (Target("pod", self.pod, self.namespace),),
            f"let the readiness probe of pod {self.namespace}/{self.pod} fail",
            f"let the readiness probe of pod {self.namespace}/{self.pod} succeed",
            record_of(site, self.namespace, self.pod, self.port),
            objects=(("Pod", self.namespace, self.pod),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Configure the workload."""
        control(site, plan.record, ready=False)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the kubelet, or with ``said`` the workload itself, reports the pod as not Ready."""
        if self.said:
            return _says_so(site, plan.record)
        pod = state.pod_or_none(site.kube, plan.record["pod"], plan.record["namespace"], plan.record["uid"])
        return (
            NotYet("the pod is Ready") if pod and objects.is_ready(pod) else "the kubelet reports the pod as not Ready"
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Configure the workload to be ready, if the pod still exists."""
        control(site, record, ready=True)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the kubelet reports the pod as Ready."""
        pod = state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"])
        if pod is None:
            return "the pod is gone"
        return "the kubelet reports the pod as Ready" if objects.is_ready(pod) else NotYet("the pod is not Ready")


def _says_so(site: Site, record: UndoRecord) -> str | NotYet:
    try:
        ask(site, record, "GET", "/ready")
    except ClusterError as error:
        if error.status != HTTPStatus.SERVICE_UNAVAILABLE or '"ready"' not in str(error):
            raise  # from the API server's proxy, which may not have reached the pod
        return "the workload answers its readiness probe with 503"
    return NotYet("the workload answers its readiness probe with 200")
