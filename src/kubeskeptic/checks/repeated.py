"""Were faults injected again and again, for long enough to show what repeated faults do?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act

FEWEST = 3
"""Fewer faults than these do not follow one another, however long the act."""


def begun_in(act: Act) -> list[Interval]:
    """Return when each of the act's faults was applied, in order.

    :raises Inconclusive: if there was none, or one was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names]
    lame = [one.fault for one in faults if not one.bit]
    if not faults or lame:
        raise Inconclusive(f"{lame[0]} was not seen to bite" if lame else f"no fault was recorded in “{act.name}”")
    return sorted(one.applying for one in faults)


def require_repeated(act: Act, begun: Sequence[Interval], lasting: float) -> None:
    """Require, for *holds*, that faults followed one another for long enough: an act that broke off early shows less.

    :param begun: when each fault was applied, in order
    :param lasting: seconds from the first fault to the end of the act; 0 requires nothing
    """
    lasted = act.end - begun[0].high
    if lasting and (len(begun) < FEWEST or lasted < lasting):
        act.reading.doubts.append(
            f"{pods_deleted(len(begun))} in {lasted:.1f} s; at least {FEWEST} deletions in {lasting:g} s are required"
        )


def pods_deleted(count: int) -> str:
    """Return, in words, how many pods were deleted."""
    return "1 pod was deleted" if count == 1 else f"{count} pods were deleted one after another"
