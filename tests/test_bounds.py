from dataclasses import FrozenInstanceError

import pytest

from kubeskeptic import bounds
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
    Expression,
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


def test_a_leader_election_is_read_and_has_its_default_only_where_none_was_asked_for_it() -> None:
    assert bounds.election(15.0, 2.0) == 19.4  # 15 + 2 + 120 % of 2
    assert bounds.ELECTION.text(Settings({})) == "leader election 19.4"
    assert bounds.ELECTION.value(Settings({"ELECTION": Setting("ELECTION", 7.0, "flags")})) == 7
    with pytest.raises(NotAsked, match="the setting ELECTION"):
        bounds.ELECTION.value(Settings({}, {"ELECTION": "forbidden"}))


@pytest.mark.parametrize(
    ("bound", "seconds"),
    [
        (bounds.NOTICING, 1.0),
        (bounds.EVICTION_LOOK, 10.0),
        (bounds.EVICTION_GRACE, 1.0),
        (bounds.CPU_STATISTICS, 15.0),
        (bounds.NETWORK_RETRY, 1.5),
        (bounds.RUNTIME_LOOK, 5.0),
        (bounds.FAILOVER, 10.0),
        (bounds.INGRESS_HOLDOFF, 0.5),
        (bounds.EVICTED_WITHIN, 12.0),
        (bounds.PROGRAMMING_LAG, 1.0),
        (bounds.DEAD_ENDPOINT_WINDOW, 56.0),
        (bounds.UNTIL_EVICTED, 355.0),
        (bounds.BEFORE_EVICTION, 339.6),  # 50 + 300 without 104 % of 10
    ],
)
def test_what_the_harness_takes_from_the_source_of_kubernetes(bound: Expression, seconds: float) -> None:
    known = settings(GRACE=50, MONITOR=5, SYNC=1, EVICT=300, LEASE=10)
    assert bound.value(known) == pytest.approx(seconds)


def test_a_sum_says_each_of_its_parts_with_its_sign_and_factor() -> None:
    known = settings(GRACE=50, LEASE=10, SYNC=1)
    assert (2 * (GRACE - LEASE)).text(known) == "2 × GRACE 50 − 2 × LEASE 10"
    assert (2 * (GRACE - LEASE)).value(known) == 80
    assert (GRACE - (LEASE - SYNC)).value(known) == 41
    assert bounds.shorter(GRACE, LEASE).text(known) == "LEASE 10"


def test_what_a_bound_says_of_itself() -> None:
    assert str(Bound(3, "s", "why")) == "at most 3 s (why)"
    assert str(Bound(3, "s", "why", at_least=True)) == "at least 3 s (why)"
    assert Bound(3, "s", "why").as_record() == {"value": 3, "unit": "s", "from": "why", "at_least": False}


def test_a_bound_of_nothing_is_used_up_by_anything() -> None:
    assert Bound(0, "pods", "").ratio(-1) == 0
    assert Bound(0, "pods", "", at_least=True).ratio(0) == 0
    assert Bound(1, "pods", "", at_least=True).ratio(0) == float("inf")
    assert Bound(0, "pods", "", at_least=True).ratio(5) == 0


def test_bounds_are_rounded_to_milliseconds_after_the_margin() -> None:
    assert SYNC.at_most(settings(SYNC=1.00049)).value == 1 + MARGIN
    assert GRACE.at_least(settings(GRACE=MARGIN)).value == 0
    assert GRACE.at_least(settings(GRACE=MARGIN + 0.5)).value == 0.5


def test_factors_of_factors_are_multiplied() -> None:
    assert (2 * (3 * GRACE)).value(settings(GRACE=50)) == 300


def test_a_millisecond_of_a_bound_counts_and_less_does_not() -> None:
    known = settings(SYNC=1.0044, GRACE=50.0044)
    assert SYNC.at_most(known).value == 1.004 + MARGIN
    assert GRACE.at_least(known).value == pytest.approx(50.004 - MARGIN)


def test_of_two_that_are_as_long_the_first_is_told() -> None:
    assert bounds.shorter(GRACE, LEASE).text(settings(GRACE=5, LEASE=5)) == "GRACE 5"
    assert bounds.shorter(GRACE, LEASE).value(settings(GRACE=4, LEASE=5)) == 4


def test_what_is_taken_off_first_has_its_sign() -> None:
    known = settings(GRACE=50, LEASE=10)
    less = -1 * GRACE + LEASE
    assert (less.text(known), less.value(known)) == ("−GRACE 50 + LEASE 10", -40)
    assert (0.5 * GRACE).text(known) == "0.5 × GRACE 50"


@pytest.mark.parametrize(
    ("one", "field"), [(Bound(3, "s", "why"), "value"), (GRACE, "terms"), (GRACE.terms[0][1], "value")]
)
def test_what_is_allowed_cannot_be_changed_afterwards(one: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(one, field, None)
    assert len({Bound(3, "s", "why"), Bound(3, "s", "why"), Bound(3, "s", "why", at_least=True)}) == 2
    assert GRACE + MONITOR == GRACE + MONITOR != MONITOR + GRACE


@pytest.mark.parametrize(
    ("known", "strict", "clipped"),
    [
        ((1.0, 2.0), (1.0, 2.0), (1.0, 2.0)),
        ((-1.0, 2.0), (0.0, 2.0), (0.0, 2.0)),
        ((-1.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        ((-2.0, -0.1), (-2.0, -0.1), (0.0, 0.0)),
    ],
)
def test_a_time_that_is_negative_for_sure_is_a_contradiction(
    known: tuple[float, float], strict: tuple[float, float], clipped: tuple[float, float]
) -> None:
    assert Interval(*known).not_negative() == Interval(*strict)
    assert Interval(*known).clipped() == Interval(*clipped)
