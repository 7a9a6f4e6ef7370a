"""Lies that only another record contradicts: each record is whole, and believable by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from kubeskeptic.timeline import Change
from tests.journal.rewriting import Change as Lie
from tests.replay.recorded import REFUSED
from tests.replay.telling import NODES, PODS, Teller, both, of_object, within

FORCED, POLITE = "service.pod-killed (forced)", "service.pod-killed (graceful, preStop)"
STABLE, HEALTH, COUNT = "service.stable (pods killed)", "loop.node-health", "replicaset.count (deletion)"
Object = dict[str, Any]


def untouched(told: Teller, app: str) -> Change:
    """The last change of a pod of an app that was neither deleted nor killed."""
    recording = told.held.scenarios[PODS]
    victims = {target.rpartition("/")[2] for fault in recording.faults for target in fault.targets}
    last = {one.uid: one for one in recording.of_kind("Pod") if one.name.startswith(app)}
    return next(one for one in last.values() if one.name not in victims and one.type != "DELETED")


def saying(lie: Callable[[Object], Object]) -> Callable[[Record], Record]:
    """A change whose object says something else."""
    return lambda record: record | {"object": lie(record["object"])}


def once(at: float, record: Record) -> Lie:
    """A record that is inserted where the next one was written later than a moment."""
    told: list[Record] = []

    def change(other: Record) -> Iterable[Record]:
        if told or other["at"] < at:
            return [other]
        told.append(record)
        return [record, other]

    return change


def changed(seen: float, thing: Object, scenario: str = PODS) -> Record:
    about = {"scenario": scenario, "resource": thing["kind"], "type": "MODIFIED", "seen": seen, "age": 0.1}
    return {"at": seen, "kind": "change", **about, "object": thing}


def unready(pod: Object) -> Object:
    conditions = [one | {"status": "False"} for one in pod["status"]["conditions"]]
    return pod | {"status": pod["status"] | {"conditions": conditions}}


def in_slices(pod: str, **other: Any) -> Lie:
    """The endpoint of a pod says something else in every slice."""

    def lie(thing: Object) -> Object:
        mine = [one for one in thing["endpoints"] if one["targetRef"]["uid"] == pod]
        return thing | {"endpoints": [one | other if one in mine else one for one in thing["endpoints"]]}

    def change(record: Record) -> Iterable[Record]:
        return [saying(lie)(record) if record.get("resource") == "EndpointSlice" else record]

    return change


def untold(resource: str, name: str) -> Lie:
    return lambda record: (
        []
        if (record["kind"], record.get("resource")) == ("change", resource)
        and record["object"]["metadata"]["name"] == name
        else [record]
    )


@pytest.mark.parametrize("case", [FORCED, POLITE, STABLE])
def test_a_pod_is_unready_and_the_slices_go_on_with_it(told: Teller, case: str) -> None:
    pod, at = untouched(told, "web"), told.when("quiet") + 1
    finding = told(case, once(at, changed(at, unready(pod.object))))
    assert (finding.verdict, "in the EndpointSlices of web, but not by itself" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"conditions": {"ready": False, "serving": False, "terminating": False}},
            "was not ready in the EndpointSlices",
        ),
        ({"addresses": ["10.244.9.9"]}, "was ready at 10.244.9.9 on kubeskeptic-worker"),
        ({"nodeName": "kubeskeptic-control-plane"}, "on kubeskeptic-control-plane in the EndpointSlices of plain"),
    ],
)
def test_slices_say_something_else_of_a_pod_than_the_pod(told: Teller, other: Object, said: str) -> None:
    finding = told(STABLE, in_slices(untouched(told, "plain").uid, **other))
    assert (finding.verdict, said in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why


def test_the_watch_does_not_show_a_pod_that_slices_name(told: Teller) -> None:
    pod = untouched(told, "plain")
    finding = told(STABLE, untold("Pod", pod.name))
    assert (finding.verdict, f"a pod with the uid {pod.uid} was ready" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_the_watch_does_not_show_a_slice(told: Teller) -> None:
    slices = told.held.scenarios[PODS].of_kind("EndpointSlice")
    name = next(one.name for one in slices if one.name.startswith("plain"))
    finding = told(STABLE, untold("EndpointSlice", name))
    assert (finding.verdict, "was not ready in the EndpointSlices of plain" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


def silent(since: float, *gaps: Record) -> Lie:
    """The watch of EndpointSlices shows nothing from a moment on, and other watches are recorded to have had gaps."""
    told: list[Record] = []

    def change(record: Record) -> Iterable[Record]:
        if record.get("resource") == "EndpointSlice" and record["kind"] == "change" and record["seen"] >= since:
            return []
        if told or not gaps or record["at"] < since:
            return [record]
        told.extend(gaps)
        return [*gaps, record]

    return change


@pytest.mark.parametrize("case", [FORCED, POLITE, STABLE, COUNT])
def test_the_watch_of_slices_died_in_silence(told: Teller, case: str) -> None:
    finding = told(case, silent(told.when("graceful")))
    assert (finding.verdict, "The records contradict each other" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_what_does_not_depend_on_a_watch_that_died_is_violated(told: Teller) -> None:
    at = told.when("forced")
    finding = told(FORCED, both(silent(told.when("graceful")), within("plain", at, at + 5, REFUSED)))
    assert finding.verdict is Verdict.VIOLATED, finding.why


@pytest.mark.parametrize("resource", ["Deployment", "Node"])
def test_a_gap_in_another_watch_excuses_no_contradiction(told: Teller, resource: str) -> None:
    since = told.when("graceful")
    gap = {"at": since, "kind": "gap", "source": "watch", "scenario": PODS, "node": "", "probe": "", "since": since,
           "resource": resource, "until": None, "reason": "the watch ended"}  # fmt: skip
    for case in (COUNT, FORCED):
        assert told(case, silent(since, gap)).verdict is Verdict.INCONCLUSIVE
    assert "The records contradict each other" in told(COUNT, silent(since, gap | {"resource": "Deployment"})).why


def test_the_watch_gives_an_older_service_again(told: Teller) -> None:
    def of_generation(number: int) -> Callable[[Object], Object]:
        return lambda thing: thing | {"metadata": thing["metadata"] | {"generation": number}}

    at = told.when("forced")
    service = next(told.held.scenarios[PODS].of_kind("Service", "plain")).object
    newer, older = of_generation(5)(service), of_generation(4)(service)
    finding = told(FORCED, both(once(at + 1, changed(at + 1, newer)), once(at + 2, changed(at + 2, older))))
    assert (finding.verdict, "Service plain had the generation 4 after 5" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


def test_the_watch_shows_another_node_than_the_run_has(told: Teller) -> None:
    def renamed(node: Object) -> Object:
        return node | {"metadata": node["metadata"] | {"name": "other"}}

    finding = told(HEALTH, of_object("Node", "kubeskeptic-worker3", saying(renamed)))
    assert (finding.verdict, "shows other, which is not a node of the run" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    finding = told(COUNT, untold("Node", "kubeskeptic-worker3"))
    assert (finding.verdict, "does not show kubeskeptic-worker3" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [FORCED, POLITE, "service.node-dies (crash)"])
@pytest.mark.parametrize("node", ["", "kubeskeptic-control-plane"])
def test_an_agent_was_not_proven(told: Teller, case: str, node: str) -> None:
    finding = told(case, lambda r: [] if r["kind"] == "instrument" and r["node"].startswith(node) else [r])
    assert (finding.verdict, "not proven to measure a known outage: on kubeskeptic-control-plane" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


def test_what_reads_no_samples_needs_no_proof_of_the_agents(told: Teller) -> None:
    assert told(COUNT, lambda r: [] if r["kind"] == "instrument" else [r]).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("back", "verdict"), [(0.4, Verdict.HOLDS), (6.0, Verdict.INCONCLUSIVE)])
def test_the_clock_of_the_harness_was_set_back(told: Teller, back: float, verdict: Verdict) -> None:
    pods = told.held.scenarios[NODES].of_kind("Pod")
    evicted = [one.seen for one in pods if one.seen > told.when("crash", NODES) + 40]

    def change(record: Record) -> Iterable[Record]:
        if record.get("scenario") != NODES or record["at"] < evicted[1]:
            return [record]
        return [record | {name: record[name] - back for name in ("at", "seen") if name in record}]

    finding = told(HEALTH, change)
    assert (finding.verdict, "before that of an earlier line" in finding.why) == (verdict, verdict != Verdict.HOLDS)
