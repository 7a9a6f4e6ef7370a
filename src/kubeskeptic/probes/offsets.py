"""The offset between an agent's clock and ours, as narrow as the answers so far allow. Pure.

::

    harness   send ●──────────────────● receive        the agent read its clock somewhere in between, so
    agent                 ● wall                       send − wall ≤ offset ≤ receive − wall

Each answer gives such an interval, and the true offset lies in all of them. Clocks drift apart slowly, so older intervals are
widened. If a new interval does not overlap the earlier ones, a clock was stepped, and only the new interval counts.
"""

from __future__ import annotations

DRIFT = 200e-6
"""Seconds per second that two clocks may drift apart: the drift of a bad crystal (100 ppm), twice, as there are two."""


class Offset:
    """The estimated offset of one agent's clock: add it to the agent's times to get ours."""

    def __init__(self) -> None:
        self.steps = 0
        """How often one of the clocks was stepped."""
        self._low = self._high = 0.0
        self._at: float | None = None

    @property
    def seconds(self) -> float:
        """The offset itself."""
        return (self._low + self._high) / 2

    @property
    def error(self) -> float:
        """By how much the offset may be wrong, in seconds."""
        return (self._high - self._low) / 2

    def learn(self, sent: float, wall: float, received: float) -> None:
        """Update the offset from one answer.

        :param sent: when the request was sent, on our clock
        :param wall: when the agent answered, on its clock
        :param received: when the answer had arrived, on our clock
        """
        low, high = sent - wall, received - wall
        if self._at is not None:
            widened = DRIFT * abs(received - self._at)
            narrow_low, narrow_high = max(low, self._low - widened), min(high, self._high + widened)
            if narrow_low <= narrow_high:
                low, high = narrow_low, narrow_high
            else:
                self.steps += 1
        self._low, self._high, self._at = low, high, received
