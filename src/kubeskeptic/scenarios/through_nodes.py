"""Requests from this machine to Services' NodePorts through every node: the outcome, and the client that the pod sees."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kubeskeptic import objects
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import TIMEOUT, Ending
from kubeskeptic.agent.spec import parse
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.outside.client import HttpxProber, warm_up
from kubeskeptic.probes.specs import http_new
from kubeskeptic.scenarios.asking import Member
from kubeskeptic.scenarios.stage import Stage


class Seen(NamedTuple):
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


def _seen(ending: Ending, node: str) -> Seen:
    client = AnsweringPod.of(ending.by).peer
    known: Mapping[str, str] = {own_address(node): "the client's address", node: "that node's address", "": "nothing"}
    return Seen(str(ending.outcome), known.get(client, client))


def own_address(to: str) -> str:
    """Return the source address of this machine's packets to another address. Nothing is sent."""
    with socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.connect((to, 9))
        return str(chosen.getsockname()[0])


async def _asked(nodes: Mapping[str, str], ports: Mapping[str, int], pod: str) -> dict[tuple[str, str], Seen]:
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
