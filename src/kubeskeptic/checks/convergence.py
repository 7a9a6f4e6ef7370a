"""How long does it take until a change is in force in the cluster?"""

from __future__ import annotations

from collections.abc import Collection

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, conclude, seconds
from kubeskeptic.timeline import Act

_MARGIN = Bound(MARGIN, "s", f"nothing but the margin {MARGIN:g}")


@check
def converges(act: Act, table: str, wanted: Collection[str]) -> Finding:
    """Check that every step of a table was in force within the margin.

    :param table: by step name, the seconds from the change to the last look that still saw the old state, and to the first look
        that saw the new one; the latter is None if no look did
    :param wanted: the names of the steps
    """
    steps: dict[str, list[float | None]] = act.table(table)
    known = {name: Interval(low or 0.0, float("inf") if high is None else high) for name, (low, high) in steps.items()}
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
        f"The slowest of {len(known)} steps, “{slowest}”, was {told}.",
        {name: seconds(one) for name, one in known.items()},
        dict.fromkeys(known, _MARGIN),
        window=(act.start, act.end),
    )
