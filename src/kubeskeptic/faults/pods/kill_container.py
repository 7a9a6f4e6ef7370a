"""Kill a container's main process with SIGKILL, from its node.

The running container is killed by its id in the runtime, so its replacement is never touched, nor is the pod object. This is
impossible from inside the container, because the kernel protects process 1 of a namespace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.counting import counted
from kubeskeptic.durations import REPLACED
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.pods.pod import find
from kubeskeptic.faults.runtime import signal, still_running
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class KillContainer(Fault):
    """:param container: its name in the pod; by default the first one"""

    namespace: str
    pod: str
    container: str = ""

    name: ClassVar[str] = "kill_container"
    risk: ClassVar[Risk] = Risk.NODE
    heals_itself: ClassVar[bool] = True

    def plan(self, site: Site) -> Plan:
        """Record the running container."""
        found = find(site.kube, self.namespace, self.pod, self.container)
        return Plan(
            (found.target,),
            f"kill the main process of container {found.name} of pod {self.namespace}/{self.pod} on {found.node}",
            "",
            found.as_record(),
            heals=REPLACED,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Send SIGKILL."""
        signal(site, plan.record["node"], plan.record["id"], "SIGKILL")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the runtime no longer runs the container, or that the kubelet reports its end or replacement."""
        if not still_running(site, plan.record["node"], [plan.record["id"]]):
            return "the runtime no longer runs the container"
        pod = state.pod_or_none(site.kube, self.pod, self.namespace, plan.record["uid"])
        if pod is None:
            return "the pod is gone with its container"
        status = objects.containers(pod).get(plan.record["container"], {})
        count = status.get("restartCount", 0)
        if count > plan.record["restarts"]:
            return f"the kubelet counts {counted(count, 'restart')}, {plan.record['restarts']} before"
        if "running" not in status.get("state", {}) or objects.runtime_id(status) != plan.record["id"]:
            return "the kubelet reports that the container has ended"
        return NotYet("the kubelet still reports the container as running")

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the pod, or its replacement, has the container Ready again."""
        pod = state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"])
        if pod is None:
            return "the pod is gone"
        if pod["spec"].get("restartPolicy") == "Never":
            return "its restartPolicy is Never: it is not restarted"
        status = objects.containers(pod).get(record["container"], {})
        if not status.get("ready") or objects.runtime_id(status) == record["id"]:
            return NotYet(f"container {record['container']} is not Ready again: {status.get('state')}")
        return f"container {record['container']} is Ready again after {status['restartCount']} restarts"
