"""What was asked, from where, and how often: what is lacking of it keeps *holds* from being said.

A tenth of a second is a character, an act lasts a minute.
"""

from __future__ import annotations

import pytest

from kubeskeptic.timeline import ActSpan
from kubeskeptic.timeline.stalls import Standstill
from tests.checks.minute import GOOD, MINUTE, found, minute, says, without
from tests.drawn import gone, lane, node, watched


def test_the_stretch_that_matters_must_have_been_asked() -> None:
    says(found(minute("." * 500)), "n1 sent no request for more than 0.5 s, from 49.9 s into the 60 s that matter")
    says(
        found(minute(" " * 10 + "." * 590)),
        "n1 sent no request for more than 0.5 s, from 0.0 s into the 60 s that matter",
    )


# What one lane may be silent is 0.5 s, or 2.5 periods where a single request decides.
@pytest.mark.parametrize(
    ("missing", "loose", "strict"), [(1, True, True), (2, True, False), (3, True, False), (5, False, False)]
)
def test_a_hole_is_smaller_where_a_single_request_decides(missing: int, loose: bool, strict: bool) -> None:
    drawing = without(*range(100, 100 + missing))
    says(found(minute(drawing)), "" if loose else "sent no request for more than 0.5 s, from 9.9 s into")
    unbroken = found(minute(drawing), lambda act: act.lanes("web", unbroken=True))
    says(unbroken, "" if strict else "sent no request for more than 0.25 s, from 9.9 s into")


@pytest.mark.parametrize(
    ("drawing", "until", "why"),
    [
        ("." * 241, 60.5, ""),
        ("." * 241, 60.75, "sent no request for more than 0.5 s"),
        ("." * 100 + " " + "." * 140, 60, ""),
        ("." * 100 + "  " + "." * 139, 60, "sent no request for more than 0.5 s"),
    ],
)
def test_a_hole_of_just_what_is_allowed_is_none_in_between_and_at_the_end(drawing: str, until: float, why: str) -> None:
    says(found(watched(lane(drawing, period=0.25), spans=(ActSpan("act", 0, 1, until),))), why)


@pytest.mark.parametrize(("period", "allowed"), [(0.02, "0.1"), (0.1, "0.25"), (1.0, "2.5")])
def test_a_brief_hole_follows_the_period(period: float, allowed: str) -> None:
    act = watched(lane("." * 20, period=period), spans=MINUTE)
    says(found(act, lambda act: act.lanes("web", unbroken=True)), f"sent no request for more than {allowed} s")
    act = watched(lane("." * 20, period=period), spans=MINUTE)
    says(found(act), f"sent no request for more than {max(0.5, 2 * period):g} s")


def test_what_all_lanes_missed_is_a_gap_however_short() -> None:
    hole = without(300, 301)
    says(found(minute(hole)), "")
    says(found(minute(hole, GOOD)), "")
    says(found(minute(hole, hole)), "No node sent “web” for 0.300 s, from 29.9 s into the 60 s that matter")
    says(found(minute(without(300), without(300))), "")
    says(found(minute(hole, without(302, 303))), "")


# Two samples of both lanes are missing between 29.9 s and 30.2 s, and 0.25 s are allowed.
@pytest.mark.parametrize(
    ("since", "until", "nodes", "why"),
    [
        (29.95, 30.15, {"n1", "n2"}, ""),
        (20.0, 40.0, {"n1", "n2", "n3"}, ""),
        (29.9, 29.96, {"n1", "n2"}, ""),
        (29.9, 29.94, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
        (29.95, 30.15, {"n1"}, "No node sent “web” for 0.300 s"),
        (30.2, 31.0, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
        (29.0, 29.9, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
    ],
)
def test_while_their_machine_stood_still_nothing_was_there_to_be_asked(
    since: float, until: float, nodes: set[str], why: str
) -> None:
    hole = without(300, 301)
    act = minute(hole, hole)
    act.recording.standstills = [Standstill(since, until, frozenset(nodes))]
    says(found(act), why)


def test_a_single_lane_s_hole_is_forgiven_by_the_same_standstill_and_no_other() -> None:
    act = minute(without(300, 301, 302))
    loud = "sent no request for more than 0.25 s"
    says(found(act, lambda act: act.lanes("web", unbroken=True)), loud)
    act.recording.standstills = [Standstill(30.0, 30.2, frozenset({"n1"}))]
    says(found(act, lambda act: act.lanes("web", unbroken=True)), "")
    act.recording.standstills = [Standstill(30.0, 30.2, frozenset({"n2"}))]
    says(found(act, lambda act: act.lanes("web", unbroken=True)), loud)


@pytest.mark.parametrize("stretch", [(29.9, 29.97), (30.13, 30.2)])
def test_a_clock_that_is_in_doubt_makes_a_standstill_shorter(stretch: tuple[float, float]) -> None:
    hole = without(300, 301)
    act = minute(hole, hole)
    act.recording.standstills = [Standstill(*stretch, frozenset({"n1", "n2"}))]
    says(found(act), "")
    act.recording.lanes["n2", "web"].doubt = 0.03
    says(found(act), "No node sent “web” for 0.300 s")


def test_a_long_standstill_is_a_gap_as_the_cluster_s_clocks_went_on() -> None:
    for missing, why in ((6, ""), (7, "No node sent “web” for 0.800 s"), (10, "for more than 0.5 s")):
        hole = without(*range(300, 300 + missing))
        act = minute(hole, hole)
        act.recording.standstills = [Standstill(20.0, 40.0, frozenset({"n1", "n2"}))]
        says(found(act), why)


def test_the_fastest_lane_says_how_short_a_hole_is() -> None:
    slow = lane("." * 60, "n2", period=1.0)
    act = watched(lane(without(301, 302, 303), "n1"), slow, spans=MINUTE)
    says(found(act), "No node sent “web” for 0.400 s")


def test_a_hundredth_of_the_questions_may_never_have_been_asked() -> None:
    says(found(minute(without(*range(50, 550, 100)))), "")  # 5 of 600
    says(found(minute(without(*range(50, 590, 90)))), "6 of 600 requests of “web” on n1 were never sent")
    for missing, why in ((19, ""), (20, "20 of 2000 requests of “web” on n1 were never sent")):
        drawing = "".join(" " if at % 90 == 50 and at < 90 * missing else "." for at in range(2000))
        says(found(watched(lane(drawing), spans=(ActSpan("act", 0, 1, 200),))), why)


# Six single questions are missing, which is one too many; the first of them between 4.9 s and 5.1 s.
@pytest.mark.parametrize(
    ("since", "until", "nodes", "doubt", "forgiven"),
    [
        (4.95, 5.06, "n1", 0.0, True),
        (4.95, 5.04, "n1", 0.0, False),
        (6.0, 6.11, "n1", 0.0, False),
        (4.95, 5.06, "n2", 0.0, False),
        (4.9, 5.005, "n1", 0.0, True),
        (4.995, 5.1, "n1", 0.0, True),
        (4.9, 5.005, "n1", 0.02, False),
        (4.995, 5.1, "n1", 0.02, False),
        (0.0, 60.0, "n1", 0.02, True),
    ],
)
def test_a_question_that_was_due_while_the_machine_stood_still_is_not_missed(
    since: float, until: float, nodes: str, doubt: float, forgiven: bool
) -> None:
    act = minute(without(*range(50, 590, 90)))
    act.recording.standstills = [Standstill(since, until, frozenset({nodes}))]
    act.recording.lanes["n1", "web"].doubt = doubt
    says(found(act), "" if forgiven else "6 of 600 requests of “web” on n1 were never sent")


def test_an_outcome_that_is_not_known_is_no_pass() -> None:
    says(found(minute(GOOD[:300] + "?" + GOOD[301:])), "1 outcome of “web” on n1 is not known")


def test_every_node_must_have_been_asked() -> None:
    act = minute(GOOD)
    act.recording.nodes = ("n1", "n2", "n3")
    says(found(act), "No requests of “web” were sent from n2, n3")
    act = minute(GOOD, faults=(gone(2.0, "node/n2"),))
    act.recording.nodes = ("n1", "n2")
    says(found(act), "")  # it was taken away


@pytest.mark.parametrize(
    ("at", "type", "asked"),
    [(0, "ADDED", False), (30, "ADDED", False), (60, "ADDED", False), (61, "ADDED", True), (30, "MODIFIED", False)],
)
def test_a_node_that_joins_must_be_asked(at: float, type: str, asked: bool) -> None:
    says(found(minute(GOOD, changes=(node(at, "n2", "True", type=type),))), "" if asked else "were sent from n2")


@pytest.mark.parametrize(("at", "asked"), [(60, False), (60.1, True)])
def test_a_node_that_the_harness_saw_join_must_be_asked(at: float, asked: bool) -> None:
    act = minute(GOOD)
    act.recording.joined["n2"] = at
    says(found(act), "" if asked else "were sent from n2")


def test_a_node_that_is_in_the_watch_must_be_asked_until_it_is_gone() -> None:
    for at, asked in ((-0.1, True), (0.0, True), (0.1, False)):
        changes = node(-5.0, "n2", "True", type="LISTED"), node(at, "n2", "True", type="DELETED")
        one = node(-5.0, "n1", "True", type="LISTED")
        act = minute(GOOD, changes=(one, *changes), pods={"pod-a": "n1"})
        says(found(act), "" if asked else "were sent from n2")


def test_a_fault_s_lanes_are_asked_before_it() -> None:
    late = ActSpan("act", 1.0, 1.0, 60.0)
    says(found(minute(GOOD, spans=(late,), faults=(gone(2.0),))), "sent no request before anything was done")
    says(found(minute(GOOD, spans=(late,))), "")
    says(found(minute(GOOD, spans=(ActSpan("act", 0.9, 1.0, 60.0),), faults=(gone(2.0),))), "")
