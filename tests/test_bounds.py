import pytest

from kubeskeptic.bounds import (
    BACKOFF,
    BACKOFF_JITTER,
    DEAD_ENDPOINT_WINDOW,
    GRACE,
    KILLED_CONTAINER_WINDOW,
    LEASE,
    LEASE_JITTER,
    MONITOR,
    NOTICING,
    SYNC,
    Bound,
    Interval,
)
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.settings import Setting, Settings
from tests.drawn import settings


def test_a_bound_says_what_it_is_made_of() -> None:
    bound = DEAD_ENDPOINT_WINDOW.at_most(settings(GRACE=50, MONITOR=5, SYNC=1))
    assert bound.value == 56 + MARGIN
    assert bound.source == f"GRACE 50 + MONITOR 5 + SYNC 1 + margin {MARGIN:g}"


def test_the_margin_always_widens_the_doubt() -> None:
    bound = (GRACE - LEASE_JITTER * LEASE).at_least(settings(GRACE=50, LEASE=10))
    assert bound.value == pytest.approx(50 - 10.4 - MARGIN)
    assert bound.at_least
    assert bound.source == f"GRACE 50 − 1.04 × LEASE 10 − margin {MARGIN:g}"
    assert SYNC.at_least(settings(SYNC=1)).value == 0


def test_a_setting_that_was_not_read_is_never_guessed() -> None:
    with pytest.raises(NotAsked):
        (GRACE + MONITOR).at_most(settings(GRACE=50))
    ours = Settings({}, {"GRACE": "its exec failed"}, readable=True)
    with pytest.raises(Inconclusive, match="GRACE, from which the bound is computed, is not known: its exec failed"):
        GRACE.at_most(ours)


def test_a_killed_container_is_back_or_routed_around_whichever_is_first() -> None:
    assert KILLED_CONTAINER_WINDOW.at_most(settings(START=5, SYNC=1)).value == 1 + 1 + MARGIN
    shorter = KILLED_CONTAINER_WINDOW.at_most(settings(START=0.5, SYNC=1))
    assert (shorter.value, shorter.source) == (1 + 0.5 + MARGIN, f"noticing 1 + START 0.5 + margin {MARGIN:g}")


def test_a_back_off_has_two_ends() -> None:
    known = settings(BACKOFF=10)
    assert BACKOFF.at_least(known).value == 10 - MARGIN
    assert ((1 + BACKOFF_JITTER) * BACKOFF + NOTICING).at_most(known).value == 15 + 1 + MARGIN


def test_the_bound_itself_is_within() -> None:
    assert Bound(3, "s", "").admits(3)
    assert not Bound(3, "s", "").admits(3.001)
    assert Bound(3, "s", "", at_least=True).admits(3)
    assert not Bound(3, "s", "", at_least=True).admits(2.999)


def test_how_much_of_a_bound_is_used_up() -> None:
    assert Bound(4, "s", "").ratio(3) == 0.75
    assert Bound(3, "s", "", at_least=True).ratio(4) == 0.75
    assert (Bound(0, "pods", "").ratio(0), Bound(0, "pods", "").ratio(1)) == (0.0, float("inf"))


def test_settings_differ_by_node() -> None:
    both = Settings({"SYNC": Setting("SYNC", 5, "kube-proxy", per_node={"n1": 1, "n2": 5})})
    assert [both["SYNC"], both.on("n1")["SYNC"], both.on("n2")["SYNC"]] == [5, 1, 5]
    with pytest.raises(Inconclusive, match="it was not read on n3"):
        assert both.on("n3")["SYNC"]
    again = Settings.from_record(both.as_record())
    assert again.on("n1")["SYNC"] == 1


def test_times_that_are_known_to_lie_between_two_others() -> None:
    assert Interval(10.0, 11.0).since(Interval(1.0, 3.0)) == Interval(7.0, 10.0)
