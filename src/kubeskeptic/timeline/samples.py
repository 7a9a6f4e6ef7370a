"""Samples, and lanes of them: what one node's agent saw of one probe."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import le
from typing import NamedTuple

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import CLOCK_DOUBT

OUTSIDE = "outside→"
"""Begins the name that stands for a node where the harness's machine asked, and not a node's agent: ``outside→TARGET``."""
_CODE = {outcome: code for code, outcome in enumerate(OUTCOMES)}


class Sample(NamedTuple):
    """One question and how it ended."""

    tick: int
    """Number of the question since the probe started on this agent; ticks are ``period`` seconds apart."""
    sent: float
    """When it was sent: Unix time in seconds on the harness's clock, corrected by the agent's estimated offset."""
    took: float
    """Seconds until the outcome was known."""
    outcome: Outcome
    by: str = ""
    """What answered: see :mod:`kubeskeptic.agent.answered_by`. Empty when nothing did."""
    port: int = 0
    """The question's own source port, 0 when it never had one."""

    @property
    def failed(self) -> bool:
        """Whether the client did not get what it asked for."""
        return self.outcome is not Outcome.OK


class Columns(NamedTuple):
    """Samples as columns of equal length; ``bys`` are indexes into the names of a lane."""

    ticks: Sequence[int]
    sent: Sequence[float]
    took: Sequence[float]
    codes: Sequence[int]
    bys: Sequence[int]
    ports: Sequence[int]

    def part(self, places: Sequence[int]) -> Columns:
        """Return the samples at some positions."""
        return Columns(*([column[at] for at in places] for column in self))  # type: ignore[arg-type]

    def alike(self, one: int, other: int) -> bool:
        """Return whether two samples of the same tick are the same: sent at the same time, with the same answer."""
        return all(column[one] == column[other] for column in self)


class Lane:
    """All samples of one probe on one node, kept as columns so that a million of them fit in memory.

    Iterating yields :class:`Sample`, in the order in which the questions were *sent*: an outage begins when the failed
    request was sent, not when it gave up.
    """

    def __init__(self, node: str, probe: str, period: float, samples: Iterable[Sample] = ()) -> None:
        self.node = node
        self.probe = probe
        self.period = period
        self.ticks = array("q")
        self.sent = array("d")
        self.took = array("d")
        self.codes = array("B")
        self.bys = array("H")
        self.ports = array("H")
        self.names: list[str] = [""]
        self.doubt = 0.0
        """Seconds by which the agent's clock may be off the harness's, at most."""
        self._index = {"": 0}
        for sample in samples:
            self.append(sample)

    @property
    def target(self) -> str:
        """The way that was asked from outside, such as a node's name; empty for the lane of a node's agent."""
        return self.node.removeprefix(OUTSIDE) if self.node.startswith(OUTSIDE) else ""

    def append(self, sample: Sample) -> None:
        """Add one sample."""
        self.ticks.append(sample.tick)
        self.sent.append(sample.sent)
        self.took.append(sample.took)
        self.codes.append(_CODE[sample.outcome])
        self.bys.append(self.name_index(sample.by))
        self.ports.append(sample.port)

    def extend(self, more: Columns) -> None:
        """Add samples."""
        self.ticks.extend(more.ticks)
        self.sent.extend(more.sent)
        self.took.extend(more.took)
        self.codes.extend(more.codes)
        self.bys.extend(more.bys)
        self.ports.extend(more.ports)

    def holds(self, one: Columns) -> bool:
        """Return whether a sample is known already, sent at the same time within what two clocks may differ by.

        The lane must be sorted.
        """
        tick, sent, *answer = (column[0] for column in one)
        since, until = bisect_left(self.sent, sent - CLOCK_DOUBT), bisect_right(self.sent, sent + CLOCK_DOUBT)
        return any(self.ticks[at] == tick and self._answer(at) == answer for at in range(since, until))

    def _answer(self, at: int) -> list[float]:
        return [self.took[at], self.codes[at], self.bys[at], self.ports[at]]

    def name_index(self, by: str) -> int:
        """Position of an answerer's name in :attr:`names`, adding it when it is new."""
        at = self._index.get(by)
        if at is None:
            at = self._index[by] = len(self.names)
            self.names.append(by)
        return at

    def __len__(self) -> int:
        return len(self.sent)

    def __getitem__(self, at: int) -> Sample:
        return Sample(
            self.ticks[at],
            self.sent[at],
            self.took[at],
            OUTCOMES[self.codes[at]],
            self.names[self.bys[at]],
            self.ports[at],
        )

    def __iter__(self) -> Iterator[Sample]:
        return (self[at] for at in range(len(self)))

    def sort(self) -> None:
        """Put the samples in the order in which they were sent. Agents deliver them in the order of the answers."""
        sent = self.sent
        if all(map(le, sent, islice(sent, 1, None))):
            return
        order = sorted(range(len(sent)), key=sent.__getitem__)
        for name in ("ticks", "sent", "took", "codes", "bys", "ports"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[i] for i in order)))
