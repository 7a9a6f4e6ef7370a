"""Remove a node's CNI configuration: its container runtime has no network for new pods.

The files in ``/etc/cni/net.d`` are renamed in place, to names that no runtime reads, and renamed back. Runtimes watch that
folder and notice both changes at once. Pods that have a network keep it, and pods in their node's network need none. The fault
does not last if a daemon of the network plugin rewrites the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.durations import RUNTIME_LOOKS
from kubeskeptic.errors import MissingRequirement
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class RemoveCniConfig(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "remove_cni_config"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the files that a runtime reads, with their digests."""
        node_of(site, self.node)
        files = {name: _digest(site, self.node, name) for name in _read_by_runtimes(site, self.node)}
        if not files:
            raise MissingRequirement(f"{self.node} has no CNI configuration in {FOLDER}")
        record = {"node": self.node, "suffix": f".{site.run}.kubeskeptic", "files": files}
        return Plan(
            (Target("network", self.node),),
            f"rename {', '.join(files)} in {FOLDER} of {self.node}",
            "rename them back",
            record,
            timers=(Timer(self.node, restore(record)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Rename the files, unless they are renamed already."""
        site.in_node(plan.record["node"], *_for_each(_REMOVE, plan.record))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that a runtime finds no configuration."""
        left = _read_by_runtimes(site, plan.record["node"])
        return NotYet(f"still there: {', '.join(left)}") if left else f"{FOLDER} has no file that a runtime reads"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Rename the files back, if they were renamed."""
        site.in_node(record["node"], *restore(record))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the files are as before, and that the kubelet has checked since and finds a network.

        The inodes show when the files were last renamed. Until the kubelet has checked again, it may still report that the
        network is missing.
        """
        node, files = record["node"], record["files"]
        changed = [name for name, digest in files.items() if _digest(site, node, name) != digest]
        if changed:
            return NotYet(f"{', '.join(changed)} is not restored")
        if int(site.in_node(node, "date", "+%s")) - _renamed(site, node, files) <= RUNTIME_LOOKS:
            return NotYet("the kubelet may not have asked its runtime since the files were restored")
        if misses_network(site.kube.get("Node", node)):
            return NotYet("the kubelet reports that the network is missing")
        return f"{', '.join(files)} restored, and the kubelet reports no missing network"


FOLDER = "/etc/cni/net.d"
"""Where containerd and CRI-O read their network configuration (conf_dir and network_dir, by default)."""
REASON = "NetworkPluginNotReady"
"""The reason that a container runtime reports when it has no network for pods (k8s.io/cri-api, RuntimeCondition)."""
_ROOT = "/proc/1/root"
"""The root of the node's own files, also for a pod in its process namespace."""
_READ = (".conf", ".conflist", ".json")
_REMOVE = 'test -e "$f$suffix" || mv "$f" "$f$suffix" || exit'
_RESTORE = '! test -e "$f$suffix" || mv -f "$f$suffix" "$f" || exit'


def restore(record: UndoRecord) -> tuple[str, ...]:
    """Return the command line that renames the files back in their node; it does nothing if they are not renamed."""
    return _for_each(_RESTORE, record)


def misses_network(node: objects.Object) -> bool:
    """Return whether a node is not Ready because its runtime has no network for pods."""
    conditions = node.get("status", {}).get("conditions") or ()
    ready = [one for one in conditions if one["type"] == "Ready"]
    return any(one["status"] != "True" and REASON in str(one.get("message", "")) for one in ready)


def _for_each(step: str, record: UndoRecord) -> tuple[str, ...]:
    """Return the command line that runs a step for each file."""
    script = f'cd "$1" && suffix="$2" && shift 2 && for f; do {step}; done'
    return ("sh", "-c", script, "sh", f"{_ROOT}{FOLDER}", record["suffix"], *record["files"])


def _read_by_runtimes(site: Site, node: str) -> list[str]:
    there = site.in_node(node, "ls", f"{_ROOT}{FOLDER}").split()
    return [name for name in there if name.endswith(_READ)]


def _renamed(site: Site, node: str, names: Iterable[str]) -> float:
    """Return the latest change time of these files in Unix seconds: when one was last renamed or otherwise changed."""
    listed = site.in_node(node, "ls", "-lc", "--full-time", *(f"{_ROOT}{FOLDER}/{name}" for name in names))
    return max(objects.unix("{}T{}{}".format(*line.split()[5:8])) for line in listed.splitlines())


def _digest(site: Site, node: str, name: str) -> str:
    return file_backup.digest(file_backup.read(site, node, f"{_ROOT}{FOLDER}/{name}"))
