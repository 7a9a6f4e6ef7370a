"""What a recording says of itself: acts that were reached, gaps that touch, what was known last, lanes and kinds."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.settings import Settings
from kubeskeptic.timeline import ActSpan, Change, Gap, Recording, RunEvidence
from kubeskeptic.timeline.observers import Observers
from kubeskeptic.timeline.recording import ALL, LEFT_OUT
from kubeskeptic.timeline.stalls import Stall
from tests.drawn import lane, node, pod, recording


def test_a_phase_that_was_not_reached_has_no_time() -> None:
    act = ActSpan("forced", 1.0)
    assert act.reached("baseline") == 1.0
    for phase in ("start", "end"):
        with pytest.raises(Inconclusive, match=f"the act “forced” did not reach its {phase}"):
            act.reached(phase)


@pytest.mark.parametrize(
    ("since", "until", "touches"),
    [(0, 1, False), (0, 1.1, True), (2, 3, False), (1.9, 3, True), (1.2, 1.3, True), (0, 9, True), (3, 4, False)],
)
def test_a_gap_touches_what_it_has_more_than_a_moment_of(since: float, until: float, touches: bool) -> None:
    assert Gap("watch", "", "", "Pod", 1.0, 2.0, "r").touches(since, until) is touches
    assert Gap("watch", "", "", "Pod", 1.0, None, "r").touches(since, until) is (until > 1)


def test_when_a_change_happened_lies_between_its_age_and_when_it_was_seen() -> None:
    change = pod(5.0, "a")._replace(age=2.0)
    assert (change.earliest, change.when) == (3.0, Interval(3.0, 5.0))
    assert pod(5.0, "a").when == Interval(5.0, 5.0)


def test_the_last_that_is_known_is_the_latest_of_samples_and_changes() -> None:
    seen = Recording("s", started=3.0)
    assert seen.last_known == 3.0
    seen.changes = [pod(4.0, "a"), pod(9.0, "b")]
    assert seen.last_known == 9.0
    seen.lanes = {("n1", "web"): lane("." * 121), ("n2", "web"): lane("")}
    assert seen.last_known == pytest.approx(12.0)


def test_lanes_of_a_probe_by_node() -> None:
    seen = recording(lanes={key: lane(".", *key) for key in (("n2", "web"), ("n1", "name"), ("n1", "web"))})
    assert [(one.node, one.probe) for one in seen.lanes_of("web")] == [("n1", "web"), ("n2", "web")]
    with pytest.raises(Inconclusive, match="no sample of the probe “x” was recorded"):
        seen.lanes_of("x")


@pytest.mark.parametrize(
    ("left_out", "asked", "kind", "why"),
    [
        ({"forced": "no right to"}, None, NotAsked, "no right to"),
        ({ALL: "no nodes"}, None, NotAsked, "no nodes"),
        ({"other": "no"}, None, Inconclusive, "was not played to its end: it broke off"),
        ({}, ("other",), NotAsked, "“forced” of s was not requested"),
        ({}, ("forced",), Inconclusive, "was not played to its end"),
        ({}, (), NotAsked, "was not requested"),
    ],
)
def test_an_act_that_was_not_played(
    left_out: dict[str, str], asked: tuple[str, ...] | None, kind: type[Exception], why: str
) -> None:
    seen = Recording("s", facts={LEFT_OUT: left_out}, asked=asked, broke_off="it broke off")
    assert seen.left_out_whole is (ALL in left_out)
    with pytest.raises(kind, match=why):
        seen.act("forced")


@pytest.mark.parametrize("act", [ActSpan("a", 0, 1), ActSpan("a", 0, None, 2)])
def test_an_act_that_began_and_was_not_asked_for_did_not_come_to_its_end(act: ActSpan) -> None:
    with pytest.raises(Inconclusive, match=r"was not played to its end$"):
        Recording("s", acts={"a": act}, asked=()).act("a")
    assert Recording("s", acts={"a": ActSpan("a", 0, 1, 2)}).act("a").end == 2


def test_a_stretch_that_was_not_observed_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        Gap("watch", "", "", "Pod", 1.0, 2.0, "r").until = None  # type: ignore[misc]


# -- what is said of agents -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("since", "until", "touches"), [(5, 10, False), (5, 10.1, True), (20, 25, False), (19.9, 25, True), (12, 13, True)]
)
def test_a_stall_belongs_to_the_recordings_that_it_touches(since: float, until: float, touches: bool) -> None:
    told = Observers({})
    told.stall({"node": "n1", "since": since, "until": until})
    seen, unfinished = Recording("s", started=10.0, ended=20.0), Recording("s", started=10.0)
    told.fill(seen)
    told.fill(unfinished)
    assert seen.stalls == ([Stall("n1", since, until, 0.0)] if touches else [])
    assert bool(unfinished.stalls) is (until > 10)


def test_a_node_joined_when_it_was_first_seen_to() -> None:
    told = Observers({})
    for at in (15.0, 16.0, 20.0):
        told.nodes({"at": at, "joined": ["n2"] if at < 20 else ["n3"]})
    told.nodes({"at": 20.1, "joined": ["n4"]})
    told.nodes({"at": 1.0})
    seen = Recording("s", started=10.0, ended=20.0)
    told.fill(seen)
    assert seen.joined == {"n2": 15.0, "n3": 20.0}


# -- what is not said -------------------------------------------------------------------------------------------------------
def test_a_recording_of_which_nothing_is_known() -> None:
    bare = Recording("s")
    assert (bare.namespace, bare.test, bare.started, bare.ended, bare.irreducible) == ("", "", 0.0, None, None)
    assert (bare.broke_off, bare.nodes, bare.asked, bare.damage, bare.copies) == ("", (), None, (), 0)
    assert (bare.left_out_whole, bare.last_known) == (False, 0.0)
    evidence = RunEvidence({}, None, Settings({}), {}, [], [], [], 0)
    assert (evidence.numbered, evidence.damage, evidence.realtime, evidence.tick_lag.p99) == (True, (), {}, None)


def test_a_change_of_which_little_is_known() -> None:
    bare = Change(5.0, "ADDED", "Node", {"metadata": {"name": "n1", "namespace": None}})
    assert (bare.name, bare.namespace, bare.uid, bare.age, bare.earliest) == ("n1", "", "", 0.0, 5.0)
    whole = Change(5.0, "ADDED", "Pod", {"metadata": {"name": "a", "namespace": "ns", "uid": 7}}, 0.5)
    assert (whole.namespace, whole.uid, whole.earliest) == ("ns", "7", 4.5)


def test_what_the_scenario_itself_saw_is_known_too() -> None:
    seen = Recording("s", started=3.0)
    seen.see("table", {"one": 1}, at=7.0)
    seen.see("other", {"two": 2}, at=5.0)
    assert seen.last_known == 7.0
    seen.changes = [pod(6.0, "a")]
    assert seen.last_known == 7.0
    seen.lanes = {("n1", "web"): lane("." * 91), ("n2", "web"): lane("." * 81)}
    assert seen.last_known == pytest.approx(9.0)


def test_a_cell_keeps_its_first_value_and_the_others_are_told() -> None:
    seen = Recording("s")
    assert seen.see("table", {"one": 1, "two": 2}, at=1.0) == []
    assert seen.see("table", {"one": 1, "two": 3, "three": 3}, at=2.0) == ["two"]
    assert seen.see("other", {"two": 3}, at=2.0) == []
    assert seen.tables == {"table": {"one": 1, "two": 2, "three": 3}, "other": {"two": 3}}
    assert seen.looked["table"] == {"one": 1.0, "two": 1.0, "three": 2.0}


def test_an_act_that_was_left_out_has_its_own_reason_before_that_of_all() -> None:
    reasons = {LEFT_OUT: {"forced": "no right to", ALL: "no nodes"}}
    with pytest.raises(NotAsked, match="no right to"):
        Recording("s", facts=reasons).act("forced")
    with pytest.raises(NotAsked, match="no nodes"):
        Recording("s", facts=reasons).act("other")


def test_an_act_that_was_left_out_half_way_was_left_out_and_one_that_ended_was_not() -> None:
    reasons = {LEFT_OUT: {"a": "no right to"}}
    with pytest.raises(NotAsked, match="no right to"):
        Recording("s", facts=reasons, acts={"a": ActSpan("a", 0, 1)}).act("a")
    assert Recording("s", facts=reasons, acts={"a": ActSpan("a", 0, 1, 2)}).act("a").start == 1


def test_an_act_that_was_asked_for_or_of_which_nobody_says_so_did_not_come_to_its_end() -> None:
    for asked in (None, ("other", "a")):
        with pytest.raises(Inconclusive, match=r"the act “a” of s was not played to its end$"):
            Recording("s", asked=asked).act("a")


def test_an_act_that_began_at_the_beginning_of_time_began() -> None:
    at_once = ActSpan("a", 0.0, 0.0, 0.0)
    assert [at_once.reached(phase) for phase in ("baseline", "start", "end")] == [0.0, 0.0, 0.0]
    assert Recording("s", acts={"a": at_once}).act("a") is at_once


def test_changes_of_a_kind_and_of_a_name() -> None:
    seen = recording(pod(1.0, "a"), node(2.0, "a", "True"), pod(3.0, "b"), pod(4.0, "a"))
    assert [one.seen for one in seen.of_kind("Pod")] == [1.0, 3.0, 4.0]
    assert [one.seen for one in seen.of_kind("Pod", "a")] == [1.0, 4.0]
    assert list(seen.of_kind("Service")) == []
