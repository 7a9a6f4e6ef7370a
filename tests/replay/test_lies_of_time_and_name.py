"""More lies about the recorded run: of when things happened, how late answers came, and who somebody was.

Each row is a lie, the case that it is told to, and the verdict that is true of it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from kubeskeptic.objects import condition
from kubeskeptic.timeline import Act, RunEvidence
from tests.journal.rewriting import Change
from tests.replay.telling import NODES, PODS, Teller, act_phase, both, of_object, phase, setting, within

from .recorded import REFUSED, Sample, samples

FORCED, POLITE = "service.pod-killed (forced)", "service.pod-killed (graceful, preStop)"
EVERY, CROSSES, STABLE = "proxy.every-node", "proxy.crosses-nodes", "service.stable (pods killed)"
HEALTH, AGAIN, DIES = "loop.node-health", "heal.crash (again)", "service.node-dies (crash)"
UNKNOWN = 8


def crashed(held: RunEvidence) -> str:
    return Act(held.scenarios[NODES], ["crash"]).node


def on(node: str, probe: str, since: float, until: float, **more: object) -> Change:
    def edit(from_: str, name: str, sent: float, one: Sample) -> Sample:
        return one | more if (from_, name) == (node, probe) and since <= sent < until else one

    return samples(edit)


# -- answers that come late ----------------------------------------------------------------------------------------------
def test_answers_that_come_late_show_that_a_node_still_routes_to_nobody(told: Teller) -> None:
    at = told.when("forced")
    finding = told(FORCED, within("plain", at + 3.5, at + 5, took=1.05))
    assert (finding.verdict, "answered late, until" in finding.why) == (Verdict.VIOLATED, True)
    early = told(FORCED, within("plain", at + 1, at + 2, took=1.05))
    beyond = [name for name, bound in early.bounds.items() if not bound.admits(early.measured[name].value)]
    assert (early.verdict, beyond) == (Verdict.VIOLATED, ["share failed in the worst second"]), (
        "requests may fail then, but not all of them"
    )


def test_packets_go_on_being_lost_when_the_dead_node_has_long_been_found_dead(told: Teller) -> None:
    at = told.when("crash", NODES)
    finding = told(DIES, on("kubeskeptic-control-plane", "web", at + 100, at + 110, took=1.05))
    assert (finding.verdict, finding.measured["routing wrong"].value > 100) == (Verdict.VIOLATED, True)


def test_every_answer_of_a_node_came_only_after_a_retransmission(told: Teller) -> None:
    at = told.when("quiet")
    finding = told(EVERY, on("kubeskeptic-worker2", "web", at, at + 20, took=1.05))
    assert (finding.verdict, "late on kubeskeptic-worker2" in finding.why) == (Verdict.VIOLATED, True)


# -- who somebody is -----------------------------------------------------------------------------------------------------
def test_who_answers_has_the_name_of_a_pod_and_another_uid(told: Teller) -> None:
    def change(record: Record) -> Iterable[Record]:
        if record["kind"] != "samples":
            return [record]
        return [record | {"names": [f"{by.rpartition('/')[0]}/another" if "/" in by else by for by in record["names"]]}]

    finding = told(CROSSES, change)
    assert (finding.verdict, "under a uid that no pod of this name had" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_dead_node_is_removed_and_another_of_its_name_is_there(told: Teller, held: RunEvidence) -> None:
    def another(record: Record) -> Record:
        meta = record["object"]["metadata"] | {"uid": "another"}
        return record | {"object": record["object"] | {"metadata": meta}}

    finding = told(HEALTH, of_object("Node", crashed(held), another, told.when("crash", NODES) + 60))
    assert (finding.verdict, "its Node object was removed" in finding.why) == (Verdict.VIOLATED, True)


def test_the_service_was_another_one_before_the_act(told: Teller) -> None:
    since = told.held.scenarios[PODS].acts["quiet"].baseline or 0.0
    web = next(one for one in told.held.scenarios[PODS].of_kind("Service", "web"))
    lost: Record = {"at": since - 0.3, "kind": "change", "scenario": PODS, "resource": "Service", "type": "DELETED"}
    lost |= {"seen": since - 0.3, "age": 0.1, "object": web.object}
    made = lost | {"type": "ADDED", "seen": since - 0.2, "object": copy.deepcopy(web.object)}
    made["object"]["metadata"]["uid"] = "another"
    kept = [lost, made]

    def change(record: Record) -> Iterable[Record]:
        before = [kept.pop(0), kept.pop(0)] if kept and record["at"] > since - 0.1 else []
        return [*before, record]

    finding = told(EVERY, change)
    assert (finding.verdict, "was replaced in the meantime" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_of_another_namespace_is_no_pod_of_the_scenario(told: Teller) -> None:
    def elsewhere(record: Record) -> Record:
        meta = record["object"]["metadata"] | {"namespace": "elsewhere"}
        return record | {"object": record["object"] | {"metadata": meta}}

    victim = Act(told.held.scenarios[PODS], ["sigkill"]).victim
    finding = told("heal.crash (once)", of_object("Pod", victim, elsewhere, told.when("sigkill")))
    assert (finding.verdict, "of another namespace" in finding.why) == (Verdict.INCONCLUSIVE, True)


# -- what was not asked, or not told -------------------------------------------------------------------------------------
def test_a_node_without_a_pod_of_the_service_gets_no_answer_at_all(told: Teller) -> None:
    at = told.when("quiet")
    failing = on("kubeskeptic-control-plane", "web", at, at + 20, outcome=REFUSED, by=0)
    finding = told(CROSSES, failing)
    assert (finding.verdict, "kubeskeptic-control-plane with 0.0 %" in finding.why) == (Verdict.VIOLATED, True)


def test_a_node_of_which_nothing_is_known_violates_nothing(told: Teller) -> None:
    at = told.when("quiet")
    finding = told(CROSSES, on("kubeskeptic-worker", "web", at, at + 20, outcome=UNKNOWN, by=0))
    assert finding.verdict is Verdict.INCONCLUSIVE


# -- acts and faults -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["graceful", "forced", "sigkill"])
def test_one_of_several_faults_was_not_seen_to_bite(told: Teller, act: str) -> None:
    finding = told(STABLE, phase(act, "bit", phase="unseen"))
    assert (finding.verdict, "was not seen to bite" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_node_that_was_not_seen_to_crash(told: Teller) -> None:
    finding = told("service.stable (node crashed)", phase("crash", "bit", phase="unseen"))
    assert (finding.verdict, "was not seen to bite" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_an_act_that_ended_before_it_began(told: Teller) -> None:
    begun = told.held.scenarios[PODS].acts["quiet"].start or 0.0
    for case in (EVERY, STABLE):
        finding = told(case, act_phase(PODS, "quiet", "end", begun - 1))
        assert (finding.verdict, "before that of an earlier line" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_fault_that_was_injected_in_another_act(told: Teller) -> None:
    begun = told.held.scenarios[PODS].acts["forced"].start or 0.0
    finding = told(POLITE, act_phase(PODS, "graceful", "end", begun))
    assert finding.verdict is Verdict.HOLDS, finding.why
    finding = told(FORCED, act_phase(PODS, "forced", "end", begun + 0.01))
    assert (finding.verdict, "before that of an earlier line" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_an_act_that_was_not_watched_for_as_long_as_a_failure_may_take(told: Teller) -> None:
    deleted = Act(told.held.scenarios[PODS], ["graceful"], of="web").since.high
    finding = told(POLITE, act_phase(PODS, "graceful", "end", deleted + 2.9))
    assert (finding.verdict, "before that of an earlier line" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_what_another_act_does_is_no_part_of_one_that_was_broken_off(told: Teller) -> None:
    finding = told(EVERY, act_phase(PODS, "quiet", "end", None))
    assert (finding.verdict, "not played to its end" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [HEALTH, "statefulset.order (node dead)"])
def test_a_crash_that_was_undone_before_anybody_could_notice_violates_nothing(told: Teller, case: str) -> None:
    at = told.when("crash", NODES)
    brief = both(phase("crash", "undoing", at=at + 10), act_phase(NODES, "crash", "end", None))

    def change(record: Record) -> Iterable[Record]:
        mine = record["kind"] == "change" and record.get("scenario") == NODES
        return [] if mine and record["seen"] > at + 10 else brief(record)

    assert told(case, change).verdict is Verdict.INCONCLUSIVE


# -- settings ------------------------------------------------------------------------------------------------------------
def victims_node(held: RunEvidence) -> str:
    recording = held.scenarios[PODS]
    victim = Act(recording, ["sigkill"]).victim
    return next(
        str(c.object["spec"]["nodeName"]) for c in recording.of_kind("Pod", victim) if "nodeName" in c.object["spec"]
    )


def test_the_back_off_of_another_node_is_not_that_of_the_pod(told: Teller, held: RunEvidence) -> None:
    other = next(node for node in held.run["nodes"] if node != victims_node(held))
    assert told(AGAIN, setting("BACKOFF", other, 200)).verdict is Verdict.HOLDS
    assert told(AGAIN, setting("BACKOFF", victims_node(held), 200)).verdict is Verdict.VIOLATED


def test_a_node_whose_lease_is_renewed_often_is_not_excused_by_one_that_renews_it_seldom(
    told: Teller, held: RunEvidence
) -> None:
    at, node = told.when("crash", NODES), crashed(held)
    changes = held.scenarios[NODES].of_kind("Node", node)
    turned = next(one.seen for one in changes if one.seen > at and condition(one.object, "Ready") == "Unknown")

    def early(record: Record) -> Record:
        return record | {"seen": at + 20 + record["seen"] - turned}

    other = next(one for one in held.run["nodes"] if one != node)
    lie = both(of_object("Node", node, early, turned), setting("LEASE", other, 40))
    finding = told(HEALTH, lie)
    assert (finding.verdict, "turned Ready: Unknown 20." in finding.why) == (Verdict.VIOLATED, True)
