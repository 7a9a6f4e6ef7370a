"""START has a ceiling: a machine that is too slow makes claims inconclusive, and not easy to keep."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import GRACE, KILLED_CONTAINER_WINDOW, START, SYNC
from kubeskeptic.errors import Inconclusive
from kubeskeptic.settings import Setting, Settings
from tests.drawn import settings


def started(seconds: float) -> Settings:
    return settings(SYNC=1, GRACE=50).with_(Setting("START", seconds, "the slowest of 6 pods"))


def test_a_machine_at_the_ceiling_is_judged_by() -> None:
    assert started(20.0)["START"] == 20.0
    assert "START" in started(20.0)


def test_above_the_ceiling_claims_that_use_it_are_inconclusive_and_others_are_not() -> None:
    slow = started(20.1)
    with pytest.raises(
        Inconclusive, match=r"the slowest of 6 pods, took 20.1 s .* above 20 s the value is not used to judge claims"
    ):
        START.at_most(slow)
    assert (GRACE + SYNC).at_most(slow).value > 50
    assert slow.measured("START") == 20.1
    assert slow.as_record()["START"]["value"] == 20.1
    with pytest.raises(Inconclusive, match="not used to judge claims"):
        KILLED_CONTAINER_WINDOW.at_most(Settings.from_record(slow.as_record(), **slow.unread_record()))
