"""What counts while a node is out, at each boundary. It goes at 1 s and is back at 9.5 s; what is sent until 6 s is looked at.

The drawings are those of ``test_outages.py``: ``a`` is an answer of the pod that is lost, ``b`` of one elsewhere.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import SYNC, Expression
from kubeskeptic.checks import only_its_share_fails
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, ActSpan, Change, Gap, Lane
from tests.checks.test_outages import BEFORE, ELSEWHERE, LED_THERE, PODS, REOPENED, SHARE, TWO_KEPT, WINDOW, drawn, kept
from tests.drawn import gone, lane, pod, watched

BLIND = Gap("watch", "", "", "Pod", 2.0, 3.0, "the connection broke")
CUT = "kept connections to other pods that were cut"
ONE_PORT = dict.fromkeys(range(60), 50000)
ON_N2 = tuple(drawn(ELSEWHERE, probe, "n2", ONE_PORT) for probe in ("kept-1", "kept-2"))


def story(
    *lanes: Lane, until: float = 9.5, within: Expression = WINDOW, changes: tuple[Change, ...] = (), end: float = 12.0,
    targets: tuple[str, ...] = ("node/n9",), pods: Any = None,
) -> Act:  # fmt: skip
    fault = gone(1.0, "node/n9", "freeze_node", undoing=until)
    fault.targets = targets
    return watched(
        *lanes, faults=(fault,), within=within, spans=(ActSpan("act", 0, 1, end),), pods=pods or PODS, changes=changes,
        SYN_SENT=2.9,
    )  # fmt: skip


def found_in(act: Act) -> Finding:
    return only_its_share_fails(act, "web", *sorted({one for _, one in act.recording.lanes if one != "web"}))


def out(*lanes: Lane, **more: Any) -> Finding:
    return found_in(story(*lanes, **more))


def but(tick: int, sign: str = "t", good: str = "b") -> str:
    return good * tick + sign + good * (59 - tick)


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


# -- cut ----------------------------------------------------------------------------------------------------------------
FRESH = {at: 50000 + at for at in range(60)}
"""A source port for each question."""


@pytest.mark.parametrize(
    ("drawing", "ports", "cut"),
    [
        (ELSEWHERE, {}, 0),
        (but(15), {}, 1),
        ("b" * 15 + "xx" + "b" * 43, {}, 1),  # the second is on none that was answered
        ("b" * 15 + "xbxb" + "b" * 41, {}, 2),
        ("b" * 15 + "xbxb" + "b" * 41, FRESH, 0),
        ("a" * 10 + "x" + "b" * 49, {}, 0),  # its pod is lost
        ("a" * 10 + "xbx" + "b" * 47, {}, 1),
        ("b" * 10 + "x" + "b" * 49, {}, 1),  # it was answered before the node went
        (but(59), {}, 1),
        (but(15), {16: 50001}, 1),
        (but(30), dict.fromkeys(range(21, 30), 50001), 1),  # silent for just a second
        (but(30), dict.fromkeys(range(20, 30), 50001), 0),
    ],
)
def test_a_connection_is_cut_that_fails_after_a_pod_elsewhere_had_answered_on_it(
    drawing: str, ports: dict[int, int], cut: int
) -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(drawing, ports, "kept-2"))
    assert found.measured[CUT].value == cut
    assert (found.verdict is Verdict.VIOLATED) is bool(cut), found.why


def test_a_connection_may_be_cut_whose_next_request_has_an_unknown_end() -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15, "?"), probe="kept-2"))
    assert (found.verdict, *found.measured[CUT].interval) == (Verdict.INCONCLUSIVE, 0, 1)
    both = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15, "?"), probe="kept-2"), kept(but(15), probe="kept-3"))
    assert (both.verdict, *both.measured[CUT].interval) == (Verdict.VIOLATED, 1, 2)


def test_where_the_endpoints_are_not_known_another_pod_may_have_been_lost() -> None:
    more_than_its_share, cut = drawn(BEFORE + "t" * 18 + "." * 32), kept(but(15), probe="kept-2")
    for lanes in ((more_than_its_share, *TWO_KEPT), (drawn(BEFORE + SHARE), TWO_KEPT[0], cut)):
        assert out(*lanes).verdict is Verdict.VIOLATED
        blind = story(*lanes)
        blind.recording.gaps += [BLIND]
        assert found_in(blind).verdict is Verdict.INCONCLUSIVE


def test_cut_connections_of_all_lanes_are_counted() -> None:
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept(but(15), probe="kept-2"), kept(but(16), probe="kept-3"))
    assert found.measured[CUT].value == 2


def test_what_is_cut_by_the_return_does_not_count() -> None:
    found = out(drawn(BEFORE + SHARE + "." * 9), TWO_KEPT[0], kept(ELSEWHERE + "x" + "b" * 8, probe="kept-2"))
    assert (found.measured[CUT].value, found.verdict) == (0, Verdict.HOLDS)


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
