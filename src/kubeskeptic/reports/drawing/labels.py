"""Places labels for points on one line in rows, so that no label touches another label or another label's leader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CHARACTER = 6.3
"""Width of a character at the font size of labels, in units of the drawing, for a wide typeface."""
PAD = 5.0
"""Padding between a leader and its text, and between two texts."""
MOST = 16
"""Maximum number of labels in one drawing; more would not be read, and the dots of the others have tooltips."""
SLACK = 4.0
"""Leaders this close together count as one; less than the space between a leader and its text."""


@dataclass(frozen=True)
class Label:
    """A text to be placed at ``x``. Higher ``matters`` takes precedence when there is no room for all labels."""

    x: float
    text: str
    matters: int = 1
    style: str = ""

    @property
    def width(self) -> float:
        """The approximate width of the label."""
        return len(self.text) * CHARACTER + 2 * PAD


@dataclass(frozen=True)
class Placed:
    """A label placed in a row (0 is next to the line). When ``flipped``, its text ends at ``x``."""

    label: Label
    row: int
    flipped: bool

    @property
    def span(self) -> tuple[float, float]:
        """The start and end of the text."""
        x, width = self.label.x, self.label.width
        return (x - width, x) if self.flipped else (x, x + width)


def place(labels: Sequence[Label], left: float, right: float, rows: int) -> list[Placed]:
    """Return the labels, each with a row and a side, so that texts and leaders do not overlap.

    Where there is room, labels to the left of a split point extend to the left and the others to the right. Every split point
    is tried, and the one that needs the fewest rows is chosen. If the rows do not suffice, the least important labels are left
    out.
    """
    kept = sorted(sorted(labels, key=lambda label: -label.matters)[:MOST], key=lambda label: label.x)
    while kept:
        attempts = [_attempt(kept, split, left, right, rows) for split in range(len(kept))]
        whole = [placed for placed in attempts if len(placed) == len(kept)]
        if whole:
            return min(whole, key=lambda placed: max(one.row for one in placed))
        least = min(kept, key=lambda label: label.matters)
        kept = [label for label in kept if label is not least]
    return []


def _attempt(labels: Sequence[Label], split: int, left: float, right: float, rows: int) -> list[Placed]:
    """Return the labels that find a row when the first ``split`` labels extend to the left. These are placed from left to
    right, the others from right to left, so that leaders of deep rows pass beside the texts above them."""
    flips = [_reaches_left(label, at < split, left, right) for at, label in enumerate(labels)]
    rightward = _right_to_left([label for label, flip in zip(labels, flips, strict=True) if not flip])
    leftward = [label for label, flip in zip(labels, flips, strict=True) if flip]
    placed: list[Placed] = []
    for label, flip in [*((label, False) for label in rightward), *((label, True) for label in leftward)]:
        candidates = (Placed(label, row, flip) for row in range(rows))
        first = next((one for one in candidates if _fits(one, placed)), None)
        if first is not None:
            placed.append(first)
    return sorted(placed, key=lambda one: one.label.x)


def _reaches_left(label: Label, wanted: bool, left: float, right: float) -> bool:
    """Return whether a label's text extends to the left: on the wanted side if there is room, otherwise on the other."""
    room_left, room_right = label.x - label.width >= left, label.x + label.width <= right
    return room_left and (wanted or not room_right)


def _right_to_left(labels: Sequence[Label]) -> list[Label]:
    """Return the labels from right to left, but labels at the same position in the given order: the first next to the line."""
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
    """Return whether two texts in one row overlap, or the leader of the lower label crosses the text of the upper one."""
    (a, b), (c, d) = one.span, other.span
    if one.row == other.row:
        return a < d and c < b
    upper, lower = (one, other) if one.row < other.row else (other, one)
    start, end = upper.span
    return start + SLACK < lower.label.x < end - SLACK
