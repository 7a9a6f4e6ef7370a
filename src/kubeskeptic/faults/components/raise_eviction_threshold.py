"""Raise an eviction threshold of a kubelet to just below what its node has available now.

The fault itself uses up nothing: pods take the rest, and the kubelet evicts them. The threshold is a hard one. The other
thresholds in force stay as they are, and so does the transition period, for which a condition outlasts its cause. The kubelet
measures the disk usage of pods every 5 s (default 1 m); this usage decides which pod it evicts. For ``nodefs.available`` the
node's images are pinned, because the kubelet would delete those that no container uses. Undoing restores the configuration byte
for byte and restarts the kubelet, which ends the condition; evicted pods do not come back. Source: Kubernetes documentation,
Node-pressure Eviction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic import objects
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.components import eviction
from kubeskeptic.faults.components.eviction import CONDITIONS, CONFIGURATION, DISK, MIB, RESTORE
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import active_since, node_of, ready_since
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class RaiseEvictionThreshold(Fault):
    """:param signal: ``memory.available`` or ``nodefs.available``
    :param spare_mib: MiB by which the available amount must shrink until the threshold is crossed
    """

    node: str
    signal: str
    spare_mib: int

    name: ClassVar[str] = "raise_eviction_threshold"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Check that there is no pressure yet, and record the thresholds in force and the configuration's digest."""
        if self.signal not in CONDITIONS or self.spare_mib <= 0:
            raise BadInput(
                f"cannot spare {self.spare_mib} MiB of {self.signal}: choose 1 MiB or more of {' or '.join(CONDITIONS)}"
            )
        if objects.condition(node_of(site, self.node), CONDITIONS[self.signal]) != "False":
            raise BadInput(f"node {self.node} is under {CONDITIONS[self.signal]} already")
        left = eviction.available(site, self.node, self.signal) - self.spare_mib * MIB
        if left <= 0:
            raise BadInput(f"node {self.node} has less than {self.spare_mib} MiB of {self.signal}")
        digest = file_backup.digest(file_backup.read(site, self.node, CONFIGURATION))
        record = {"node": self.node, "signal": self.signal, "threshold": str(left), "digest": digest}
        return Plan(
            (Target("kubelet", self.node),),
            f"raise the threshold of {self.signal} of the kubelet of {self.node} to {left // MIB} MiB",
            f"restore the configuration of the kubelet of {self.node}",
            record | {"in_force": eviction.thresholds(site, self.node)},
            timers=(Timer(self.node, RESTORE),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Back up and replace the configuration, pin the images, and restart the kubelet."""
        node, record = plan.record["node"], plan.record
        text = file_backup.read(site, node, CONFIGURATION)
        if file_backup.digest(text) == record["digest"]:
            file_backup.back_up(site, node, CONFIGURATION)
            if record["signal"] in DISK:
                eviction.pin(site, node)
            hard = {**record["in_force"], record["signal"]: record["threshold"]}
            file_backup.write(site, node, CONFIGURATION, eviction.with_thresholds(text, hard))
            site.in_node(node, "systemctl", "restart", "kubelet")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the kubelet has the threshold in force."""
        signal, wanted = plan.record["signal"], plan.record["threshold"]
        found = eviction.thresholds(site, plan.record["node"]).get(signal)
        return (
            f"the kubelet's /configz has {signal}: {found}"
            if found == wanted
            else NotYet(f"/configz has {signal}: {found}")
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore the configuration, restart the kubelet and remove the pins; does nothing without a backup."""
        site.in_node(record["node"], *RESTORE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the old thresholds are in force, the condition and its taint are gone, and the node is Ready."""
        node, condition = record["node"], CONDITIONS[record["signal"]]
        if file_backup.digest(file_backup.read(site, node, CONFIGURATION)) != record["digest"]:
            return NotYet("the configuration is not restored")
        if eviction.thresholds(site, node) != record["in_force"]:
            return NotYet("the former thresholds are not in force")
        seen = node_of(site, node)
        if objects.condition(seen, condition) != "False" or eviction.taint(condition) in eviction.taints(seen):
            return NotYet(f"{condition} is {objects.condition(seen, condition)}; tainted: {eviction.taints(seen)}")
        return ready_since(site, node, active_since(site, node, "kubelet"))
