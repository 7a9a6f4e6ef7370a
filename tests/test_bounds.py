import pytest

from kubeskeptic.bounds import Bound, Settings
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import NotAsked
from tests.drawn import settings


def test_a_bound_says_what_it_is_made_of() -> None:
    bound = settings(GRACE=50, MONITOR=5, SYNC=1).dead_endpoint_window
    assert bound.value == 56 + MARGIN
    assert bound.source == f"GRACE 50 + MONITOR 5 + SYNC 1 + margin {MARGIN:g}"


def test_a_setting_that_was_not_read_is_never_guessed() -> None:
    with pytest.raises(NotAsked):
        settings(GRACE=50).plus("MONITOR")


def test_a_killed_container_is_back_or_routed_around_whichever_is_first() -> None:
    assert settings(START=5, SYNC=1).killed_container_window.value == 1 + 1 + MARGIN
    assert settings(START=0.5, SYNC=1).killed_container_window.value == 1 + 0.5 + MARGIN


def test_the_bound_itself_is_within() -> None:
    assert Bound(3, "s", "").admits(3)
    assert not Bound(3, "s", "").admits(3.001)
    assert Bound(3, "s", "", at_least=True).admits(3)
    assert not Bound(3, "s", "", at_least=True).admits(2.999)


def test_settings_survive_the_journal() -> None:
    before = settings(GRACE=50, SYNC=1)
    assert Settings.from_record(before.as_record())["GRACE"] == 50


def test_a_back_off_has_two_ends() -> None:
    soonest, latest = settings(BACKOFF=10, START=2).back_off
    assert (soonest.value, soonest.at_least) == (10, True)
    assert latest.value == 10 + 5 + 1 + 2 + MARGIN
