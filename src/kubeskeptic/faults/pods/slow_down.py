"""Slow a pod down: every answer of it waits.

Works on pods of our own workload image. Probes of the kubelet are answered at once, so that the pod stays Ready.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import KUBELET_ANSWERS
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.workload import ask, control, record_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class SlowDown(Fault):
    """:param seconds: added to each answer, 0.1 to 60
    :param port: where the workload listens
    """

    namespace: str
    pod: str
    seconds: float
    port: int = 8080

    name: ClassVar[str] = "slow_down"
    risk: ClassVar[Risk] = Risk.NAMESPACE

    def plan(self, site: Site) -> Plan:
        """See that the pod runs our workload."""
        if not 0.1 <= self.seconds <= 60:
            raise BadInput(f"a pod is slowed down by 0.1 to 60 seconds, not {self.seconds:g}")
        return Plan(
            (Target("pod", self.pod, self.namespace),),
            f"let each answer of pod {self.namespace}/{self.pod} wait {self.seconds:g} s",
            f"let answers of pod {self.namespace}/{self.pod} no longer wait",
            record_of(site, self.namespace, self.pod, self.port) | {"seconds": self.seconds},
            objects=(("Pod", self.namespace, self.pod),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Tell it."""
        control(site, plan.record, delay=plan.record["seconds"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that an answer through the API server takes that long."""
        took = _took(site, plan.record)
        return (
            f"an answer took {took:.2f} s" if took >= plan.record["seconds"] else NotYet(f"an answer took {took:.2f} s")
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Tell it the contrary; fine when it is quick, or gone."""
        control(site, record, delay=0)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that an answer takes less than that."""
        if state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"]) is None:
            return "the pod is gone"
        took = _took(site, record)
        return f"an answer took {took:.2f} s" if took < record["seconds"] else NotYet(f"an answer took {took:.2f} s")


def _took(site: Site, record: UndoRecord) -> float:
    start = time.monotonic()
    ask(site, record, "GET", "/", timeout=record["seconds"] + KUBELET_ANSWERS)
    return time.monotonic() - start
