"""Stalls of single agents, and standstills of the machine that they all run on."""

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


class Pause(NamedTuple):
    """A stretch in which one processor of the harness's machine ran nothing at all, not even the interrupt of a timer."""

    processor: int
    processors: int
    """How many the machine has."""
    since: float
    """Unix seconds, as is the end."""
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


def standstills(pauses: Iterable[Pause]) -> list[Standstill]:
    """Return when all processors of a machine were paused at the same time, in order."""
    found: list[Standstill] = []
    machines: dict[tuple[int, tuple[str, ...]], list[Pause]] = defaultdict(list)
    for one in pauses:
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
    """Return what lies in both."""
    found: Stretches = []
    one, other = 0, 0
    while one < len(some) and other < len(others):
        since, until = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if since < until:
            found.append((since, until))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found
