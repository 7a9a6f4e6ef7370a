"""Who observes: agents and processors that did not run, nodes that joined, real-time priority."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.timeline import Lane, Recording, Sample
from kubeskeptic.timeline.observers import Observers
from kubeskeptic.timeline.stalls import Stall, Standstill

SEEN, UNFINISHED = (Recording("s", started=10.0, ended=ended) for ended in (20.0, None))


def filled(told: Observers, of: Recording = SEEN) -> Recording:
    told.fill(of)
    return of


@pytest.mark.parametrize(
    ("since", "until", "touches", "goes_on"),
    [
        (5, 10, False, False),
        (5, 10.5, True, True),
        (19.5, 25, True, True),
        (20, 25, False, True),
        (12, 13, True, True),
        (5, 25, True, True),
    ],
)
def test_a_standstill_belongs_to_the_recordings_that_it_touches(
    since: float, until: float, touches: bool, goes_on: bool
) -> None:
    told = Observers({})
    told.pause({"processor": 0, "processors": 1, "since": since, "until": until, "nodes": ["n1", "n2"]})
    standstill = Standstill(since, until, frozenset({"n1", "n2"}))
    assert filled(told).standstills == [standstill] * touches
    assert filled(told, UNFINISHED).standstills == [standstill] * goes_on


def test_a_machine_stands_still_when_the_last_of_its_processors_does() -> None:
    told = Observers({})
    for processor, since in ((0, 11.0), (1, 12.0)):
        told.pause({"processor": processor, "processors": 2, "since": since, "until": 13.0, "nodes": ["n1"]})
    assert filled(told).standstills == [Standstill(12.0, 13.0, frozenset({"n1"}))]


@pytest.mark.parametrize(("error", "doubt"), [({"error": 0.25}, 0.25), ({"error": None}, 0.0), ({}, 0.0)])
def test_a_stall_is_known_to_what_its_agent_says(error: dict[str, Any], doubt: float) -> None:
    told = Observers({})
    told.stall({"node": "n1", "since": 12.0, "until": 13.0, **error})
    assert filled(told).stalls == [Stall("n1", 12.0, 13.0, doubt)]


@pytest.mark.parametrize(
    ("joined", "of"), [(["n2"], {"n2": 15.0}), (["n2", "n3"], {"n2": 15.0, "n3": 15.0}), ([], {}), (None, {})]
)
def test_nodes_that_joined(joined: list[str] | None, of: dict[str, float]) -> None:
    told = Observers({})
    told.nodes({"at": 15.0, "nodes": ["n1", "n2", "n3"], "joined": joined})
    assert filled(told).joined == of


@pytest.mark.parametrize(("at", "left"), [(5.0, {"n2"}), (20.0, {"n2"}), (20.1, set())])
def test_nodes_that_left_before_the_end(at: float, left: set[str]) -> None:
    told = Observers({})
    told.nodes({"at": at, "nodes": ["n1"], "left": ["n2"]})
    told.nodes({"at": 30.0, "nodes": ["n1", "n2"], "joined": ["n2"], "left": None})
    assert filled(told).left == left
    assert filled(told, UNFINISHED).left == {"n2"}


@pytest.mark.parametrize(
    ("said", "all_through"),
    [([True], True), ([False], False), ([True, False], False), ([False, True], False), ([True, True], True)],
)
def test_priority_was_there_all_through_when_it_never_was_not(said: list[bool], all_through: bool) -> None:
    realtime: dict[str, bool] = {}
    told = Observers(realtime)
    for one in said:
        told.priority({"node": "n1", "realtime": one})
    told.priority({"node": "n2", "realtime": True})
    assert realtime == {"n1": all_through, "n2": True}


def test_each_kind_of_record_about_observers_is_taken() -> None:
    told = Observers({})
    assert set(told.takes) == {"stall", "pause", "nodes", "priority"}
    told.takes["stall"]({"node": "n1", "since": 12.0, "until": 13.0})
    told.takes["nodes"]({"at": 15.0, "joined": ["n2"]})
    told.takes["pause"]({"processor": 0, "processors": 1, "since": 14.0, "until": 15.0, "nodes": ["n1"]})
    seen = filled(told)
    assert (len(seen.stalls), len(seen.standstills), seen.joined) == (1, 1, {"n2": 15.0})


@pytest.mark.parametrize(
    ("sent", "stood"), [([11.0, 12.05, 13.95, 15.0], True), ([12.15], False), ([13.0], False), ([], True)]
)
def test_a_machine_on_which_an_agent_asked_did_not_stand_still(sent: list[float], stood: bool) -> None:
    told = Observers({})
    told.pause({"processor": 0, "processors": 1, "since": 12.0, "until": 14.0, "nodes": ["n1"]})
    samples = [Sample(at, when, 0.01, Outcome.OK) for at, when in enumerate(sent)]
    for node, found in (("n1", stood), ("n2", True)):
        one = Recording("s", started=10.0, ended=20.0, lanes={(node, "web"): Lane(node, "web", 1.0, samples)})
        assert bool(filled(told, one).standstills) is found
