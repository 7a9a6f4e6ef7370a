"""Stop a component of the control plane: kube-apiserver, kube-controller-manager, kube-scheduler or etcd.

Its static manifest is removed on every control plane node, so that the kubelet stops it and does not restart it. Stored data is
not touched. Undoing restores the manifest byte for byte; for etcd, it also kills an API server that keeps the kubelet from
reading the manifest. The kubelet then restarts that API server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS, Patience
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.faults.curl import answers
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

LED = ("kube-controller-manager", "kube-scheduler")


@dataclass(frozen=True)
class StopComponent(Fault):
    """:param component: kube-apiserver, kube-controller-manager, kube-scheduler or etcd"""

    component: str

    name: ClassVar[str] = "stop_component"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    patience: ClassVar[Patience] = CONTROL_PLANE_RESTARTS

    def plan(self, site: Site) -> Plan:
        """Record the manifests' digests."""
        if self.component not in manifest.HEALTH:
            raise BadInput(f"the control plane has no component {self.component}; it has {', '.join(manifest.HEALTH)}")
        path = manifest.path(self.component)
        digests = {
            node: file_backup.digest(file_backup.read(site, node, path)) for node in manifest.control_plane(site)
        }
        return Plan(
            (Target("manifest", self.component),),
            f"stop {self.component} by removing its manifest",
            manifest.undoes(self.component),
            {"component": self.component, "manifests": digests},
            timers=tuple(Timer(node, manifest.restore(self.component)) for node in digests),
            bites=CONTROL_PLANE_RESTARTS,
            heals=CONTROL_PLANE_RESTARTS,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Back up and remove the manifests."""
        path = manifest.path(plan.record["component"])
        for node in plan.record["manifests"]:
            file_backup.back_up(site, node, path)
            file_backup.remove(site, node, path)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that no process of the component is left, and its port does not answer."""
        component = plan.record["component"]
        for node in plan.record["manifests"]:
            if manifest.processes(site, node, component):
                return NotYet(f"its process still runs on {node}")
            if answers(site, node, manifest.HEALTH[component]):
                return NotYet(f"its port still answers on {node}")
        return f"no process of {component} is left, and its port does not answer"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore the manifests from their backups."""
        for node in record["manifests"]:
            site.in_node(node, *manifest.restore(record["component"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the manifests are restored, the component answers, and it has a leader if it elects one."""
        component = record["component"]
        for node, digest in record["manifests"].items():
            if file_backup.digest(file_backup.read(site, node, manifest.path(component))) != digest:
                return NotYet(f"the manifest on {node} is not restored")
            if not answers(site, node, manifest.HEALTH[component]):
                return NotYet(f"{component} does not answer on {node}")
        if not site.kube.healthy():
            return NotYet("the API server is not ready")
        return (
            manifest.leads(site, component, list(record["manifests"])) if component in LED else f"{component} answers"
        )
