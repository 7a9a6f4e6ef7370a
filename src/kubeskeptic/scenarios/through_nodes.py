"""Requests from this machine to a Service's NodePort through every node: the outcome, and the client that the pod sees."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kubeskeptic import objects
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import TIMEOUT, Ending
from kubeskeptic.agent.spec import parse
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.outside.client import HttpxProber, warm_up
from kubeskeptic.probes.specs import http_new
from kubeskeptic.scenarios.stage import Stage


class Seen(NamedTuple):
    """The outcome of a request through a node, and which client address the pod saw, in words."""

    outcome: str
    client: str


def through_nodes(stage: Stage, service: str, app: str, policy: str) -> dict[str, str]:
    """Return the cells of one service: the outcome and the client's address, through the pod's node and through others.

    :param app: the app of the one pod behind the service; only this pod may answer
    :param policy: the word with which the cells' names begin
    :raises NotAsked: when this machine reaches no node's port, and the nodes are not its own containers
    :raises Inconclusive: when it reaches no node's port, although the nodes are its own containers
    """
    (pod,) = stage.pods(app)
    port = stage.service(service)["ports"][0]["nodePort"]
    nodes = {node["metadata"]["name"]: objects.internal_ip(node) for node in stage.run.kube.list("Node")["items"]}
    home = objects.node_of(pod)
    endings = asyncio.run(_asked(list(nodes.values()), port, str(pod["metadata"]["name"])))
    seen = {name: _seen(ending, address) for (name, address), ending in zip(nodes.items(), endings, strict=True)}
    if not any(one.outcome == Outcome.OK for one in seen.values()):
        why = f"no node answers on port {port} from this machine: {_one([one.outcome for one in seen.values()])}"
        raise Inconclusive(why) if stage.run.cluster.image else NotAsked(why)
    here, others = [seen.pop(home)], list(seen.values())
    return {
        f"{policy}, {where}{what}": value
        for where, ones in (("the pod's node", here), ("other nodes", others))
        for what, value in _cells(ones)
    }


def _cells(ones: Sequence[Seen]) -> Iterator[tuple[str, str]]:
    yield "", _one([one.outcome for one in ones])
    yield ", the pod sees", _one([one.client for one in ones])


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


async def _asked(hosts: Sequence[str], port: int, pod: str) -> list[Ending]:
    await warm_up()
    return list(await asyncio.gather(*(_ask(host, port, pod) for host in hosts)))


async def _ask(host: str, port: int, pod: str) -> Ending:
    probe = http_new("node-port", host, port, expect=[pod], peer=True)
    spec = parse(probe.spec())
    try:
        return await asyncio.wait_for(HttpxProber(spec).answer(), probe.deadline)
    except TimeoutError:
        return TIMEOUT
