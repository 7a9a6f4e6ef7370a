"""How late the requests were sent: the quality of the instrument, reported beside its measurements."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

KEPT = 200_000
"""If there are more requests than this, only an evenly spread part of them is kept: a hundred thousand are enough for the 99th
percentile."""


class TickLag:
    """Collects how late requests were sent, by batch, and computes the 99th percentile."""

    def __init__(self) -> None:
        self._batches: list[array[float]] = []
        self._size = 0
        self._every = 1
        self._seen = 0

    def add(self, late: Iterable[float]) -> None:
        """Take in a batch: for each request, the seconds from when it was due to when it was sent."""
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
        """The 99th percentile of how late the requests were sent, in seconds; None if there were no requests."""
        late = sorted(value for batch in self._batches for value in batch)
        return late[min(len(late) - 1, int(len(late) * 0.99))] if late else None
