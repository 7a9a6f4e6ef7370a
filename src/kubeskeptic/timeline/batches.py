"""From the ``samples`` records of a journal to lanes. Each sample counts once, however often it was delivered."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from kubeskeptic.agent.outcomes import OUTCOMES
from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.journal import Record
from kubeskeptic.timeline.samples import Columns, Lane

COLUMNS = ("tick", "sent", "took", "outcome", "by", "port")
MOST_TICKS = 10_000_000
"""A tick beyond this is no tick: two days at 50 a second."""
PORTS = 65536


class Ticks:
    """What was recorded of each tick of one probe, in one boot of one agent."""

    def __init__(self) -> None:
        self._known = bytearray()
        self._sent = array("d")
        self._answers = array("q")

    def admit(self, samples: Columns) -> tuple[Columns, int, set[int]]:
        """Return the samples that are new, how many are copies, and the ticks of those that contradict what is known.

        A copy has the same answer, and was sent at the same time within what two clocks may differ by.
        """
        self._grow(max(samples.ticks) + 1)
        answers = list(map(hash, zip(*samples[2:], strict=True)))
        if len(set(samples.ticks)) == len(answers) and not any(map(self._known.__getitem__, samples.ticks)):
            known, times, said = self._known, self._sent, self._answers
            for tick, sent, answer in zip(samples.ticks, samples.sent, answers, strict=True):
                known[tick], times[tick], said[tick] = 1, sent, answer
            return samples, 0, set()
        return self._sift(samples, answers)

    def _sift(self, samples: Columns, answers: Sequence[int]) -> tuple[Columns, int, set[int]]:
        fresh: list[int] = []
        copies, contradicted = 0, set()
        for at, (tick, sent, answer) in enumerate(zip(samples.ticks, samples.sent, answers, strict=True)):
            if not self._known[tick]:
                self._known[tick], self._sent[tick], self._answers[tick] = 1, sent, answer
                fresh.append(at)
            elif answer == self._answers[tick] and abs(sent - self._sent[tick]) <= CLOCK_DOUBT:
                copies += 1
            else:
                contradicted.add(tick)
        return samples.part(fresh), copies, contradicted

    def _grow(self, length: int) -> None:
        more = length - len(self._known)
        if more > 0:
            more += length // 4
            self._known.extend(bytes(more))
            self._sent.frombytes(bytes(8 * more))
            self._answers.frombytes(bytes(8 * more))


def parts(record: Record) -> Iterator[tuple[int, Columns]]:
    """Yield the samples of a record by their probe: its place in ``probes``, and columns as they stand in the record.

    :raises ValueError, TypeError: when they are no samples
    """
    probe = record["probe"]
    whole = Columns(*(record[name] for name in COLUMNS))
    if {len(column) for column in whole} != {len(probe)}:
        raise ValueError("its columns differ in length")
    if not (isfinite(sum(whole.sent)) and isfinite(sum(whole.took))):
        raise ValueError("it has times that are none")
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


def checked(samples: Columns, lane: Lane, names: Sequence[str], offset: float) -> Columns:
    """Return samples of a record as the lane holds them: sent on the harness's clock, names by the lane's own index.

    :raises ValueError, TypeError, OverflowError: when one is no sample
    """
    ticks, ports = array("q", samples.ticks), array("l", samples.ports)
    sent, took, codes = array("d", samples.sent), array("d", samples.took), array("b", samples.codes)
    _within("tick", ticks, MOST_TICKS)
    _within("outcome", codes, len(OUTCOMES))
    _within("port", ports, PORTS)
    _within("by", samples.bys, len(names))
    if min(took) < 0:
        raise ValueError("it has answers that came before their questions")
    index = [lane.name_index(name) for name in names]
    return Columns(
        ticks, [at + offset for at in sent], took, codes, array("H", map(index.__getitem__, samples.bys)), ports
    )


def lateness(samples: Columns, probe: Record, offset: float) -> list[float]:
    """Return how late each question was sent, in seconds, on the agent's own clock; nothing when its start is not known."""
    t0, period = probe.get("t0"), probe["period"]
    if t0 is None:
        return []
    due = t0 + offset
    return [sent - due - tick * period for tick, sent in zip(samples.ticks, samples.sent, strict=True)]


def _within(name: str, column: Any, end: int) -> None:
    if min(column) < 0 or max(column) >= end:
        raise ValueError(f"its column “{name}” has values that are none")
