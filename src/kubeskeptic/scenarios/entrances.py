"""Ways in from outside: whether something gives a Service or an Ingress an address, and what answers a host on a port."""

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
    """How a request ended, and which pod answered; empty when none did."""

    outcome: str
    by: str


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
        """Return that the witness has an address."""
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
    there = _asked(stage.run_in(pod, "python3", *_words(name, port, PROBE_DEADLINE, hosts)))
    return {"from a pod": _one(there), "from this machine": _one(ask_from_here(name, port, hosts))}


def ask_from_here(name: str, port: int, hosts: Sequence[str], deadline: float = PROBE_DEADLINE) -> list[Asked]:
    """Ask each of these hosts by HTTP for a host of this name, from this machine, one after another.

    :param deadline: seconds for each step of one request
    """
    return _asked(run([sys.executable, *_words(name, port, deadline, hosts)]))


def _words(name: str, port: int, deadline: float, hosts: Sequence[str]) -> tuple[str, ...]:
    return ("-S", "-E", "-c", _ASK, name, str(port), f"{deadline:g}", *hosts)


def _asked(said: str) -> list[Asked]:
    return [Asked(*one) for one in json.loads(said)]


def _one(asked: Sequence[Asked]) -> str:
    return " and ".join(sorted({one.outcome for one in asked})) or "nothing was asked"
