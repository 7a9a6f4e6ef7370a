"""The samples that have not been fetched yet, in a ring buffer of columns: about 27 bytes a sample."""

from __future__ import annotations

import threading
from array import array
from typing import NamedTuple

from kubeskeptic.agent.gaps import OVERFLOW, Gaps
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome

CAPACITY = 150_000
"""Samples held before the oldest are lost: 1000 s at 150 questions a second in 4 MB, longer than any fault of the harness."""
NAMES = 20_000
"""Different ``by`` texts that one boot keeps; later ones are recorded as :data:`UNNAMED`."""
UNNAMED = "(one name too many)"
NAME_LENGTH = 2000
"""Characters to which longer texts (sets of DNS records) are cut."""
REASONS = 50
"""Different reasons for unknown outcomes that are counted separately; later ones are counted together."""

CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}
"""The encoding of outcomes: their position in :data:`OUTCOMES`."""


class Columns(NamedTuple):
    """Samples as columns of equal length; ``sent`` is on the monotonic clock, ``by`` an index into the names."""

    probe: array[int]
    tick: array[int]
    sent: array[float]
    took: array[float]
    outcome: array[int]
    by: array[int]
    port: array[int]

    @classmethod
    def of_zeros(cls, length: int) -> Columns:
        """Return columns of one length, with the smallest types that hold their values."""
        room = bytes(8 * length)
        whole = [array(code, room[: array(code).itemsize * length]) for code in "HIBHH"]
        return cls(whole[0], whole[1], array("d", room), array("d", room), whole[2], whole[3], whole[4])

    def part(self, start: int, end: int) -> Columns:
        """Return a copy of the samples from position ``start`` to before ``end``."""
        probe, tick, sent, took, outcome, by, port = self
        at = slice(start, end)
        return Columns(probe[at], tick[at], sent[at], took[at], outcome[at], by[at], port[at])

    def extend(self, more: Columns) -> None:
        """Append samples."""
        self.probe.extend(more.probe)
        self.tick.extend(more.tick)
        self.sent.extend(more.sent)
        self.took.extend(more.took)
        self.outcome.extend(more.outcome)
        self.by.extend(more.by)
        self.port.extend(more.port)


class Samples:
    """A ring buffer of samples, numbered from 0 since the agent's start. Safe to use from several threads.

    :param gaps: where samples lost by overflow are noted
    """

    def __init__(self, gaps: Gaps, capacity: int = CAPACITY) -> None:
        self.total = 0
        """Number of samples ever recorded, which is the cursor of the next one."""
        self.oldest = 0
        """Number of the first sample still held."""
        self.names = [""]
        self.unknowns: dict[str, int] = {}
        """Reasons for unknown outcomes, and how often each was seen."""
        self._index = {"": 0}
        self._gaps = gaps
        gaps.recorded = lambda: self.total
        self._capacity = capacity
        self._ring = Columns.of_zeros(capacity)
        self._lock = threading.Lock()

    def add(self, probe: int, tick: int, sent: float, took: float, outcome: Outcome, by: str, port: int) -> None:
        """Record one sample; if there is no room, it replaces the oldest one."""
        with self._lock:
            ring, at = self._ring, self.total % self._capacity
            if self.total - self.oldest == self._capacity:
                self._gaps.add(ring.probe[at], ring.sent[at], ring.sent[at], 1, OVERFLOW)
                self.oldest += 1
            ring.probe[at] = probe
            ring.tick[at] = tick
            ring.sent[at] = sent
            ring.took[at] = took
            ring.outcome[at] = CODES[outcome]
            ring.by[at] = self._name(by)
            ring.port[at] = port
            self.total += 1

    def count_unknown(self, reason: str) -> None:
        """Count a reason for an unknown outcome."""
        with self._lock:
            if reason not in self.unknowns and len(self.unknowns) >= REASONS:
                reason = "other reasons"
            self.unknowns[reason] = self.unknowns.get(reason, 0) + 1

    def acknowledge(self, after: int) -> None:
        """Free all samples before number ``after``; a number not yet reached belongs to another boot and frees nothing."""
        with self._lock:
            if self.oldest < after <= self.total:
                self.oldest = after

    def take(self, after: int, limit: int) -> tuple[int, Columns]:
        """Return copies of at most ``limit`` samples from number ``after`` on, with the number of the first.

        If some of them are already gone, the first is the oldest one held; a number not yet reached counts as 0.
        """
        with self._lock:
            first = max(self.oldest, after if after <= self.total else 0)
            last = min(self.total, first + limit)
            start = first % self._capacity
            end = start + last - first
            columns = self._ring.part(start, min(end, self._capacity))
            if end > self._capacity:
                columns.extend(self._ring.part(0, end - self._capacity))
            return first, columns

    def _name(self, by: str) -> int:
        at = self._index.get(by)
        if at is None:
            by = by[:NAME_LENGTH] if len(self.names) < NAMES else UNNAMED
            at = self._index.get(by)
        if at is None:
            at = self._index[by] = len(self.names)
            self.names.append(by)
        return at
