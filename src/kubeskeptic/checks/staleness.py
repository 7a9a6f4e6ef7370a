"""The right answer of DNS over time, and for how long an answer has been wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kubeskeptic.bounds import Interval
from kubeskeptic.timeline import Change, Sample
from kubeskeptic.timeline.objects import is_ready

Records = frozenset[str]
Pod = Mapping[str, Any]


class Right(NamedTuple):
    """What was the right answer from a moment on."""

    since: Interval
    records: Records


def right_answers(pods: Iterable[Change], record: Callable[[Pod], str]) -> Iterator[Right]:
    """Yield the right answer from each moment it changed: the records of the pods that are Ready."""
    ready: dict[str, str] = {}
    last: Records | None = None
    for change in pods:
        ready.pop(change.uid, None)
        if change.type != "DELETED" and is_ready(change.object):
            ready[change.uid] = record(change.object)
        now = frozenset(ready.values())
        if now != last:
            yield Right(change.when, now)
        last = now


def staleness(right: list[Right], sample: Sample, doubt: float, answer: Records) -> Interval:
    """Return for how many seconds an answer had been wrong when it was given; 0 when it was right at any moment meanwhile.

    An answer may be right before the recorder saw why, as CoreDNS has a watch of its own; never before it can have happened.

    :param doubt: seconds by which the clock of who asked may be off
    """
    sent, read = sample.sent - doubt, sample.sent + sample.took + doubt
    known = bisect_right(right, read, key=lambda one: one.since.low)
    for at in range(known - 1, -1, -1):
        ended = right[at + 1].since if at + 1 < known else Interval(read, read)
        if right[at].records == answer:
            return _since(ended, sample.sent, doubt) if ended.high < sent else Interval(0.0, 0.0)
    changed = right[known - 1].since if known else Interval(sent, read)
    return _since(changed, sample.sent, doubt)


def _since(moment: Interval, sent: float, doubt: float) -> Interval:
    took = Interval(sent - doubt, sent + doubt).since(moment)
    return Interval(max(took.low, 0.0), max(took.high, 0.0))
