"""Who answered, and with what: an answer that is not known for what it is keeps *holds* from being said."""

from __future__ import annotations

import pytest

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, Lane, Sample
from tests.checks.minute import GOOD, MINUTE, found, says
from tests.drawn import lane, watched


def watched_for_a_minute(one: Lane) -> Act:
    return watched(one, spans=MINUTE)


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


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("10.96.0.1|NOERROR|30", ""),
        ("10.96.0.1", ""),  # older journals hold the records alone
        ("", "DNS answered “name” on n1 with NOERROR and 0 records, which is not a good answer"),
        ("|NXDOMAIN|30", "with NXDOMAIN and 0 records"),
        ("10.96.0.1|SERVFAIL|", "with SERVFAIL and 1 record,"),
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
