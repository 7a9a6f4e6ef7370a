"""Access from outside: whether a Service or an Ingress is given an address, and what answers for a host on a port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kubeskeptic import objects
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import TIMEOUT
from kubeskeptic.agent.spec import parse
from kubeskeptic.durations import ADDRESSED, PROBE_DEADLINE
from kubeskeptic.errors import PatienceExhausted
from kubeskeptic.outside.client import HttpxProber, warm_up
from kubeskeptic.probes.specs import http_new
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


class Asked(NamedTuple):
    """The outcome of a request, or its status when no pod answered it, and the name of the pod that did; empty when none."""

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


def ask_from_here(name: str, port: int, hosts: Sequence[str], deadline: float = PROBE_DEADLINE) -> list[Asked]:
    """Send each of these hosts an HTTP request for this host name, from this machine, at the same time.

    :param deadline: seconds for one request
    """
    return asyncio.run(_asked(name, port, hosts, deadline))


async def _asked(name: str, port: int, hosts: Sequence[str], deadline: float) -> list[Asked]:
    await warm_up()
    return await asyncio.gather(*(_ask(name, port, host, deadline) for host in hosts))


async def _ask(name: str, port: int, host: str, deadline: float) -> Asked:
    spec = parse(http_new("entrance", host, port, deadline=deadline).spec())
    try:
        ending = await asyncio.wait_for(HttpxProber(spec, name).answer(), deadline)
    except TimeoutError:
        ending = TIMEOUT
    wrong = ending.outcome is Outcome.WRONG and ending.reason
    return Asked(wrong or str(ending.outcome), AnsweringPod.of(ending.by).name)


def _one(outcomes: Iterable[str]) -> str:
    return " and ".join(sorted(set(outcomes))) or "nothing was asked"
