"""Stop kube-proxy on one node, and keep it stopped; its rules stay.

The DaemonSet gets a node affinity that excludes the node, and ``updateStrategy: OnDelete``, so that no pod on other nodes is
replaced. Undoing restores both fields at once: the pod template is then the same as before, and no other kube-proxy is
restarted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.components.kube_proxy import not_healthy, synced
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

WHERE, NAME = "kube-system", "kube-proxy"


@dataclass(frozen=True)
class StopKubeProxy(Fault):
    """:param node: name of the node"""

    node: str

    name: ClassVar[str] = "stop_kube_proxy"
    risk: ClassVar[Risk] = Risk.CONTROL_PLANE
    rights: ClassVar[tuple[Right, ...]] = (Right("daemonsets", ("get", "patch"), "apps", WHERE, ("kube-proxy",)),)

    def plan(self, site: Site) -> Plan:
        """Record the update strategy, and check that there is no affinity."""
        node_of(site, self.node)
        spec = site.kube.get("DaemonSet", NAME, WHERE)["spec"]
        if spec["template"]["spec"].get("affinity"):
            raise BadInput("kube-proxy's DaemonSet has an affinity already; this would overwrite it")
        return Plan(
            (Target("daemonset", "kube-proxy", WHERE), Target("kube-proxy", self.node)),
            f"exclude {self.node} from the DaemonSet kube-proxy",
            f"include {self.node} in the DaemonSet kube-proxy again",
            {"node": self.node, "strategy": spec["updateStrategy"]},
            objects=(("DaemonSet", WHERE, "kube-proxy"),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Change both fields at once."""
        template = {"spec": {"affinity": _away_from(plan.record["node"])}}
        strategy = {"type": "OnDelete", "rollingUpdate": None}
        site.kube.patch("DaemonSet", NAME, WHERE, {"spec": {"template": template, "updateStrategy": strategy}})

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that its health endpoint does not answer."""
        return not_healthy(site, plan.record["node"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Restore each of the two fields that still has our value; what the owner has set in the meantime stays."""
        found = site.kube.get("DaemonSet", NAME, WHERE)
        spec: dict[str, Any] = {}
        if found["spec"]["template"]["spec"].get("affinity") == _away_from(record["node"]):
            spec["template"] = {"spec": {"affinity": None}}
        if found["spec"]["updateStrategy"]["type"] == "OnDelete":
            spec["updateStrategy"] = record["strategy"]
        seen = {"resourceVersion": found["metadata"]["resourceVersion"]}
        if spec:
            site.kube.patch("DaemonSet", NAME, WHERE, {"metadata": seen, "spec": spec})

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that it answers and has programmed every change, and that every node runs the restored template."""
        status = site.kube.get("DaemonSet", NAME, WHERE)["status"]
        wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
        if len(site.cluster.nodes) != wanted or updated != wanted or status.get("numberReady", 0) != wanted:
            return NotYet(f"{status.get('numberReady', 0)} of {wanted} are Ready, {updated} are of this template")
        return synced(site, record["node"])


def _away_from(node: str) -> dict[str, Any]:
    out = [{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": [node]}]}]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": out}}}
