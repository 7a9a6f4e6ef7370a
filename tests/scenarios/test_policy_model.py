"""The truth table of NetworkPolicies, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.scenarios.policy_model import Party, allows

SERVER = Party("server", "a", {"app": "server"}, "10.0.0.1")
FRIEND = Party("friend", "a", {"app": "friend", "access": "allowed"}, "10.0.0.2")
STRANGER = Party("stranger", "a", {"app": "stranger"}, "10.0.0.3")
FOREIGNER = Party("foreigner", "b", {"access": "allowed"}, "10.0.1.4")
LABEL = {"podSelector": {"matchLabels": {"access": "allowed"}}}


def ingress(*rules: dict[str, Any], app: str = "server") -> dict[str, Any]:
    return of("Ingress", app, {"ingress": list(rules)})


def egress(*rules: dict[str, Any], app: str = "friend") -> dict[str, Any]:
    return of("Egress", app, {"egress": list(rules)})


def of(way: str, app: str, rules: dict[str, Any]) -> dict[str, Any]:
    spec = {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": [way], **rules}
    return {"metadata": {"namespace": "a"}, "spec": spec}


def through(*policies: dict[str, Any], port: int = 80, protocol: str = "TCP") -> str:
    """Which of friend, stranger and foreigner get to the server."""
    clients = {"f": FRIEND, "s": STRANGER, "b": FOREIGNER}
    return "".join(sign for sign, one in clients.items() if allows(policies, one, SERVER, port, protocol))


@pytest.mark.parametrize(
    ("rules", "who"),
    [
        ([], ""),
        ([{}], "fsb"),
        ([{"from": []}], "fsb"),
        ([{"from": [LABEL]}], "f"),
        ([{"from": [{"namespaceSelector": {}}]}], "fsb"),
        ([{"from": [{"namespaceSelector": {}, **LABEL}]}], "fb"),
        ([{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}}]}], "b"),
        ([{"from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}]}], "fs"),
        ([{"from": [{"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.0.2/32"]}}]}], "sb"),
        ([{"from": [{"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.0.2/32"]}}, LABEL]}], "fsb"),
        ([{"from": [LABEL]}, {"from": [{"ipBlock": {"cidr": "10.0.1.4/32"}}]}], "fb"),
    ],
)
def test_peers(rules: list[dict[str, Any]], who: str) -> None:
    assert through(ingress(*rules)) == who


@pytest.mark.parametrize(
    ("ports", "port", "protocol", "passes"),
    [
        ([], 80, "TCP", True),
        ([{"port": 80}], 80, "TCP", True),
        ([{"port": 80}], 81, "TCP", False),
        ([{"port": 80}], 80, "UDP", False),
        ([{"port": 80, "protocol": "UDP"}], 80, "UDP", True),
        ([{"protocol": "TCP"}], 9999, "TCP", True),
        ([{"port": 80, "endPort": 90}], 90, "TCP", True),
        ([{"port": 80, "endPort": 90}], 91, "TCP", False),
        ([{"port": 80}, {"port": 443}], 443, "TCP", True),
    ],
)
def test_ports(ports: list[dict[str, Any]], port: int, protocol: str, passes: bool) -> None:
    assert through(ingress({"ports": ports}), port=port, protocol=protocol) == ("fsb" if passes else "")


def test_peers_and_ports_of_one_rule_belong_together() -> None:
    policy = ingress({"from": [LABEL], "ports": [{"port": 80}]}, {"ports": [{"port": 81}]})
    assert through(policy, port=80) == "f"
    assert through(policy, port=81) == "fsb"


def test_policies_add_up_and_are_for_whom_they_select() -> None:
    deny, allow = ingress(), ingress({"from": [LABEL]})
    assert through(deny, allow) == "f"
    assert through(ingress(app="other")) == "fsb"


def test_a_connection_needs_both_ends() -> None:
    only_other = egress({"to": [{"podSelector": {"matchLabels": {"app": "other"}}}]})
    assert through(only_other) == "sb"
    assert through(egress({"to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}], "ports": [{"port": 80}]})) == "fsb"
    assert through(egress({"to": [{"ipBlock": {"cidr": "10.0.0.1/32"}}], "ports": [{"port": 80}]}), port=81) == "sb"
    assert through(only_other, ingress({"from": [LABEL]})) == ""


@pytest.mark.parametrize(
    "rule",
    [
        {"from": [{"podSelector": {"matchExpressions": []}}]},
        {"from": [{"fqdn": "x"}]},
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "only": []}}]},
        {"ports": [{"port": 80, "name": "x"}]},
        {"to": []},
    ],
)
def test_what_the_model_does_not_know_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="does not support"):
        through(ingress(rule))
