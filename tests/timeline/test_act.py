"""What a check reads of an act: when, what was seen until its end, and whether it was watched."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Interval, constant
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline import Act, ActSpan, FaultSpan, Gap
from kubeskeptic.timeline.disagreements import Disagreement
from kubeskeptic.timeline.recording import ALL, LEFT_OUT
from tests.drawn import fault, lane, node, pod, recording, settings, watched
from tests.timeline.acts import FIRST, acts, hit


# -- when -----------------------------------------------------------------------------------------------------------------
def test_several_acts_in_a_row_are_one_stretch() -> None:
    both = acts("first", "second")
    assert (both.baseline, both.start, both.end, both.name) == (1, 2, 9, "first, second")
    assert (acts("second").baseline, acts("second").end) == (6, 9)


def test_an_act_that_was_left_out_is_no_part_of_it() -> None:
    both = acts("first", "second", spans=(FIRST,))
    both.recording.facts[LEFT_OUT] = {"second": "no rights"}
    assert (both.end, both.reading.unfinished) == (5, [])
    neither = acts("third")
    neither.recording.facts[LEFT_OUT] = {ALL: "no rights"}
    with pytest.raises(NotAsked, match="no rights"):
        _ = neither.spans


def test_an_act_that_was_broken_off_ends_with_the_last_that_is_known() -> None:
    broken = acts("first", "second", spans=(FIRST, ActSpan("second", 6, 7)))
    broken.recording.lanes["n1", "web"] = lane("." * 81)
    assert broken.end == pytest.approx(8.0)
    assert ["not played to its end" in why for why in broken.reading.unfinished] == [True]


def test_an_act_that_never_began_is_no_part_and_is_missed() -> None:
    half = acts("first", "second", spans=(FIRST, ActSpan("second", 6)))
    assert (half.end, len(half.reading.unfinished)) == (5, 1)
    with pytest.raises(Inconclusive, match="not played to its end"):
        _ = acts("second", spans=(ActSpan("second", 6),)).spans


# -- what was seen ----------------------------------------------------------------------------------------------------------
def test_lanes_of_nodes_that_are_there() -> None:
    act = watched(lane("." * 40, "n1"), lane("." * 40, "n2"), lane("." * 40, "n1", "other"), faults=(crash(),))
    assert [one.node for one in act.lanes("web")] == ["n2"]
    assert (act.reading.lanes, act.reading.unbroken) == ({"web": (0, 4)}, set())
    act.lanes("web", until=9.0, unbroken=True)
    assert (act.reading.lanes, act.reading.unbroken) == ({"web": (0, 9)}, {"web"})
    with pytest.raises(Inconclusive, match="no remaining node sent requests of “other”"):
        act.lanes("other")


def crash() -> FaultSpan:
    return fault({"applying": 1.0, "applied": 1.0, "bit": 1.0})


def test_changes_until_the_end_of_the_act() -> None:
    changes = [pod(0.5, "a"), pod(4.0, "b"), pod(4.1, "late"), pod(2.0, "db", app="db"), node(1.0, "n1", "True")]
    act = Act(recording(*changes, acts={"act": ActSpan("act", 0, 1, 4)}), ["act"])
    assert [one.name for one in act.changes("Pod")] == ["a", "db", "b"]
    assert [one.name for one in act.changes("Pod", "b")] == ["b"]
    assert [one.name for one in act.changes("Pod", app="web")] == ["a", "b"]
    assert act.reading.kinds == {"Pod": (0, 4)}
    act.changes("Node", since=3.0)
    assert act.reading.kinds["Node"] == (3, 4)


@pytest.mark.parametrize(
    ("gap", "whole"),
    [
        (Gap("watch", "", "", "Pod", 2.0, 3.0, "r"), False),
        (Gap("watch", "", "", "Pod", 3.9, None, "r"), False),
        (Gap("watch", "", "", "Pod", 4.0, 5.0, "r"), True),  # after the end of the act
        (Gap("watch", "", "", "Node", 2.0, 3.0, "r"), True),  # of a kind that does not matter
        (Gap("probe", "n1", "", "Pod", 2.0, 3.0, "r"), True),  # of an agent
    ],
)
def test_kinds_whose_watch_had_no_gap(gap: Gap, whole: bool) -> None:
    act = Act(recording(acts={"act": ActSpan("act", 0, 1, 4)}, gaps=[gap]), ["act"])
    assert act.watched("Service", "Pod") is whole
    assert act.reading.kinds == {"Service": (0, 4), "Pod": (0, 4)}


def test_a_table_that_the_scenario_did_not_come_to_see() -> None:
    act = acts("first")
    act.recording.tables["seen"] = {"one": 1}
    assert (act.table("seen"), act.reading.tables) == ({"one": 1}, {"seen"})
    with pytest.raises(Inconclusive, match="did not record the table “other”"):
        act.table("other")


# -- what is allowed --------------------------------------------------------------------------------------------------------
def test_a_case_has_the_bounds_that_it_was_given() -> None:
    bare = acts("first")
    assert (bare.has_bound, bare.soonest) == (False, None)
    with pytest.raises(Inconclusive, match="has no bound"):
        _ = bare.bound
    both = Act(bare.recording, ["first"], within=constant("test", 5.0), soonest=constant("test", 5.0))
    assert (both.has_bound, both.bound.value, both.soonest and both.soonest.value) == (True, 7.0, 3.0)
    part = both.in_force()
    assert (part.bound, part.soonest) == (both.bound, both.soonest)


def test_settings_of_a_node_are_those_of_the_lane_from_outside_too() -> None:
    act = acts("first")
    act.recording.settings = settings(GRACE=50.0)
    assert act.settings_on("n1")["GRACE"] == act.settings_on("outside→n1")["GRACE"] == 50


# -- at each boundary ---------------------------------------------------------------------------------------------------------
def test_an_act_in_force_is_about_the_same_and_knows_the_same_limits() -> None:
    inflicts = {"first": ["crash_node"]}
    whole = Act(acts("first").recording, ["first"], of="web", inflicts=inflicts, watched=constant("test", 5.0))
    part = whole.in_force()
    assert (part.names, part.of, part.inflicts) == (("first",), "web", inflicts)
    assert part.watched_for == whole.watched_for
    assert part.watched_for is not None
    assert (whole.soonest, part.has_bound) == (None, False)


def test_of_several_acts_of_which_none_began_it_is_said_why_they_were_left_out() -> None:
    neither = acts("third", "fourth", spans=())
    with pytest.raises(Inconclusive, match="“third”"):
        _ = neither.spans
    mixed = acts("third", "fourth", spans=())
    mixed.recording.facts[LEFT_OUT] = {"fourth": "no rights"}
    with pytest.raises(NotAsked, match="no rights"):
        _ = mixed.spans


def test_an_act_that_broke_off_as_the_first_has_a_beginning() -> None:
    broken = acts("first", spans=(ActSpan("first", 1, 2),))
    assert (broken.baseline, broken.start, len(broken.reading.unfinished)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("others", "end"),
    [
        ((), 12.0),
        ((7.5,), 7.5),
        ((9.0, 7.5), 7.5),
        ((3.0,), 12.0),  # it began before
        ((6.0,), 12.0),  # at the same moment
        ((None,), 12.0),
        ((20.0,), 12.0),
    ],
)
def test_an_act_that_broke_off_ends_before_the_next_one(others: tuple[float | None, ...], end: float) -> None:
    later = tuple(ActSpan(f"other-{at}", baseline, 50) for at, baseline in enumerate(others))
    broken = acts("second", spans=(ActSpan("second", 5, 6), *later))
    broken.recording.changes.append(pod(12.0, "a"))
    assert broken.end == end


def test_nodes_that_joined_until_the_end_of_the_act() -> None:
    one = acts("first")
    one.recording.nodes = ("n2", "n1")
    one.recording.joined = {"n3": 5.0, "n4": 5.1, "n1": 4.0}
    assert one.nodes == ("n2", "n1", "n3")


def test_lanes_that_may_have_no_failure_are_noted_until_the_end() -> None:
    act = watched(lane("." * 40, "n1"), lane("." * 40, "n1", "name"))
    act.lanes("web", unbroken=True)
    act.lanes("name", until=0.0)
    assert (act.reading.unbroken, act.reading.lanes) == ({"web"}, {"web": (0, 4), "name": (0, 0)})


@pytest.mark.parametrize(
    ("since", "until", "whole"),
    [(0.0, 1.0, True), (0.0, 1.5, False), (4.5, 5.0, False), (5.0, 6.0, True), (0.0, None, False)],
)
def test_only_a_gap_between_baseline_and_end_matters(since: float, until: float | None, whole: bool) -> None:
    act = acts("first")
    act.recording.gaps = [Gap("watch", "", "", "Pod", since, until, "r")]
    assert act.watched("Pod") is whole


@pytest.mark.parametrize(("until", "whole"), [(1.0, True), (1.1, False)])
def test_a_watch_that_contradicts_another_is_not_whole(
    monkeypatch: pytest.MonkeyPatch, until: float, whole: bool
) -> None:
    dead = Disagreement(0.0, until, "why", ("Pod", "EndpointSlice"))
    monkeypatch.setattr("kubeskeptic.timeline.act.disagreements", lambda _: [dead])
    assert acts("first").watched("Pod") is whole
    assert acts("first").watched("Service", "EndpointSlice") is whole
    assert acts("first").watched("Service", "Node")
    assert acts("first").disagreements == ([] if whole else [dead])


def test_one_gap_among_several_is_enough() -> None:
    act = acts("first")
    act.recording.gaps = [Gap("watch", "", "", "Pod", at, at + 0.5, "r") for at in (0.0, 3.0, 7.0)]
    assert not act.watched("Pod")
    assert act.watched("Node")
    assert act.watched()


def test_a_table_has_what_was_seen_in_the_act_or_when_it_was_set_up() -> None:
    act = acts("first")
    for cell, at, seen_in in (
        ("set up", 0.2, "given"), ("before", 0.9, "another"), ("before, too", 0.9, ""), ("at the start", act.start, "first"),
        ("at the end", 5.0, "first"), ("after", 5.1, "first"), ("set up after", 5.1, "given"),
    ):  # fmt: skip
        act.recording.see("seen", {cell: at}, at, seen_in)
    assert set(act.table("seen")) == {"set up", "at the start", "at the end"}


def test_how_long_was_watched_is_noted_with_the_bound_that_must_have_passed() -> None:
    act, bound = acts("first", faults=(hit("pod/ns/a"),)), constant("test", 1.0).at_most(settings())
    act.lasts(bound)
    act.lasts(bound, until=4.0)
    act.lasts_since(Interval(2.0, 2.5), bound)
    act.lasts_since(Interval(2.0, 2.5), bound, until=0.0)
    assert [lasting for lasting, _ in act.reading.lasting] == [(1.5, 2.0), (0.5, 1.0), (2.5, 3.0), (-2.5, -2.0)]
    assert {known for _, known in act.reading.lasting} == {bound}
