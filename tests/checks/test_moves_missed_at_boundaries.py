"""When a change is followed that a stopped kube-proxy misses, at each boundary. Signs are those of `letters.py`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import catches_up, stays_as_programmed
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.settings import Setting
from kubeskeptic.timeline import Act, ActSpan, Change, Lane
from tests.checks.letters import CHANGED, FOLLOWS, STAYS, asked
from tests.checks.measured_moves import FAILED, FIRST, LAST, per_node, value
from tests.drawn import endpoints, fault, watched

ANSWERS, LOST = "new answers where it is stopped", "failed where it is stopped"


# On A from 1.0 s on; the endpoints change at 2.0 s; it is started again at 6.0 s. SYNC is 0: changes are followed in 2.0 s.
def stopping(
    *lanes: Lane,
    changes: tuple[Change, ...] = CHANGED,
    targets: tuple[str, ...] = ("kube-proxy/A",),
    end: float = 9.0,
    started: tuple[float, float] = (6.0, 6.0),
) -> Act:
    phases = {"applying": 1.0, "applied": 1.1, "bit": 1.1, "undoing": 6.0, "undone": 6.1}
    stopped = fault(phases, name="stop_kube_proxy")
    stopped.targets = targets
    here = {one.node for one in lanes}
    others = [asked(drawing, node) for node, drawing in (("A", STAYS), ("B", FOLLOWS)) if node not in here]
    act = watched(
        *lanes, *others, pods={"old": "A"}, changes=changes, faults=(stopped,), spans=(ActSpan("act", 0, 0.5, end),),
        within=SYNC,
    )  # fmt: skip
    act.recording.tables["kube-proxy"] = {"started": list(started)}
    return act


def stays(*lanes: Lane, **more: Any) -> Finding:
    return stays_as_programmed(stopping(*lanes, **more), "web")


def caught_up(*lanes: Lane, **more: Any) -> Finding:
    return catches_up(stopping(*lanes, **more), "web")


def elsewhere(found: Finding) -> list[tuple[float, float]]:
    return [value(found, f"{name} elsewhere") for name in (FIRST, LAST, FAILED)]


def test_what_is_measured_while_it_is_stopped() -> None:
    found = stays(asked("o" * 50 + "nn" + "rt" + "?" + "o" * 5 + "n" * 30, "A"))
    assert [found.measured[name].value for name in (ANSWERS, LOST)] == [2, 2]
    assert elsewhere(found) == [(0.2, 0.201), (0.1, 0.101), (0, 0)]
    assert [found.bounds[name].value for name in (ANSWERS, LOST)] == [0, 0]
    assert [found.bounds[f"{name} elsewhere"].value for name in (FIRST, LAST, FAILED)] == [2, 2, 2]


def test_a_node_that_had_no_answer_of_the_old_pod_cannot_be_seen_to_leave_it() -> None:
    for node in "AB":
        found = stays(asked("r" * 20 + "n" * 70, node))
        assert (found.verdict, f"{node} got no answer from old before the change" in found.why) == (
            Verdict.INCONCLUSIVE,
            True,
        )


@pytest.mark.parametrize(
    ("drawing", "measured"),
    [
        ("o" * 39 + "n" * 51, [(1.9, 1.901), (1.8, 1.801), (0, 0)]),
        ("o" * 22 + "r" + "n" * 67, [(0.3, 0.301), (0.1, 0.101), (0.2, 0.2)]),
        ("o" * 15 + "r" + "o" * 6 + "n" * 68, [(0.2, 0.201), (0.1, 0.101), (0, 0)]),  # before the change
        ("o" * 22 + "n" * 40 + "r" * 28, [(0.2, 0.201), (0.1, 0.101), (0, 0)]),  # after the end
    ],
)
def test_what_is_measured_elsewhere(drawing: str, measured: Any) -> None:
    assert elsewhere(stays(asked(drawing, "B"))) == measured


def test_the_slowest_node_elsewhere_decides() -> None:
    found = stays(asked(FOLLOWS, "B"), asked("o" * 35 + "rr" + "n" * 53, "C"))
    assert elsewhere(found) == [(1.7, 1.701), (1.4, 1.401), (1.6, 1.6)]
    assert "the slowest on C" in found.why


def test_what_was_answered_before_the_change_or_after_the_start_is_no_sign_of_either() -> None:
    early = asked("o" * 15 + "r" + "o" * 44 + "n" * 30, "A")
    assert stays(early).verdict is Verdict.HOLDS
    assert stays(asked("o" * 59 + "n" * 31, "A")).verdict is Verdict.VIOLATED
    assert stays(asked("o" * 60 + "r" * 30, "A")).verdict is Verdict.HOLDS


def test_a_node_elsewhere_follows_within_its_own_programming_lag() -> None:
    slow = asked("o" * 45 + "n" * 45, "B")
    for sync, verdict in ((1.0, Verdict.HOLDS), (0.0, Verdict.VIOLATED)):
        act = stopping(slow)
        per_node(act, A=0.0, B=sync)
        assert stays_as_programmed(act, "web").verdict is verdict


def test_it_has_to_be_stopped_for_the_longest_lag_after_the_change() -> None:
    for sync, why in ((1.9, ""), (2.1, "before the bound of 4.1 s had passed")):
        act = stopping()
        per_node(act, A=sync, B=0.0)
        found = stays_as_programmed(act, "web")
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_the_node_itself_and_another_have_to_ask() -> None:
    assert "C, or every other node, sent no requests" in stays(targets=("kube-proxy/C",)).why
    alone = stopping(asked(FOLLOWS, "B"), targets=("kube-proxy/B",))
    del alone.recording.lanes["A", "web"]
    assert "B, or every other node, sent no requests" in stays_as_programmed(alone, "web").why
    assert "C sent no requests, or the endpoints did not change" in caught_up(targets=("kube-proxy/C",)).why


@pytest.mark.parametrize("check", [stays_as_programmed, catches_up])
def test_it_has_to_be_kube_proxy_that_was_stopped(check: Any) -> None:
    assert "stopped no kube-proxy" in check(stopping(targets=("node/C",)), "web").why
    assert check(stopping(targets=("pod/ns/x", "kube-proxy/A")), "web").verdict is Verdict.HOLDS


def unready(seen: float, *pods: str) -> Change:
    """An EndpointSlice with an endpoint more that is no pod."""
    change = endpoints(seen, *pods, type="MODIFIED")
    change.object["endpoints"].append({"addresses": ["10.0.0.9"]})
    return change


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (CHANGED, ""),
        ((endpoints(2.0, "old", type="MODIFIED"),), "did not change"),
        ((endpoints(1.05, "new", type="MODIFIED"),), "did not change"),  # while it was being stopped
        ((endpoints(1.5, "x", type="MODIFIED", service="db"),), "did not change"),
        ((endpoints(1.5, "x", type="MODIFIED", service="db"), *CHANGED), ""),
        ((endpoints(1.5, "old", type="MODIFIED"), *CHANGED), ""),
        ((unready(1.5, "old"), *CHANGED), ""),
        ((endpoints(2.0, type="MODIFIED"), endpoints(2.1, "new", type="MODIFIED")), ""),
        ((endpoints(2.0, "old", "new", type="MODIFIED"),), ""),
    ],
)
def test_the_first_change_of_the_service_s_endpoints_counts(changes: tuple[Change, ...], why: str) -> None:
    found = stays(changes=changes)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_endpoints_that_are_none_at_all_are_a_change() -> None:
    nothing = endpoints(2.0, type="MODIFIED")
    nothing.object["endpoints"] = None
    assert stays(changes=(nothing, endpoints(2.1, "new", type="MODIFIED"))).verdict is Verdict.HOLDS


def test_a_change_may_have_been_true_before_it_was_seen() -> None:
    aged = CHANGED[0]._replace(age=0.5)
    assert elsewhere(stays(changes=(aged,))) == [(0.2, 0.701), (0.1, 0.601), (0, 0)]


# It is started again at 6.0 s, and has to have followed by 8.0 s.
@pytest.mark.parametrize(
    ("drawing", "measured"),
    [
        ("o" * 75 + "n" * 15, [(1.5, 1.501), (1.4, 1.401), (0, 0)]),
        ("o" * 50 + "r" * 12 + "n" * 28, [(0.2, 0.201), (0, 0), (0.1, 0.1)]),
        ("o" * 50 + "n" * 5 + "o" * 10 + "r" + "n" * 24, [(0.6, 0.601), (0.4, 0.401), (0.5, 0.5)]),
    ],
)
def test_what_is_measured_after_the_start(drawing: str, measured: Any) -> None:
    found = caught_up(asked(drawing, "A"))
    assert [value(found, name) for name in (FIRST, LAST, FAILED)] == measured
    assert [found.bounds[name].value for name in (FIRST, LAST, FAILED)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("at", "age", "why"),
    [
        (6.0, 0.0, ""),
        (6.1, 0.0, "the endpoints did not change while"),
        (6.1, 0.3, "the endpoints did not change while"),
    ],
)
def test_it_can_catch_up_only_with_what_changed_before_it_was_started(at: float, age: float, why: str) -> None:
    found = caught_up(changes=(endpoints(at, "new", type="MODIFIED")._replace(age=age),))
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_it_is_counted_from_the_start_of_its_process() -> None:
    late = asked("o" * 81 + "n" * 29, "A")
    for started, verdict in (
        ((6.0, 6.0), Verdict.VIOLATED),
        ((6.0, 6.2), Verdict.INCONCLUSIVE),
        ((6.2, 6.3), Verdict.HOLDS),
    ):
        found = caught_up(late, asked(FOLLOWS + "n" * 20, "B"), started=started, end=11.0)
        assert (found.verdict, found.bounds[FIRST].value) == (verdict, 2), found.why


def test_a_process_that_was_never_stopped_proves_nothing() -> None:
    assert "was started before undoing the fault began" in caught_up(started=(5.8, 5.9)).why
    assert caught_up(started=(5.9, 6.0)).verdict is Verdict.HOLDS


def test_without_its_start_the_pod_has_start_to_start() -> None:
    for drawing, verdict in (("o" * 90 + "n" * 20, Verdict.HOLDS), ("o" * 92 + "n" * 18, Verdict.VIOLATED)):
        act = stopping(asked(drawing, "A"), asked(FOLLOWS + "n" * 20, "B"), end=11.0)
        del act.recording.tables["kube-proxy"]
        act.recording.settings = act.recording.settings.with_(Setting("START", 1.1, "calibrated"))
        found = catches_up(act, "web")
        assert (found.verdict, found.bounds[FIRST].value) == (verdict, 3.1), found.why


def test_it_is_allowed_what_its_own_node_is() -> None:
    late = asked("o" * 85 + "n" * 25, "A")
    for sync, verdict in ((1.0, Verdict.HOLDS), (0.0, Verdict.VIOLATED)):
        act = stopping(late, asked(FOLLOWS + "n" * 20, "B"), end=11.0)
        per_node(act, A=sync, B=0.0)
        assert catches_up(act, "web").verdict is verdict
