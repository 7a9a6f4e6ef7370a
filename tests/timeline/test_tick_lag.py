"""How late questions were asked: the 99th percentile, of so many questions that only a part of them is kept."""

from __future__ import annotations

import pytest

from kubeskeptic.timeline import tick_lag
from kubeskeptic.timeline.tick_lag import TickLag


def lag(*batches: list[float]) -> TickLag:
    found = TickLag()
    for batch in batches:
        found.add(batch)
    return found


def test_nothing_asked_is_not_late() -> None:
    assert lag().p99 is None
    assert lag([]).p99 is None


@pytest.mark.parametrize(("late", "p99"), [([7.0], 7.0), ([2.0, 1.0], 2.0), ([*map(float, range(100))], 99.0),
                                           ([*map(float, range(101))], 99.0), ([*map(float, range(200))], 198.0)])  # fmt: skip
def test_the_worst_hundredth(late: list[float], p99: float) -> None:
    assert lag(late).p99 == p99
    assert lag(late[::2], late[1::2]).p99 == p99


def test_of_many_every_second_batch_is_kept_and_of_what_follows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick_lag, "KEPT", 4)
    assert lag([1.0, 1.0], [2.0, 2.0]).p99 == 2.0, "as many as are kept"
    assert lag([1.0, 1.0], [9.0, 9.0], [2.0, 2.0], [9.0, 9.0]).p99 == 9.0, (
        "the first and the third of three, and the fourth"
    )
    assert lag([1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [0.0], [9.0]).p99 == 1.0, "the fifth is passed over by then"
    assert lag([5.0, 5.0], [6.0] * 9).p99 == 5.0, "each batch counts by its own length"
    assert lag([1.0] * 5).p99 == 1.0, "a single batch stays whole"
    assert lag([5.0, 5.0], [6.0] * 9, [1.0] * 9).p99 == 5.0, "until no more than that is left"
