"""What a table presumes, and what the watches show of it. The cells were noted at 10 s and at 12 s of a minute."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import as_configured_at_loopback, matches, not_reached
from kubeskeptic.checks.presumed import Presumed, not_as_presumed
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.drawn import pod, recording

CELLS = {"first: a": "ok", "second: a": "ok"}


def service(seen: float, name: str = "web", type: str = "ADDED", **spec: Any) -> Change:
    return Change(seen, type, "Service", {"metadata": {"name": name, "uid": name}, "spec": spec})


def labelled(change: Change, **labels: str) -> Change:
    change.object["metadata"]["labels"] |= labels
    return change


def in_network_of_node(change: Change) -> Change:
    change.object["spec"]["hostNetwork"] = True
    return change


def act(*changes: Change, nodes: tuple[str, ...] = ("n1",), **looked: float) -> Act:
    noted = {"first: a": 10.0, "second: a": 12.0} | looked
    spans = {"act": ActSpan("act", 0.0, 1.0, 60.0)}
    return Act(recording(*changes, acts=spans, nodes=nodes, tables={"t": CELLS}, looked={"t": noted}), ["act"])


def lacking(presumed: Presumed, *changes: Change, **more: Any) -> list[str]:
    return [*not_as_presumed(act(*changes, **more), "t", CELLS, presumed)]


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ([pod(10.0, "a")], True),
        ([], False),
        ([pod(10.1, "a")], False),
        ([pod(11.0, "a")._replace(age=1.0)], True),
        ([pod(11.0, "a")._replace(age=0.9)], False),
        ([pod(9.0, "a", ready=False)], False),
        ([pod(9.0, "a", app="other")], False),
        ([pod(9.0, "a"), pod(11.0, "a", type="DELETED")], False),
        ([pod(9.0, "a"), pod(12.1, "a", type="DELETED")], True),
    ],
)
def test_a_pod_was_ready_while_the_cells_were_noted(changes: list[Change], there: bool) -> None:
    told = lacking(Presumed(pods={"web": {}}), *changes)
    assert told == ([] if there else ["The watch shows no Ready pod of web when “t” was noted"] * len(told))
    assert bool(told) is not there


def test_a_pod_had_the_labels_that_its_role_is_about() -> None:
    presumed = Presumed(pods={"web": {"access": "allowed", "other": None}})
    assert lacking(presumed, labelled(pod(1.0, "a"), access="allowed")) == []
    for one in (pod(1.0, "a"), labelled(pod(1.0, "a"), access="allowed", other="1")):
        assert "without the labels" in lacking(presumed, one)[0]


def test_a_service_that_was_seen_late_counts_as_it_may_have_been() -> None:
    local = Presumed(services={"web": {"externalTrafficPolicy": "Local"}})
    before, after = (service(at, externalTrafficPolicy=to) for at, to in ((1.0, "Cluster"), (11.0, "Local")))
    assert lacking(local, before, after._replace(age=1.5)) == []
    assert lacking(local, before, after._replace(age=0.5))


def test_a_service_was_declared_as_stated() -> None:
    local = Presumed(services={"web": {"externalTrafficPolicy": "Local"}})
    assert lacking(local, service(1.0, externalTrafficPolicy="Local")) == []
    assert "is Local, and the watch shows Cluster" in lacking(local, service(1.0, externalTrafficPolicy="Cluster"))[0]
    assert "shows no Service web" in lacking(local)[0]
    bare = service(1.0)
    del bare.object["spec"]
    assert "is Local, and the watch shows None" in lacking(local, bare)[0]
    changed = service(11.0, type="MODIFIED", externalTrafficPolicy="Cluster")
    assert lacking(local, service(1.0, externalTrafficPolicy="Local"), changed)


@pytest.mark.parametrize(
    ("first", "second", "between"), [(1.0, 6.0, True), (5.0, 5.0, True), (1.0, 4.0, False), (6.0, 7.0, False)]
)
def test_a_service_was_created_between_two_pods(first: float, second: float, between: bool) -> None:
    pods = pod(first, "a"), pod(second, "b")
    presumed = Presumed(between={"late": "web"})
    assert bool(lacking(presumed, *pods, service(5.0, "late"))) is not between
    assert lacking(presumed, *pods)
    assert lacking(presumed, pods[0], service(5.0, "late"))


def test_every_node_had_a_pod_in_a_network_of_its_own() -> None:
    presumed, nodes = Presumed(on_each_node=("web",)), ("n1", "n2")
    here, there = pod(1.0, "a", node="n1"), pod(1.0, "b", node="n2")
    assert lacking(presumed, here, there, nodes=nodes) == []
    assert "no Ready pod of web on n2" in lacking(presumed, here, nodes=nodes)[0]
    assert "on n2" in lacking(presumed, here, in_network_of_node(there), nodes=nodes)[0]


def test_cells_were_noted_in_turn() -> None:
    presumed = Presumed(in_turn=("first", "second"))
    assert lacking(presumed) == []
    assert lacking(presumed, **{"first: a": 12.0}) == []
    assert lacking(presumed, **{"first: a": 12.1}) == ["“second” was noted in “t” before “first”"]


def test_what_is_presumed_and_not_shown_rules_out_holds_and_no_violation() -> None:
    presumed = Presumed(pods={"web": {}})
    assert matches(act(pod(1.0, "a")), "t", CELLS, presumed).verdict is Verdict.HOLDS
    assert matches(act(), "t", CELLS, presumed).verdict is Verdict.INCONCLUSIVE
    assert matches(act(), "t", {"first: a": "refused"}, presumed).verdict is Verdict.VIOLATED


def test_a_loopback_needs_the_pod_behind_it() -> None:
    config = {"mode": "iptables", "nodePortAddresses": [], "localhostNodePorts": True, "featureGates": {}}

    def asked(*changes: Change) -> Verdict:
        one = act(*changes)
        one.recording.tables = {"t": {"n1": {"address": "127.0.0.1", "outcome": "ok"}}, "c": {"n1": config}}
        return as_configured_at_loopback(one, "t", "c", Presumed(pods={"web": {}})).verdict

    assert asked(pod(1.0, "a")) is Verdict.HOLDS
    assert asked() is Verdict.INCONCLUSIVE


def test_a_pod_that_is_not_there_is_not_reached_either() -> None:
    def asked(*changes: Change) -> Verdict:
        one = act(*changes)
        cells = {"control: n1": {"node": "n1", "outcome": "ok"}, "a": {"node": "n1", "outcome": "timeout"}}
        one.recording.tables = {"t": cells}
        return not_reached(one, "t", "web").verdict

    assert asked(pod(1.0, "a")) is Verdict.HOLDS
    assert asked() is Verdict.INCONCLUSIVE
