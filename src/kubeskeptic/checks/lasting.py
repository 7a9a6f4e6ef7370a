"""Since when has something been so, until the end of what was recorded?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kubeskeptic.bounds import Interval
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready

NEVER = float("inf")


def since_when(states: Iterable[tuple[Interval, bool]]) -> Interval | None:
    """Return when a state was reached; None if it never was.

    A state that was lost and came back was reached between the first time and the last: the earliest reading decides that a
    claim is violated, and the latest that it holds. The upper end is infinite if the state did not last until the end.

    :param states: each moment at which something was seen, in order, and whether it was so then
    """
    first: Interval | None = None
    last: Interval | None = None
    for when, so in states:
        first = first or (when if so else None)
        last = (last or when) if so else None
    return Interval(first.low, last.high if last else NEVER) if first else None


def seen_until(act: Act, until: float | None = None) -> float:
    """Return up to when it is known that something did not happen: until the end, or until one of the watches that a check has
    read was interrupted for good. Whatever was not seen later may have happened.

    :param until: the end; by default the end of the act
    """
    end = act.end if until is None else until
    gaps = (gap for gap in act.recording.gaps if gap.source == "watch" and gap.resource in ("", *act.reading.kinds))
    return min([end, *(gap.since for gap in gaps if (gap.until or end) >= end)])


def told(took: Interval, digits: int = 1) -> str:
    """Return how long it took to reach a state, in words."""
    return f"{took.high:.{digits}f} s" if took.high < NEVER else f"{took.low:.{digits}f} s, but not for good,"


def reached(changes: Iterable[Change], is_so: Callable[[Change], bool]) -> Interval | None:
    """Return the same for an object, from its changes; one that was deleted is in no state."""
    return since_when((change.when, change.type != "DELETED" and is_so(change)) for change in changes)


def not_ready_at_the_end(changes: Iterable[Change]) -> list[str]:
    """Return, in words, the pods that had been Ready and were not when they were last seen: what they show did not last."""
    were: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in changes:
        last[change.uid] = change
        if is_ready(change.object):
            were.setdefault(change.uid, change)
    lost = (uid for uid in were if last[uid].type == "DELETED" or not is_ready(last[uid].object))
    return [f"{were[uid].name} was not Ready any more at the end" for uid in lost]
