"""Access from outside: whether a Service or an Ingress is given an address, what answers there for a host, and since when.

It also says which node announces an address of a load balancer, and moves the pod that answers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kubeskeptic import objects
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import TIMEOUT
from kubeskeptic.agent.spec import parse
from kubeskeptic.bounds import Interval
from kubeskeptic.durations import ADDRESSED, PODS_READY, PROBE_DEADLINE, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.outside.client import HttpxProber, warm_up
from kubeskeptic.probes.specs import http_new
from kubeskeptic.scenarios.manifests import placed
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

OF_NO_CLOUD = ("", "kind", "k3s")
"""Schemes of a node's providerID that do not stand for a cloud with load balancers."""

_ASK = """
import http.client, json, sys

def ask(host):
    try:
        asked = http.client.HTTPConnection(host, int(port), timeout=float(deadline))
        asked.request("GET", "/", headers={"Host": name})
        answer = asked.getresponse()
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except TimeoutError:
        return "timeout"
    except OSError:
        return "unreachable"
    return "ok" if answer.status == 200 else f"status {answer.status}"

name, port, deadline, *hosts = sys.argv[1:]
print(json.dumps([ask(host) for host in hosts]))
"""


class EntranceReply(NamedTuple):
    """The outcome of a request, or its status when no pod answered it, and the pod that did, as ``namespace/name/uid``."""

    outcome: str
    by: str


def address(thing: Mapping[str, Any]) -> str:
    """Return the first address in the status of a Service or an Ingress; empty while it has none."""
    given = thing.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return next((str(one.get("ip") or one.get("hostname")) for one in given), "")


def provider(stage: Stage) -> str:
    """Return the evidence that this cluster has a load balancer provider; empty when it has none.

    It looks at the nodes, and at the Service `witness`, which no sabotage touches.
    """
    for node in stage.run.kube.list("Node")["items"]:
        cloud = str(node["spec"].get("providerID", "")).partition(":")[0]
        if cloud not in OF_NO_CLOUD:
            return f"its node {node['metadata']['name']} belongs to the cloud {cloud}"
    return _given(stage, "Service")


def controller(stage: Stage) -> str:
    """Return the evidence that this cluster has an ingress controller; empty when it has none.

    It looks for an IngressClass, and at the Ingress `witness`, which no sabotage touches.
    """
    for one in stage.run.kube.list("IngressClass")["items"]:
        return f"it has the IngressClass {one['metadata']['name']}"
    return _given(stage, "Ingress")


def _given(stage: Stage, kind: str) -> str:
    """Return a sentence that the witness of this kind has an address; empty when it gets none in a provider's usual time."""

    def look() -> str | NotYet:
        """Return a sentence that the witness has an address, once it has one."""
        given = address(stage.run.kube.get(kind, "witness", stage.namespace))
        return f"a {kind} was given the address {given}" if given else NotYet("no address")

    try:
        return until(look, ADDRESSED, what=f"an address of a {kind}")
    except PatienceExhausted:
        return ""


def ask_by_name(stage: Stage, pod: str, name: str, port: int) -> dict[str, str]:
    """Send every node's port an HTTP request for this host name, from a pod and from this machine.

    Return, for each of the two, the outcome that all nodes have in common, or all distinct outcomes.
    """
    hosts = [objects.internal_ip(node) for node in stage.run.kube.list("Node")["items"]]
    there = stage.run_in(pod, "python3", "-c", _ASK, name, str(port), f"{PROBE_DEADLINE:g}", *hosts)
    here = (one.outcome for one in ask_from_here(name, port, hosts))
    return {"from a pod": _one(json.loads(there)), "from this machine": _one(here)}


def ask_from_here(name: str, port: int, hosts: Sequence[str], deadline: float = PROBE_DEADLINE) -> list[EntranceReply]:
    """Send each of these hosts an HTTP request for this host name, from this machine, at the same time.

    :param deadline: seconds for one request
    """
    return asyncio.run(_asked(name, port, hosts, deadline))


async def _asked(name: str, port: int, hosts: Sequence[str], deadline: float) -> list[EntranceReply]:
    await warm_up()
    return await asyncio.gather(*(_ask(name, port, host, deadline) for host in hosts))


async def _ask(name: str, port: int, host: str, deadline: float) -> EntranceReply:
    spec = parse(http_new("entrance", host, port, deadline=deadline).spec())
    try:
        ending = await asyncio.wait_for(HttpxProber(spec, name).answer(), deadline)
    except TimeoutError:
        ending = TIMEOUT
    wrong = ending.outcome is Outcome.WRONG and ending.reason
    return EntranceReply(wrong or str(ending.outcome), ending.by)


def _one(outcomes: Iterable[str]) -> str:
    return " and ".join(sorted(set(outcomes))) or "nothing was asked"


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
    """Replace the one pod of an app with a pod on another node; return it, as ``namespace/name/uid``, and when the old one was
    deleted.

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
    new = until(
        lambda: _identity(stage, app, name) or NotYet("not Ready"),
        PODS_READY,
        what=f"{name} to be Ready",
        tolerate=(ClusterError, Unanswered),
    )
    before = time.time()
    stage.run.kube.delete("Pod", old["metadata"]["name"], stage.namespace)
    return new, Interval(before, time.time())


def _identity(stage: Stage, app: str, name: str) -> str:
    """Return the Ready pod of this name as ``namespace/name/uid``; empty if there is none."""
    return next((objects.identity(one) for one in stage.pods(app) if one["metadata"]["name"] == name), "")
