"""What counts while a node is out, at each boundary. It goes at 1 s and is back at 9.5 s; what is sent until 6 s is looked at.

The drawings are those of ``node_out.py``: ``a`` is an answer of the pod that is lost, ``b`` of one elsewhere.
"""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import SYNC
from kubeskeptic.findings import Verdict
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Change
from tests.checks.node_out import (
    BEFORE,
    CUT,
    ELSEWHERE,
    LED_THERE,
    ONE_PORT,
    PODS,
    REOPENED,
    SHARE,
    TWO_KEPT,
    drawn,
    found_in,
    kept,
    out,
    story,
)
from tests.drawn import lane, pod

ON_N2 = tuple(drawn(ELSEWHERE, probe, "n2", ONE_PORT) for probe in ("kept-1", "kept-2"))


# -- what is measured ---------------------------------------------------------------------------------------------------
def test_what_is_measured() -> None:
    found = out(drawn(BEFORE + SHARE[:20] + " " + SHARE[21:]), *TWO_KEPT)
    assert {name: one.value for name, one in found.measured.items() if "answered" not in name} == pytest.approx(
        {
            "failing": 1.8,
            "clients still failing": 1.7,
            "share failed in the worst second": 30,
            "kept, failing": 0.2,
            "kept, share failed in the worst second": 20,
            CUT: 0,
            "failed": 6,
            "failed by stale conntrack": 0,
            "late": 0,
            "asked": 49,
            "never asked": 1,
            "kept, failed": 2,
            "kept, asked": 100,
            "kept connections that led there": 1,
        }
    )
    assert found.bounds["failing"].value == found.bounds["kept, failing"].value == 2
    for name in ("", "kept, "):
        assert "1 of 3 endpoints" in found.bounds[f"{name}share failed in the worst second"].source
    assert found.bounds[CUT].value == 0


def test_the_share_is_that_of_the_lost_endpoints() -> None:
    two = PODS | {"pod-b": "n9"}
    found = out(drawn("ab" * 5 + "tt." * 6 + "." * 32), *TWO_KEPT, pods=two)
    assert "2 of 3 endpoints" in found.bounds["share failed in the worst second"].source
    assert "2 of 3 endpoints were on n9" in found.why


def test_more_than_its_share_of_the_kept_ones_violates() -> None:
    ports = dict.fromkeys(range(11, 28), 0) | {at: 50001 + at for at in range(11, 60)}
    all_ = kept("a" * 10 + "t" * 15 + "b" * 35, ports)
    found = out(drawn(BEFORE + SHARE), all_)
    assert (found.verdict, found.compared[0][0]) == (Verdict.VIOLATED, "kept, share failed in the worst second")


# Requests have 3.5 s until they give up: what is sent at 6 s and later may fail by the node's return.
@pytest.mark.parametrize(("tick", "verdict"), [(59, Verdict.VIOLATED), (60, Verdict.HOLDS)])
def test_it_is_looked_at_until_outcomes_are_known_before_the_return(tick: int, verdict: Verdict) -> None:
    one = drawn(BEFORE + "." * (tick - 10) + "t" + "." * 5)
    assert out(one, *TWO_KEPT).verdict is verdict


def test_each_node_has_a_bound_of_its_own_and_the_longest_has_to_pass() -> None:
    late = "." * 25 + "t" + "." * 24
    for own, other, why in (
        (1.0, 0.0, ""),
        (0.0, 1.0, "failed"),
        (2.9, 0.0, ""),
        (3.1, 0.0, "before the bound of 5.1 s"),
    ):
        act = story(drawn(BEFORE + late), drawn(BEFORE + SHARE, node="n2"), *TWO_KEPT, *ON_N2, within=SYNC)
        one = Setting("SYNC", 5.0, "kube-proxy", per_node={"n1": own, "n2": other})
        act.recording.settings = Settings({"SYNC": one, "SYN_SENT": Setting("SYN_SENT", 0.0, "test")})
        found = found_in(act)
        verdict = {"": Verdict.HOLDS, "failed": Verdict.VIOLATED}.get(why, Verdict.INCONCLUSIVE)
        assert (found.verdict, why in found.why) == (verdict, True), found.why


# -- which endpoints are lost -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ((pod(0.5, "pod-a", node="n9", ready=False),), "0 of 2 pods of the service were on n9"),
        ((pod(1.5, "pod-a", node="n9", ready=False),), ""),
        ((pod(1.5, "pod-d", node="n9", ready=False),), ""),
    ],
)
def test_where_the_pods_were_is_looked_at_when_the_node_goes(changes: tuple[Change, ...], why: str) -> None:
    found = out(drawn(BEFORE + SHARE), *TWO_KEPT, changes=changes)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why
    assert bool(why) or "1 of 3 endpoints was" in found.why


def test_one_of_the_endpoints_has_to_be_lost_and_one_to_stay() -> None:
    for pods, lost in (({"pod-a": "n9", "pod-b": "n9"}, "2 of 2"), ({"pod-a": "n1", "pod-b": "n1"}, "0 of 2")):
        found = out(drawn(BEFORE + SHARE), *TWO_KEPT, pods=pods)
        assert f"{lost} pods of the service were on n9" in found.why
    one_each = out(drawn(BEFORE + SHARE), *TWO_KEPT, pods={"pod-a": "n9", "pod-b": "n1"})
    assert one_each.verdict is Verdict.HOLDS, one_each.why


def test_several_nodes_may_go() -> None:
    found = out(drawn(BEFORE + SHARE), *TWO_KEPT, targets=("network/n8", "network/n9"))
    assert "1 of 3 endpoints was on n8, n9" in found.why


# -- what clients had before --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("b" * 9 + "a", ""),
        ("a" + "b" * 9, ""),
        ("b" * 10, "n2 got no answer from pod-a before it was lost"),
    ],
)
def test_every_node_was_answered_by_what_is_lost(before: str, why: str) -> None:
    found = out(drawn(BEFORE + SHARE), drawn(before + SHARE, node="n2"), *TWO_KEPT, *ON_N2)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_an_answer_after_it_went_is_none_before() -> None:
    found = out(drawn("b" * 10 + "a" + SHARE[1:]), *TWO_KEPT)
    assert "n1 got no answer from pod-a before it was lost" in found.why


@pytest.mark.parametrize(
    ("drawing", "led"),
    [
        ("a" * 9 + "b" + "b" * 50, 0),  # it was another connection by then
        ("b" * 9 + "a" + "b" * 50, 1),
        ("b" * 10 + "a" + "b" * 49, 0),
        ("a" * 10 + "b" * 50, 1),
        ("a" * 9 + "t" + "b" * 50, 1),  # its last question was not answered
        (" " * 10 + "b" * 50, 0),
    ],
)
def test_a_kept_connection_leads_to_who_answered_last(drawing: str, led: int) -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(drawing, probe="kept-2"))
    assert found.measured["kept connections that led there"].value == 1 + led


# -- who asks -----------------------------------------------------------------------------------------------------------
def test_kept_connections_of_the_node_that_goes_are_left_out() -> None:
    own = (drawn("b" * 30 + "x" * 30, probe, "n9", ONE_PORT) for probe in ("kept-1", "kept-2"))
    other = kept(ELSEWHERE, probe="kept-2")
    itself = drawn("." * 60, node="n9")
    found = out(drawn(BEFORE + SHARE), itself, TWO_KEPT[0], other, *own, targets=("network/n9",))
    assert (found.verdict, found.measured["kept, asked"].value) == (Verdict.HOLDS, 100)


def test_without_another_node_that_keeps_connections_nothing_is_known() -> None:
    own = kept(LED_THERE, REOPENED)
    own.node = "n9"
    assert "no other node sent requests" in out(drawn(BEFORE + SHARE), own, targets=("network/n9",)).why


def test_who_is_identified_by_name_whatever_uid_it_says() -> None:
    one = lane("." * 60, by="ns/pod-a/pod-a")
    for at in range(10, 60):
        one.bys[at] = one.name_index("ns/pod-b/pod-b")
    keeps = lane("." * 60, probe="kept-1", by="ns/pod-a/pod-a", ports=ONE_PORT)
    for at in range(10, 60):
        keeps.bys[at] = keeps.name_index("ns/pod-b/pod-b")
    found = out(one, keeps)
    assert (found.verdict, found.measured["kept connections that led there"].value) == (Verdict.HOLDS, 1), found.why
