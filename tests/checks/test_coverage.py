"""What was asked, from where, how often, and who answered: what is lacking of it keeps *holds* from being said.

A tenth of a second is a character, an act lasts a minute.
"""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.checks.coverage import lacking
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, ActSpan, Gap, Lane, Sample
from kubeskeptic.timeline.stalls import Standstill
from tests.checks.minute import GOOD, MINUTE, found, minute, says, without
from tests.drawn import WEB, gone, lane, node, pod, service, watched
from tests.timeline.test_ready_endpoints import one, slices


def watched_for_a_minute(one: Lane) -> Act:
    return watched(one, spans=MINUTE)


def test_the_stretch_that_matters_must_have_been_asked() -> None:
    says(found(minute("." * 500)), "n1 sent no request for more than 0.5 s, from 49.9 s into the 60 s that matter")
    says(
        found(minute(" " * 10 + "." * 590)),
        "n1 sent no request for more than 0.5 s, from 0.0 s into the 60 s that matter",
    )


# What one lane may be silent is 0.5 s, or 2.5 periods where a single request decides.
@pytest.mark.parametrize(
    ("missing", "loose", "strict"), [(1, True, True), (2, True, False), (3, True, False), (5, False, False)]
)
def test_a_hole_is_smaller_where_a_single_request_decides(missing: int, loose: bool, strict: bool) -> None:
    drawing = without(*range(100, 100 + missing))
    says(found(minute(drawing)), "" if loose else "sent no request for more than 0.5 s, from 9.9 s into")
    unbroken = found(minute(drawing), lambda act: act.lanes("web", unbroken=True))
    says(unbroken, "" if strict else "sent no request for more than 0.25 s, from 9.9 s into")


@pytest.mark.parametrize(
    ("drawing", "until", "why"),
    [
        ("." * 241, 60.5, ""),
        ("." * 241, 60.75, "sent no request for more than 0.5 s"),
        ("." * 100 + " " + "." * 140, 60, ""),
        ("." * 100 + "  " + "." * 139, 60, "sent no request for more than 0.5 s"),
    ],
)
def test_a_hole_of_just_what_is_allowed_is_none_in_between_and_at_the_end(drawing: str, until: float, why: str) -> None:
    says(found(watched(lane(drawing, period=0.25), spans=(ActSpan("act", 0, 1, until),))), why)


@pytest.mark.parametrize(("period", "allowed"), [(0.02, "0.1"), (0.1, "0.25"), (1.0, "2.5")])
def test_a_brief_hole_follows_the_period(period: float, allowed: str) -> None:
    act = watched(lane("." * 20, period=period), spans=MINUTE)
    says(found(act, lambda act: act.lanes("web", unbroken=True)), f"sent no request for more than {allowed} s")
    act = watched(lane("." * 20, period=period), spans=MINUTE)
    says(found(act), f"sent no request for more than {max(0.5, 2 * period):g} s")


def test_what_all_lanes_missed_is_a_gap_however_short() -> None:
    hole = without(300, 301)
    says(found(minute(hole)), "")
    says(found(minute(hole, GOOD)), "")
    says(found(minute(hole, hole)), "No node sent “web” for 0.300 s, from 29.9 s into the 60 s that matter")
    says(found(minute(without(300), without(300))), "")
    says(found(minute(hole, without(302, 303))), "")


# Two samples of both lanes are missing between 29.9 s and 30.2 s, and 0.25 s are allowed.
@pytest.mark.parametrize(
    ("since", "until", "nodes", "why"),
    [
        (29.95, 30.15, {"n1", "n2"}, ""),
        (20.0, 40.0, {"n1", "n2", "n3"}, ""),
        (29.9, 29.96, {"n1", "n2"}, ""),
        (29.9, 29.94, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
        (29.95, 30.15, {"n1"}, "No node sent “web” for 0.300 s"),
        (30.2, 31.0, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
        (29.0, 29.9, {"n1", "n2"}, "No node sent “web” for 0.300 s"),
    ],
)
def test_while_their_machine_stood_still_nothing_was_there_to_be_asked(
    since: float, until: float, nodes: set[str], why: str
) -> None:
    hole = without(300, 301)
    act = minute(hole, hole)
    act.recording.standstills = [Standstill(since, until, frozenset(nodes))]
    says(found(act), why)


def test_a_single_lane_s_hole_is_forgiven_by_the_same_standstill_and_no_other() -> None:
    act = minute(without(300, 301, 302))
    loud = "sent no request for more than 0.25 s"
    says(found(act, lambda act: act.lanes("web", unbroken=True)), loud)
    act.recording.standstills = [Standstill(30.0, 30.2, frozenset({"n1"}))]
    says(found(act, lambda act: act.lanes("web", unbroken=True)), "")
    act.recording.standstills = [Standstill(30.0, 30.2, frozenset({"n2"}))]
    says(found(act, lambda act: act.lanes("web", unbroken=True)), loud)


@pytest.mark.parametrize("stretch", [(29.9, 29.97), (30.13, 30.2)])
def test_a_clock_that_is_in_doubt_makes_a_standstill_shorter(stretch: tuple[float, float]) -> None:
    hole = without(300, 301)
    act = minute(hole, hole)
    act.recording.standstills = [Standstill(*stretch, frozenset({"n1", "n2"}))]
    says(found(act), "")
    act.recording.lanes["n2", "web"].doubt = 0.03
    says(found(act), "No node sent “web” for 0.300 s")


def test_a_long_standstill_is_a_gap_as_the_cluster_s_clocks_went_on() -> None:
    for missing, why in ((6, ""), (7, "No node sent “web” for 0.800 s"), (10, "for more than 0.5 s")):
        hole = without(*range(300, 300 + missing))
        act = minute(hole, hole)
        act.recording.standstills = [Standstill(20.0, 40.0, frozenset({"n1", "n2"}))]
        says(found(act), why)


def test_the_fastest_lane_says_how_short_a_hole_is() -> None:
    slow = lane("." * 60, "n2", period=1.0)
    act = watched(lane(without(301, 302, 303), "n1"), slow, spans=MINUTE)
    says(found(act), "No node sent “web” for 0.400 s")


def test_a_hundredth_of_the_questions_may_never_have_been_asked() -> None:
    says(found(minute(without(*range(50, 550, 100)))), "")  # 5 of 600
    says(found(minute(without(*range(50, 590, 90)))), "6 of 600 requests of “web” on n1 were never sent")
    for missing, why in ((19, ""), (20, "20 of 2000 requests of “web” on n1 were never sent")):
        drawing = "".join(" " if at % 90 == 50 and at < 90 * missing else "." for at in range(2000))
        says(found(watched(lane(drawing), spans=(ActSpan("act", 0, 1, 200),))), why)


# Six single questions are missing, which is one too many; the first of them between 4.9 s and 5.1 s.
@pytest.mark.parametrize(
    ("since", "until", "nodes", "doubt", "forgiven"),
    [
        (4.95, 5.06, "n1", 0.0, True),
        (4.95, 5.04, "n1", 0.0, False),
        (6.0, 6.11, "n1", 0.0, False),
        (4.95, 5.06, "n2", 0.0, False),
        (4.9, 5.005, "n1", 0.0, True),
        (4.995, 5.1, "n1", 0.0, True),
        (4.9, 5.005, "n1", 0.02, False),
        (4.995, 5.1, "n1", 0.02, False),
        (0.0, 60.0, "n1", 0.02, True),
    ],
)
def test_a_question_that_was_due_while_the_machine_stood_still_is_not_missed(
    since: float, until: float, nodes: str, doubt: float, forgiven: bool
) -> None:
    act = minute(without(*range(50, 590, 90)))
    act.recording.standstills = [Standstill(since, until, frozenset({nodes}))]
    act.recording.lanes["n1", "web"].doubt = doubt
    says(found(act), "" if forgiven else "6 of 600 requests of “web” on n1 were never sent")


# pod-a of the recording has the uid pod-a.
@pytest.mark.parametrize(
    ("by", "strange"),
    [
        ("ns/pod-a/pod-a", False),
        ("ns/pod-a/another", True),
        ("ns/pod-a/", True),  # it does not say
        ("ns/pod-x/another", False),  # no pod of this name was recorded, which is another check's question
        ("pod-a", False),
    ],
)
def test_a_pod_is_known_by_its_uid(by: str, strange: bool) -> None:
    told = "pod-a answered “web” on n1 under a uid that no pod of this name had"
    says(found(watched_for_a_minute(lane(GOOD, by=by))), told if strange else "")


def test_who_answers_in_the_stretch_that_matters_counts_and_only_good_answers() -> None:
    for good in (True, False):
        one = lane(GOOD)
        ended = Outcome.OK if good else Outcome.WRONG
        one.append(Sample(600, 59.95, 0.001, ended, "ns/pod-a/another", 1))
        says(found(watched_for_a_minute(one)), "under a uid that no pod of this name had" if good else "")
    after = lane(GOOD)
    after.append(Sample(700, 60.5, 0.001, Outcome.OK, "ns/pod-a/another", 1))
    says(found(watched_for_a_minute(after)), "")


def test_a_name_server_says_records_and_no_pod() -> None:
    act = watched_for_a_minute(lane(GOOD, probe="name", by="ns/pod-a/another"))
    says(found(act, lambda act: act.lanes("name")), "")


def test_an_outcome_that_is_not_known_is_no_pass() -> None:
    says(found(minute(GOOD[:300] + "?" + GOOD[301:])), "1 outcomes of “web” on n1 are not known")


def test_every_node_must_have_been_asked() -> None:
    act = minute(GOOD)
    act.recording.nodes = ("n1", "n2", "n3")
    says(found(act), "No requests of “web” were sent from n2, n3")
    act = minute(GOOD, faults=(gone(2.0, "node/n2"),))
    act.recording.nodes = ("n1", "n2")
    says(found(act), "")  # it was taken away


@pytest.mark.parametrize(
    ("at", "type", "asked"),
    [(0, "ADDED", False), (30, "ADDED", False), (60, "ADDED", False), (61, "ADDED", True), (30, "MODIFIED", False)],
)
def test_a_node_that_joins_must_be_asked(at: float, type: str, asked: bool) -> None:
    says(found(minute(GOOD, changes=(node(at, "n2", "True", type=type),))), "" if asked else "were sent from n2")


@pytest.mark.parametrize(("at", "asked"), [(60, False), (60.1, True)])
def test_a_node_that_the_harness_saw_join_must_be_asked(at: float, asked: bool) -> None:
    act = minute(GOOD)
    act.recording.joined["n2"] = at
    says(found(act), "" if asked else "were sent from n2")


def test_a_node_that_is_in_the_watch_must_be_asked_until_it_is_gone() -> None:
    for at, asked in ((-0.1, True), (0.0, True), (0.1, False)):
        changes = node(-5.0, "n2", "True", type="LISTED"), node(at, "n2", "True", type="DELETED")
        one = node(-5.0, "n1", "True", type="LISTED")
        says(found(minute(GOOD, changes=(one, *changes))), "" if asked else "were sent from n2")


@pytest.mark.parametrize(
    ("seen", "type", "uid", "said"),
    [
        (30.0, "MODIFIED", "n1", ""),
        (30.0, "MODIFIED", "another", "n1 was removed from the cluster, or another node has its name"),
        (30.0, "DELETED", "n1", "n1 was removed"),
        (61.0, "DELETED", "n1", ""),
    ],
)
def test_what_is_true_of_a_node_is_true_of_one_node(seen: float, type: str, uid: str, said: str) -> None:
    changes = [node(-5.0, "n1", "True", type="LISTED"), node(seen, "n1", "True", type=type)]
    for change, own in zip(changes, ("n1", uid), strict=True):
        change.object["metadata"]["uid"] = own
    says(found(minute(GOOD, changes=tuple(changes))), said)


@pytest.mark.parametrize(
    ("at", "type", "ip", "uid", "said"),
    [
        (30.0, "MODIFIED", WEB, "", ""),
        (30.0, "MODIFIED", "10.96.0.99", "", "The clusterIP of the Service web, the target of “web”, changed"),
        (30.0, "ADDED", WEB, "another", "The Service web, the target of “web”, was replaced in the meantime"),
        (30.0, "DELETED", WEB, "", "The Service web, the target of “web”, was deleted in the meantime"),
        (61.0, "DELETED", WEB, "", ""),
    ],
)
def test_a_probe_asks_one_service(at: float, type: str, ip: str, uid: str, said: str) -> None:
    change = service(ip=ip)._replace(seen=at, type=type)
    if uid:
        change.object["metadata"]["uid"] = uid
    says(found(minute(GOOD, changes=(change,))), said)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("selector", {"app": "another"}, ""),
        ("sessionAffinity", "ClientIP", "The sessionAffinity of the Service web, the target of “web”, changed"),
        ("internalTrafficPolicy", "Local", "The internalTrafficPolicy of the Service web"),
        ("publishNotReadyAddresses", True, "The publishNotReadyAddresses of the Service web"),
        ("ports", [{"port": 80, "nodePort": 30080, "targetPort": 81}], "The ports of the Service web"),
    ],
)
def test_the_service_goes_on_as_declared(field: str, value: object, said: str) -> None:
    change = service()._replace(seen=30.0, type="MODIFIED")
    change.object["spec"][field] = value
    says(found(minute(GOOD, changes=(change,))), said)
    change = change._replace(seen=61.0)
    says(found(minute(GOOD, changes=(change,))), "")


def test_a_probe_that_asks_no_recorded_service_asks_what_it_does() -> None:
    act = minute(GOOD, changes=(service(ip="10.96.0.99")._replace(seen=30.0, type="MODIFIED"),))
    act.recording.specs["web"] = {"host": "10.1.2.3", "port": 80}
    says(found(act), "")


def test_a_pod_that_was_deleted_is_seen_to_go() -> None:
    told = "pod-a was deleted in “act” according to the journal, but no recorded change shows it"
    deletion = gone(2.0, name="delete_pod")
    says(found(minute(GOOD, faults=(deletion,))), told)
    says(found(minute(GOOD, faults=(deletion,), changes=(pod(3.0, "pod-b", deleting=True),))), told)
    for seen in (pod(3.0, "pod-a", deleting=True), pod(3.0, "pod-a", type="DELETED")):
        says(found(minute(GOOD, faults=(deletion,), changes=(seen,))), "")
    for earlier in (pod(1.9, "pod-a", deleting=True), pod(1.9, "pod-a", type="DELETED")):
        says(found(minute(GOOD, faults=(deletion,), changes=(earlier,))), told)
    says(found(minute(GOOD, faults=(gone(2.0, "pod/kube-system/coredns-1", "delete_pod"),))), "")
    deletion.act = "another"
    says(found(minute(GOOD, faults=(deletion,))), "")


def test_a_fault_s_lanes_are_asked_before_it() -> None:
    late = ActSpan("act", 1.0, 1.0, 60.0)
    says(found(minute(GOOD, spans=(late,), faults=(gone(2.0),))), "sent no request before anything was done")
    says(found(minute(GOOD, spans=(late,))), "")
    says(found(minute(GOOD, spans=(ActSpan("act", 0.9, 1.0, 60.0),), faults=(gone(2.0),))), "")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("10.96.0.1|NOERROR|30", ""),
        ("10.96.0.1", ""),  # older journals hold the records alone
        ("", "DNS answered “name” on n1 with NOERROR and 0 records, which is not a good answer"),
        ("|NXDOMAIN|30", "with NXDOMAIN and 0 records"),
        ("10.96.0.1|SERVFAIL|", "with SERVFAIL and 1 records"),
    ],
)
def test_a_good_answer_of_a_name_server_has_records(by: str, said: str) -> None:
    act = watched_for_a_minute(lane(GOOD, probe="name", by=by))
    says(found(act, lambda act: act.lanes("name")), said)


@pytest.mark.parametrize("by", ["10.96.0.1|NOERROR|soon", "10.96.0.1|{0.x}|30", "|{}|"])
def test_what_a_name_server_said_may_be_anything(by: str) -> None:
    finding = found(watched_for_a_minute(lane(GOOD, probe="name", by=by)), lambda act: act.lanes("name"))
    assert finding.verdict is Verdict.INCONCLUSIVE, finding.why


def test_what_a_pod_says_of_itself_may_be_anything() -> None:
    act = watched_for_a_minute(lane(GOOD, by="{0.x}/pod-a/pod-a"))
    act.recording.namespace = "ns"
    says(found(act), "pod-a answered “web” on n1 from the namespace {0.x}")


def test_a_pod_of_another_namespace_is_another_pod() -> None:
    act = watched_for_a_minute(lane(GOOD, by="ns/pod-a/pod-a"))
    for namespace, said in (("", ""), ("ns", ""), ("another", "pod-a answered “web” on n1 from the namespace ns")):
        act.recording.namespace = namespace
        says(found(act), said)


def test_a_watch_gap_of_no_kind_is_one_of_every_kind() -> None:
    act = minute(GOOD)
    act.recording.gaps = [Gap("watch", "", "", "", 20.0, 21.0, "the connection broke")]
    says(found(act, lambda act: list(act.changes("Pod"))), "The watch of Node was interrupted")
    assert any(why.startswith("The watch of Pod was interrupted") for why in lacking(act))
    assert not act.watched("Node")


def test_of_a_kind_of_which_nothing_was_recorded_nothing_is_known() -> None:
    says(found(minute(GOOD), lambda act: list(act.changes("Pod"))), "")
    says(found(minute(GOOD), lambda act: list(act.changes("Deployment"))), "No Deployment was recorded at all")


def test_an_agent_that_was_not_proven_shows_nothing() -> None:
    act = minute(GOOD)
    for unproven, said in ((), ""), (("n2",), ""), (("n1", "n2"), "not proven to measure a known outage: on n1"):
        act.recording.unproven = frozenset(unproven)
        says(found(act), said)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [(10.0, 30.0, False), (10.0, 30.1, True), (40.0, 50.0, True), (59.9, 70.0, True), (60.0, 70.0, False)],
)
def test_records_that_contradict_each_other_in_the_act_are_no_evidence(since: float, until: float, said: bool) -> None:
    there = one("pod-a", node="n9")
    changes = slices(-1.0, there, type="LISTED"), slices(since), slices(until, there), node(80.0, "n1", "True")
    act = minute(GOOD, changes=changes, spans=(ActSpan("act", 30, 31, 60),))
    why = f"The records contradict each other: for {until - since:.1f} s, pod-a was not ready in the EndpointSlices of web"
    says(found(act), why if said else "")
    assert found(act, value=6.0).verdict is Verdict.VIOLATED
