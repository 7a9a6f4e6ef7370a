"""What must not be believed: small lies in a recorded run, replayed through the real suites.

Each row is a lie, the case that it is told to, and the verdict that is true of it.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from kubeskeptic.timeline import RunEvidence
from tests.replay.telling import NODES, PODS, Teller, lines_of, named, phase, within, without

from .recorded import OK, REFUSED, TIMEOUT, Sample, cases, judged, samples

FORCED, POLITE = "service.pod-killed (forced)", "service.pod-killed (graceful, preStop)"
ABRUPT, SIGKILL = "service.pod-killed (graceful, no preStop)", "service.pod-killed (SIGKILL)"
DIES, EVERY, CROSSES = "service.node-dies (crash)", "proxy.every-node", "proxy.crosses-nodes"


def test_all_cases_of_the_recorded_run_hold(held: RunEvidence) -> None:
    acts = {(id_, act) for id_, one in held.scenarios.items() for act in one.acts}
    played = [n for n, one in cases().items() if {(one.scenario.id, act) for act in one.case.acts} <= acts]
    verdicts = {name: judged(held, name).verdict for name in played}
    later = {name for name, verdict in verdicts.items() if verdict is Verdict.SKIPPED}
    assert later == {name for name in played if "kept" in name}  # its clients kept no ports yet
    assert {verdicts[name] for name in verdicts.keys() - later} == {Verdict.HOLDS}, verdicts
    assert (len(verdicts), len(later)) == (23, 3)


def test_nothing_is_answered_for_as_long_as_the_bound(told: Teller) -> None:
    at = told.when("forced")
    finding = told(FORCED, within("plain", at, at + 2.9, REFUSED, by=0))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["share failed in the worst second"].value == 100


def test_a_black_hole_whose_retransmissions_beat_the_deadline(told: Teller) -> None:
    at = told.when("graceful")
    finding = told(POLITE, within("web", at + 1, at + 3.4, took=1.05))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["late"].value > 100


def test_all_answers_are_late_for_less_than_the_bound(told: Teller) -> None:
    at = told.when("forced")
    finding = told(FORCED, within("plain", at + 0.1, at + 1.9, took=1.3))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["share failed in the worst second"].value >= 80


def test_all_answers_are_late_while_one_node_of_three_is_dead(told: Teller) -> None:
    at = next(one for one in told.held.scenarios[NODES].faults if one.act == "crash").phases["applied"]
    finding = told(DIES, within("web", at + 5, at + 20, took=1.3))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["worst share lost"].value == 100


@pytest.mark.parametrize("case", [POLITE, FORCED])
def test_sixty_milliseconds_are_missing_everywhere_at_the_moment_of_the_fault(told: Teller, case: str) -> None:
    act, probe = ("graceful", "web") if case == POLITE else ("forced", "plain")
    at = told.when(act)
    finding = told(case, without(probe, at, at + 0.06))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "No node sent" in finding.why


def test_a_question_in_doubt_may_have_failed(told: Teller) -> None:
    at = told.when("graceful")
    unknown = 8
    assert told(POLITE, within("web", at + 1, at + 1.02, unknown, by=0)).verdict is Verdict.INCONCLUSIVE


def test_an_agent_that_went_blind_after_one_refusal(told: Teller) -> None:
    at, node = told.when("forced"), "kubeskeptic-worker"

    def edit(from_: str, name: str, sent: float, one: Sample) -> Sample | None:
        if (from_, name) != (node, "plain") or sent < at:
            return one
        return one | {"outcome": REFUSED, "by": 0} if sent < at + 0.02 else None

    finding = told(FORCED, samples(edit))
    assert finding.verdict is Verdict.INCONCLUSIVE, finding.why


def test_a_clock_that_is_known_badly(told: Teller) -> None:
    at = told.when("forced")
    failing = within("plain", at + 2.7, at + 2.95, TIMEOUT, by=0)

    def doubted(record: Record) -> Iterable[Record]:
        return [one | ({"error": 0.45} if one["kind"] == "samples" else {}) for one in failing(record)]

    assert told(FORCED, doubted).verdict is Verdict.INCONCLUSIVE


def test_requests_that_go_on_failing(told: Teller) -> None:
    at = told.when("forced")
    third = iter(range(10**9))

    def edit(_: str, name: str, sent: float, one: Sample) -> Sample:
        hit = name == "plain" and at <= sent < at + 5 and next(third) % 4 == 0
        return one | {"outcome": TIMEOUT, "by": 0} if hit else one

    assert told(FORCED, samples(edit)).verdict is Verdict.VIOLATED


def test_one_in_many_answers_comes_from_another_services_pod(told: Teller) -> None:
    stranger = next(c for c in told.held.scenarios[PODS].of_kind("Pod") if c.name.startswith("plain"))
    namespace = stranger.object["metadata"]["namespace"]
    finding = told(EVERY, named("node-port", f"{namespace}/{stranger.name}/{stranger.uid}"))
    assert finding.verdict is Verdict.VIOLATED
    assert "not a pod of the service" in finding.why


def test_a_dead_pod_goes_on_answering(told: Teller) -> None:
    recording = told.held.scenarios[NODES]
    crash = next(one for one in recording.faults if one.act == "crash")
    node = crash.targets[0].partition("/")[2]
    pods = (
        c for c in recording.of_kind("Pod") if c.name.startswith("web") and c.object["spec"].get("nodeName") == node
    )
    dead = next(pods)
    by = f"{dead.object['metadata']['namespace']}/{dead.name}/{dead.uid}"
    since, until = crash.phases["applied"] + 1, crash.phases["undoing"] - 1

    def change(record: Record) -> Iterable[Record]:
        if record["kind"] != "samples":
            return [record]
        names = [*record["names"], by]
        lost = [
            o == TIMEOUT and since < s + record["offset"] < until
            for o, s in zip(record["outcome"], record["sent"], strict=True)
        ]
        outcome = [OK if hit else o for hit, o in zip(lost, record["outcome"], strict=True)]
        bys = [len(names) - 1 if hit else b for hit, b in zip(lost, record["by"], strict=True)]
        return [record | {"names": names, "outcome": outcome, "by": bys}]

    finding = told(DIES, change)
    assert finding.verdict is Verdict.VIOLATED
    assert (
        "answered by a pod that was not an endpoint" in " ".join((finding.why, *finding.decisive))
        or finding.measured["failed"].value
    )


def test_a_node_that_joined_was_never_asked(told: Teller) -> None:
    at = told.when("quiet")
    node = {"kind": "Node", "metadata": {"name": "late", "uid": "late"}, "status": {"conditions": []}, "spec": {}}
    joined = {"kind": "change", "scenario": PODS, "resource": "Node", "type": "ADDED", "seen": at + 2, "object": node}

    def change(record: Record) -> Iterable[Record]:
        begins = record["kind"] == "act" and record["act"] == "quiet" and record["phase"] == "start"
        return [record, joined] if begins else [record]

    finding = told(EVERY, change)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "were sent from late" in finding.why


def test_a_line_is_damaged_missing_doubled_or_of_another_run(told: Teller) -> None:
    lines = lines_of(told.journal)
    inside = next(n for n, line in enumerate(lines) if b'"kind":"act"' in line and b'"forced"' in line) + 3
    foreign = lines[inside].replace(told.held.run["id"].encode(), b"20200101-000000-0000")
    for lie in (
        [*lines[:inside], lines[inside][:40] + b"\n", *lines[inside + 1 :]],
        [*lines[:inside], *lines[inside + 1 :]],
        [*lines[:inside], lines[inside], *lines[inside:]],
        [*lines[:inside], foreign, *lines[inside:]],
    ):
        finding = told.raw(FORCED, lie)
        assert finding.verdict is Verdict.INCONCLUSIVE
        assert "The journal is damaged" in finding.why


def test_a_journal_that_was_cut_at_its_end_still_says_what_it_holds(told: Teller) -> None:
    lines = lines_of(told.journal)
    assert told.raw(FORCED, [*lines[:-1], lines[-1][:30]]).verdict is Verdict.HOLDS


def test_a_fault_that_was_not_seen_to_bite(told: Teller) -> None:
    finding = told(SIGKILL, phase("sigkill", "bit", phase="unseen"))
    assert (finding.verdict, "not seen to bite" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_signal_that_arrived_some_time_in_four_seconds(told: Teller) -> None:
    at = told.when("sigkill")
    late = phase("sigkill", "applied", at=at + 3.8)
    failing = within("web", at + 4.5, at + 4.6, REFUSED, by=0)
    finding = told(SIGKILL, lambda record: (two for one in late(record) for two in failing(one)))
    assert finding.verdict is Verdict.INCONCLUSIVE


def test_a_setting_that_was_not_read_on_one_node(told: Teller) -> None:
    def change(record: Record) -> Iterable[Record]:
        if record["kind"] == "run":
            record["settings"]["SYNC"]["per_node"].pop("kubeskeptic-worker2")
        return [record]

    finding = told(FORCED, change)
    assert (finding.verdict, "not read on kubeskeptic-worker2" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_watch_that_was_interrupted_hides_no_violation(told: Teller) -> None:
    at = told.when("graceful")
    gap = {"kind": "gap", "source": "watch", "scenario": PODS, "node": "", "probe": "", "resource": "Pod",
           "since": at + 0.1, "until": at + 0.5, "reason": "the connection broke"}  # fmt: skip
    count, stable = "replicaset.count (deletion)", "service.stable (pods killed)"

    def change(record: Record) -> Iterable[Record]:
        begins = record["kind"] == "act" and record["act"] == "graceful" and record["phase"] == "end"
        return [record, gap] if begins else [record]

    assert told(count, change).verdict is Verdict.INCONCLUSIVE
    assert told(stable, change).verdict is Verdict.HOLDS, "lookups do not depend on the watch of pods"


@pytest.mark.parametrize("case", [POLITE, ABRUPT, FORCED, SIGKILL, DIES, "heal.crash (once)", "loop.node-health"])
def test_nothing_was_done_at_all(told: Teller, case: str) -> None:
    """Neither a fault nor its id in the act: the story itself says what it inflicts."""
    one = cases()[case]

    def change(record: Record) -> Iterable[Record]:
        if record.get("scenario") != one.scenario.id or record.get("act") not in one.case.acts:
            return [record]
        return [] if record["kind"] == "fault" else [record | {"faults": []} if record["kind"] == "act" else record]

    assert told(case, change).verdict is Verdict.INCONCLUSIVE
