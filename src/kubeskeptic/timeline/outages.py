"""Outages: stretches in which a lane's requests failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.timeline.samples import Lane

_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)


@dataclass
class Outage:
    """A stretch of failures on one lane.

    It begins when the first failed request was *sent* and ends when the next successful one was sent. Its length is therefore
    the time that a client would have had to wait from its beginning. Short runs of successes in between do not end it: when a
    third of the endpoints is dead, two thirds of the requests succeed throughout the outage.
    """

    node: str
    probe: str
    start: float
    end: float
    last: float
    """When the last failed request was sent."""
    failed: int = 0
    asked: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    open: bool = False
    """Whether no request succeeded after it: ``end`` is then the time of the last failure."""

    @property
    def seconds(self) -> float:
        """The length of the outage, in seconds."""
        return self.end - self.start


def outages(
    lane: Lane, since: float = 0.0, until: float = float("inf"), *, join: float = 1.0, doubtful: bool = True
) -> list[Outage]:
    """Return the outages of a lane among the requests sent between two times, in order.

    :param join: failures at most this many seconds apart belong to one outage
    :param doubtful: whether requests with an unknown outcome count as failed; otherwise they count as successful
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
