"""An act of twenty requests after ten of its baseline, and how long requests took."""

from kubeskeptic.findings import Finding
from kubeskeptic.timeline import ActSpan, Lane

SPAN = ActSpan("act", 0.01, 1, 3)
GOOD = "." * 30


def took(one: Lane, **seconds: float) -> Lane:
    """The lane; the request of tick N (argument ``tN``) took so many seconds."""
    for tick, long in seconds.items():
        one.took[int(tick[1:])] = long
    return one


def answered_in(found: Finding) -> list[float]:
    return [found.measured[f"answered in, {which}"].value for which in ("p50", "p99", "longest")]
