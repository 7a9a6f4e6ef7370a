"""The disagreements of the records, and what is told of them."""

from __future__ import annotations

from typing import Any

from kubeskeptic.timeline import ActSpan, Change
from kubeskeptic.timeline.disagreements import Disagreement, disagreements
from tests.drawn import node, recording

SPANS = {"act": ActSpan("act", 0.0, 1.0, 60.0)}


def found(*changes: Change, **more: Any) -> list[tuple[float, float]]:
    return [each[:2] for each in told(*changes, **more)]


def told(*changes: Change, **more: Any) -> list[tuple[float, float, str]]:
    return [(one.since, one.until, one.why) for one in every(*changes, **more)]


def every(*changes: Change, **more: Any) -> list[Disagreement]:
    return disagreements(recording(*changes, **{"acts": SPANS, **more}))


N1, N2 = node(0.0, "n1", "True", type="LISTED"), node(0.0, "n2", "True", type="LISTED")
