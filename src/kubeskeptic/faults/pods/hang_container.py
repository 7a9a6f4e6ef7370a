"""Hang a container: its main process is stopped with SIGSTOP, from its node.

The kernel still accepts connections, which are never answered; memory and files stay. Children of the main process keep
running. If a liveness probe fails, the kubelet restarts the container; this is the subject of claims about hanging containers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.pods.pod import find
from kubeskeptic.faults.runtime import signal, signal_command, tasks
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class HangContainer(Fault):
    """:param container: its name in the pod; by default the first one"""

    namespace: str
    pod: str
    container: str = ""

    name: ClassVar[str] = "hang_container"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the running container."""
        found = find(site.kube, self.namespace, self.pod, self.container)
        node_of(site, found.node)
        what = f"the main process of container {found.name} of pod {self.namespace}/{self.pod}"
        return Plan(
            (found.target,),
            f"stop {what} with SIGSTOP",
            f"let {what} continue with SIGCONT",
            found.as_record(),
            timers=(Timer(found.node, signal_command(found.id, "SIGCONT")),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Send SIGSTOP."""
        signal(site, plan.record["node"], plan.record["id"], "SIGSTOP")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the kernel reports the process as stopped, or that the kubelet has replaced it already."""
        how = _process_state(site, plan.record)
        if how == "gone" and _restarted(site, plan.record):
            return "the kubelet has restarted the container since"
        return "the kernel reports its process as stopped" if how == "T" else NotYet(f"its process is in state {how}")

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Send SIGCONT, unless the process has ended; a running process ignores it."""
        signal(site, record["node"], record["id"], "SIGCONT")

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the process is not stopped, or was replaced, and the pod's container is Ready."""
        if _process_state(site, record) == "T":
            return NotYet("its process is still stopped")
        pod = state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"])
        if pod is None:
            return "the pod is gone"
        if not objects.containers(pod).get(record["container"], {}).get("ready"):
            return NotYet("the container is not Ready")
        return "its process is not stopped, and the container is Ready"


def _restarted(site: Site, record: UndoRecord) -> bool:
    """Return whether the kubelet has restarted the container, as it does when a liveness probe fails."""
    pod = state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"])
    return (
        pod is not None
        and objects.containers(pod).get(record["container"], {}).get("restartCount", 0) > record["restarts"]
    )


def _process_state(site: Site, record: UndoRecord) -> str:
    pid, _ = tasks(site, record["node"]).get(record["id"], (0, ""))
    if not pid:
        return "gone"
    return site.in_node(record["node"], "sh", "-c", 'ps -o stat= -p "$1" || true', "sh", str(pid)).strip()[:1] or "gone"
