from __future__ import annotations

import pytest

from kubeskeptic.probes.batches import Offset


def test_one_answer_says_no_more_than_its_round_trip() -> None:
    offset = Offset()
    offset.learn(sent=100.0, wall=90.0, received=100.2)
    assert offset.seconds == pytest.approx(10.1)
    assert offset.error == pytest.approx(0.1)


def test_answers_narrow_each_other() -> None:
    offset = Offset()
    offset.learn(100.0, 90.05, 100.2)  # between 9.95 and 10.15
    offset.learn(101.0, 90.95, 101.4)  # between 10.05 and 10.45
    assert offset.seconds == pytest.approx(10.1, abs=0.001)
    assert offset.error == pytest.approx(0.05, abs=0.001)


def test_a_slow_answer_spoils_nothing() -> None:
    offset = Offset()
    offset.learn(100.0, 90.01, 100.02)
    offset.learn(101.0, 91.01, 106.0)
    assert offset.error == pytest.approx(0.01, abs=0.002)


def test_what_is_old_counts_less() -> None:
    offset = Offset()
    offset.learn(100.0, 100.0, 100.002)
    offset.learn(1100.0, 1100.0, 1101.0)
    assert 0.1 < offset.error < 0.3


def test_a_stepped_clock_is_noticed_and_believed() -> None:
    offset = Offset()
    offset.learn(100.0, 100.005, 100.01)
    offset.learn(101.0, 106.005, 101.01)
    assert offset.seconds == pytest.approx(-5.0)
    assert offset.steps == 1
