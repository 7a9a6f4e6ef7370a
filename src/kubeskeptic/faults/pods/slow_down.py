"""Slow down a pod: each of its answers is delayed.

Works on pods of our own workload image. The kubelet's probes are answered at once, so the pod stays Ready.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import KUBELET_ANSWERS
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.pod import ask, control, record_of
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
        """Check that the pod runs our workload."""
        if not 0.1 <= self.seconds <= 60:
            raise BadInput(f"a pod is slowed down by 0.1 to 60 seconds, not {self.seconds:g}")
        return Plan(
            (Target("pod", self.pod, self.namespace),),
            f"delay each answer of pod {self.namespace}/{self.pod} by {self.seconds:g} s",
            f"stop delaying answers of pod {self.namespace}/{self.pod}",
            record_of(site, self.namespace, self.pod, self.port) | {"seconds": self.seconds},
            objects=(("Pod", self.namespace, self.pod),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Configure the workload."""
        control(site, plan.record, delay=plan.record["seconds"])

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that an answer through the API server takes at least as long as the delay."""
        took = _took(site, plan.record)
        return (
            f"an answer took {took:.2f} s" if took >= plan.record["seconds"] else NotYet(f"an answer took {took:.2f} s")
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Configure the workload to answer at once, if the pod still exists."""
        control(site, record, delay=0)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that an answer takes less than the delay."""
        if state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"]) is None:
            return "the pod is gone"
        took = _took(site, record)
        return f"an answer took {took:.2f} s" if took < record["seconds"] else NotYet(f"an answer took {took:.2f} s")


def _took(site: Site, record: UndoRecord) -> float:
    start = time.monotonic()
    ask(site, record, "GET", "/", timeout=record["seconds"] + KUBELET_ANSWERS)
    return time.monotonic() - start
