"""Single questions asked from inside pods: what a client there sees now.

The pods ask each other, themselves and their node. A pod asks all its questions at the same time, and so do the pods of several
nodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.errors import ClusterError
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings.proxies import configurations, node_ports
from kubeskeptic.objects import ip_of, node_of
from kubeskeptic.scenarios.stage import Stage

Question = dict[str, Any]
Answer = Mapping[str, Any]

KINDS: dict[str, Question] = {
    "TCP": {"kind": "http-new"},
    "TCP, 64 KiB": {"kind": "http-payload", "size": 1 << 16},
    "UDP": {"kind": "udp", "size": 64},
    "UDP, 8 kB": {"kind": "udp", "size": 8000},
}
"""The kinds of question in a matrix; the larger ones do not fit into one packet at any usual MTU."""
AT_ONCE = 4
"""Number of pods that ask at the same time."""

_SCRIPT = """
import asyncio, json, sys
from kubeskeptic.agent.probes import ask_once
from kubeskeptic.agent.spec import parse

async def asked():
    return await asyncio.gather(*(ask_once(parse({"name": "asked", **one})) for one in json.loads(sys.argv[1])))

print(json.dumps(asyncio.run(asked())))
"""


@dataclass(frozen=True)
class Member:
    """A pod that asks and answers in a matrix.

    :param name: its name in the table
    :param host: whether it uses the network of its node (``hostNetwork``)
    """

    name: str
    pod: str
    identity: str
    node: str
    ip: str
    port: int
    host: bool

    @classmethod
    def of(cls, name: str, pod: Mapping[str, Any]) -> Member:
        """Return the member for a Pod object."""
        meta, spec = pod["metadata"], pod["spec"]
        port = spec["containers"][0]["ports"][0]["containerPort"]
        identity = f"{meta['namespace']}/{meta['name']}/{meta['uid']}"
        return cls(name, meta["name"], identity, node_of(pod), ip_of(pod), port, bool(spec.get("hostNetwork")))


def ask_from(stage: Stage, pod: str, questions: Sequence[Question]) -> list[Answer]:
    """Ask questions (:mod:`kubeskeptic.agent.spec`) concurrently from one of the scenario's pods, and return the answers.

    :raises CommandFailed: when the command in the pod fails
    """
    said = stage.run_in(pod, "python3", "-c", _SCRIPT, json.dumps(questions))
    answers: list[Answer] = json.loads(said)
    return answers


def ask_soon(kube: Kube, namespace: str, pod: str, question: Question) -> Answer:
    """Ask one question from a workload, within milliseconds, and return the answer.

    The API server proxies the question, so it must be able to reach the pod's own address.

    :raises ClusterError: when the pod cannot be reached
    """
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}:8080/proxy/ask"
    answer: Answer = json.loads(kube.request("POST", path, question))
    return answer


def matrix(stage: Stage, members: Sequence[Member]) -> dict[str, dict[str, Any]]:
    """Return, cell by cell, how every member reaches every other member with every kind of question.

    A cell has ``from``, ``to``, ``kind``, ``outcome``, and ``peer``: the client's address as the server saw it.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = pool.map(lambda one: list(_row(stage, one, members)), members)
    return {f"{cell['from']} → {cell['to']}, {cell['kind']}": cell for row in rows for cell in row}


def _row(stage: Stage, asker: Member, members: Sequence[Member]) -> Iterator[dict[str, Any]]:
    pairs = [(other, kind) for other in members if other != asker for kind in KINDS]
    questions = [
        {**KINDS[kind], "host": other.ip, "port": other.port, "expect": [other.identity], "peer": True}
        for other, kind in pairs
    ]
    for (other, kind), answer in zip(pairs, ask_from(stage, asker.pod, questions), strict=True):
        peer = AnsweringPod.of(answer["by"]).peer
        yield {"from": asker.name, "to": other.name, "kind": kind, "outcome": answer["outcome"], "peer": peer}


Row = tuple[str, Mapping[str, Question]]
"""The name of a pod that asks, and its questions by the names of their cells."""
WAYS = ("there", "back")
"""The directions between two pods of a node."""


def outcomes(stage: Stage, rows: Sequence[Row]) -> dict[str, str]:
    """Return the outcome of every question, by the name of its cell."""

    def ask(row: Row) -> dict[str, str]:
        """Return the outcomes of one pod's questions."""
        pod, questions = row
        answers = ask_from(stage, pod, list(questions.values()))
        return {cell: str(answer["outcome"]) for cell, answer in zip(questions, answers, strict=True)}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {cell: outcome for cells in pool.map(ask, rows) for cell, outcome in cells.items()}


def neighbours(pods: Iterable[Member], beside: Sequence[Member]) -> list[Row]:
    """Return the questions, of every kind and both ways, of the two pods on each node."""
    pairs = [(one, other) for one in pods for other in beside if one.node == other.node]
    ways = [(way, *pair) for one, other in pairs for way, pair in zip(WAYS, ((one, other), (other, one)), strict=True)]
    return [
        (asker.pod, {f"{asker.node}, {way}, {kind}": at(other, other.ip, other.port, kind) for kind in KINDS})
        for way, asker, other in ways
    ]


def at(expected: Member, address: str, port: int, kind: str = "TCP") -> Question:
    """Return a question to an address, which only this pod may answer."""
    return {**KINDS[kind], "host": address, "port": port, "expect": [expected.identity]}


def read_kube_proxies(stage: Stage, act: str) -> None:
    """Note what the configuration of every running kube-proxy says of NodePorts.

    :param act: the act that needs it: it is left out on a cluster that is not ours and where it cannot be read
    """
    try:
        configs, unread = configurations(stage.run.kube, stage.run.nodes, stage.run.site.access)
    except ClusterError as error:
        configs, unread = {}, {"every node": str(error)}
    stage.see("kube-proxies", **{node: node_ports(config) for node, config in configs.items()})
    if unread and not stage.run.settings.readable:
        why = "; ".join(f"{node}: {reason}" for node, reason in unread.items())
        stage.leave_out(act, f"the configuration of its kube-proxy could not be read on {why}")
