"""Which changes, pods and ports DNS answers have to follow, at each boundary. Signs and times are those of `dns_answers.py`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, Change, Lane, Sample
from tests.checks.dns_answers import (
    FINE,
    QNAME,
    UNREADY,
    A,
    B,
    act,
    addresses,
    lane,
    name_of_a,
    service,
    srv,
    with_ports,
)
from tests.drawn import pod

C = "10.0.0.3"


# -- which changes count ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seen", "changes"), [(0.0, 0), (0.1, 1)])
def test_a_change_counts_after_the_baseline_has_begun(seen: float, changes: int) -> None:
    found = addresses("2" + "1" * 17, changes=(UNREADY._replace(seen=seen),))
    assert found.measured["changes"].value == changes
    assert found.verdict is (Verdict.HOLDS if changes else Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(("tick", "verdict"), [(13, Verdict.HOLDS), (14, Verdict.INCONCLUSIVE)])
def test_more_than_the_bound_has_to_pass_after_the_last_change(tick: int, verdict: Verdict) -> None:
    found = addresses("2" * tick + "1" * (18 - tick), changes=(UNREADY._replace(seen=tick / 2),))
    assert found.verdict is verdict, found.why


def test_an_answer_is_looked_at_until_the_act_ends() -> None:
    found = addresses(FINE[:16] + "2t", end=8.0)
    assert (found.verdict, found.measured["asked"].value) == (Verdict.HOLDS, 16)
    assert addresses(FINE[:15] + "2", end=8.0).verdict is Verdict.VIOLATED
    assert addresses(FINE[:15] + "t", end=8.0).verdict is Verdict.VIOLATED


def test_each_change_is_told_with_its_time_and_what_is_right_from_then_on() -> None:
    none = pod(3.0, "web-b", ip=B, ready=False)
    found = addresses("222211xxxxxxxxxxxx", changes=(UNREADY, none))
    assert found.decisive == (f"right from +1.00 s on: {B}", "right from +2.00 s on: no record")
    assert addresses("2" * 18, changes=(UNREADY._replace(seen=0.5),)).decisive[-1] == f"right from -0.50 s on: {B}"
    many = [pod(1.0 + at / 10, "web-a", ip=f"10.0.1.{at}") for at in range(9)]
    assert len(addresses("2" * 18, changes=tuple(many)).decisive) == 8


# -- which pods are right --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("selector", [None, {}, {"app": "nobody"}, {"app": "web", "tier": "front"}])
def test_a_service_selects_the_pods_that_have_all_of_its_labels(selector: dict[str, str] | None) -> None:
    changed = service(selector=selector)._replace(seen=0.5)  # the service counts as it was seen last
    found = addresses("2" * 18, changes=(UNREADY, changed))
    assert (found.measured["changes"].value, "The Ready pods did not change" in found.why) == (0, True)


def test_pods_that_are_not_selected_change_nothing() -> None:
    other = pod(3.0, "other", app="other", ip="10.0.0.9", ready=False)
    assert addresses(FINE, changes=(UNREADY, other)).measured["changes"].value == 1


def test_a_service_that_was_not_recorded() -> None:
    asked = act(lane(FINE))
    asked.recording.specs["name"] = {"qname": "elsewhere.ns.svc.cluster.local."}
    found = checks.addresses_follow(asked, "elsewhere", "name")
    assert (found.verdict, "no Service elsewhere was recorded" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_a_probe_asks_for_a_name_of_the_service() -> None:
    asked = act(lane(FINE))
    asked.recording.specs["name"] = {"qname": "other.ns.svc.cluster.local."}
    found = checks.addresses_follow(asked, "web", "name")
    assert (found.verdict, "the probe “name” asks for no name of web" in found.why) == (Verdict.INCONCLUSIVE, True)


# -- SRV records -----------------------------------------------------------------------------------------------------------
def targets(a: str, *pods: Change, **more: Any) -> Finding:
    """Asked is a service whose pod b goes at 2 s. The answer names both until then, and pod a alone from then on."""
    changes = (*pods, pods[-1]._replace(seen=2.0, type="DELETED"), service(**more))
    found, b = Lane("n1", "srv", 0.5), a.replace("-a", "-b").replace("-0-1", "-0-2")
    for tick in range(18):
        found.append(Sample(tick, tick * 0.5, 0.001, Outcome.OK, srv(a) if tick >= 4 else srv(a, b)))
    return checks.targets_follow(act(found, changes=changes), "web", "srv")


def served(*ports: dict[str, Any]) -> list[Change]:
    """Two pods, with these ports of a container each, and a container that has none."""
    containers = [{"name": "none"}, *({"name": f"c{at}", "ports": [port]} for at, port in enumerate(ports))]
    pods = [pod(-4.0, "web-a", ip=A), pod(-4.0, "web-b", ip=B)]
    return [one._replace(object=one.object | {"spec": {"containers": containers}}) for one in pods]


HTTP, OTHER = {"name": "http", "containerPort": 8080}, {"name": "other", "containerPort": 9090}
BY_NAME = [
    {"name": "other", "port": 90, "targetPort": "other"},
    {"name": "http", "port": 80, "targetPort": "http"},
]
BY_NUMBER = [{"name": "other", "port": 90, "targetPort": 9090}, {"name": "http", "port": 80, "targetPort": 8080}]


@pytest.mark.parametrize("services", [BY_NAME, BY_NUMBER])
@pytest.mark.parametrize("ports", [[HTTP], [HTTP, OTHER], [OTHER, HTTP]])
def test_a_record_has_the_number_of_the_pods_own_port(services: list[Any], ports: list[Any]) -> None:
    assert targets("8080 10-0-0-1", *served(*ports), ports=services).verdict is Verdict.HOLDS
    for wrong in ("80 10-0-0-1", "9090 10-0-0-1", "8080 10.0.0.1", "8080 10-0-0-2"):
        assert targets(wrong, *served(*ports), ports=services).verdict is Verdict.VIOLATED


def test_a_pod_that_declares_no_port_may_be_named_by_number() -> None:
    for pods in (served(), [pod(-4.0, "web-a", ip=A), pod(-4.0, "web-b", ip=B)]):
        assert targets("8080 10-0-0-1", *pods, ports=BY_NUMBER).verdict is Verdict.HOLDS
    unnamed = served({"containerPort": 9090})
    assert targets("8080 10-0-0-1", *unnamed, ports=BY_NUMBER).verdict is Verdict.HOLDS


def test_a_port_that_the_service_does_not_have() -> None:
    found = targets("8080 10-0-0-1", *served(HTTP), ports=BY_NAME[:1])
    assert (found.verdict, "queries no port of web" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_of_several_probes_the_first_says_which_port_is_asked_for() -> None:
    lanes = [Lane("n1", probe, 0.5) for probe in ("srv", "kept")]
    for one in lanes:
        for tick in range(18):
            pods = ["8080 10-0-0-1", "8080 10-0-0-2"] if tick < 4 else ["8080 10-0-0-2"]
            one.append(Sample(tick, tick * 0.5, 0.001, Outcome.OK, srv(*pods)))
    there = [with_ports(one) for one in (pod(-4.0, "web-a", ip=A), pod(-4.0, "web-b", ip=B))]
    both = act(*lanes, changes=(*there, there[0]._replace(seen=2.0, type="DELETED")))
    both.recording.specs["kept"] = {"qname": "_other._tcp.web.ns.svc.cluster.local."}
    assert checks.targets_follow(both, "web", "srv", "kept").verdict is Verdict.HOLDS
    assert "the probe “kept” queries no port of web" in checks.targets_follow(both, "web", "kept", "srv").why


@pytest.mark.parametrize("selector", [None, {"app": "nobody"}])
def test_srv_records_name_selected_pods_alone(selector: dict[str, str] | None) -> None:
    found = targets("8080 10-0-0-1", *served(HTTP), selector=selector)
    assert found.measured["changes"].value == 0


def test_a_host_name_stands_in_place_of_the_address() -> None:
    named = [with_ports(one, hostname=one.name) for one in (pod(-4.0, "web-a", ip=A), pod(-4.0, "web-b", ip=B))]
    assert targets("8080 web-a", *named).verdict is Verdict.HOLDS
    assert targets("8080 10-0-0-1", *named).verdict is Verdict.VIOLATED


# -- the name of a pod -----------------------------------------------------------------------------------------------------
def moved(drawing: str, *changes: Change) -> Finding:
    gone = pod(2.0, "web-a", ip=A, type="DELETED")
    one: Act = act(lane(drawing), changes=(gone, *changes), name=f"web-a.{QNAME}")
    return checks.pod_name_follows(one, "web-a", "name")


def test_a_pod_has_moved_when_it_was_ready_on_another_node() -> None:
    #          0 1 2 3 4 5 6 7 8
    follows = "aaaaxx111111111111"
    there, elsewhere = (pod(3.0, "web-a", uid="new", ip=B, node=node) for node in ("n1", "n2"))
    started = pod(2.5, "web-a", uid="new", ip=B, node="n2", ready=False)
    assert moved(follows, started, elsewhere).verdict is Verdict.HOLDS
    assert "web-a was Ready only on n1: it did not move" in moved(follows, started, there).why
    assert moved("aaaaxxxxxxxxx11111", there).verdict is Verdict.VIOLATED
    other = pod(2.5, "web-b", ip=B, node="n2")
    assert "web-a was Ready only on n1" in moved(follows, there, other).why


def test_a_name_for_which_nobody_asked() -> None:
    found = checks.pod_name_follows(act(lane(FINE)), "web-a", "another name")
    assert (found.verdict, "“another name”" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_two_addresses_are_told_before_failed_lookups_and_these_before_what_may_be_kept() -> None:
    assert "2 addresses at once" in name_of_a("aaaatt211111111111").why
    both = checks.addresses_follow(act(lane(FINE[:12] + "t11111", ttl="31")), "web", "name")
    assert "1 of 18 lookups failed" in both.why
