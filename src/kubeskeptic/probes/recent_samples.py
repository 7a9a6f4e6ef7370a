"""A live view of the last seconds of every lane, for waiting until it is calm. Verdicts come from the journal alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kubeskeptic.durations import FRESH_SAMPLES, HOLE

KEPT = 30.0
"""Seconds of samples that are kept."""
SKIPS_KEPT = 500
"""Gaps that are kept for each lane."""


class LaneKey(NamedTuple):
    """What identifies a lane: scenario, node, probe."""

    scenario: str
    node: str
    probe: str


class Look(NamedTuple):
    """The part of a sample that matters here. ``sent`` is on the harness's clock. A late answer counts as ``failed``, too,
    since it shows that a baseline is not settled.
    """

    tick: int
    sent: float
    failed: bool


@dataclass
class _Recent:
    looks: deque[Look] = field(default_factory=deque)
    skipped: deque[range] = field(default_factory=lambda: deque(maxlen=SKIPS_KEPT))
    """Ticks that were never asked."""
    last_failure: float | None = None


class RecentSamples:
    """The last samples of all lanes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lanes: dict[LaneKey, _Recent] = {}
        self._pulled: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, lane: LaneKey, looks: Iterable[Look]) -> None:
        """Add samples of one lane, in any order."""
        with self._lock:
            recent = self._lanes.setdefault(lane, _Recent())
            for look in looks:
                recent.looks.append(look)
                if look.failed and look.sent > (recent.last_failure or 0.0):
                    recent.last_failure = look.sent
            newest = max((look.sent for look in recent.looks), default=0.0)
            while recent.looks and recent.looks[0].sent < newest - KEPT:
                recent.looks.popleft()

    def pulled(self, node: str, at: float) -> None:
        """Note that everything a node's agent knew at a time has been added."""
        with self._lock:
            self._pulled[node] = at

    def skip(self, lane: LaneKey, ticks: range) -> None:
        """Add a gap that an agent reports: questions that it did not ask."""
        with self._lock:
            self._lanes.setdefault(lane, _Recent()).skipped.append(ticks)

    def forget(self, *, scenario: str = "", node: str = "") -> None:
        """Drop the lanes of a scenario that is over, or of a node whose agent was restarted."""
        with self._lock:
            for lane in [one for one in self._lanes if scenario in ("", one.scenario) and node in ("", one.node)]:
                del self._lanes[lane]

    def last_failures(self, scenario: str, since: float) -> dict[tuple[str, str], float]:
        """Return when each lane's last failed question was sent, by (node, probe), for lanes with a failure since a time."""
        with self._lock:
            return {
                (lane.node, lane.probe): recent.last_failure
                for lane, recent in self._lanes.items()
                if lane.scenario == scenario and recent.last_failure is not None and recent.last_failure >= since
            }

    def calm(self, lane: LaneKey, now: float, seconds: float, since: float = 0.0) -> bool:
        """Return whether a lane's newest sample is fresh and every question in a period of ``seconds`` has succeeded.

        The period ends before the first outstanding question, which may yet fail. If this end is more than
        :data:`~kubeskeptic.durations.HOLE` before the newest answer or the last pull, the lane is not calm. A question that the
        agent reports as not asked is not a failure. A lane that has been asked for less than ``seconds`` is not calm.

        :param since: the period must begin after this time; answers fetched before it cannot show that
        """
        with self._lock:
            recent = self._lanes.get(lane)
            looks = sorted(recent.looks, key=lambda look: look.sent) if recent else []
            skips = list(recent.skipped) if recent else []
            pulled = self._pulled.get(lane.node, 0.0)
        newest = looks[-1].sent if looks else 0.0
        if now - newest > FRESH_SAMPLES:
            return False
        known = _known(looks, skips, newest - seconds - 2 * HOLE)
        begin = known[-1].sent - seconds
        before = [look for look in known if look.sent < begin]
        window = known[len(before) :]
        if begin < since or not before or any(look.failed for look in looks if look.sent >= begin):
            return False
        period = (window[-1].sent - before[-1].sent) / max(window[-1].tick - before[-1].tick, 1)
        return max(pulled, newest) - window[-1].sent <= HOLE + period


def _known(looks: list[Look], skips: list[range], since: float) -> list[Look]:
    """Return the samples before the first outstanding question that was due after a time, in the order of sending.

    Several askers take turns, and a late one asks its question after the next question of another one.
    """
    ticks = sorted(look.tick for look in looks if look.sent >= since)
    waited_for = set(range(ticks[0], ticks[-1])).difference(ticks, *skips)
    end = min(waited_for, default=ticks[-1] + 1)
    return [look for look in looks if look.tick < end]
