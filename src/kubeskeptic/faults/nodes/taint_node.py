"""Taint a node.

One taint is added; all others stay. The effects NoSchedule and PreferNoSchedule keep new pods away; NoExecute also evicts
pods that do not tolerate it; ``node.kubernetes.io/out-of-service`` with NoExecute makes the control plane delete the pods of
a dead node by force (Kubernetes documentation, Node Shutdowns). Evicted pods do not come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from kubeskeptic.errors import BadInput, Conflict, NotFound
from kubeskeptic.faults.fault import Fault, Plan, Site, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


@dataclass(frozen=True)
class TaintNode(Fault):
    """:param key: key of the taint
    :param value: value of the taint
    :param effect: NoSchedule, PreferNoSchedule or NoExecute
    """

    node: str
    key: str
    value: str = ""
    effect: str = "NoSchedule"

    name: ClassVar[str] = "taint_node"
    risk: ClassVar[Risk] = Risk.NODE
    rights: ClassVar[tuple[Right, ...]] = (Right("nodes", ("patch",)),)

    def plan(self, site: Site) -> Plan:
        """Check that the node does not have the taint."""
        if self.effect not in EFFECTS:
            raise BadInput(f"a taint's effect is {', '.join(EFFECTS)}, not {self.effect}")
        if not self.key:
            raise BadInput("a taint needs a key, such as kubeskeptic/away")
        if find(node_of(site, self.node), self.key, self.effect):
            raise BadInput(f"node {self.node} has the taint {self.key}:{self.effect} already; choose another key")
        taint = {"key": self.key, "value": self.value, "effect": self.effect}
        return Plan(
            (Target("taint", f"{self.node}/{self.key}:{self.effect}"),),
            f"taint node {self.node} with {self.key}={self.value}:{self.effect}",
            f"remove the taint {self.key}:{self.effect} from node {self.node}",
            {"node": self.node, "taint": taint},
            objects=(("Node", "", self.node),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Add the taint."""
        rewrite(site, plan.record["node"], plan.record["taint"], add=True)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the node has the taint; with NoExecute, that pods that do not tolerate it are being deleted."""
        node = plan.record["node"]
        if not find(site.kube.get("Node", node), self.key, self.effect):
            return NotYet("the node does not have the taint")
        if self.effect != "NoExecute":
            return "the API server shows the taint"
        pods = site.kube.list("Pod", fields=f"spec.nodeName={node}")["items"]
        stay = [p for p in pods if not tolerates(p, plan.record["taint"]) and "deletionTimestamp" not in p["metadata"]]
        names = ", ".join(sorted(pod["metadata"]["name"] for pod in stay))
        return NotYet(f"not evicted: {names}") if stay else "only pods that tolerate the taint are left on the node"

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Remove this taint, if the node still exists."""
        try:
            rewrite(site, record["node"], record["taint"], add=False)
        except NotFound:
            return

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the node does not have the taint."""
        taint = record["taint"]
        if find(site.kube.get("Node", record["node"]), taint["key"], taint["effect"]):
            return NotYet("the node still has the taint")
        return "the API server shows the node without the taint"


def tolerates(pod: dict[str, Any], taint: dict[str, str]) -> bool:
    """Return whether a pod tolerates a taint forever, as mirror pods do (Kubernetes documentation, Taints and Tolerations)."""
    if "kubernetes.io/config.mirror" in pod["metadata"].get("annotations", {}):
        return True
    for one in pod["spec"].get("tolerations", []):
        fits = one.get("operator") == "Exists" or one.get("value", "") == taint["value"]
        if one.get("key") in (None, taint["key"]) and one.get("effect") in (None, taint["effect"]) and fits:
            return one.get("tolerationSeconds") is None
    return False


def find(node: dict[str, Any], key: str, effect: str) -> bool:
    """Return whether a node has a taint of this key and effect."""
    return any((one["key"], one["effect"]) == (key, effect) for one in node["spec"].get("taints", []))


def rewrite(site: Site, name: str, taint: dict[str, str], *, add: bool) -> None:
    """Add or remove one taint, and keep the others; retry if the node was changed in the meantime.

    :raises Conflict: when that happens four times in a row
    """
    for last in (False, False, False, True):
        node = site.kube.get("Node", name)
        others = [
            one
            for one in node["spec"].get("taints", [])
            if (one["key"], one["effect"]) != (taint["key"], taint["effect"])
        ]
        patch = {
            "metadata": {"resourceVersion": node["metadata"]["resourceVersion"]},
            "spec": {"taints": [*others, taint] if add else others},
        }
        try:
            site.kube.patch("Node", name, None, patch)
        except Conflict:
            if last:
                raise
        else:
            return
