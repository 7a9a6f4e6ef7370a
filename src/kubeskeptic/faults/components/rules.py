"""The service rules of a node, in a form that can be compared between nodes and over time.

Rules that differ between nodes by definition are left out: chains of a ``Local`` traffic policy, rules that lead to them, rules
that drop the traffic of a node without such endpoints, and the sets of a node's own addresses and of the endpoints on it
(``hairpin-connections``, pkg/proxy/nftables/proxier.go). So are counters, and the chains of kube-router, whose names begin as
those of kube-proxy do.
"""

from __future__ import annotations

import re

from kubeskeptic.faults.fault import Site
from kubeskeptic.node_access.exec_pods import STATE_FOLDER

_LOCAL = ("KUBE-SVL-", "KUBE-XLB-", "has no local endpoints", "goto local-")
_LOCAL_SETS = ("set nodeport-ips", "set hairpin-connections", "chain local-")
_LOCAL_DROP = re.compile(r"map no-endpoint-\w+: .* : drop")
_KUBE_ROUTER = ("KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-")
_ELEMENTS = "elements = {"
_COUNTER = re.compile(r"\s*\[\d+:\d+\]|\s*counter packets \d+ bytes \d+")

BACKUP = f"{STATE_FOLDER}/service-rules"
"""The file in a node with the backup of the chain that leads to services, while that chain is flushed."""

_FLUSH = """
kept() {
  if nft list chain ip kube-proxy services >/dev/null 2>&1
  then echo "flush chain ip kube-proxy services"; nft --stateless list chain ip kube-proxy services
  else echo "*nat"; echo ":KUBE-SERVICES - [0:0]"; iptables -t nat -S KUBE-SERVICES | grep "^-A"; echo COMMIT
  fi
}
test -e "$1" || { kept > "$1.new" && mv "$1.new" "$1"; }
if grep -q "^.nat" "$1"; then iptables -w 5 -t nat -F KUBE-SERVICES; else nft flush chain ip kube-proxy services; fi
"""
_UNFLUSH = """
test -e "$1" || exit 0
if grep -q "^.nat" "$1"; then iptables-restore -w 5 --noflush "$1"; else nft -f "$1"; fi && rm -f "$1" "$1.new"
"""
FLUSH = ("sh", "-c", f"mkdir -p {STATE_FOLDER}; {_FLUSH}", "sh", BACKUP)
"""Backs up and flushes the chain that leads to every service of the node, in iptables and in nftables mode."""
UNFLUSH = ("sh", "-c", _UNFLUSH, "sh", BACKUP)
"""Restores what :data:`FLUSH` has flushed; does nothing without a backup."""

_NFT = "nft --stateless list table ip kube-proxy 2>/dev/null"
SHOW = f"{_NFT} || iptables-save -t nat"
"""Shell commands that print the rules by which kube-proxy forwards traffic in a node."""
SHOW_ALL = f"{_NFT} || {{ iptables-save -t nat && iptables-save -t filter; }}"
"""Shell commands that also print the rules by which it rejects and drops traffic; in nftables mode all are in one table."""


def service_rules(site: Site, node: str) -> frozenset[str]:
    """Return the rules that kube-proxy has programmed on a node, normalised.

    :raises CommandFailed: when the node cannot be reached
    """
    return normalised(site.in_node(node, "sh", "-c", SHOW_ALL))


def normalised(listing: str) -> frozenset[str]:
    """Return the rules in the output of ``iptables-save`` or ``nft list table ip kube-proxy``, normalised."""
    if listing.lstrip().startswith("table ip"):
        rules = [rule for rule in _nft(listing) if not _LOCAL_DROP.fullmatch(rule)]
    else:
        rules = [line for line in _lines(listing) if line.startswith("-A KUBE-")]
    return frozenset(rule for rule in rules if not any(name in rule for name in _LOCAL + _KUBE_ROUTER))


def _lines(listing: str) -> list[str]:
    return [_COUNTER.sub("", line).strip() for line in listing.splitlines()]


def _nft(listing: str) -> list[str]:
    kept, inside = [], ""
    for text in _lines(listing):
        if text.endswith("{"):
            inside = text.removesuffix("{").strip()
        elif text not in ("", "}") and not inside.startswith(_LOCAL_SETS):
            kept += [f"{inside}: {part}" for part in _parts(inside, text)]
    return kept


def _parts(inside: str, line: str) -> list[str]:
    """Return the parts of a line; an element of a set or map looks the same wherever it is in the list."""
    if inside.startswith("chain "):
        return [part.strip() for part in line.split(", ")]
    return [part for each in line.removeprefix(_ELEMENTS).split(", ") if (part := each.strip(" ,}"))]
