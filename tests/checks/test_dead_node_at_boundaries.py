"""What is lost while a node is dead, at each boundary. A character is 0.1 s; the node crashes at 1 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import dead_share_only
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Lane
from tests.checks.drawings import answered
from tests.checks.taken_away import story
from tests.drawn import gone, lane


# A crash at 1 s; its endpoints may get traffic until 3 s, and stale entries live for 3 s more, until 6 s.
def died(*lanes: Lane, until: float = 7.0, pods: Any = None) -> Finding:
    homes = pods or {"pod-a": "n9", "pod-b": "n1", "pod-c": "n1"}
    crash = gone(1.0, "node/n9", "crash_node", undoing=until)
    return dead_share_only(story(*lanes, fault=crash, pods=homes, end=8.0, SYN_SENT=3.0), "web")


def dead(drawing: str, ports: dict[int, int] | None = None, node: str = "n1", **more: Any) -> Lane:
    one = answered("." * 10 + drawing, ports, **more)
    one.node = node
    return one


def test_what_is_measured_of_a_dead_node() -> None:
    found = died(dead("..t" * 6 + "." * 12 + "t", {40: 40012}), dead("..t" * 5 + "..", node="n2"))
    assert {name: one.value for name, one in found.measured.items() if "answered" not in name} == pytest.approx(
        {
            "routing wrong": 1.8,
            "clients still failing": 3.0,
            "worst share lost": 30,
            "failed": 11,
            "failed by stale conntrack": 1,
            "late": 0,
            "asked": 120,
            "never asked": 0,
        }
    )
    assert [found.bounds[name].value for name in ("routing wrong", "clients still failing")] == [2, 5]
    assert "1 of 3 endpoints" in found.bounds["worst share lost"].source


def test_where_nothing_was_lost_no_client_failed_at_all() -> None:
    found = died(dead(""))
    assert [found.measured[name].value for name in ("clients still failing", "routing wrong", "failed")] == [0, 0, 0]
    assert found.verdict is Verdict.HOLDS


def test_a_dead_node_is_looked_at_until_it_is_let_return() -> None:
    assert died(dead("..t" * 6 + "." * 42 + "t" * 9)).verdict is Verdict.HOLDS
    assert died(dead("..t" * 6 + "." * 42 + "t" * 9), until=7.1).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("until", "why"), [(6.1, ""), (5.9, "before the bound of 5 s had passed")])
def test_a_dead_node_stays_away_until_its_last_stale_entry_has_expired(until: float, why: str) -> None:
    found = died(dead("..t" * 6), until=until)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


@pytest.mark.parametrize(("tick", "verdict"), [(60, Verdict.HOLDS), (61, Verdict.VIOLATED)])
def test_the_last_stale_entry_has_to_expire_in_time(tick: int, verdict: Verdict) -> None:
    # It was made at 2.7 s, within the window.
    found = died(dead("..t" * 6 + "." * (tick - 28) + "t", {27: 50000, tick: 50000}))
    assert found.measured["failed by stale conntrack"].value == 1
    assert found.measured["clients still failing"].value == pytest.approx(tick / 10 - 1)
    assert found.verdict is verdict, found.why


def test_the_node_that_is_furthest_beyond_its_own_limit_decides_for_the_clients() -> None:
    lanes = (dead("..t" * 6 + "." * 30 + "t", {27: 50000, 58: 50000}, "n2"), dead("..t" * 6))
    for ordered in (lanes, lanes[::-1]):
        assert died(*ordered).measured["clients still failing"].value == pytest.approx(4.8)


def test_late_answers_show_that_routing_to_a_dead_node_is_still_wrong() -> None:
    for tick, verdict in ((29, Verdict.HOLDS), (31, Verdict.VIOLATED)):
        late = dead("..t" * 6)
        late.took[tick] = 1.05
        assert died(late).verdict is verdict


@pytest.mark.parametrize(
    ("before", "why"),
    [("b" * 9 + "a", ""), ("b" * 10, "got no answer before the fault from pod-a on the node that died")],
)
def test_every_node_was_answered_by_what_died(before: str, why: str) -> None:
    other = dead("..t" * 6, node="n2")
    for at, sign in enumerate(before):
        other.bys[at] = other.name_index(f"pod-{sign}")
    for lanes in ((dead("..t" * 6), other), (other, dead("..t" * 6))):
        found = died(*lanes)
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_an_answer_of_the_dead_after_its_death_is_none_before() -> None:
    one = dead("..t" * 6)
    for at in range(10):
        one.bys[at] = one.name_index("pod-b")
    one.bys[10] = one.name_index("pod-a")
    assert "on the node that died" in died(one).why


def test_one_of_the_pods_that_died_is_enough_and_uids_do_not_matter() -> None:
    one = lane("." * 80, by="ns/pod-a/pod-a")
    for at in range(10, 80):
        one.bys[at] = one.name_index("ns/pod-b/pod-b")
    homes = {"pod-a": "n9", "pod-d": "n9", "pod-b": "n1", "pod-c": "n1"}
    found = died(one, pods=homes)
    assert found.verdict is Verdict.HOLDS, found.why
    assert "2 of 4 endpoints died with their node" in found.why
