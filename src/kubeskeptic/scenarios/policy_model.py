"""What NetworkPolicies allow, computed from their manifests: the truth table that a cluster is compared with.

The rules are those of networking.k8s.io/v1. A pod that no policy selects for a direction is open in it. A selected pod is
open to what any rule of its policies allows. A connection must be allowed at both ends. Fields unknown to the model are
refused, not ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from kubeskeptic.errors import BadInput

Policy = Mapping[str, Any]
_RULES = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}
_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Party:
    """A pod at one end of a connection."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    address: str


def allows(policies: Sequence[Policy], source: Party, target: Party, port: int, protocol: str = "TCP") -> bool:
    """Return whether a new connection is allowed: out of its source, and into its target.

    :param policies: manifests, each with its namespace
    :raises BadInput: when one has a field that the model does not know
    """
    ways = (("Egress", source, target), ("Ingress", target, source))
    return all(_passes(policies, way, pod, peer, (port, protocol)) for way, pod, peer in ways)


def _passes(policies: Sequence[Policy], way: str, pod: Party, peer: Party, port: tuple[int, str]) -> bool:
    selecting = [one for one in policies if way in one["spec"]["policyTypes"] and _selects(one, pod)]
    field, peers = _RULES[way]
    rules = [(one, rule) for one in selecting for rule in one["spec"].get(field) or ()]
    return not selecting or any(_rule(one, rule, peers, peer, port) for one, rule in rules)


def _selects(policy: Policy, pod: Party) -> bool:
    return bool(policy["metadata"]["namespace"] == pod.namespace) and _labelled(
        policy["spec"]["podSelector"], pod.labels
    )


def _rule(policy: Policy, rule: Mapping[str, Any], peers: str, peer: Party, port: tuple[int, str]) -> bool:
    _known(rule, {peers, "ports"})
    ports, allowed = rule.get("ports"), rule.get(peers)
    return (not ports or any(_port(one, port) for one in ports)) and (
        not allowed or any(_peer(policy, one, peer) for one in allowed)
    )


def _port(allowed: Mapping[str, Any], port: tuple[int, str]) -> bool:
    _known(allowed, {"port", "protocol", "endPort"})
    first = allowed.get("port", 1)
    last = allowed.get("endPort", first if "port" in allowed else 65535)
    return bool(first <= port[0] <= last) and allowed.get("protocol", "TCP") == port[1]


def _peer(policy: Policy, allowed: Mapping[str, Any], peer: Party) -> bool:
    _known(allowed, {"ipBlock", "podSelector", "namespaceSelector"})
    if block := allowed.get("ipBlock"):
        _known(block, {"cidr", "except"})
        address = ip_address(peer.address)
        return address in ip_network(block["cidr"]) and not any(
            address in ip_network(one) for one in block.get("except", ())
        )
    here = policy["metadata"]["namespace"] == peer.namespace
    there = allowed.get("namespaceSelector")
    inside = here if there is None else _labelled(there, {_NAME: peer.namespace})
    return inside and _labelled(allowed.get("podSelector", {}), peer.labels)


def _labelled(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    _known(selector, {"matchLabels"})
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def _known(part: Mapping[str, Any], fields: set[str]) -> None:
    """Raise BadInput when a part of a policy has a field other than these."""
    if part.keys() - fields:
        raise BadInput(f"the NetworkPolicy model does not support {', '.join(sorted(part.keys() - fields))}")
