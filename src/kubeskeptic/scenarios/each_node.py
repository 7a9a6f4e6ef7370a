"""What the pods of every node ask each other, themselves and their node; the pods of several nodes ask at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from kubeskeptic.errors import ClusterError
from kubeskeptic.kube.settings.proxies import configurations, node_ports
from kubeskeptic.scenarios.asking import AT_ONCE, KINDS, Member, Question, ask_from
from kubeskeptic.scenarios.stage import Stage

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
