"""Do DNS answers follow the pods, at each boundary? Signs and times are those of `dns_answers.py`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Interval
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
from tests.drawn import pod, settings

AT_ONCE = "2222" + "1" * 14
"""Never stale."""
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


# -- what was answered -----------------------------------------------------------------------------------------------------
def test_answers_that_were_never_stale() -> None:
    found = addresses(AT_ONCE)
    assert "18 lookups followed 1 changes of the Ready pods: none was stale; the limit is 2 s" in found.why
    assert found.measured["stale"].interval == Interval(0.0, 0.0)
    assert (found.nodes, found.window, found.probes) == (("n1",), (0, 9.0), ("name",))


@pytest.mark.parametrize("drawings", [("222222211111111111", AT_ONCE), (AT_ONCE, "222222211111111111")])
def test_the_stalest_answer_is_told_with_its_node(drawings: tuple[str, str]) -> None:
    found = addresses(*drawings)
    where = 1 + drawings.index("222222211111111111")
    assert f"the stalest was 1.00 s out of date, {A}, {B} on n{where}" in found.why
    assert found.measured["stale"].interval == Interval(1.0, 1.0)


def test_of_two_that_may_be_as_stale_the_one_that_is_so_for_sure_is_told() -> None:
    sure, maybe = lane("222222221111111111", "n2"), lane("222222211111111111", "n1", doubt=0.5)
    found = checks.addresses_follow(act(maybe, sure), "web", "name")
    assert "the stalest was 1.50 s out of date" in found.why
    assert "on n2" in found.why
    assert found.measured["stale"].interval == Interval(1.5, 1.5)
    assert found.nodes == ("n1", "n2")


def test_the_one_that_may_be_stalest_is_told_before_the_one_that_is_stale_for_sure() -> None:
    drawing = "222222211111111111"
    found = checks.addresses_follow(act(lane(drawing, "n1"), lane(drawing, "n2", doubt=0.5)), "web", "name")
    assert "the stalest was 1.50 s out of date" in found.why
    assert "on n2" in found.why
    assert found.measured["stale"].interval == Interval(1.0, 1.5)


@pytest.mark.parametrize(("signs", "low", "high"), [("?", 0, 1), ("t", 1, 1), ("f", 1, 1), ("c", 1, 1), ("?t", 1, 2)])
def test_what_is_not_known_may_have_failed(signs: str, low: int, high: int) -> None:
    found = addresses(FINE[:12] + signs + FINE[12 + len(signs) :])
    assert found.measured["failed"].interval == Interval(low, high)
    assert found.measured["asked"].value == 18


def test_where_every_lookup_failed_nothing_was_stale_and_nothing_may_be_kept() -> None:
    found = addresses("t" * 18)
    assert found.measured["failed"].interval == Interval(18, 18)
    assert found.measured["stale"].interval == Interval(0.0, 0.0)
    assert [found.measured[name].value for name in ("most addresses", "TTL", "asked")] == [0, 0, 18]


def test_records_of_a_lookup_whose_end_is_not_known_are_no_answer() -> None:
    one = lane(FINE)
    one.codes[4] = one.codes[12] = OUTCOMES.index(Outcome.UNKNOWN)
    found = checks.addresses_follow(act(one), "web", "name")
    assert (found.verdict, found.measured["failed"].interval) == (Verdict.INCONCLUSIVE, (0, 2))
    one.codes[12] = OUTCOMES.index(Outcome.TIMEOUT)
    assert "1 of 18 lookups failed" in checks.addresses_follow(act(one), "web", "name").why


def test_failed_lookups_are_summed_over_the_nodes() -> None:
    found = addresses(FINE[:12] + "ttf111", FINE[:12] + "t11111")
    assert "4 of 36 lookups failed; none may" in found.why


def test_a_lookup_that_was_never_asked_is_counted() -> None:
    found = addresses(FINE[:12] + " " + FINE[13:])
    assert (found.measured["asked"].value, found.measured["never asked"].value) == (17, 1)
    assert addresses(FINE).measured["never asked"].value == 0


def test_the_stalest_answer_of_each_probe_and_the_first_failed_lookups_are_told() -> None:
    stale, never = lane("2222222211111tt1tt", "n1"), lane("t" * 18, "n2")
    failed = ["n1 asked “name” at +5.50 s: timeout", "n1 asked “name” at +6.00 s: timeout"]
    told = checks.addresses_follow(act(stale), "web", "name").decisive
    assert told[:2] == tuple(failed)
    assert told[4:] == (f"n1 asked “name” at +2.50 s: {A}, {B}, 1.50 s out of date", f"right from +1.00 s on: {B}")
    both = checks.addresses_follow(act(stale, never), "web", "name").decisive
    assert [one.partition(" ")[0] for one in both] == ["n1", "n1", "n1", "n1", "n1", "right"]


def test_late_answers_are_counted_and_how_long_answers_took_is_told() -> None:
    slow = [one._replace(took=1.1 if tick in (3, 12) else 0.01 * tick) for tick, one in enumerate(lane(FINE))]
    found = checks.addresses_follow(act(Lane("n1", "name", 0.5, slow)), "web", "name")
    assert found.verdict is Verdict.HOLDS
    took = [found.measured[f"answered in, {which}"].value for which in ("p50", "p99", "longest")]
    assert (found.measured["late"].value, took) == (2, [0.09, 1.1, 1.1])


@pytest.mark.parametrize(
    ("denial", "drawing", "verdict"),
    [
        (0.0, "aaaaxxxxxx11111111", Verdict.HOLDS),
        (0.0, "aaaaxxxxxxxx111111", Verdict.VIOLATED),
        (3.0, "aaaaxxxxxxxxxxxxx1111111", Verdict.HOLDS),
        (3.0, "aaaaxxxxxxxxxxxxxx111111", Verdict.VIOLATED),
        (3.0, "aaaaaaaa1111111111111111", Verdict.HOLDS),
        (3.0, "aaaaaaaaaaaa111111111111", Verdict.VIOLATED),
    ],
)
def test_a_denial_has_its_own_bound(denial: float, drawing: str, verdict: Verdict) -> None:
    changes = (pod(2.0, "web-a", ip=A, type="DELETED"), pod(3.0, "web-a", uid="new", ip=B, node="n2"))
    one = act(lane(drawing), changes=changes, end=len(drawing) / 2)
    one.recording.settings = settings(TTL=30.0, CACHE_DENIAL=denial)
    found = checks.pod_name_follows(one, "web-a", "name")
    assert found.verdict is verdict, found.why


def test_the_bound_of_a_denial_must_have_passed_too() -> None:
    changes = (pod(2.0, "web-a", ip=A, type="DELETED"), pod(3.0, "web-a", uid="new", ip=B, node="n2"))
    one = act(lane("aaaaxx111111111"), changes=changes, end=7.5)
    one.recording.settings = settings(TTL=30.0, CACHE_DENIAL=3.0)
    found = checks.pod_name_follows(one, "web-a", "name")
    assert (found.verdict, "before the bound had passed" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert "the limit is 2 s, and 5 s for an answer without records" in found.why


def test_a_denial_may_be_kept_for_longer_than_records() -> None:
    none = pod(3.0, "web-b", ip=B, ready=False)
    found = addresses("222211XXXXXXXXXXXX", changes=(UNREADY, none))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["TTL"].value == 30
    denied = addresses("X" * 18)
    assert (denied.measured["TTL"].value, denied.measured["most addresses"].value) == (0, 0)


def test_the_longest_time_to_keep_an_answer_counts() -> None:
    for ttls in (("31", "5"), ("5", "31")):
        lanes = [lane(FINE, f"n{number}", ttl=ttl) for number, ttl in enumerate(ttls, 1)]
        assert checks.addresses_follow(act(*lanes), "web", "name").measured["TTL"].value == 31
    found = checks.addresses_follow(act(lane(FINE, ttl="")), "web", "name")
    assert (found.verdict, found.measured["TTL"].value) == (Verdict.HOLDS, 0)


def test_a_services_name_may_have_many_addresses_and_a_pods_name_one() -> None:
    found = addresses(FINE)
    assert (list(found.bounds), found.measured["most addresses"].value) == (["stale", "failed", "TTL"], 2)
    alone = name_of_a("aaaaxx111111111111")
    assert (alone.bounds["most addresses"].value, alone.measured["most addresses"].value) == (1, 1)


def test_of_several_servers_each_is_told() -> None:
    def asked(*drawings: str) -> Finding:
        one = act(*(lane(drawing, probe=name) for drawing, name in zip(drawings, ("b", "a"), strict=True)))
        one.recording.tables["servers"] = {"b": "10.0.0.8", "a": "10.0.0.7"}
        for name, server in one.recording.tables["servers"].items():
            one.recording.specs[name] = {"qname": QNAME, "server": server}
        return checks.each_server_follows(one, "web", "servers")

    found = asked(FINE, AT_ONCE)
    assert "(“a”: none stale, “b”: 0.50 s)" in found.why
    assert found.probes == ("a", "b")
    assert "none was stale;" in asked(AT_ONCE, AT_ONCE).why
    assert "3 of 36 lookups failed (1 of “a”, 2 of “b”); none may" in asked("tt" + FINE[2:], FINE[:-1] + "t").why


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
    one: Act = act(lane(drawing), changes=(gone, *changes))
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
