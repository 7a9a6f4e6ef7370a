"""What fails while a node is dead, and for how long. A tenth of a second is a character; the margin is 2 s."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import dead_share_only
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Gap, Lane
from tests.checks.drawings import answered
from tests.drawn import gone, lane, watched

# A crash at 1 s; the dead endpoint window is 2 s, so until 3 s; stale entries live for 3 s more, until 6 s.
WINDOW = constant("test", 0.0)


def crashed(
    *lanes: Lane,
    until: float = 7.0,
    end: float = 8.0,
    within: Expression = WINDOW,
    pods: Any = None,
    gaps: Sequence[Gap] = (),
) -> Finding:
    dead = gone(1.0, "node/n9", "crash_node", undoing=until)
    spans = (ActSpan("act", 0, 1, end),)
    homes = pods or {"pod-a": "n9", "pod-b": "n1", "pod-c": "n1"}
    act = watched(*lanes, faults=(dead,), within=within, spans=spans, pods=homes, SYN_SENT=3.0)
    act.recording.gaps += gaps
    return dead_share_only(act, "web")


def after(drawing: str, ports: dict[int, int] | None = None, **more: Any) -> Finding:
    return crashed(answered("." * 10 + drawing, ports), **more)


def test_the_dead_share_for_the_window_is_as_documented() -> None:
    finding = after("..t" * 6)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["worst share lost"].value <= 40
    assert finding.measured["routing wrong"].value == pytest.approx(1.8)


def test_more_than_the_dead_share_violates() -> None:
    assert after("t" * 19).verdict is Verdict.VIOLATED


def test_where_the_endpoints_are_not_known_more_may_have_died() -> None:
    lost = answered("." * 10 + "t" * 19)
    gap = Gap("watch", "", "", "Pod", 2.0, 3.0, "the connection broke")
    for gaps, verdict in (([], Verdict.VIOLATED), ([gap], Verdict.INCONCLUSIVE)):
        assert crashed(lost, gaps=gaps).verdict is verdict


def test_more_requests_of_a_second_may_have_failed_than_is_known() -> None:
    assert after("??" + "t" * 2 + "?" * 4 + "." * 11).verdict is Verdict.INCONCLUSIVE
    assert after("??" + "t" * 17).verdict is Verdict.VIOLATED


def test_good_seconds_do_not_make_up_for_bad_ones() -> None:
    # For 17 of 51 s nothing is answered, and then everything: a third, on the whole.
    one = answered("." * 100 + "t" * 170 + "." * 339 + "t", length=710, before=100)
    finding = crashed(one, until=69.0, end=71.0, within=constant("test", 53.0))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["worst share lost"].value == 100


def test_a_pod_on_a_node_that_is_away_cannot_answer() -> None:
    finding = crashed(lane("." * 80))
    assert finding.verdict is Verdict.VIOLATED
    assert (
        "answered by a pod that was not an endpoint" in "".join(finding.decisive)
        or finding.measured["failed"].value > 50
    )


def test_what_had_not_been_answering_could_not_be_missed() -> None:
    other = {"pod-b": "n9", "pod-a": "n1"}
    assert "n1 got no answer before" in crashed(lane("." * 80), pods=other).why
    assert "any pod of the service" in crashed(lane("." * 80), pods={"pod-a": "n1"}).why


def test_a_failure_on_a_port_of_its_own_after_the_window_violates() -> None:
    finding = after("..t" * 6 + "." * 12 + "t")
    assert finding.verdict is Verdict.VIOLATED
    assert finding.compared[0][0] == "routing wrong"


def test_a_failure_on_a_port_that_failed_before_met_a_stale_entry() -> None:
    # Tick 40 (3 s after the crash) uses the source port of tick 12, which failed.
    finding = after("..t" * 6 + "." * 12 + "t", ports={40: 40012})
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert finding.measured["failed by stale conntrack"].value == 1
    assert finding.measured["clients still failing"].value == pytest.approx(3.0)


def test_clients_may_not_fail_for_longer_than_a_stale_entry_lives() -> None:
    finding = after("..t" * 6 + "." * 45 + "t", ports={12: 40000, 73: 40000, 65: 40012}, until=7.9)
    assert finding.verdict is Verdict.VIOLATED


def test_watched_too_short_is_inconclusive() -> None:
    assert after("..t" * 6, until=5.0).verdict is Verdict.INCONCLUSIVE
    assert after("..t" * 6 + " " * 10).verdict is Verdict.INCONCLUSIVE
