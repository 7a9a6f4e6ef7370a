"""Ways in from outside: whether something gives a Service or an Ingress an address, and what answers a host on a port."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from kubeskeptic import objects
from kubeskeptic.durations import ADDRESSED
from kubeskeptic.errors import PatienceExhausted
from kubeskeptic.process import run
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

OF_NO_CLOUD = ("", "kind", "k3s")
"""Schemes of a node's providerID that do not stand for a cloud with load balancers."""

_ASK = """
import http.client, json, sys

def ask(host, port, name):
    try:
        asked = http.client.HTTPConnection(host, int(port), timeout=3.5)
        asked.request("GET", "/", headers={"Host": name})
        answer = asked.getresponse()
        body = answer.read()
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except TimeoutError:
        return "timeout"
    except OSError:
        return "unreachable"
    try:
        return "ok" if answer.status == 200 and json.loads(body)["pod"] else "wrong"
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status}"

name, port, *hosts = sys.argv[1:]
print(json.dumps([ask(host, port, name) for host in hosts]))
"""


def address(thing: Mapping[str, Any]) -> str:
    """Return the first address that a Service's or an Ingress's status has; empty while it has none."""
    given = thing.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    return next((str(one.get("ip") or one.get("hostname")) for one in given), "")


def provider(stage: Stage) -> str:
    """Return by what this cluster is seen to have a provider of load balancers; empty when it has none.

    The Service `witness` is one that no sabotage touches.
    """
    for node in stage.run.kube.list("Node")["items"]:
        cloud = str(node["spec"].get("providerID", "")).partition(":")[0]
        if cloud not in OF_NO_CLOUD:
            return f"its node {node['metadata']['name']} is one of the cloud {cloud}"
    return _given(stage, "Service")


def controller(stage: Stage) -> str:
    """Return by what this cluster is seen to have an ingress controller; empty when it has none.

    The Ingress `witness` is one that no sabotage touches.
    """
    for one in stage.run.kube.list("IngressClass")["items"]:
        return f"it has the IngressClass {one['metadata']['name']}"
    return _given(stage, "Ingress")


def _given(stage: Stage, kind: str) -> str:
    """Return that the witness of a kind has got an address; empty when it has not in the time that a provider takes."""

    def look() -> str | NotYet:
        given = address(stage.run.kube.get(kind, "witness", stage.namespace))
        return f"a {kind} was given the address {given}" if given else NotYet("no address")

    try:
        return until(look, ADDRESSED, what=f"an address of a {kind}")
    except PatienceExhausted:
        return ""


def ask_by_name(stage: Stage, pod: str, name: str, port: int) -> dict[str, str]:
    """Ask every node's port by HTTP for a host of this name, from a pod and from this machine; return the outcomes of each,
    or the one that all nodes have in common.
    """
    hosts = [objects.internal_ip(node) for node in stage.run.kube.list("Node")["items"]]
    words = ("-S", "-E", "-c", _ASK, name, str(port), *hosts)
    return {
        "from a pod": _one(json.loads(stage.run_in(pod, "python3", *words))),
        "from this machine": _one(json.loads(run([sys.executable, *words]))),
    }


def _one(outcomes: Sequence[str]) -> str:
    return " and ".join(sorted(set(outcomes))) or "nothing was asked"
