"""Which names were asked for, and how: another name, or protocol, shows nothing of a claim. Signs and times
are those of `dns_answers.py`.
"""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Lane, Sample
from tests.checks.dns_answers import FINE, QNAME, A, act, lane, moved_to, service, srv, with_ports
from tests.drawn import pod


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        (f"web-a.{QNAME}", Verdict.HOLDS),
        (QNAME, Verdict.INCONCLUSIVE),
        (f"web-b.{QNAME}", Verdict.INCONCLUSIVE),
        (f"web-ab.{QNAME}", Verdict.INCONCLUSIVE),
    ],
)
def test_a_pods_name_is_asked_for(name: str, verdict: Verdict) -> None:
    asked = act(lane("aaaaxx111111111111"), changes=moved_to("n2"), name=name)
    found = checks.pod_name_follows(asked, "web-a", "name")
    assert (found.verdict, "which is not the name of web-a" in found.why) == (verdict, verdict != "holds")


def test_a_services_name_is_asked_for_and_not_one_of_its_pods() -> None:
    assert checks.addresses_follow(act(lane(FINE)), "web", "name").verdict is Verdict.HOLDS
    found = checks.addresses_follow(act(lane(FINE), name=f"10-0-0-1.{QNAME}"), "web", "name")
    assert (found.verdict, "which is not the name of web" in found.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("by", ["", "dns-udp", "dns-tcp"])
def test_each_name_server_is_queried_over_the_protocol_that_is_claimed(by: str) -> None:
    asked = act(lane(FINE, probe="a"))
    asked.recording.tables["name servers"] = {"a": "10.0.0.7"}
    asked.recording.specs["a"] = {"qname": QNAME, "server": "10.0.0.7", "kind": "dns-udp"}
    found = checks.each_server_follows(asked, "web", "name servers", by=by)
    assert found.verdict is (Verdict.INCONCLUSIVE if by == "dns-tcp" else Verdict.HOLDS)
    assert ("“a” is no dns-tcp probe" in found.why) is (by == "dns-tcp")


@pytest.mark.parametrize(
    ("protocol", "label", "asked"),
    [("TCP", "tcp", True), (None, "tcp", True), ("UDP", "udp", True), ("UDP", "tcp", False), (None, "udp", False)],
)
def test_srv_records_are_asked_for_by_port_and_protocol(protocol: str | None, label: str, asked: bool) -> None:
    found = Lane("n1", "srv", 0.5)
    for tick in range(18):
        pods = ["8080 10-0-0-1", "8080 10-0-0-2"] if tick < 4 else ["8080 10-0-0-2"]
        found.append(Sample(tick, tick * 0.5, 0.001, Outcome.OK, srv(*pods)))
    there = [with_ports(one) for one in (pod(-4.0, "web-a", ip=A), pod(-4.0, "web-b", ip="10.0.0.2"))]
    port = {"name": "http", "port": 80, "targetPort": "http"} | ({"protocol": protocol} if protocol else {})
    changes = (*there, there[0]._replace(seen=2.0, type="DELETED"), service(ports=[port]))
    one = act(found, changes=changes)
    one.recording.specs["srv"] = {"qname": f"_http._{label}.{QNAME}"}
    said = checks.targets_follow(one, "web", "srv")
    assert said.verdict is (Verdict.HOLDS if asked else Verdict.INCONCLUSIVE), said.why
    assert ("queries no port of web" in said.why) is not asked
