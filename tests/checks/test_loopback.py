"""A NodePort at a node's loopback, beside what the node's kube-proxy is configured to do."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import as_configured_at_loopback
from kubeskeptic.checks.loopback import GATE, outcome_at
from kubeskeptic.findings import Finding, Verdict
from tests.checks.declared import declared

NODES = ("n1", "n2", "n3")


def config(mode: str = "iptables", *addresses: str, localhost: bool = True, **gates: bool) -> dict[str, Any]:
    return {"mode": mode, "nodePortAddresses": list(addresses), "localhostNodePorts": localhost, "featureGates": gates}


def asked(outcomes: dict[str, str], at: str = "127.0.0.1", **configs: dict[str, Any]) -> Finding:
    act = declared(nodes=NODES)
    act.recording.tables["asked"] = {
        node: {"address": at if node == "n3" else "127.0.0.1", "outcome": outcome} for node, outcome in outcomes.items()
    }
    act.recording.tables["configured"] = {node: config() for node in NODES} | configs
    return as_configured_at_loopback(act, "asked", "configured")


@pytest.mark.parametrize(
    ("one", "address", "outcome"),
    [
        (config(), "127.0.0.1", "ok"),
        (config(localhost=False), "127.0.0.1", "refused"),
        (config(), "::1", "refused"),
        (config("iptables", "127.0.0.0/8"), "127.0.0.1", "ok"),
        (config("iptables", "127.0.0.2/32"), "127.0.0.1", "refused"),
        (config("iptables", "192.0.2.1/24"), "127.0.0.1", "refused"),
        (config("iptables", "fd00::/64"), "127.0.0.1", "ok"),
        (config("iptables", "primary"), "127.0.0.1", "refused"),
        (config("iptables", "primary", "fd00::/64"), "127.0.0.1", "refused"),
        (config("iptables", "primary", "localhost"), "127.0.0.1", "ok"),
        (config("iptables", "all"), "127.0.0.1", "ok"),
        (config("nftables", "primary"), "127.0.0.1", "refused"),
        (config("nftables", "all", **{GATE: True}), "127.0.0.1", "refused"),
        (config("nftables", "primary", "localhost", **{GATE: True}), "127.0.0.1", "ok"),
        (config("nftables", "primary", "localhost", **{GATE: True}), "::1", "ok"),
        (config("nftables", "127.0.0.0/8", AllAlpha=True), "127.0.0.1", "ok"),
        (config("nftables", "127.0.0.0/8", **{GATE: True}), "::1", "refused"),
        (config("nftables", "localhost", AllAlpha=True, **{GATE: False}), "127.0.0.1", "refused"),
        (config("nftables", "localhost"), "127.0.0.1", None),
        (config("ipvs"), "127.0.0.1", "refused"),
        (config("kernelspace"), "127.0.0.1", None),
    ],
)
def test_what_a_configuration_means(one: dict[str, Any], address: str, outcome: str | None) -> None:
    assert outcome_at(address, one) == outcome


def test_another_address_than_the_loopback_says_nothing() -> None:
    every = dict.fromkeys(NODES, "ok")
    assert asked(every, "127.0.0.9").verdict is Verdict.HOLDS
    for outcome in ("ok", "refused"):
        found = asked({**every, "n3": outcome}, "172.18.0.5")
        assert (found.verdict, "the loopback of n3" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert asked({**every, "n1": "refused"}, "172.18.0.5").verdict is Verdict.VIOLATED


def test_each_node_follows_its_own_configuration() -> None:
    finding = asked({"n1": "ok", "n2": "refused", "n3": "refused"}, n2=config("nftables"), n3=config(localhost=False))
    assert (finding.verdict, finding.nodes, finding.window) == (Verdict.HOLDS, NODES, (1, 20)), finding.why
    assert "on 3 nodes: ok with iptables mode, localhostNodePorts true, nodePortAddresses unset; " in finding.why
    assert "refused with nftables mode, nodePortAddresses unset" in finding.why
    assert (finding.measured["nodes that differ"].value, finding.measured["nodes"].value) == (0, 3)


@pytest.mark.parametrize("outcome", ["refused", "timeout", "wrong", "reset"])
def test_a_node_without_the_rule_violates(outcome: str) -> None:
    finding = asked({"n1": "ok", "n2": outcome, "n3": "ok"})
    assert finding.verdict is Verdict.VIOLATED
    assert f"1 of 3 nodes differ from their kube-proxy's configuration: n2: {outcome}, not ok, with" in finding.why
    assert len(finding.decisive) == 1
    assert "…" not in finding.why


def test_an_answer_where_none_is_served_violates() -> None:
    stale = config("nftables", "primary")  # as if rules of iptables mode were left over
    finding = asked({"n1": "ok", "n2": "ok", "n3": "ok"}, n1=stale, n2=stale, n3=stale)
    assert (finding.verdict, finding.measured["nodes that differ"].value) == (Verdict.VIOLATED, 3)
    assert "; …" in finding.why


def test_a_reject_entry_that_a_restart_left_behind_violates() -> None:
    """kubernetes#142183: nodePortAddresses was changed to include the loopback, and kube-proxy restarted."""
    one = config("nftables", "primary", "localhost", **{GATE: True})
    assert asked({"n1": "refused", "n2": "ok", "n3": "ok"}, n1=one).verdict is Verdict.VIOLATED


def test_a_node_that_was_not_asked_or_read_is_inconclusive() -> None:
    finding = asked({"n1": "ok", "n3": "ok"})
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "What the loopback of n2 does, or should do, is not known" in finding.why
    other = config("kernelspace")
    assert asked(dict.fromkeys(NODES, "ok"), n3=other).verdict is Verdict.INCONCLUSIVE
    assert asked({"n1": "refused", "n3": "ok"}).verdict is Verdict.VIOLATED, "a violation that was seen stays one"


def test_an_unknown_outcome_is_inconclusive() -> None:
    assert asked({"n1": "ok", "n2": "unknown", "n3": "ok"}).verdict is Verdict.INCONCLUSIVE
