"""When did a scenario do something, by its own notes?"""

from __future__ import annotations

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act


def moment(act: Act, before: float, after: float) -> Interval:
    """Return when a scenario did something in an act.

    :param before: the time just before, in Unix seconds
    :param after: the time just after
    :raises Inconclusive: if they do not follow one another, or are not within the act: a clock or a record is wrong
    """
    if not act.start <= before <= after <= act.end:
        raise Inconclusive(
            f"something was done in “{act.name}” between {before - act.start:.1f} s and {after - act.start:.1f} s after it "
            f"began, and the act lasted {act.end - act.start:.1f} s: a clock or a record is wrong"
        )
    return Interval(before, after)
