"""Does a node reach a NodePort at its own loopback address exactly where its kube-proxy's configuration says so?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.presumed import Presumed, not_as_presumed
from kubeskeptic.counting import counted
from kubeskeptic.findings import Finding, Measure, Verdict, conclude
from kubeskeptic.timeline import Act

GATE, ALPHA = "KubeProxyNFTablesLocalhostNodePorts", "AllAlpha"
"""The feature gate for NodePorts at the loopback in nftables mode, and the one that enables it with all others of its stage."""
LOOPBACK = ("127.0.0.0/8", "::1/128")
_KEYWORDS = {"all": ("0.0.0.0/0", "::/0"), "localhost": LOOPBACK, "primary": ()}
"""What the keywords of nodePortAddresses add to the networks of which a loopback address can be a member."""
_DIFFER = Bound(0, "nodes", "each as its kube-proxy is configured")


@check
def as_configured_at_loopback(act: Act, asked: str, configured: str, presumed: Presumed | None = None) -> Finding:
    """Check that every node that asked a NodePort at its own loopback address was answered if its kube-proxy serves NodePorts
    there, and refused otherwise. A request to another address says nothing about the loopback.

    :param asked: cells with the ``address`` that was asked and the ``outcome``, by node
    :param configured: what each kube-proxy's configuration says of NodePorts, by node
        (:func:`kubeskeptic.kube.settings.proxies.node_ports`)
    :param presumed: what must have been there while the cells were noted; otherwise the verdict is not *holds*
    """
    cells, configs = act.table(asked), act.table(configured)
    act.reading.doubts += not_as_presumed(act, asked, cells.keys(), presumed) if presumed else ()
    asked_at = {node: str(cells[node]["address"]) for node in act.nodes if node in cells and node in configs}
    known = list(asked_at)
    loopback = {node: ip_address(address).is_loopback for node, address in asked_at.items()}
    expected = {node: outcome_at(asked_at[node], configs[node]) if loopback[node] else None for node in known}
    differ = [node for node, outcome in expected.items() if outcome and cells[node]["outcome"] != outcome]
    wrong = [node for node in differ if cells[node]["outcome"] != Outcome.UNKNOWN]
    said = [f"{node}: {cells[node]['outcome']}, not {expected[node]}, with {_words(configs[node])}" for node in differ]
    told = {node: f"{outcome} with {_words(configs[node])}" for node, outcome in expected.items() if outcome}
    got = "; ".join(dict.fromkeys(told.values()))
    why = f"At their own loopback, NodePorts behave as kube-proxy is configured on {counted(len(told), 'node')}: {got}."
    if said:
        why = f"At their own loopback, {len(said)} of {len(known)} nodes differ from their kube-proxy's configuration: "
        why += f"{'; '.join(said[:2])}{'; …' if len(said) > 2 else ''}."
    finding = conclude(
        why,
        {
            "nodes that differ": Measure(len(wrong), "nodes", len(wrong), len(differ)),
            "nodes": Measure(len(known), "nodes"),
        },
        {"nodes that differ": _DIFFER},
        nodes=tuple(sorted(known)),
        window=(act.start, act.end),
        decisive=tuple(said[:8]),
    )
    unknown = sorted(node for node in act.nodes if expected.get(node) is None)
    if unknown and finding.verdict is not Verdict.VIOLATED:
        return finding.but(f"What the loopback of {', '.join(unknown)} does, or should do, is not known")
    return finding


def outcome_at(address: str, config: Mapping[str, Any]) -> Outcome | None:
    """Return how a request to a TCP NodePort at a loopback address ends; None if the configuration does not tell.

    It is answered in iptables mode, over IPv4, unless localhostNodePorts is false or nodePortAddresses leaves the address out;
    in nftables mode if nodePortAddresses names a loopback network and the feature gate is enabled, whose default is that of a
    version; in ipvs mode never. Where it is not answered nothing listens, and the kernel refuses it.

    Sources: https://kubernetes.io/docs/reference/networking/virtual-ips/, and NewNodePortAddresses, NewProxier and
    useLocalhostNodePortProxy in pkg/proxy of Kubernetes 1.37.
    """
    at, gates = ip_address(address), config["featureGates"]
    networks = _networks(at, config["nodePortAddresses"])
    match config["mode"]:
        case "iptables":
            served = at.version == 4 and config["localhostNodePorts"] and any(at in one for one in networks)
        case "nftables":
            served = any(one.network_address.is_loopback for one in networks)
            if served and not gates.keys() & {GATE, ALPHA}:
                return None
            served = served and gates.get(GATE, gates.get(ALPHA))
        case "ipvs":
            served = False
        case _:
            return None
    return Outcome.OK if served else Outcome.REFUSED


def _networks(at: IPv4Address | IPv6Address, addresses: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Return the networks of an address's family in nodePortAddresses; a family without any is not limited."""
    texts = [text for one in addresses for text in _KEYWORDS.get(one, (one,))]
    networks = [one for one in (ip_network(text, strict=False) for text in texts) if one.version == at.version]
    everything = _KEYWORDS["all"][at.version == 6]
    return networks if networks or "primary" in addresses else [ip_network(everything)]


def _words(config: Mapping[str, Any]) -> str:
    """Return a configuration as part of a sentence."""
    addresses = ", ".join(config["nodePortAddresses"]) or "unset"
    localhost = (
        f"localhostNodePorts {str(config['localhostNodePorts']).lower()}, " if config["mode"] == "iptables" else ""
    )
    return f"{config['mode']} mode, {localhost}nodePortAddresses {addresses}"
