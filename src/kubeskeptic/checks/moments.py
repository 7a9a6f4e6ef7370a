"""When did a scenario do something, by its own notes?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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


def require_in_turn(act: Act, several: Sequence[Interval]) -> None:
    """Require that what a scenario did in an act began in it, and was done in turn.

    :raises Inconclusive: if it was not
    """
    moment(act, *several[0])
    if any(later.low < one.low or later.high < later.low for one, later in pairwise(several)):
        raise Inconclusive("what was done in turn is not noted in turn: a clock or a record is wrong")
