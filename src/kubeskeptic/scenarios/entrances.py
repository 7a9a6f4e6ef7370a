"""Access from outside: whether a Service or an Ingress is given an address, and what answers for a host on a port."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kubeskeptic import objects
from kubeskeptic.durations import ADDRESSED, PROBE_DEADLINE
from kubeskeptic.errors import PatienceExhausted
from kubeskeptic.process import run
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
        body = answer.read()
    except ConnectionRefusedError:
        return "refused", ""
    except ConnectionResetError:
        return "reset", ""
    except TimeoutError:
        return "timeout", ""
    except OSError:
        return "unreachable", ""
    try:
        return "ok" if answer.status == 200 else "wrong", json.loads(body)["pod"]
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status}", ""

name, port, deadline, *hosts = sys.argv[1:]
print(json.dumps([ask(host) for host in hosts]))
"""


class Asked(NamedTuple):
    """The outcome of a request, and the pod that answered it; empty when none did."""

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
    there = _asked(stage.run_in(pod, "python3", *_words(name, port, PROBE_DEADLINE, hosts)))
    return {"from a pod": _one(there), "from this machine": _one(ask_from_here(name, port, hosts))}


def ask_from_here(name: str, port: int, hosts: Sequence[str], deadline: float = PROBE_DEADLINE) -> list[Asked]:
    """Send each of these hosts an HTTP request for this host name, from this machine, one after another.

    :param deadline: seconds for each step of one request
    """
    return _asked(run([sys.executable, *_words(name, port, deadline, hosts)]))


def _words(name: str, port: int, deadline: float, hosts: Sequence[str]) -> tuple[str, ...]:
    return ("-S", "-E", "-c", _ASK, name, str(port), f"{deadline:g}", *hosts)


def _asked(said: str) -> list[Asked]:
    return [Asked(*one) for one in json.loads(said)]


def _one(asked: Sequence[Asked]) -> str:
    return " and ".join(sorted({one.outcome for one in asked})) or "nothing was asked"
