"""Values that watches report over time, and the stretches in which two of them contradict each other for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Generic, NamedTuple, TypeVar

from kubeskeptic.objects import unix
from kubeskeptic.timeline.recording import Change

T = TypeVar("T")
U = TypeVar("U")
NEVER = float("inf")


class Stretch(NamedTuple):
    """A stretch of time, in Unix seconds."""

    since: float
    until: float


class _Turn(NamedTuple, Generic[T]):
    """A change of a value, which happened at some time from ``earliest`` until it was seen."""

    earliest: float
    seen: float
    value: T


class Track(Generic[T]):
    """A value over time. It is not known while a change may have happened that was seen only later.

    :param first: the value before the first change
    """

    def __init__(self, first: T) -> None:
        self._turns = [_Turn(0.0, 0.0, first)]

    def turn(self, change: Change, value: T) -> None:
        """Note the value since a change. A change that was listed may have happened at any earlier time."""
        last = self._turns[-1]
        if value == last.value:
            return
        stated = _stated(change)
        earliest = min(change.earliest, stated if stated > last.earliest else NEVER)
        self._turns.append(_Turn(0.0 if change.type == "LISTED" else earliest, change.seen, value))

    def known(self, end: float) -> Iterator[tuple[Stretch, T]]:
        """Yield the stretches before ``end`` in which the value is known, each with the value."""
        return _known(self._turns, end)

    def surely(self, holds: Callable[[T], bool], end: float) -> Iterator[Stretch]:
        """Yield the stretches before ``end`` in which each value that is possible meets a condition."""
        outcomes = [_Turn(earliest, seen, holds(value)) for earliest, seen, value in self._turns]
        firsts = [next(alike) for _, alike in groupby(outcomes, lambda one: one.value)]
        return (stretch for stretch, value in _known(firsts, end) if value)


def _stated(change: Change) -> float:
    """Return when a pod was created or turned Ready or unready, as it says itself; NEVER if it does not say.

    A busy API server may deliver changes to a watch seconds late, and the watch cannot tell.
    """
    metadata = change.object["metadata"]
    if change.kind != "Pod" or change.type == "DELETED" or metadata.get("deletionTimestamp"):
        return NEVER
    conditions = (change.object.get("status") or {}).get("conditions") or ()
    turned = next((one.get("lastTransitionTime") for one in conditions if one["type"] == "Ready"), None)
    return max(unix(turned or ""), unix(metadata.get("creationTimestamp") or "")) or NEVER


def _known(turns: Sequence[_Turn[T]], end: float) -> Iterator[tuple[Stretch, T]]:
    # Changes of different objects may have happened in another order than they were seen.
    later = accumulate((one.earliest for one in reversed(turns[1:])), min, initial=end)
    for (_, since, value), until in zip(turns, reversed([*later]), strict=True):
        if since < until:
            yield Stretch(since, until), value


def contradicting(
    one: Track[T], other: Track[U], fits: Callable[[T, U], bool], end: float
) -> Iterator[tuple[Stretch, T]]:
    """Yield the stretches before ``end`` in which the values of two tracks do not fit, each with the value of the first."""

    def unfit(value: T) -> Callable[[U], bool]:
        """Return whether a value of the other track does not fit this one."""
        return lambda another: not fits(value, another)

    for known, value in one.known(end):
        for sure in other.surely(unfit(value), end):
            both = Stretch(max(known.since, sure.since), min(known.until, sure.until))
            if both.since < both.until:
                yield both, value
