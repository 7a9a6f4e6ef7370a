"""A lane after a fault at 1 s, and what is counted on it. A tenth of a second is a character; the margin is 2 s."""

from __future__ import annotations

from typing import Any

from kubeskeptic.checks.failures import Failures, look_at
from kubeskeptic.timeline import Act, Gap, Lane
from tests.drawn import gone, lane, watched


def story(one: Lane, *gaps: Gap, applied: float = 1.0, **more: Any) -> Act:
    act = watched(one, faults=(gone(1.0, applied=applied),), **more)
    act.recording.gaps += gaps
    return act


def seen(drawing: str, *gaps: Gap, by: str = "pod-a", applied: float = 1.0, **more: Any) -> Failures:
    one = lane("." * 10 + drawing, by=by, **more)
    return look_at(story(one, *gaps, applied=applied), one)
