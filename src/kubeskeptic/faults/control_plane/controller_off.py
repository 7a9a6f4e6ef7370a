"""Switch one controller of kube-controller-manager off, such as ``replicaset-controller``.

Changes ``--controllers`` in the static manifest on every control plane node; kube-controller-manager starts again without
that controller, all others work on. Undoing puts the manifest back byte for byte. Names of controllers: `kubectl`'s reference
of kube-controller-manager, ``--controllers``.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.durations import CONTROL_PLANE_RESTARTS
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import state
from kubeskeptic.faults.contract import Fault, Plan, Site, Target, Timer, UndoRecord
from kubeskeptic.faults.control_plane import manifest
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

PART = "kube-controller-manager"


@dataclass(frozen=True)
class ControllerOff(Fault):
    """:param controller: its name without a sign: ``replicaset-controller``"""

    controller: str

    name: ClassVar[str] = "controller_off"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE

    def plan(self, site: Site) -> Plan:
        """Find the manifests and see that they can be changed."""
        if not re.fullmatch(r"[a-z][a-z0-9-]*-controller", self.controller):
            raise BadInput(f"{self.controller!r} is no name of a controller, such as replicaset-controller")
        nodes = [node.name for node in site.cluster.nodes if node.role == "control-plane"]
        texts = {node: manifest.read(site, node, PART) for node in nodes}
        for text in texts.values():
            without(text, self.controller)
        return Plan(
            (Target("manifest", PART),),
            f"start {PART} again without {self.controller}",
            f"put the manifest of {PART} back",
            {"controller": self.controller, "manifests": {node: manifest.digest(text) for node, text in texts.items()}},
            timers=tuple(Timer(node, manifest.restore(PART)) for node in nodes),
            bites=CONTROL_PLANE_RESTARTS,
            heals=CONTROL_PLANE_RESTARTS,
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Put aside, then replace."""
        for node in plan.record["manifests"]:
            text = manifest.read(site, node, PART)
            if f"-{self.controller}" not in text:
                manifest.put_aside(site, node, PART)
                manifest.write(site, node, PART, without(text, self.controller))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """The one that leads was started with the controller off."""
        return _leads(site, list(plan.record["manifests"]), self.controller, off=True)

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Put back what was put aside."""
        for node in record["manifests"]:
            site.in_node(node, *manifest.restore(PART))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """The manifests are those of before, byte for byte, and the one that leads was started from them."""
        for node, digest in record["manifests"].items():
            if manifest.digest(manifest.read(site, node, PART)) != digest:
                return NotYet(f"the manifest on {node} is not what it was")
        return _leads(site, list(record["manifests"]), record["controller"], off=False)


def without(text: str, controller: str) -> str:
    """The manifest of kube-controller-manager with one controller off.

    :raises BadInput: when it is off already, or the manifest has not the form that kubeadm gives it
    """
    if re.search(rf"--controllers=.*-{re.escape(controller)}\b", text):
        raise BadInput(f"{controller} is off already")
    changed, count = re.subn(r"(--controllers=[^\s\"']+)", rf"\1,-{controller}", text)
    if not count:
        command = re.compile(r"^(\s*- )kube-controller-manager$", re.MULTILINE)
        changed, count = command.subn(rf"\g<0>\n\g<1>--controllers=*,-{controller}", text)
    if count != 1:
        raise BadInput(
            "the manifest of kube-controller-manager has not the form that kubeadm gives it; nothing was changed"
        )
    return changed


def _leads(site: Site, nodes: list[str], controller: str, *, off: bool) -> str | NotYet:
    lease = site.kube.get("Lease", PART, "kube-system")["spec"]
    leader = next((node for node in nodes if str(lease.get("holderIdentity", "")).startswith(f"{node}_")), "")
    if not leader:
        return NotYet(f"{lease.get('holderIdentity') or 'nobody'} leads")
    processes = manifest.process_age(site, leader, PART)
    fitting = {command: age for command, age in processes.items() if (f",-{controller}" in command) == off}
    if len(processes) != 1 or not fitting:
        return NotYet(f"{len(processes)} processes run, {len(fitting)} of them as wanted")
    began = time.time() - min(fitting.values()) - 1
    if state.unix(lease["acquireTime"]) < began or state.unix(lease["renewTime"]) < began:
        return NotYet("it does not lead yet")
    return f"{PART} on {leader} leads, started with {controller} {'off' if off else 'on'}"
