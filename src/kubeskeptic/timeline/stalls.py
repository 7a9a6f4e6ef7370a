"""When nobody ran: an agent that stood still by itself, or the machine under all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from typing import NamedTuple

Stretches = list[tuple[float, float]]
"""Stretches of time that do not overlap, in order, Unix seconds."""


class Stall(NamedTuple):
    """A stretch in which a node's agent did not run: all its lanes share the hole, and an answer that was read at its end may
    have come at any time in it."""

    node: str
    since: float
    until: float
    doubt: float = 0.0
    """How far both times may be wrong, in seconds."""


class Idle(NamedTuple):
    """A stretch in which one processor of the harness's machine ran nothing at all."""

    processor: int
    processors: int
    """How many the machine has."""
    since: float
    until: float
    nodes: tuple[str, ...]
    """The nodes that run on the same kernel as the harness."""


class Standstill(NamedTuple):
    """A stretch in which no processor ran of the machine that some nodes share with the harness.

    No client asked, and nothing was done that a client could have felt: no process of these nodes ran either.
    """

    since: float
    until: float
    nodes: frozenset[str]


def standstills(idle: Iterable[Idle]) -> list[Standstill]:
    """Return when all processors were idle in this way at the same time."""
    found: list[Standstill] = []
    machines: dict[tuple[int, tuple[str, ...]], list[Idle]] = defaultdict(list)
    for one in idle:
        machines[one.processors, one.nodes].append(one)
    for (processors, nodes), seen in machines.items():
        each: dict[int, Stretches] = defaultdict(list)
        for one in sorted(seen, key=lambda one: one.since):
            each[one.processor].append((one.since, one.until))
        if len(each) == processors:
            found += [Standstill(*both, frozenset(nodes)) for both in reduce(_shared, each.values())]
    return sorted(found)


def stood_still(all_: Iterable[Standstill], nodes: Collection[str], since: float, until: float) -> float:
    """Return for how many seconds of a stretch of time the machine stood still that all these nodes are on."""
    return sum(max(0.0, min(one.until, until) - max(one.since, since)) for one in all_ if one.nodes.issuperset(nodes))


def _shared(some: Stretches, others: Stretches) -> Stretches:
    """What lies in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted((since, until) for since, until in pairs if since < until)
