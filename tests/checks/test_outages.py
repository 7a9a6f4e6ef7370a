"""What is lost while a node is out. A tenth of a second is a character; it goes at 1 s and is back at 9.5 s; the margin is 2 s.

The outcome of what was sent until 6 s is known by then, as requests have a deadline of 3.5 s.

``a`` is an answer of the pod on the node that goes, ``b`` of one elsewhere; a kept connection keeps its source port.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import only_its_share_fails
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.checks.node_out import BEFORE, ELSEWHERE, LED_THERE, PODS, REOPENED, SHARE, TWO_KEPT, WINDOW, drawn, kept
from tests.drawn import gone, watched


def out(*lanes: Lane, target: str = "node/n9", until: float = 9.5, pods: Any = None, **more: Any) -> Finding:
    fault = gone(1.0, target, "freeze_node", undoing=until)
    spans = (ActSpan("act", 0, 1, 12.0),)
    act = watched(*lanes, faults=(fault,), within=WINDOW, spans=spans, pods=pods or PODS, **{"SYN_SENT": 2.9, **more})
    return only_its_share_fails(act, "web", *dict.fromkeys(one.probe for one in lanes if one.probe != "web"))


def test_the_share_for_the_window_is_as_documented() -> None:
    found = out(drawn(BEFORE + SHARE), *TWO_KEPT)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["failing"].value == pytest.approx(1.8)
    assert found.measured["kept, failed"].value == 2
    assert "1 of 3 endpoints was on n9" in found.why
    assert "6 of 50 requests from the other nodes failed (6 timeout)" in found.why
    assert "Over kept connections (1 of 2 led there), 2 of 100" in found.why


@pytest.mark.parametrize(
    ("drawing", "verdict"),
    [
        ("." * 17 + "t" + "." * 32, Verdict.HOLDS),
        ("." * 19 + "t" + "." * 30, Verdict.HOLDS),  # the next good answer is sent at the bound
        ("." * 20 + "t" + "." * 29, Verdict.INCONCLUSIVE),  # between the two lies the bound
        ("." * 21 + "t" + "." * 28, Verdict.VIOLATED),
        ("..t" * 17, Verdict.VIOLATED),  # it never ends
        ("t" * 18 + "." * 32, Verdict.VIOLATED),  # more than its share
    ],
)
def test_new_connections_fail_by_its_share_and_for_the_bound(drawing: str, verdict: Verdict) -> None:
    found = out(drawn(BEFORE + drawing[:50]), *TWO_KEPT)
    assert found.verdict is verdict, found.why


@pytest.mark.parametrize(("tick", "verdict"), [(29, Verdict.HOLDS), (32, Verdict.VIOLATED)])
def test_late_answers_show_that_packets_went_on_being_lost(tick: int, verdict: Verdict) -> None:
    new = drawn(BEFORE + "." * 50)
    new.took[tick] = 1.0
    found = out(new, *TWO_KEPT)
    assert found.verdict is verdict, found.why


def test_kept_connections_have_the_same_bound() -> None:
    late = kept("a" * 10 + "t" + "b" * 21 + "t" + "b" * 27, dict.fromkeys(range(11, 60), 50001) | {32: 50002})
    found = out(drawn(BEFORE + SHARE), late)
    assert found.verdict is Verdict.VIOLATED
    assert found.compared[0][0] == "kept, failing"


def test_a_kept_connection_to_another_pod_is_not_cut() -> None:
    cut = kept("b" * 15 + "x" + "b" * 44, probe="kept-2")
    found = out(drawn(BEFORE + SHARE), TWO_KEPT[0], cut)
    assert found.verdict is Verdict.VIOLATED
    assert "1 kept connection to other pods was cut" in found.why


def test_a_port_that_was_silent_for_a_second_is_another_connection() -> None:
    ports = dict.fromkeys(range(5, 60), 50001) | {15: 50000}
    again = kept("b" * 15 + "t" + "b" * 44, ports, probe="kept-2")
    assert out(drawn(BEFORE + SHARE), TWO_KEPT[0], again).verdict is Verdict.HOLDS
    soon = kept("b" * 15 + "t" + "b" * 44, dict.fromkeys(range(6, 60), 50001) | {15: 50000}, probe="kept-2")
    assert out(drawn(BEFORE + SHARE), TWO_KEPT[0], soon).verdict is Verdict.VIOLATED


def test_without_a_kept_connection_that_led_there_nothing_is_known_of_them() -> None:
    found = out(drawn(BEFORE + SHARE), kept(ELSEWHERE))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "none of 1 kept connection led to pod-a" in found.why


def test_stale_entries_are_counted_apart() -> None:
    one = drawn(BEFORE + SHARE[:30] + "t" + "." * 19, ports={40: 40012})
    found = out(one, *TWO_KEPT)
    assert found.verdict is Verdict.HOLDS, found.why
    assert (
        "1 more reused the source port of a request that had timed out, the last 3.0 s after the fault, in the 5 s"
        in found.why
    )


@pytest.mark.parametrize(("tick", "verdict"), [(50, Verdict.HOLDS), (51, Verdict.VIOLATED)])
def test_stale_entries_fail_until_they_expire(tick: int, verdict: Verdict) -> None:
    """The bound is 2 s, and an entry expires 2 s after the last that was made by then."""
    one = drawn(BEFORE + SHARE[: tick - 10] + "t" + "." * (59 - tick), ports={tick: 40027})
    found = out(one, *TWO_KEPT, SYN_SENT=2.0)
    assert found.measured["failed by stale conntrack"].value == 1
    assert found.verdict is verdict, found.why
    assert found.bounds["clients still failing"].value == 4


@pytest.mark.parametrize(("syn_sent", "verdict"), [(2.9, Verdict.HOLDS), (3.0, Verdict.INCONCLUSIVE)])
def test_the_node_has_to_be_out_until_the_entries_have_expired(syn_sent: float, verdict: Verdict) -> None:
    assert out(drawn(BEFORE + SHARE), *TWO_KEPT, SYN_SENT=syn_sent).verdict is verdict


def test_what_a_node_that_is_cut_off_asks_itself_is_left_out() -> None:
    itself = drawn("." * 10 + ".tt" * 16 + "..", node="n9")
    ones = tuple(drawn("b" * 60, probe, "n9") for probe in ("kept-1", "kept-2"))
    found = out(drawn(BEFORE + SHARE), itself, *TWO_KEPT, *ones, target="network/n9")
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.nodes == ("n1",)


def test_what_was_not_seen_is_no_pass() -> None:
    hole = out(drawn(BEFORE + SHARE[:20] + " " * 7 + "." * 23), *TWO_KEPT)
    assert "sent no request for more than 0.5 s" in hole.why
    kept_hole = out(drawn(BEFORE + SHARE), TWO_KEPT[0], kept("b" * 30 + " " * 7 + "b" * 23, probe="kept-2"))
    assert "“kept-2” on n1 sent no request" in kept_hole.why
    early = out(drawn(BEFORE + SHARE), *TWO_KEPT, until=6.4)
    assert "before the bound" in early.why
    unanswered = out(drawn("b" * 10 + SHARE), *TWO_KEPT)
    assert "n1 got no answer from pod-a before" in unanswered.why
    for nowhere in ({"pod-b": "n1"}, {"pod-a": "n9"}):
        assert "pods of the service were on n9" in out(drawn(BEFORE + SHARE), *TWO_KEPT, pods=nowhere).why
    assert {one.verdict for one in (hole, kept_hole, early, unanswered)} == {Verdict.INCONCLUSIVE}


def test_a_client_elsewhere_has_to_ask() -> None:
    found = out(drawn(BEFORE + SHARE, node="n9"), target="network/n9")
    assert "no other node sent requests" in found.why


def test_what_comes_of_the_nodes_return_is_no_part_of_it() -> None:
    after = drawn(BEFORE + SHARE + "t" * 10 + "?" * 10 + " " * 40)
    found = out(after, *(kept(one + "t" * 60, REOPENED, f"kept-{n}") for n, one in enumerate((LED_THERE, LED_THERE))))
    assert found.verdict is Verdict.HOLDS, found.why
