"""Load balancer addresses and ingress controllers at work: which node announces, which pod answers, and since when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kubeskeptic import objects
from kubeskeptic.bounds import Interval
from kubeskeptic.durations import PODS_READY, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.scenarios.entrances import ask_from_here
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

ANNOUNCER = "announcer"
"""The fact that names the node announcing the address."""
BRIEFLY = 1.0
"""Timeout of one request, in seconds: a longer one would hide when the change came."""
IN_A_ROW = 3
"""Answers in a row that show that the change has come: a single one may still belong to the time before."""
KEPT = ("name", "image", "args", "ports", "readinessProbe", "env", "resources")
"""Fields of the container that are kept when its pod moves."""
_NEIGHBOURS = Path("/proc/net/arp")
_ADDRESS, _FLAGS, _HARDWARE = 0, 2, 3
"""Columns of the kernel's table of neighbours; see proc_net_arp(5)."""
_COMPLETE = 0x2
"""The flag of a neighbour whose hardware address is known; ``ATF_COM``, see arp(7)."""


def announcer(stage: Stage, address: str) -> str:
    """Return the node that announces an address in this machine's network: the one with the same hardware address.

    :raises Inconclusive: when no node has the hardware address of this IP address
    """
    nodes = {objects.internal_ip(node): node["metadata"]["name"] for node in stage.run.kube.list("Node")["items"]}
    known = neighbours([address, *nodes])
    for ip, node in nodes.items():
        if address in known and known.get(ip) == known[address]:
            return str(node)
    raise Inconclusive(f"no node has the hardware address of {address} ({known.get(address, 'unknown')})")


def neighbours(addresses: Sequence[str]) -> dict[str, str]:
    """Return the hardware address of each of these IP addresses that is in a network of this machine and answers there."""
    ask_from_here("any", 80, addresses, BRIEFLY)  # makes the kernel look up the hardware address of each
    known = hardware(_NEIGHBOURS.read_text(encoding="utf-8").splitlines()) if _NEIGHBOURS.exists() else {}
    return {address: known[address] for address in addresses if address in known}


def hardware(table: Iterable[str]) -> Mapping[str, str]:
    """Return the hardware address of each neighbour that has one.

    :param table: lines of the kernel's table, with its heading
    """
    rows = [line.split() for line in list(table)[1:]]
    return {row[_ADDRESS]: row[_HARDWARE] for row in rows if len(row) > _HARDWARE and int(row[_FLAGS], 16) & _COMPLETE}


def since_when(came: Callable[[], bool], changed: Interval, patience: Patience) -> tuple[float, float | None]:
    """Return when a change came, in seconds: the last look that did not see it, and the first of the looks that did.

    :param changed: when the change was begun, in Unix seconds; the result counts from this
    :returns: the second value is None when the change did not come in time
    """
    low, high, row = 0.0, 0.0, 0

    def look() -> bool | NotYet:
        """Look once, and return whether the change was seen often enough in a row."""
        nonlocal low, high, row
        asked = time.time()
        if not came():
            low, row = max(asked - changed.high, 0.0), 0
            return NotYet("not yet")
        high = high if row else time.time() - changed.low
        row += 1
        return True if row >= IN_A_ROW else NotYet(f"{row} answers in a row")

    try:
        until(look, patience, what="the change to take effect")
    except PatienceExhausted:
        return round(low, 3), None
    return round(low, 3), round(high, 3)


def move(stage: Stage, app: str, node: str) -> tuple[str, Interval]:
    """Replace the one pod of an app with a pod on another node; return its name, and when the old one was deleted.

    :raises PatienceExhausted: when the new pod does not become Ready
    """
    (old,) = stage.pods(app)
    name = f"{app}-on-{node}"[:63].rstrip("-")
    metadata = {"name": name, "labels": old["metadata"]["labels"] | {"app": app}}
    container = {key: old["spec"]["containers"][0][key] for key in KEPT}
    grace = old["spec"]["terminationGracePeriodSeconds"]
    spec = {"nodeName": node, "terminationGracePeriodSeconds": grace, "containers": [container]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    stage.run.kube.apply(placed(pod, stage.namespace, stage.run.id))
    until(
        lambda: _is_ready(stage, app, name) or NotYet("not Ready"),
        PODS_READY,
        what=f"{name} to be Ready",
        tolerate=(ClusterError, Unanswered),
    )
    before = time.time()
    stage.run.kube.delete("Pod", old["metadata"]["name"], stage.namespace)
    return name, Interval(before, time.time())


def _is_ready(stage: Stage, app: str, name: str) -> bool:
    return any(one["metadata"]["name"] == name for one in stage.pods(app))
