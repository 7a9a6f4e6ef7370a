"""The axis: seconds since the fault, and their positions in the drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True)
class Axis:
    """Maps times to positions.

    :param zero: Unix time of second 0
    :param left: position of ``since``, in units of the drawing
    """

    since: float
    until: float
    zero: float
    left: float
    right: float

    @property
    def span(self) -> float:
        """The length of the axis, in seconds."""
        return self.until - self.since

    def x(self, at: float) -> float:
        """Return the position of a Unix time; times outside the drawing are at its edge."""
        inside = min(max(at, self.since), self.until)
        return self.left + (inside - self.since) / self.span * (self.right - self.left)

    def shows(self, at: float) -> bool:
        """Return whether a Unix time is in the drawing."""
        return self.since <= at <= self.until

    def ticks(self, most: int = 12) -> list[tuple[float, str]]:
        """Return the positions and texts of the tick marks."""
        step = next((one for one in _STEPS if self.span / one <= most), self.span / most)
        first = math.ceil((self.since - self.zero) / step - 1e-9)
        last = math.floor((self.until - self.zero) / step + 1e-9)
        return [(self.x(self.zero + n * step), _text(n * step)) for n in range(first, last + 1)]


def _text(seconds: float) -> str:
    shown = f"{abs(seconds):.1f}".removesuffix(".0")
    return f"−{shown}" if seconds < -0.05 else shown
