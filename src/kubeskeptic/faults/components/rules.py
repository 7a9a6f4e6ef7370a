"""The service rules of a node, in a form that can be compared between nodes and over time.

Rules that differ between nodes by definition are left out: chains of a ``Local`` traffic policy, and the sets of a node's own
addresses and of the endpoints on it (``hairpin-connections``, pkg/proxy/nftables/proxier.go). So are counters.
"""

from __future__ import annotations

import re

from kubeskeptic.faults.fault import Site
from kubeskeptic.node_access.exec_pods import STATE_FOLDER

_LOCAL = ("KUBE-SVL-", "KUBE-XLB-")
_LOCAL_SETS = ("set nodeport-ips", "set hairpin-connections")
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

SHOW = "nft --stateless list table ip kube-proxy 2>/dev/null || iptables-save -t nat"
"""Shell commands that print the rules that kube-proxy has programmed in a node."""


def service_rules(site: Site, node: str) -> frozenset[str]:
    """Return the rules that kube-proxy has programmed on a node, normalised.

    :raises CommandFailed: when the node cannot be reached
    """
    return normalised(site.in_node(node, "sh", "-c", SHOW))


def normalised(listing: str) -> frozenset[str]:
    """Return the rules in the output of ``iptables-save -t nat`` or ``nft list table ip kube-proxy``, normalised."""
    if listing.lstrip().startswith("table ip"):
        return frozenset(_nft(listing))
    lines = (_COUNTER.sub("", line).strip() for line in listing.splitlines())
    return frozenset(line for line in lines if line.startswith("-A KUBE-") and not any(name in line for name in _LOCAL))


def _nft(listing: str) -> list[str]:
    kept, inside = [], ""
    for line in listing.splitlines():
        text = _COUNTER.sub("", line).strip()
        if text.endswith("{"):
            inside = text.removesuffix("{").strip()
        elif text not in ("", "}") and inside not in _LOCAL_SETS:
            kept += [f"{inside}: {part}" for part in _parts(inside, text)]
    return kept


def _parts(inside: str, line: str) -> list[str]:
    """Return the parts of a line; an element of a set or map looks the same wherever it is in the list."""
    if inside.startswith("chain "):
        return [part.strip() for part in line.split(", ")]
    return [part for each in line.removeprefix(_ELEMENTS).split(", ") if (part := each.strip(" ,}"))]
