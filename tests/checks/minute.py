"""An act that lasts a minute, and what a check says that reads something of it. A tenth of a second is a character."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.findings import Finding, Measure, Verdict, conclude
from kubeskeptic.timeline import Act, ActSpan
from tests.drawn import lane, watched

MINUTE = (ActSpan("act", 0, 1, 60),)


GOOD = "." * 600


Reads = Callable[[Act], object]


def lanes(act: Act) -> object:
    return act.lanes("web")


def found(act: Act, reads: Reads = lanes, value: float = 1.0) -> Finding:
    """What a check says that reads something of an act, and measured a value of which 5 is allowed."""

    @check
    def reading(act: Act) -> Finding:
        reads(act)
        return conclude("Read.", {"value": Measure(value, "s")}, {"value": Bound(5, "s", "test")})

    return reading(act)


def minute(*drawings: str, **more: Any) -> Act:
    spans = tuple(map(replace, MINUTE))
    return watched(*(lane(one, f"n{at}") for at, one in enumerate(drawings, 1)), **{"spans": spans, **more})


def without(*ticks: int) -> str:
    """A minute of good answers without some questions."""
    return "".join(" " if at in ticks else "." for at in range(600))


def says(finding: Finding, why: str) -> None:
    """It holds where `why` is empty; else it is inconclusive because of it."""
    assert finding.verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS), finding.why
    assert why in finding.why
