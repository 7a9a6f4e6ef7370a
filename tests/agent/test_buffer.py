"""Samples by cursor, and the gaps that go with them."""

from __future__ import annotations

import pytest

from kubeskeptic.agent import buffer
from kubeskeptic.agent.buffer import Samples
from kubeskeptic.agent.gaps import HELD, OVERFLOW, STALLED, Gaps
from kubeskeptic.agent.outcomes import Outcome


def filled(count: int, capacity: int = 10) -> Samples:
    """A ring with so many samples recorded; each one's tick is its number."""
    samples = Samples(Gaps(), capacity)
    for number in range(count):
        samples.add(number % 3, number, 100.0 + number, 0.5, Outcome.OK, f"pod-{number}", 40000)
    return samples


def ticks(samples: Samples, after: int, limit: int = 1000) -> list[int]:
    return list(samples.take(after, limit)[1].tick)


@pytest.mark.parametrize("count", [0, 1, 9, 10])
@pytest.mark.parametrize("after", [0, 1, 5, 10])
def test_a_batch_begins_at_the_cursor(count: int, after: int) -> None:
    expected = list(range(after, count)) if after <= count else list(range(count))
    assert ticks(filled(count), after) == expected


@pytest.mark.parametrize("capacity", [1, 2, 7, 10])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_reading_on_from_cursor_to_cursor_sees_every_sample_once(capacity: int, limit: int) -> None:
    samples, cursor = Samples(Gaps(), capacity), 0
    seen: list[int] = []
    for number in range(50):
        samples.add(0, number, 0.0, 0.0, Outcome.OK, "", 0)
        samples.acknowledge(cursor)
        first, columns = samples.take(cursor, limit)
        seen += columns.tick
        cursor = first + len(columns.tick)
    assert seen == list(range(50))


def test_the_same_cursor_gives_the_same_samples_until_it_is_acknowledged() -> None:
    samples = filled(8)
    samples.acknowledge(3)
    assert ticks(samples, 3) == ticks(samples, 3) == [3, 4, 5, 6, 7]
    assert ticks(samples, 0) == [3, 4, 5, 6, 7], "what was acknowledged is gone"


def test_acknowledging_is_monotonic() -> None:
    samples = filled(8)
    samples.acknowledge(5)
    samples.acknowledge(2)
    assert samples.oldest == 5


def test_a_cursor_from_another_boot_frees_nothing_and_reads_everything() -> None:
    samples = filled(4)
    samples.acknowledge(9000)
    assert ticks(samples, 9000) == [0, 1, 2, 3]


def test_overflow_loses_the_oldest_and_leaves_a_gap_for_each_probe() -> None:
    gaps = Gaps()
    samples = Samples(gaps, 10)
    for number in range(16):
        samples.add(number % 2, number, 100.0 + number, 0.0, Outcome.OK, "", 0)
    first, columns = samples.take(0, 1000)
    assert (first, list(columns.tick)) == (6, list(range(6, 16)))
    assert [(gap.probe, gap.since, gap.until, gap.ticks, gap.reason) for gap in gaps.deliver()] == [
        (0, 100.0, 104.0, 3, OVERFLOW),
        (1, 101.0, 105.0, 3, OVERFLOW),
    ]


def test_acknowledged_samples_make_room_without_a_gap() -> None:
    gaps = Gaps()
    samples = Samples(gaps, 10)
    for number in range(100):
        samples.acknowledge(max(0, number - 5))
        samples.add(0, number, 0.0, 0.0, Outcome.OK, "", 0)
    assert len(gaps) == 0


def test_memory_is_bounded_whatever_is_recorded() -> None:
    def size(samples: Samples) -> int:
        return sum(column.itemsize * len(column) for column in samples._ring)

    assert size(Samples(Gaps())) < 4.5 * 2**20
    samples = filled(5000, capacity=1000)
    assert size(samples) == size(Samples(Gaps(), 1000))
    assert samples.total - samples.oldest == 1000


def test_names_and_reasons_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "NAMES", 3)
    monkeypatch.setattr(buffer, "REASONS", 2)
    samples = filled(9)
    assert samples.names == ["", "pod-0", "pod-1", buffer.UNNAMED]
    for reason in "abcda":
        samples.count_unknown(reason)
    assert samples.unknowns == {"a": 2, "b": 1, "other reasons": 2}


class TestGaps:
    @staticmethod
    def one(gaps: Gaps, mark: int = 7, reason: str = STALLED) -> None:
        gaps.recorded = lambda: mark
        gaps.add(0, 1.0, 2.0, 5, reason)

    @pytest.mark.parametrize(("after", "held"), [(0, 1), (6, 1), (7, 1), (8, 0)])
    def test_a_gap_is_repeated_until_a_cursor_beyond_it_is_acknowledged(self, after: int, held: int) -> None:
        gaps = Gaps()
        self.one(gaps, mark=7)
        gaps.acknowledge(after)
        assert len(gaps.deliver()) == held

    def test_repeated_gaps_keep_their_id(self) -> None:
        gaps = Gaps()
        self.one(gaps)
        self.one(gaps)
        assert [gap.id for gap in gaps.deliver()] == [gap.id for gap in gaps.deliver()] == [1, 2]

    def test_what_was_delivered_is_not_changed_any_more(self) -> None:
        gaps = Gaps()
        self.one(gaps, reason=OVERFLOW)
        self.one(gaps, reason=OVERFLOW)
        assert [gap.ticks for gap in gaps.deliver()] == [10]
        self.one(gaps, reason=OVERFLOW)
        assert [(gap.id, gap.ticks) for gap in gaps.deliver()] == [(1, 10), (2, 5)]

    def test_too_many_gaps_are_merged_and_none_is_lost(self) -> None:
        gaps = Gaps()
        for number in range(3 * HELD):
            gaps.add(0, float(number), number + 0.5, 1, STALLED)
        held = gaps.deliver()
        assert len(held) == HELD
        assert sum(gap.ticks for gap in held) == 3 * HELD
        assert held[-1].until == 3 * HELD - 0.5
