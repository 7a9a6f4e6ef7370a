"""Preconditions that a cluster must meet before a run: without them, the run would wait for minutes and conclude nothing.

Every node is Ready and runs Linux, pods have IPv4 addresses, and every API that the cluster serves answers. A condition that
is only late, such as a node that has just come back, is waited for briefly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from kubeskeptic.durations import USABLE
from kubeskeptic.errors import ClusterError, PatienceExhausted, Unanswered, Untestable
from kubeskeptic.kube import Kube
from kubeskeptic.kube.deletion import dead_apis
from kubeskeptic.waiting import NotYet, until

Object = Mapping[str, Any]


def usable(kube: Kube) -> None:
    """Wait until a run may begin.

    :raises Untestable: with the preconditions that are not met, in one sentence
    """

    def looked() -> bool | NotYet:
        """Return whether the cluster meets the preconditions now."""
        nodes = kube.list("Node")["items"]
        never = [*foreign(nodes), *_families(kube, nodes)]
        if never:
            raise Untestable(f"cannot run on this cluster: {'; '.join(never)}")
        wrong = [*unready(nodes), *_dead_apis(kube)]
        return NotYet("; ".join(wrong)) if wrong else True

    try:
        until(looked, USABLE, what="the cluster to be healthy", tolerate=(Unanswered,))
    except PatienceExhausted as broken:
        raise Untestable(f"cannot run on this cluster: {str(broken).partition('last seen: ')[2]}") from broken


def foreign(nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence about each node on which no agent can run."""
    for node in nodes:
        system = node["status"].get("nodeInfo", {}).get("operatingSystem", "linux")
        if system != "linux":
            yield f"node {node['metadata']['name']} runs {system}, but the agent runs only on Linux"


def unready(nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence about each node that is not Ready, in the words of its kubelet or the control plane."""
    for node in nodes:
        ready = next((one for one in node["status"].get("conditions") or () if one["type"] == "Ready"), None)
        if ready is None or ready["status"] != "True":
            why = f" ({ready.get('reason')}: {ready.get('message')})" if ready else ""
            yield f"node {node['metadata']['name']} is not Ready{why}, but a run needs every node"


def _families(kube: Kube, nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence when the first address family of pods or services is IPv6."""
    ranges = {str(node["spec"].get("podCIDR")) for node in nodes if node["spec"].get("podCIDR")}
    with suppress(ClusterError):  # not ours to read on this cluster
        ranges.add(str(kube.get("Service", "kubernetes", "default")["spec"].get("clusterIP")))
    found = sorted(one for one in ranges if ":" in one)
    if found:
        yield f"the cluster's first address family is IPv6 ({found[0]}), but faults and agents support only IPv4"


def _dead_apis(kube: Kube) -> list[str]:
    try:
        dead = dead_apis(kube.list("APIService")["items"])
    except ClusterError:
        return []  # not ours to read on this cluster
    return [f"{one}; until it is back or deleted, no namespace can be deleted" for one in dead]
