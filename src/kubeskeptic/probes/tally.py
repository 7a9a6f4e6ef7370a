"""A live look at the last seconds of every lane, for those who wait for calm. The journal is what is judged."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kubeskeptic.durations import FRESH_SAMPLES

KEPT = 30.0
"""Seconds of samples that are kept for a look."""


class Lane(NamedTuple):
    """Which lane: scenario, node, probe."""

    scenario: str
    node: str
    probe: str


class Look(NamedTuple):
    """One sample, as far as it matters here. ``sent`` is on the harness's clock."""

    tick: int
    sent: float
    failed: bool


@dataclass
class _Recent:
    looks: deque[Look] = field(default_factory=deque)
    skipped: deque[tuple[float, int]] = field(default_factory=deque)
    """Questions that were never asked: since when, and how many."""
    last_failure: float | None = None


class Tally:
    """The last samples of all lanes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, _Recent] = {}
        self._lock = threading.Lock()

    def add(self, lane: Lane, looks: Iterable[Look]) -> None:
        """Take in samples of one lane, in any order."""
        with self._lock:
            recent = self._lanes.setdefault(lane, _Recent())
            for look in looks:
                recent.looks.append(look)
                if look.failed and look.sent > (recent.last_failure or 0.0):
                    recent.last_failure = look.sent
            newest = max((look.sent for look in recent.looks), default=0.0)
            while recent.looks and recent.looks[0].sent < newest - KEPT:
                recent.looks.popleft()
            while recent.skipped and recent.skipped[0][0] < newest - KEPT:
                recent.skipped.popleft()

    def skip(self, lane: Lane, since: float, questions: int) -> None:
        """Take in a gap that an agent reports: questions that it did not ask."""
        with self._lock:
            self._lanes.setdefault(lane, _Recent()).skipped.append((since, questions))

    def forget(self, scenario: str, node: str = "") -> None:
        """Drop the lanes of a scenario, of all nodes or of one."""
        with self._lock:
            for lane in [one for one in self._lanes if one.scenario == scenario and node in ("", one.node)]:
                del self._lanes[lane]

    def last_failures(self, scenario: str, since: float) -> dict[tuple[str, str], float]:
        """When the last failed question was sent, by (node, probe), of the lanes that had one since a time."""
        with self._lock:
            return {
                (lane.node, lane.probe): recent.last_failure
                for lane, recent in self._lanes.items()
                if lane.scenario == scenario and recent.last_failure is not None and recent.last_failure >= since
            }

    def last_sent(self, lane: Lane) -> float | None:
        """When the newest known question of a lane was sent."""
        with self._lock:
            recent = self._lanes.get(lane)
            return max((look.sent for look in recent.looks), default=None) if recent else None

    def calm(self, lane: Lane, now: float, seconds: float) -> bool:
        """Whether a lane's samples are fresh, and every question of the last ``seconds`` is known to have succeeded.

        A question that is still unanswered after the ones around it were answered may yet fail: not calm. One that the
        agent says it did not ask is no failure.
        """
        with self._lock:
            recent = self._lanes.get(lane)
            if recent is None:
                return False
            window = [look for look in recent.looks if look.sent >= now - seconds]
            before = [look for look in recent.looks if look.sent < now - seconds]
            skipped = sum(count for since, count in recent.skipped if since >= now - seconds)
        if not window or any(look.failed for look in window):
            return False
        first = max((look.tick for look in before), default=min(look.tick for look in window) - 1)
        missing = max(look.tick for look in window) - first - len(window)
        return now - max(look.sent for look in window) <= FRESH_SAMPLES and missing <= skipped
