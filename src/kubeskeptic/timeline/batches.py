"""Turns the ``samples`` records of a journal into lanes. Each sample counts once, however often it was delivered."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import inf, isfinite

from kubeskeptic.agent.outcomes import OUTCOMES
from kubeskeptic.durations import HOLE
from kubeskeptic.journal import Record
from kubeskeptic.timeline.samples import Lane, SampleColumns

COLUMNS = ("tick", "sent", "took", "outcome", "by", "port")
MOST_LATE = 2.0
"""The most seconds by which a request may be sent late: an agent that was paused for longer skips ticks. If samples carry the
wrong ticks, each one is later than the one before."""
MOST_TICKS = 10_000_000
"""Tick numbers from here on are invalid: two days at 50 ticks a second."""


class Ticks:
    """The ticks of one probe, from one boot of one agent, that were recorded on a lane."""

    def __init__(self) -> None:
        self._known = bytearray()
        self.asked: tuple[float, float] = inf, -inf
        """When the first and the last request were sent, in Unix seconds."""

    def admit(self, samples: SampleColumns, lane: Lane) -> tuple[SampleColumns, int, set[int]]:
        """Return the new samples, the number of copies, and the ticks of samples that contradict known ones.

        A copy has the same answer and, within the possible difference of two clocks, the same time of sending.
        """
        ticks = samples.ticks
        first, last = min(ticks), max(ticks)
        self.asked = min(self.asked[0], *samples.sent), max(self.asked[1], *samples.sent)
        self._known.extend(bytes(max(0, last + 1 - len(self._known))))
        if len(set(ticks)) == len(ticks):
            if last - first + 1 == len(ticks) and 1 not in self._known[first : last + 1]:
                self._known[first : last + 1] = b"\x01" * len(ticks)
                return samples, 0, set()
            if not any(map(self._known.__getitem__, ticks)):
                for tick in ticks:
                    self._known[tick] = 1
                return samples, 0, set()
        return self._sift(samples, lane)

    def _sift(self, samples: SampleColumns, lane: Lane) -> tuple[SampleColumns, int, set[int]]:
        fresh: dict[int, int] = {}
        copies, contradicted = 0, set()
        lane.sort()
        for at, tick in enumerate(samples.ticks):
            if not self._known[tick]:
                self._known[tick], fresh[tick] = 1, at
            elif samples.alike(at, fresh[tick]) if tick in fresh else lane.holds(samples.part([at])):
                copies += 1
            else:
                contradicted.add(tick)
        return samples.part(list(fresh.values())), copies, contradicted


def parts(record: Record) -> Iterator[tuple[int, SampleColumns]]:
    """Yield the samples of a record, probe by probe: the probe's index in ``probes``, and the columns as recorded.

    :raises ValueError, TypeError: if these are not valid samples
    """
    probe = record["probe"]
    whole = SampleColumns(*(record[name] for name in COLUMNS))
    if {len(column) for column in whole} != {len(probe)}:
        raise ValueError("its columns differ in length")
    if not (isfinite(sum(whole.sent)) and isfinite(sum(whole.took))):
        raise ValueError("it has times that are not finite numbers")
    numbers = set(probe)
    if not all(isinstance(one, int) and 0 <= one < len(record["probes"]) for one in numbers):
        raise ValueError("it names probes that it does not list")
    if len(numbers) == 1:
        yield numbers.pop(), whole
        return
    places: dict[int, list[int]] = {one: [] for one in sorted(numbers)}
    for at, one in enumerate(probe):
        places[one].append(at)
    for one, mine in places.items():
        yield one, whole.part(mine)


def checked(samples: SampleColumns, lane: Lane, names: Sequence[str], offset: float) -> SampleColumns:
    """Return samples of a record as the lane stores them: times of sending on the harness's clock, names as the lane's indexes.

    :raises ValueError, TypeError, OverflowError: if a sample is not valid
    """
    _within("tick", samples.ticks, MOST_TICKS)
    _within("outcome", samples.codes, len(OUTCOMES))
    _within("by", samples.bys, len(names))
    if min(samples.took) < 0:
        raise ValueError("it has answers that came before their requests")
    index = [lane.name_index(name) for name in names]
    return SampleColumns(
        array("q", samples.ticks),
        array("d", [at + offset for at in samples.sent]),
        array("d", samples.took),
        array("B", samples.codes),
        array("H", [index[by] for by in samples.bys]),
        array("H", samples.ports),
    )


def lateness(samples: SampleColumns, probe: Record, offset: float) -> Iterator[float]:
    """Yield how late each request was sent, in seconds, on the agent's own clock; nothing if the probe's start is not known."""
    t0, period = probe.get("t0"), probe["period"]
    if t0 is not None:
        due = t0 + offset
        yield from (sent - due - tick * period for tick, sent in zip(samples.ticks, samples.sent, strict=True))


def untimely(samples: SampleColumns, record: Record, probe: Record, spec: Record) -> Iterator[str]:
    """Yield how the times of samples contradict their ticks, or their period the probe's. The request of a tick is sent when it
    is due or a little later, and skipped samples leave a hole in the ticks.

    :param record: the record that contains the samples
    :param probe: the probe as described in that record
    :param spec: the probe as the scenario declared it
    """
    if spec.get("period") not in (None, probe["period"]):
        yield f"every {probe['period']:g} s, but its period is {spec['period']:g} s"
    late = list(lateness(samples, probe, record["offset"]))
    if late and max(late) > MOST_LATE:
        yield f"that were sent {max(late):.1f} s after their ticks were due"
    if late and min(late) < -HOLE:
        yield f"that were sent {-min(late):.1f} s before their ticks were due"


def _within(name: str, column: Sequence[int], end: int) -> None:
    if min(column) < 0 or max(column) >= end:
        raise ValueError(f"its column “{name}” has values out of range")
