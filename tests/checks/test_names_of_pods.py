"""Do SRV records and the name of a pod follow the pods? Signs and times are those of `dns_answers.py`."""

from __future__ import annotations

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Lane, Sample
from tests.checks.dns_answers import QNAME, A, B, act, lane, moved_to, name_of_a, srv, with_ports
from tests.drawn import pod


def targets(before: str, after: str) -> Finding:
    found = Lane("n1", "srv", 0.5)
    for tick in range(18):
        found.append(Sample(tick, tick * 0.5, 0.001, Outcome.OK, before if tick < 5 else after))
    changes = (
        with_ports(pod(-4.0, "web-a", ip=A), "web-a"), with_ports(pod(-4.0, "web-b", ip=B)),
        with_ports(pod(2.0, "web-a", ip=A, ready=False), "web-a"),
    )  # fmt: skip
    return checks.targets_follow(act(found, changes=changes), "web", "srv")


def test_srv_records_name_hosts_and_container_ports() -> None:
    b = "8080 10-0-0-2"
    finding = targets(srv("8080 web-a", b), srv(b))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert targets(srv("8080 web-a", b), srv("80 10-0-0-2")).verdict is Verdict.VIOLATED
    assert targets(srv("8080 web-a", b), srv("8080 web-a", b)).verdict is Verdict.VIOLATED
    assert targets(srv("8080 web-b", b), srv(b)).verdict is Verdict.VIOLATED


def test_a_pods_name_answers_the_live_pod_alone() -> None:
    #                 0 1 2 3 4 5 6 7 8
    assert name_of_a("aaaaxx111111111111").verdict is Verdict.HOLDS
    assert name_of_a("aaaaaaaa1111111111").verdict is Verdict.HOLDS
    assert name_of_a("aaaaxxxxxx11111111").verdict is Verdict.HOLDS
    assert name_of_a("aaaaxxxxxxxx111111").verdict is Verdict.VIOLATED
    assert name_of_a("aaaaaaaaaaaa111111").verdict is Verdict.VIOLATED
    two = name_of_a("aaaaxx2111111111111"[:18])
    assert two.verdict is Verdict.VIOLATED
    assert "2 addresses at once" in two.why
    stayed = name_of_a("aaaaxx111111111111", to="n1")
    assert (stayed.verdict, "did not move" in stayed.why) == (Verdict.INCONCLUSIVE, True)


def test_several_probes_of_a_pods_name_and_each_name_server_count() -> None:
    def asked(*drawings: str) -> list[Finding]:
        lanes = (lane(drawing, probe=name) for drawing, name in zip(drawings, "ab", strict=True))
        one = act(*lanes, changes=moved_to("n2"))
        one.recording.tables["name servers"] = {"a": "10.0.0.7", "b": "10.0.0.8"}
        for name, server in one.recording.tables["name servers"].items():
            one.recording.specs[name] = {"qname": f"web-a.{QNAME}", "server": server}
        return [
            checks.pod_name_follows(one, "web-a", "a", "b"),
            checks.each_server_follows(one, "web-a", "name servers", checks.pod_name_follows),
        ]

    assert {one.verdict for one in asked("aaaaxx111111111111", "aaaaxx111111111111")} == {Verdict.HOLDS}
    assert {one.verdict for one in asked("aaaaxx111111111111", "a" * 18)} == {Verdict.VIOLATED}
