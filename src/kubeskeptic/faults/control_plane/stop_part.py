"""Stop a part of the control plane: kube-apiserver, kube-controller-manager, kube-scheduler or etcd.

Takes its static manifest away on every control plane node, so that the kubelet stops it and does not start it again. What it
stored stays. Undoing puts the manifest back byte for byte; of etcd, it also ends an API server that keeps the kubelet from
reading it, which starts again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS, Patience
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import aside
from kubeskeptic.faults.contract import Fault, Plan, Site, Target, Timer, UndoRecord
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

LED = ("kube-controller-manager", "kube-scheduler")


@dataclass(frozen=True)
class StopPart(Fault):
    """:param part: kube-apiserver, kube-controller-manager, kube-scheduler or etcd"""

    part: str

    name: ClassVar[str] = "stop_part"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    patience: ClassVar[Patience] = CONTROL_PLANE_RESTARTS

    def plan(self, site: Site) -> Plan:
        """Find the manifests."""
        if self.part not in manifest.HEALTH:
            raise BadInput(f"the control plane has no part {self.part}; it has {', '.join(manifest.HEALTH)}")
        path = manifest.path(self.part)
        digests = {node: aside.digest(aside.read(site, node, path)) for node in manifest.control_plane(site)}
        return Plan(
            (Target("manifest", self.part),),
            f"stop {self.part} by taking its manifest away",
            manifest.undoes(self.part),
            {"part": self.part, "manifests": digests},
            timers=tuple(Timer(node, manifest.restore(self.part)) for node in digests),
            bites=CONTROL_PLANE_RESTARTS,
            heals=CONTROL_PLANE_RESTARTS,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Put aside, then take away."""
        path = manifest.path(plan.record["part"])
        for node in plan.record["manifests"]:
            aside.keep(site, node, path)
            aside.remove(site, node, path)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """No process of it is left, and its port does not answer."""
        part = plan.record["part"]
        for node in plan.record["manifests"]:
            if manifest.processes(site, node, part):
                return NotYet(f"its process still runs on {node}")
            if manifest.answers(site, node, manifest.HEALTH[part]):
                return NotYet(f"its port still answers on {node}")
        return f"no process of {part} is left, and its port does not answer"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Put back what was put aside."""
        for node in record["manifests"]:
            site.in_node(node, *manifest.restore(record["part"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """The manifests are those of before, it answers, and where one of several leads, it does."""
        part = record["part"]
        for node, digest in record["manifests"].items():
            if aside.digest(aside.read(site, node, manifest.path(part))) != digest:
                return NotYet(f"the manifest on {node} is not what it was")
            if not manifest.answers(site, node, manifest.HEALTH[part]):
                return NotYet(f"{part} does not answer on {node}")
        if not site.kube.healthy():
            return NotYet("the API server is not ready")
        return manifest.leads(site, part, list(record["manifests"])) if part in LED else f"{part} answers"
