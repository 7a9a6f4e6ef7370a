"""Outages: stretches in which a lane's questions failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.timeline.samples import Lane

_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)


@dataclass
class Outage:
    """A stretch of failures on one lane.

    It begins when the first failed question was *sent* and ends when the next good one was, so that its length is what
    a client asking at that moment would have waited for. Successes in between are allowed for as long as they do not
    last: when a third of the endpoints is dead, two thirds of the questions succeed all through the outage.
    """

    node: str
    probe: str
    start: float
    end: float
    last: float
    """When the last failed question was sent."""
    failed: int = 0
    asked: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    open: bool = False
    """No good answer was seen after it: ``end`` is the time of the last failure."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def outages(
    lane: Lane, since: float = 0.0, until: float = float("inf"), *, join: float = 1.0, doubtful: bool = True
) -> list[Outage]:
    """The outages of a lane whose questions were sent between two times, in order.

    :param join: failures less than this many seconds apart belong to one outage
    :param doubtful: whether questions whose outcome is not known count as failed; as answered well when not
    """
    found: list[Outage] = []
    now: Outage | None = None
    asked = 0
    codes, sent = lane.codes, lane.sent
    for at in range(len(sent)):
        when = sent[at]
        if when < since or when >= until:
            continue
        if codes[at] == _OK or (codes[at] == _UNKNOWN and not doubtful):
            asked += 1
            if now and now.open:
                now.end, now.open = when, False
            continue
        if now is None or when - now.last > join:
            now = Outage(lane.node, lane.probe, when, when, when)
            found.append(now)
            asked = 0
        now.failed += 1
        now.asked += asked + 1
        asked = 0
        now.last = now.end = when
        now.open = True
        now.outcomes[OUTCOMES[codes[at]]] += 1
    return found
