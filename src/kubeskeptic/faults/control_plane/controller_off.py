"""Switch off one controller of kube-controller-manager, such as ``replicaset-controller``.

The ``--controllers`` flag is changed in the static pod's manifest on every control plane node. kube-controller-manager restarts
without that controller; all others keep working. Undoing restores the manifest byte for byte. The names of controllers are in
the reference of kube-controller-manager, under ``--controllers``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS, Patience
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

PART = "kube-controller-manager"
MANIFEST = manifest.path(PART)


@dataclass(frozen=True)
class ControllerOff(Fault):
    """:param controller: its name without a minus sign: ``replicaset-controller``"""

    controller: str

    name: ClassVar[str] = "controller_off"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    patience: ClassVar[Patience] = CONTROL_PLANE_RESTARTS

    def plan(self, site: Site) -> Plan:
        """Record the manifests' digests, and check that the manifests can be changed."""
        if not re.fullmatch(r"[a-z][a-z0-9-]*-controller", self.controller):
            raise BadInput(f"“{self.controller}” is not the name of a controller, such as replicaset-controller")
        nodes = manifest.control_plane(site)
        texts = {node: file_backup.read(site, node, MANIFEST) for node in nodes}
        for text in texts.values():
            without(text, self.controller)
        return Plan(
            (Target("manifest", PART),),
            f"restart {PART} without {self.controller}",
            f"restore the manifest of {PART}",
            {
                "controller": self.controller,
                "manifests": {node: file_backup.digest(text) for node, text in texts.items()},
            },
            timers=tuple(Timer(node, file_backup.restore(MANIFEST)) for node in nodes),
            bites=CONTROL_PLANE_RESTARTS,
            heals=CONTROL_PLANE_RESTARTS,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Back up and replace the manifests."""
        for node in plan.record["manifests"]:
            text = file_backup.read(site, node, MANIFEST)
            if f"-{self.controller}" not in text:
                file_backup.back_up(site, node, MANIFEST)
                file_backup.write(site, node, MANIFEST, without(text, self.controller))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the leader was started with the controller off."""
        leads = manifest.leads(site, PART, list(plan.record["manifests"]), f",-{self.controller}")
        return leads if isinstance(leads, NotYet) else f"{leads}, started without {self.controller}"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore the manifests from their backups."""
        for node in record["manifests"]:
            site.in_node(node, *file_backup.restore(MANIFEST))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the manifests are restored byte for byte, and the leader was started from them."""
        for node, digest in record["manifests"].items():
            if file_backup.digest(file_backup.read(site, node, MANIFEST)) != digest:
                return NotYet(f"the manifest on {node} is not restored")
        return manifest.leads(site, PART, list(record["manifests"]), f",-{record['controller']}", present=False)


def without(text: str, controller: str) -> str:
    """Return the manifest of kube-controller-manager with one controller switched off.

    :raises BadInput: when it is off already, or the manifest does not have the form that kubeadm gives it
    """
    if re.search(rf"--controllers=.*-{re.escape(controller)}\b", text):
        raise BadInput(f"{controller} is off already")
    changed, count = re.subn(r"(--controllers=[^\s\"']+)", rf"\1,-{controller}", text)
    if not count:
        command = re.compile(r"^(\s*- )kube-controller-manager$", re.MULTILINE)
        changed, count = command.subn(rf"\g<0>\n\g<1>--controllers=*,-{controller}", text)
    if count != 1:
        raise BadInput(
            "the manifest of kube-controller-manager does not have the form that kubeadm gives it; nothing was changed"
        )
    return changed
