"""Does a change that the scenario itself watched for happen in time?"""

from __future__ import annotations

from kubeskeptic.checks.convergence import between_looks
from kubeskeptic.checks.evidence import check
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, conclude, seconds
from kubeskeptic.timeline import Act


@check
def comes_in_time(act: Act, table: str) -> Finding:
    """Check that every change in a table happened within the case's bound.

    :param table: by the change's name, the seconds from its cause to the last look that did not see it, and to the first look
        that did; the latter is None if no look did
    """
    known = between_looks(act.table(table))
    if not known:
        raise Inconclusive(f"the table “{table}” has no change")
    slowest = max(known, key=lambda name: known[name].high)
    told = f"was not seen within {known[slowest].low:.1f} s"
    if known[slowest].high < float("inf"):
        told = f"was seen between {known[slowest].low:.1f} s and {known[slowest].high:.1f} s after its cause"
    return conclude(
        f"“{slowest}” {told}; the limit is {act.bound.value:g} s.",
        {name: seconds(one) for name, one in known.items()},
        dict.fromkeys(known, act.bound),
        window=(act.start, act.end),
    )
