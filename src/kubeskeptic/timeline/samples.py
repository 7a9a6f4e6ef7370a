"""Samples, and lanes of them: what one node's agent saw of one probe."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome

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
    """Who answered (pod name), or for DNS the answer set, sorted and joined by commas. Empty when nobody did."""
    port: int = 0
    """The question's own source port, 0 when it never had one."""

    @property
    def failed(self) -> bool:
        """Whether the client did not get what it asked for."""
        return self.outcome is not Outcome.OK


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
        self.codes = array("b")
        self.bys = array("H")
        self.ports = array("l")
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
        """Bring the columns into the order in which the questions were sent. Agents deliver in the order of answers."""
        sent = self.sent
        if all(sent[i] <= sent[i + 1] for i in range(len(sent) - 1)):
            return
        order = sorted(range(len(sent)), key=sent.__getitem__)
        for name in ("ticks", "sent", "took", "codes", "bys", "ports"):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[i] for i in order)))
