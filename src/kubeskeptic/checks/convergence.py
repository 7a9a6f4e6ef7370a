"""How long does it take until a change is in force in the cluster?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.counting import counted
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, conclude, seconds
from kubeskeptic.timeline import Act

_MARGIN = Bound(MARGIN, "s", f"nothing but the margin {MARGIN:g}")


def between_looks(changes: Mapping[str, Sequence[float | None]]) -> dict[str, Interval]:
    """Return how long each change took: at least until the last look that did not see it, at most until the first that did.

    :param changes: both, in seconds, by the name of the change; the latter is None if no look saw it
    :raises Inconclusive: if it was seen before it was last not seen
    """
    known = {
        name: Interval(low or 0.0, float("inf") if high is None else high) for name, (low, high) in changes.items()
    }
    for name, (low, high) in known.items():
        if low > high:
            raise Inconclusive(f"“{name}” was seen {high:g} s after its cause, and not seen {low:g} s after it")
    return known


@check
def converges(act: Act, table: str, wanted: Collection[str]) -> Finding:
    """Check that every step of a table was in force within the margin.

    :param table: by step name, the seconds from the change to the last look that still saw the old state, and to the first look
        that saw the new one; the latter is None if no look did
    :param wanted: the names of the steps
    """
    known = between_looks(act.table(table))
    if not known:
        raise Inconclusive(f"the table “{table}” has no step")
    act.reading.unfinished += [f"“{name}” is missing in “{table}”" for name in wanted if name not in known]
    slowest = max(known, key=lambda name: known[name].high)
    told = (
        "never in force"
        if known[slowest].high == float("inf")
        else f"in force after at most {known[slowest].high:.2f} s"
    )
    return conclude(
        f"The slowest of {counted(len(known), 'step')}, “{slowest}”, was {told}.",
        {name: seconds(one) for name, one in known.items()},
        dict.fromkeys(known, _MARGIN),
        window=(act.start, act.end),
    )
