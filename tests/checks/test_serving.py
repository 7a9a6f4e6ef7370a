"""Checks of services whose pods are replaced on purpose. A tick is 0.1 s; the act begins at 1 s and ends at 4 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import fails_only_briefly, serves_throughout
from kubeskeptic.durations import LATE
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change, FaultSpan, Gap, Lane
from kubeskeptic.timeline.stalls import Stall
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
    late = lane(GOOD[:30] + " " + GOOD[31:], "n2")
    late.took[15] = 1.0
    found = served(lane(GOOD[:20] + "?r " + GOOD[23:], "n1"), late)
    assert [*found.measured["failed or late"].interval] == [2, 3]
    assert [found.measured[name].value for name in ("late", "asked", "never asked")] == [1, 58, 2]
    assert [found.measured[f"answered in, {name}"].value for name in ("p50", "p99", "longest")] == [0.001, 0.001, 1.0]
    failed = "n1, 1.10 s into the act: request 21, refused"
    assert found.decisive == (failed, "n2, 0.50 s into the act: request 15, late (pod-a)")


def test_the_first_failures_of_a_kind_and_node_are_told() -> None:
    assert [line.split(": ")[1] for line in served(lane(GOOD[:20] + "rrrrrt" + GOOD[26:])).decisive] == [
        "request 20, refused", "request 21, refused", "request 22, refused", "request 23, refused", "request 25, timeout",
    ]  # fmt: skip


# -- deleting again and again -------------------------------------------------------------------------------------------
WORST = "share failed in the worst second"
SECOND: Expression = constant("test", -1.0)
"""One second, when the margin is added."""


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ((pod(2.0, "pod-b", node="n9"), pod(3.0, "pod-a", type="DELETED")), ""),
        ((pod(2.0, "pod-b", node="n9"), pod(3.0, "pod-a", deleting=True)), ""),
        ((), "“act” left 1 of 1 pod of web in place"),
        ((pod(2.0, "pod-b", node="n9"),), "“act” left 1 of 1 pod of web in place"),
        (
            (pod(2.0, "pod-b", node="n9"), pod(4.5, "pod-a", type="DELETED")),
            "“act” left 1 of 1 pod of web in place",
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
    assert found.measured[WORST].value == 20, "two of the ten in the first second"
    assert found.bounds[WORST].value == pytest.approx(25 + 100 * 3.66 * 0.1369, abs=0.1), "the worst of 8 seconds"


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
    assert fails_only_briefly(act, "web", 1).bounds[WORST].value == 100


@pytest.mark.parametrize(("failed", "verdict"), [(7, Verdict.HOLDS), (8, Verdict.VIOLATED)])
def test_more_failures_in_one_second_of_one_node_than_the_wrong_endpoint_explains(
    failed: int, verdict: Verdict
) -> None:
    found = briefly(drawn(), drawn(*range(40, 40 + failed)))
    assert (found.verdict, found.measured[WORST].value) == (verdict, 10 * failed)
    assert f"n2: {failed} of 10 requests failed in the worst second, from 0 s after deletion 2 on" in found.decisive


def test_deletions_within_the_bound_of_each_other_make_several_endpoints_wrong() -> None:
    many = drawn(*range(15, 24))
    assert briefly(many, faults=(gone(1.0), gone(1.5))).bounds[WORST].source.startswith("2 of 4 endpoints")
    assert briefly(many, faults=(gone(1.0), gone(1.5)), replicas=2).verdict is Verdict.HOLDS
    assert briefly(many, faults=(gone(0.4), gone(1.5)), replicas=2).bounds[WORST].source.startswith("1 of 2 endpoints")


def test_what_was_never_asked_counts_as_failed_in_the_share() -> None:
    near = drawn(*range(11, 18))
    assert briefly(near).verdict is Verdict.HOLDS
    assert [*briefly(f"{near[:18]} {near[19:]}").measured[WORST].interval] == [77.8, 80]
    assert [*briefly(f"{near[:60]} {near[61:]}").measured[WORST].interval] == [70, 70], "not in another second"


def test_what_is_counted_after_deletions() -> None:
    late = lane("." * 12 + "r?" + "." * 6 + " " + "." * 79, "n1")
    late.took[16] = 1.05
    other = lane("." * 60 + "?r" + "." * 38, "n2")
    act = watched(late, other, spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0), gone(4.0)), within=SECOND)
    found = fails_only_briefly(act, "web", 4)
    assert [*found.measured["failed at a wrong time"].interval] == [1, 3]
    counted = ("failed", "late", "asked", "never asked", "pods deleted")
    assert [found.measured[name].value for name in counted] == [2, 1, 179, 1, 2]
    assert [*found.measured[WORST].interval] == [20, 30]
    assert "2 of 179 requests failed, 1 was answered late, 1 of them while no" in found.why
    assert "n1: 2 of 10 requests failed or were late in the worst second" in found.decisive[0], found.decisive
    assert found.decisive[1] == "n2, 5.10 s into the act: request 61, refused"
    assert [found.measured[f"answered in, {name}"].value for name in ("p50", "p99", "longest")] == [0.001, 0.001, 1.05]


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
    for gaps, failed in (([], 90), ([BLIND], 0)):
        spans = (ActSpan("act", 0.01, 1, 10),)
        act = watched(lane(drawn(), by="stranger"), spans=spans, faults=(gone(1.0),), within=SECOND)
        act.recording.gaps += gaps
        found = fails_only_briefly(act, "web", 4)
        assert found.measured["failed"].value == failed
        assert [*found.measured[WORST].interval] == [100 * bool(failed), 100]


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


@pytest.mark.parametrize(("late", "verdict"), [(7, Verdict.HOLDS), (8, Verdict.VIOLATED)])
def test_a_wrong_endpoint_makes_no_more_requests_late_than_it_makes_fail(late: int, verdict: Verdict) -> None:
    one = lane(drawn(42))
    for tick in range(43, 42 + late):
        one.took[tick] = 1.3
    act = watched(one, spans=(ActSpan("act", 0.01, 1, 10),), faults=(gone(1.0), gone(4.0)), within=SECOND)
    found = fails_only_briefly(act, "web", 4)
    assert (found.verdict, found.measured[WORST].value) == (verdict, 10 * late), found.why
    act.recording.stalls = [Stall("n1", 4.25, 6.2)]
    unsure = fails_only_briefly(act, "web", 4)
    assert [*unsure.measured[WORST].interval] == [10, 10 * late]
    assert unsure.verdict is (Verdict.HOLDS if verdict is Verdict.HOLDS else Verdict.INCONCLUSIVE)
