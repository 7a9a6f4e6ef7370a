"""Checks of services whose pods are replaced on purpose. A tick is 0.1 s; the act begins at 1 s and ends at 4 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import fails_only_briefly, serves_throughout
from kubeskeptic.durations import LATE
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change, FaultSpan, Gap, Lane
from tests.drawn import fault, gone, lane, pod, watched

SPAN = ActSpan("act", 0.01, 1, 4)
GOOD = "." * 40


def served(*lanes: Lane) -> Finding:
    return serves_throughout(watched(*lanes, spans=(SPAN,)), "web")


def test_no_request_fails() -> None:
    found = served(lane(GOOD, "n1"), lane(GOOD, "n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 60


def test_one_failed_late_or_wrong_answer_violates() -> None:
    assert served(lane(GOOD[:20] + "r" + GOOD[21:])).verdict is Verdict.VIOLATED
    late = lane(GOOD)
    late.took[20] = 1.0
    assert (served(late).verdict, "1 late on n1" in served(late).why) == (Verdict.VIOLATED, True)
    assert "answered by a pod that was not an endpoint" in served(lane(GOOD, by="stranger")).why
    assert served(lane(GOOD, by="stranger")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive() -> None:
    assert served(lane(GOOD[:20] + "?" + GOOD[21:])).verdict is Verdict.INCONCLUSIVE
    assert served(lane(GOOD[:20] + "   " + GOOD[23:])).verdict is Verdict.INCONCLUSIVE
    assert served(lane("....r" + GOOD[5:])).verdict is Verdict.INCONCLUSIVE, "a dirty baseline"


BLIND = Gap("watch", "", "", "EndpointSlice", 2.0, 2.1, "the watch was cut off")
"""With it nothing is sure about who was an endpoint."""


def test_who_may_answer_is_known_only_where_the_endpoints_were_watched() -> None:
    act = watched(lane(GOOD, by="stranger"), spans=(SPAN,))
    act.recording.gaps.append(BLIND)
    found = serves_throughout(act, "web")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert [*found.measured["failed or late"].interval] == [0, 30]


def test_what_is_counted() -> None:
    found = served(lane(GOOD[:20] + "?r " + GOOD[23:], "n1"), lane(GOOD[:30] + " " + GOOD[31:], "n2"))
    assert [*found.measured["failed or late"].interval] == [1, 2]
    assert [found.measured[name].value for name in ("asked", "never asked")] == [58, 2]


# -- deleting again and again -------------------------------------------------------------------------------------------
SECOND: Expression = constant("test", -1.0)
"""One second, when the margin is added."""


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ((pod(2.0, "pod-b", node="n9"), pod(3.0, "pod-a", type="DELETED")), ""),
        ((pod(2.0, "pod-b", node="n9"), pod(3.0, "pod-a", deleting=True)), ""),
        ((), "“act” left 1 of 1 pods of web in place"),
        ((pod(2.0, "pod-b", node="n9"),), "“act” left 1 of 1 pods of web in place"),
        (
            (pod(2.0, "pod-b", node="n9"), pod(4.5, "pod-a", type="DELETED")),
            "“act” left 1 of 1 pods of web in place",
        ),
        ((pod(0.5, "pod-a", type="DELETED"),), "“act” left 0 of 0 pods of web in place"),
    ],
)
def test_all_pods_have_to_be_replaced_meanwhile(changes: tuple[Change, ...], lacks: str) -> None:
    act = watched(lane(GOOD, by="pod-a"), spans=(SPAN,), changes=changes)
    found = serves_throughout(act, "web", while_replaced="web")
    assert (found.verdict is Verdict.HOLDS, lacks in found.why) == (not lacks, True), found.why
    broken = watched(lane(GOOD[:20] + "r" + GOOD[21:]), spans=(SPAN,), changes=changes)
    assert serves_throughout(broken, "web", while_replaced="web").verdict is Verdict.VIOLATED


def briefly(*drawings: str, faults: tuple[FaultSpan, ...] = (gone(1.0), gone(4.0)), replicas: int = 4) -> Finding:
    lanes = [lane(one, f"n{number}") for number, one in enumerate(drawings, 1)]
    act = watched(*lanes, spans=(ActSpan("act", 0.01, 1, 10),), faults=faults, within=SECOND)
    return fails_only_briefly(act, "web", replicas)


def drawn(*failed: int) -> str:
    return "".join("r" if tick in failed else "." for tick in range(100))


def test_failures_within_the_bound_after_each_deletion() -> None:
    found = briefly(drawn(12, 18, 41), drawn())
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["failed"].value == 3
    assert found.bounds["worst share failed"].value == pytest.approx(100 * (2 * 1 / 4 / 9 + 0.0746), abs=0.1)


@pytest.mark.parametrize(("tick", "verdict"), [(19, Verdict.HOLDS), (21, Verdict.VIOLATED), (60, Verdict.VIOLATED)])
def test_a_failure_at_another_time(tick: int, verdict: Verdict) -> None:
    assert briefly(drawn(tick)).verdict is verdict


@pytest.mark.parametrize(("port", "wrong"), [(7, 0), (8, 1)])
def test_a_late_answer_on_a_port_that_met_silence_is_not_at_a_wrong_time(port: int, wrong: int) -> None:
    one = lane("." * 12 + "t" + "." * 87, ports={12: 7, 30: port})
    one.took[30] = LATE + 0.1
    act = watched(one, spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0),), within=SECOND, SYN_SENT=3.0)
    assert fails_only_briefly(act, "web", 4).measured["failed at a wrong time"].value == wrong


def test_no_more_than_all_may_fail() -> None:
    act = watched(
        lane(drawn(12)), spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0),), within=constant("x", 40.0)
    )
    assert fails_only_briefly(act, "web", 1).bounds["worst share failed"].value == 100


def test_more_failures_than_the_wrong_endpoints_explain() -> None:
    found = briefly(drawn(), drawn(*range(11, 20), *range(41, 50)))
    assert (found.verdict, "20.00 % on n2" in found.why) == (Verdict.VIOLATED, True)


def test_what_was_never_asked_counts_as_failed_in_the_share() -> None:
    near = drawn(*range(11, 17), *range(41, 46))
    assert briefly(near).verdict is Verdict.HOLDS
    assert briefly(f"{near[:70]} {near[71:75]} {near[76:]}").verdict is Verdict.INCONCLUSIVE


def test_what_is_counted_after_deletions() -> None:
    found = briefly("." * 12 + "r?" + "." * 6 + " " + "." * 79, "." * 60 + "?r" + "." * 38)
    assert [*found.measured["failed at a wrong time"].interval] == [1, 3]
    assert [found.measured[name].value for name in ("failed", "asked", "never asked", "pods deleted")] == [2, 179, 1, 2]
    share = found.measured["worst share failed"]
    assert [share.value, *share.interval] == pytest.approx([1.12, 100 / 89, 100 * 3 / 90])


def test_only_deletions_of_this_act_count() -> None:
    other = gone(4.0)
    other.act = "another"
    found = briefly(drawn(12), faults=(gone(1.0), other))
    assert found.measured["pods deleted"].value == 1


def test_the_bound_counts_from_the_last_moment_of_a_deletion_and_the_clock_is_in_doubt() -> None:
    slow = gone(1.0)
    slow.phases["applied"] = 1.5  # until 2.5 s
    assert briefly(drawn(24), faults=(slow,)).verdict is Verdict.HOLDS
    assert briefly(drawn(27), faults=(slow,)).verdict is Verdict.VIOLATED
    unsure = lane(drawn(27), "n1")
    unsure.doubt = 0.3
    act = watched(unsure, spans=(ActSpan("act", 0.01, 1, 10),), faults=(slow,), within=SECOND)
    assert fails_only_briefly(act, "web", 4).measured["failed at a wrong time"].value == 0


def test_a_stranger_counts_as_failed_where_the_endpoints_are_known() -> None:
    for gaps, failed, unknown in (([], 90, 0), ([BLIND], 0, 90)):
        spans = (ActSpan("act", 0.01, 1, 10),)
        act = watched(lane(drawn(), by="stranger"), spans=spans, faults=(gone(1.0),), within=SECOND)
        act.recording.gaps += gaps
        found = fails_only_briefly(act, "web", 4)
        assert found.measured["failed"].value == failed
        assert found.measured["worst share failed"].high == pytest.approx((failed + unknown) / 0.9)


def test_a_stale_entry_is_no_failure_at_a_wrong_time() -> None:
    one = lane("." * 12 + "t" + "." * 27 + "t" + "." * 59, ports={12: 50000, 40: 50000})
    act = watched(one, spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0),), within=SECOND)
    found = fails_only_briefly(act, "web", 4)
    assert (found.measured["failed"].value, found.measured["failed at a wrong time"].value) == (2, 0)


def test_faults_that_were_not_seen_prove_nothing() -> None:
    assert briefly(drawn(), faults=()).verdict is Verdict.INCONCLUSIVE
    lame = fault({"applying": 1.0, "applied": 1.0}, target="pod/ns/pod-a")
    assert "not seen to bite" in briefly(drawn(), faults=(gone(1.0), lame)).why
    assert briefly(drawn(15).replace("r", "?")).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("tick", "verdict"), [(15, Verdict.HOLDS), (25, Verdict.VIOLATED)])
def test_a_late_answer_at_another_time(tick: int, verdict: Verdict) -> None:
    late = lane(drawn())
    late.took[tick] = 1.05
    act = watched(late, spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0), gone(4.0)), within=SECOND)
    assert fails_only_briefly(act, "web", 4).verdict is verdict
