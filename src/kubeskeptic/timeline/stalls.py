"""Stalls of single agents, and standstills of the machine that they all run on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from typing import NamedTuple

Stretches = list[tuple[float, float]]
"""Stretches of time that do not overlap, in order, in Unix seconds."""


class Stall(NamedTuple):
    """A stretch in which a node's agent did not run: all its lanes share the hole, and an answer read at its end may have
    arrived at any time within it."""

    node: str
    since: float
    until: float
    doubt: float = 0.0
    """The possible error of both times, in seconds."""


class Pause(NamedTuple):
    """A stretch in which one processor of the harness's machine ran nothing at all, not even a timer interrupt."""

    processor: int
    processors: int
    """The number of processors of the machine."""
    since: float
    """In Unix seconds, like the end."""
    until: float
    nodes: tuple[str, ...]
    """The nodes that run on the same kernel as the harness."""


class Standstill(NamedTuple):
    """A stretch in which no processor ran on the machine that some nodes share with the harness.

    No client sent requests, and no process of these nodes ran either, so nothing happened that a client could have noticed.
    """

    since: float
    until: float
    nodes: frozenset[str]


def standstills(pauses: Iterable[Pause]) -> list[Standstill]:
    """Return the stretches in which all processors of a machine were paused at the same time, in order."""
    found: list[Standstill] = []
    machines: dict[tuple[str, ...], list[Pause]] = defaultdict(list)
    for one in pauses:
        machines[one.nodes].append(one)
    for nodes, seen in machines.items():
        processors = max(one.processors for one in seen)
        each: dict[int, Stretches] = defaultdict(list)
        for one in sorted(seen, key=lambda one: one.since):
            each[one.processor].append((one.since, one.until))
        if len(each) == processors:
            found += [Standstill(*both, frozenset(nodes)) for both in reduce(_shared, each.values())]
    return sorted(found)


def stood_still(all_: Iterable[Standstill], nodes: Collection[str], since: float, until: float) -> float:
    """Return for how many seconds of a stretch of time the machine that all these nodes run on stood still."""
    return sum(max(0.0, min(one.until, until) - max(one.since, since)) for one in all_ if one.nodes.issuperset(nodes))


def _shared(some: Stretches, others: Stretches) -> Stretches:
    """Return the intersection of both."""
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
