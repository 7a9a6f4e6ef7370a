"""Are the targets of a fault among what was recorded? A fault of something else says nothing of what was watched."""

from __future__ import annotations

from collections.abc import Iterator

from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.recording import Recording

OF_NODES = frozenset({"cordon", "kube-proxy", "kubelet", "network", "node", "service-rules", "taint"})
"""The kinds of targets whose second part is a node's name."""


def strange_targets(recording: Recording, fault: FaultSpan) -> Iterator[str]:
    """Yield what is wrong with the targets of a fault, one sentence each: there are none, one is a pod that the watch does not
    show in its namespace, or one is in a node that the run does not have.
    """
    if not fault.targets:
        yield f"the fault {fault.fault} acted on nothing that was recorded"
    pods = {change.name for change in recording.of_kind("Pod")}
    nodes = {*recording.nodes, *recording.joined}
    for target in fault.targets:
        kind, _, name = target.partition("/")
        first, _, last = name.partition("/")
        if kind == "pod" and pods and recording.namespace and (first == recording.namespace) is not (last in pods):
            yield f"the fault {fault.fault} acted on the pod {name}, which the watch does not show in that namespace"
        if kind in OF_NODES and nodes and first not in nodes:
            yield f"the fault {fault.fault} acted on {target}, and {first} is not a node of the run"
