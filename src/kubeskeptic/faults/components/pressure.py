"""Put a node under memory or disk pressure, as its kubelet sees it.

The kubelet's configuration gets a soft eviction threshold that is always exceeded, and the kubelet is restarted. It then
reports pressure in the node's conditions, and evicts pods one after the other while there are any that it may evict. Memory and
disk are not filled, because nodes on one machine share them. For disk pressure, the node's images are pinned until the fault is
undone, because the kubelet deletes unused images before it evicts pods. Undoing restores the configuration byte for byte;
evicted pods do not come back. Source: Kubernetes documentation, Node-pressure Eviction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import yaml

from kubeskeptic import objects
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.components.eviction import CONFIGURATION, RESTORE, pin
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import active_since, node_of, ready_since
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class Pressure(Fault):
    """:param resource: ``memory`` or ``disk``"""

    node: str
    resource: str

    name: ClassVar[str] = "pressure"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Check that there is no pressure yet, and record the configuration's digest."""
        if self.resource not in SIGNALS:
            raise BadInput(f"a node can be under pressure of {' or '.join(SIGNALS)}, not {self.resource}")
        _, condition = SIGNALS[self.resource]
        if objects.condition(node_of(site, self.node), condition) != "False":
            raise BadInput(f"node {self.node} is under {self.resource} pressure already")
        text = file_backup.read(site, self.node, CONFIGURATION)
        return Plan(
            (Target("kubelet", self.node),),
            f"let the kubelet of {self.node} evict as soon as any {self.resource} is in use",
            f"restore the configuration of the kubelet of {self.node}",
            {"node": self.node, "resource": self.resource, "digest": file_backup.digest(text)},
            timers=(Timer(self.node, RESTORE),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Back up and replace the configuration, and restart the kubelet."""
        node = plan.record["node"]
        text = file_backup.read(site, node, CONFIGURATION)
        changed = pressed(text, plan.record["resource"])
        if file_backup.digest(text) == plan.record["digest"]:
            file_backup.back_up(site, node, CONFIGURATION)
            file_backup.write(site, node, CONFIGURATION, changed)
            if plan.record["resource"] == "disk":
                pin(site, node)
            site.in_node(node, "systemctl", "restart", "kubelet")

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the node's condition reports the pressure."""
        condition = SIGNALS[plan.record["resource"]][1]
        status = objects.condition(site.kube.get("Node", plan.record["node"]), condition)
        return f"{condition} is True" if status == "True" else NotYet(f"{condition} is {status}")

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore the configuration and restart the kubelet; does nothing without a backup."""
        site.in_node(record["node"], *RESTORE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the configuration is restored, the condition is False again, and the node is Ready."""
        node, condition = record["node"], SIGNALS[record["resource"]][1]
        if file_backup.digest(file_backup.read(site, node, CONFIGURATION)) != record["digest"]:
            return NotYet("the configuration is not restored")
        status = objects.condition(site.kube.get("Node", node), condition)
        if status != "False":
            return NotYet(f"{condition} is {status}")
        return ready_since(site, node, active_since(site, node, "kubelet"))


SIGNALS = {"memory": ("memory.available", "MemoryPressure"), "disk": ("nodefs.available", "DiskPressure")}
"""The eviction signal of each resource, and the node condition that it sets."""
ALMOST_ALL = "99.99%"
"""A node with a few containers has more than 99 % of its memory free. 100 % would turn the threshold off."""


def pressed(text: str, resource: str) -> str:
    """Return a kubelet's configuration with a soft eviction threshold that is always exceeded."""
    signal, _ = SIGNALS[resource]
    configuration: dict[str, Any] = yaml.safe_load(text)
    for field, value in (("evictionSoft", ALMOST_ALL), ("evictionSoftGracePeriod", "1s")):
        configuration[field] = {**configuration.get(field, {}), signal: value}
    configuration["evictionMaxPodGracePeriod"] = 5
    return yaml.safe_dump(configuration, sort_keys=True)
