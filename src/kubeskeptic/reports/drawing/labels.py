"""Labels that hang from points of one line into rows, without touching each other or each other's leaders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CHARACTER = 6.3
"""Width of a character at the size that labels have, in units of the drawing: that of a wide typeface."""
PAD = 5.0
"""Between a leader and its text, and between two texts."""
SLACK = 4.0
"""Leaders this close to each other count as one; less than the room between a leader and its text."""


@dataclass(frozen=True)
class Label:
    """A text that wants to stand at ``x``. Higher ``matters`` goes first where there is no room for all."""

    x: float
    text: str
    matters: int = 1
    style: str = ""

    @property
    def width(self) -> float:
        """How much room it takes, about."""
        return len(self.text) * CHARACTER + 2 * PAD


@dataclass(frozen=True)
class Placed:
    """A label in its row (0 is next to the line). When ``flipped``, its text ends at ``x``."""

    label: Label
    row: int
    flipped: bool

    @property
    def span(self) -> tuple[float, float]:
        """Where its text begins and ends."""
        x, width = self.label.x, self.label.width
        return (x - width, x) if self.flipped else (x, x + width)


def place(labels: Sequence[Label], left: float, right: float, rows: int) -> list[Placed]:
    """Give each label a row. From right to left, so that leaders of long rows pass beside texts, not through them.

    Labels for which no row is free are left out, the least important first.
    """
    kept = sorted(labels, key=lambda label: label.x)
    while True:
        placed = _attempt(kept, left, right, rows)
        if placed is not None:
            return placed
        least = min(kept, key=lambda label: label.matters)
        kept = [label for label in kept if label is not least]


def _attempt(labels: Sequence[Label], left: float, right: float, rows: int) -> list[Placed] | None:
    """All labels in their rows, or None when one finds none. Those that must end at their ``x`` come last, in deep rows."""
    flips = {id(label): label.x + label.width > right and label.x - label.width >= left for label in labels}
    placed: list[Placed] = []
    for label in sorted(_right_to_left(labels), key=lambda label: flips[id(label)]):
        candidates = (Placed(label, row, flips[id(label)]) for row in range(rows))
        first = next((one for one in candidates if _fits(one, placed)), None)
        if first is None:
            return None
        placed.append(first)
    return sorted(placed, key=lambda one: one.label.x)


def _right_to_left(labels: Sequence[Label]) -> list[Label]:
    """From the right, but what stands at one place in the order given: the first next to the line."""
    groups: list[list[Label]] = []
    for label in sorted(labels, key=lambda label: label.x):
        if groups and label.x - groups[-1][0].x < SLACK:
            groups[-1].append(label)
        else:
            groups.append([label])
    return [label for group in reversed(groups) for label in group]


def _fits(one: Placed, others: Sequence[Placed]) -> bool:
    return not any(_clash(one, other) for other in others)


def _clash(one: Placed, other: Placed) -> bool:
    """Two texts in one row overlap, or the leader of the lower one runs through the text of the upper one."""
    (a, b), (c, d) = one.span, other.span
    if one.row == other.row:
        return a < d and c < b
    upper, lower = (one, other) if one.row < other.row else (other, one)
    start, end = upper.span
    return start + SLACK < lower.label.x < end - SLACK
