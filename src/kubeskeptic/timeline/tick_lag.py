"""How late the questions were asked: the quality of the instrument, reported beside what it measured."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

KEPT = 200_000
"""Of more questions than these a part is kept, evenly spread: a hundredth of them shows as well in a hundred thousand."""


class TickLag:
    """Collects how late questions were asked, by batch, and tells the 99th percentile."""

    def __init__(self) -> None:
        self._batches: list[array[float]] = []
        self._size = 0
        self._every = 1
        self._seen = 0

    def add(self, late: Iterable[float]) -> None:
        """Take in a batch: seconds from when each question was due to when it was sent."""
        self._seen += 1
        if self._seen % self._every:
            return
        self._batches.append(array("d", late))
        self._size += len(self._batches[-1])
        while self._size > KEPT and len(self._batches) > 1:
            self._batches = self._batches[::2]
            self._every *= 2
            self._size = sum(map(len, self._batches))

    @property
    def p99(self) -> float | None:
        """How late the worst hundredth of the questions was sent, in seconds; None when nothing was asked."""
        late = sorted(value for batch in self._batches for value in batch)
        return late[min(len(late) - 1, int(len(late) * 0.99))] if late else None
