"""The right DNS answer over time, and for how long an answer has been wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kubeskeptic.bounds import Interval
from kubeskeptic.durations import MARGIN
from kubeskeptic.timeline import Change, Sample
from kubeskeptic.timeline.objects import is_ready

Records = frozenset[str]
Pod = Mapping[str, Any]


class RightAnswer(NamedTuple):
    """The right answer from a moment on."""

    since: Interval
    records: Records


def right_answers(pods: Iterable[Change], record: Callable[[Pod], str]) -> Iterator[RightAnswer]:
    """Yield the right answer, the records of the Ready pods, from each moment at which it changed."""
    ready: dict[str, str] = {}
    last: Records | None = None
    for change in pods:
        ready.pop(change.uid, None)
        if change.type != "DELETED" and is_ready(change.object):
            ready[change.uid] = record(change.object)
        now = frozenset(ready.values())
        if now != last:
            yield RightAnswer(change.when, now)
        last = now


def staleness(
    right: list[RightAnswer], sample: Sample, doubt: float, answer: Records, left: Records | None = None
) -> Interval:
    """Return for how many seconds an answer had been wrong, or was not yet right, when it was given; 0 if it was right.

    An answer may become right before the recorder sees the change, because CoreDNS has its own watch and an API server does not
    guarantee when it serves each watch. An answer given before its change was seen was early: at least by nothing, at most by
    the time until the change was seen. The same applies to an answer that switches from the present right answer to the one
    after a change that cannot have happened yet, if that change is at most the margin away.

    :param doubt: seconds by which the client's clock may be off
    :param left: the previous, different answer on the same lane; None if it is not known
    """
    sent, read = sample.sent - doubt, sample.sent + sample.took + doubt
    known = bisect_right(right, read, key=lambda one: one.since.low)
    coming = right[known] if 0 < known < len(right) else None
    if coming and coming.records == answer and coming.since.low - read <= MARGIN and left == right[known - 1].records:
        return _early(coming, read)
    for at in range(known - 1, -1, -1):
        ended = right[at + 1].since if at + 1 < known else Interval(read, read)
        if right[at].records == answer:
            if ended.high < sent:
                return _since(ended, sample.sent, doubt)
            return _early(right[at], read)
    changed = right[known - 1].since if known else Interval(sent, read)
    return _since(changed, sample.sent, doubt)


class Answers:
    """The successive answers on one lane."""

    def __init__(self) -> None:
        self.left: Records | None = None
        """The answer before the present one; None until the answer first changed."""
        self._present: Records | None = None

    def add(self, answer: Records) -> None:
        """Take in the next answer."""
        if answer != self._present:
            self.left, self._present = self._present, answer


def _early(what: RightAnswer, read: float) -> Interval:
    return Interval(0.0, max(what.since.high - read, 0.0))


def _since(moment: Interval, sent: float, doubt: float) -> Interval:
    return Interval(sent - doubt, sent + doubt).since(moment).clipped()
