"""Samples, and lanes of samples: the results of one probe as seen by one node's agent."""

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
"""Prefix of a lane's node name if the harness's machine sent the requests rather than a node's agent: ``outside→TARGET``."""
_CODE = {outcome: code for code, outcome in enumerate(OUTCOMES)}


class Sample(NamedTuple):
    """One request and its outcome."""

    tick: int
    """Number of the request since the probe started on this agent; ticks are ``period`` seconds apart."""
    sent: float
    """When it was sent: Unix seconds on the harness's clock, corrected by the agent's estimated offset."""
    took: float
    """Seconds until the outcome was known."""
    outcome: Outcome
    by: str = ""
    """What answered: see :mod:`kubeskeptic.agent.answered_by`. Empty if nothing answered."""
    port: int = 0
    """The request's source port; 0 if it never had one."""

    @property
    def failed(self) -> bool:
        """Whether the request did not succeed."""
        return self.outcome is not Outcome.OK


class SampleColumns(NamedTuple):
    """Samples as columns of equal length; ``bys`` holds indexes into a lane's names."""

    ticks: Sequence[int]
    sent: Sequence[float]
    took: Sequence[float]
    codes: Sequence[int]
    bys: Sequence[int]
    ports: Sequence[int]

    def part(self, places: Sequence[int]) -> SampleColumns:
        """Return the samples at the given positions."""
        return SampleColumns(*([column[at] for at in places] for column in self))  # type: ignore[arg-type]

    def alike(self, one: int, other: int) -> bool:
        """Return whether two samples are identical: same tick, same time of sending and same answer."""
        return all(column[one] == column[other] for column in self)


class Lane:
    """All samples of one probe on one node, kept as columns so that a million of them fit in memory.

    Iterating yields :class:`Sample` objects in the order in which the requests were *sent*: an outage begins when the failed
    request was sent, not when it timed out.
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
        """The most seconds by which the agent's clock may differ from the harness's."""
        self._index = {"": 0}
        for sample in samples:
            self.append(sample)

    @property
    def target(self) -> str:
        """The target that was probed from outside, such as a node's name; empty for the lane of a node's agent."""
        return self.node.removeprefix(OUTSIDE) if self.node.startswith(OUTSIDE) else ""

    def append(self, sample: Sample) -> None:
        """Add one sample."""
        self.ticks.append(sample.tick)
        self.sent.append(sample.sent)
        self.took.append(sample.took)
        self.codes.append(_CODE[sample.outcome])
        self.bys.append(self.name_index(sample.by))
        self.ports.append(sample.port)

    def extend(self, more: SampleColumns) -> None:
        """Add samples."""
        self.ticks.extend(more.ticks)
        self.sent.extend(more.sent)
        self.took.extend(more.took)
        self.codes.extend(more.codes)
        self.bys.extend(more.bys)
        self.ports.extend(more.ports)

    def holds(self, one: SampleColumns) -> bool:
        """Return whether the lane already has this sample, with a time of sending within the possible difference of two clocks.

        The lane must be sorted.
        """
        tick, sent, *answer = (column[0] for column in one)
        since, until = bisect_left(self.sent, sent - CLOCK_DOUBT), bisect_right(self.sent, sent + CLOCK_DOUBT)
        return any(self.ticks[at] == tick and self._answer(at) == answer for at in range(since, until))

    def _answer(self, at: int) -> list[float]:
        return [self.took[at], self.codes[at], self.bys[at], self.ports[at]]

    def name_index(self, by: str) -> int:
        """Return the position of an answerer's name in :attr:`names`, adding the name if it is new."""
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
        """Sort the samples by time of sending. Agents deliver them in the order of the answers."""
        sent = self.sent
        if all(map(le, sent, islice(sent, 1, None))):
            return
        order = sorted(range(len(sent)), key=sent.__getitem__)
        for name in ("ticks", "sent", "took", "codes", "bys", "ports"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[i] for i in order)))
