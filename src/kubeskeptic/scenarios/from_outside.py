"""Requests from outside the cluster: from this machine through every node, and from a host that is not a node.

Through Services' NodePorts: the outcome, and the client that the pod sees. The host is a container next to the nodes that has
no route to pods.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from kubeskeptic import objects
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import TIMEOUT, Ending
from kubeskeptic.agent.spec import parse
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.durations import PROBE_DEADLINE
from kubeskeptic.errors import CommandFailed, Inconclusive, NotAsked
from kubeskeptic.outside.client import HttpxProber, warm_up
from kubeskeptic.probes.specs import http_new
from kubeskeptic.scenarios.asking import Member
from kubeskeptic.scenarios.stage import Stage


class SeenFromOutside(NamedTuple):
    """The outcome of a request through a node, and which client address the pod saw, in words."""

    outcome: str
    client: str


def through_nodes(stage: Stage, app: str, **services: str) -> dict[str, str]:
    """Return the cells of some services: the outcome and the client's address, through the pod's node and through others.

    :param app: the app of the one pod behind the services; only this pod may answer
    :param services: the services, by the word with which the names of their cells begin
    :raises NotAsked: when this machine reaches no port of any node, and the nodes are not its own containers
    :raises Inconclusive: when it reaches none, although the nodes are its own containers
    """
    (member,) = (Member.of(app, pod) for pod in stage.pods(app))
    nodes = {node["metadata"]["name"]: objects.internal_ip(node) for node in stage.run.kube.list("Node")["items"]}
    ports = {word: stage.service(service)["ports"][0]["nodePort"] for word, service in services.items()}
    seen = asyncio.run(_asked(nodes, ports, member.identity))
    if not any(one.outcome == Outcome.OK for one in seen.values()):
        told = _one([one.outcome for one in seen.values()])
        why = f"no node answers on a port of {', '.join(services.values())} from this machine: {told}"
        raise Inconclusive(why) if stage.run.cluster.image else NotAsked(why)
    cells: dict[str, str] = {}
    for word in services:
        for where, at_home in (("the pod's node", True), ("other nodes", False)):
            ones = [one for (of, node), one in seen.items() if of == word and (node == member.node) is at_home]
            cells[f"{word}, {where}"] = _one([one.outcome for one in ones])
            cells[f"{word}, {where}, the pod sees"] = _one([one.client for one in ones])
    return cells


def _one(values: Sequence[str]) -> str:
    """Return the value that all have in common, or all distinct values."""
    return " and ".join(sorted(set(values))) or "nothing was asked"


def _seen(ending: Ending, node: str) -> SeenFromOutside:
    client = AnsweringPod.of(ending.by).peer
    known: Mapping[str, str] = {own_address(node): "the client's address", node: "that node's address", "": "nothing"}
    return SeenFromOutside(str(ending.outcome), known.get(client, client))


def own_address(to: str) -> str:
    """Return the source address of this machine's packets to another address. Nothing is sent."""
    with socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.connect((to, 9))
        return str(chosen.getsockname()[0])


async def _asked(
    nodes: Mapping[str, str], ports: Mapping[str, int], pod: str
) -> dict[tuple[str, str], SeenFromOutside]:
    """Return what was seen on each port through each node, asked at the same time."""
    await warm_up()
    asked = [(word, node) for word in ports for node in nodes]
    endings = await asyncio.gather(*(_ask(nodes[node], ports[word], pod) for word, node in asked))
    return {one: _seen(ending, nodes[one[1]]) for one, ending in zip(asked, endings, strict=True)}


async def _ask(host: str, port: int, pod: str) -> Ending:
    probe = http_new("node-port", host, port, expect=[pod], peer=True)
    spec = parse(probe.spec())
    try:
        return await asyncio.wait_for(HttpxProber(spec).answer(), probe.deadline)
    except TimeoutError:
        return TIMEOUT


LASTS = 300
"""Seconds after which the container exits and is removed, even if the run has died."""
NETWORK = "kind"
"""The container engine's network of the nodes of a kind cluster."""
TOO_LATE = 124
"""Exit status of timeout(1) when the time is up."""

_ASK = """
exec timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3' bash "$1" "$2"
"""
_SAID = {
    "Connection refused": Outcome.REFUSED,
    "Network is unreachable": Outcome.UNREACHABLE,
    "No route to host": Outcome.UNREACHABLE,
    "Connection reset": Outcome.RESET,
}


@dataclass(frozen=True)
class OutsideHost:
    """A running container that sends requests."""

    engine: Engine
    name: str

    def ask(self, host: str, port: int) -> Outcome:
        """Send an HTTP request on a new connection, and return the outcome: ``ok`` when a workload answered."""
        try:
            said = self._run("bash", "-c", _ASK, "bash", host, str(port), f"{PROBE_DEADLINE:g}")
        except CommandFailed as failed:
            if failed.status == TOO_LATE:
                return Outcome.TIMEOUT
            return next((outcome for words, outcome in _SAID.items() if words in failed.output), Outcome.UNKNOWN)
        return Outcome.OK if _names_a_pod(said) else Outcome.WRONG

    @contextmanager
    def routes(self, nodes: Iterable[Mapping[str, Any]]) -> Iterator[None]:
        """Add a route to the pods of every node; the routes are gone with the container.

        :param nodes: Node objects
        """
        for node in nodes:
            self._run("ip", "route", "replace", node["spec"]["podCIDR"], "via", objects.internal_ip(node))
        yield

    def _run(self, *argv: str) -> str:
        return self.engine.call("exec", self.name, *argv)


def outside_host(stage: Stage) -> OutsideHost:
    """Return a handle to the outside host, which :func:`started` starts."""
    return OutsideHost(stage.run.cluster.engine, f"skeptic-{stage.run.id}-outside")


@contextmanager
def started(stage: Stage) -> Iterator[OutsideHost]:
    """Start the outside host without a default route, and remove it at the end.

    :raises MissingRequirement: when the cluster's nodes are not containers on this machine
    """
    one = outside_host(stage)
    one.engine.run(
        "--rm", "--name", one.name, "--network", NETWORK, "--cap-add", "NET_ADMIN", "--entrypoint", "sleep",
        stage.run.cluster.image, str(LASTS),
    )  # fmt: skip
    try:
        one.engine.call("exec", one.name, "ip", "route", "del", "default")
        yield one
    finally:
        one.engine.remove(one.name)


def _names_a_pod(answer: str) -> bool:
    try:
        return bool(json.loads(answer.partition("\r\n\r\n")[2])["pod"])
    except (ValueError, KeyError, TypeError):
        return False
