"""kube-proxy of a node: its health, whether it has programmed every change that it has received, and its service rules.

By default it serves its health on port 10256 of every address, and metrics on port 10249 of loopback (KubeProxyConfiguration,
``healthzBindAddress`` and ``metricsBindAddress``).

Service rules are normalised so that they can be compared between nodes and over time. Rules that differ between nodes by
definition are left out: chains of a ``Local`` traffic policy, rules that lead to them, rules that drop the traffic of a node
without such endpoints, and the sets of a node's own addresses and of the endpoints on it (``hairpin-connections``,
pkg/proxy/nftables/proxier.go). So are counters, and the chains of kube-router, whose names begin as those of kube-proxy do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from kubeskeptic.faults import curl
from kubeskeptic.faults.fault import Site
from kubeskeptic.node_access.exec_pods import STATE_FOLDER
from kubeskeptic.waiting import NotYet

PROCESS = "kube-proxy"
CONTINUE = ("sh", "-c", 'pkill -CONT -x "$1" || test "$?" = 1', "sh", PROCESS)
"""The command line that sends SIGCONT to a stopped kube-proxy; it succeeds even if there is none."""

_SYNCED = "kubeproxy_sync_proxy_rules_last_timestamp_seconds"
_QUEUED = "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"

_AGE = 'set -- $(cat "/proc/$(pgrep -o -x "$1")/stat") && echo "${22} $(cut -d " " -f 1 /proc/uptime)"'
_TICKS = 100
"""USER_HZ, the unit of start times in /proc/PID/stat (proc_pid_stat(5)), on all architectures of Kubernetes."""


def not_healthy(site: Site, node: str) -> str | NotYet:
    """Return evidence that the health endpoint of kube-proxy does not answer."""
    if _get(site, node, ":10256/healthz"):
        return NotYet("the health endpoint of kube-proxy still answers")
    return "the health endpoint of kube-proxy does not answer"


def synced(site: Site, node: str) -> str | NotYet:
    """Return evidence that kube-proxy answers and has programmed every change that it has received."""
    if not _get(site, node, ":10256/healthz"):
        return NotYet("kube-proxy is not healthy")
    metrics = _get(site, node, ":10249/metrics")
    done, queued = by_label(metrics, _SYNCED), by_label(metrics, _QUEUED)
    if not done or any(when > done.get(labels, 0.0) for labels, when in queued.items()):
        return NotYet("kube-proxy has not programmed every change that it has received")
    return "kube-proxy is healthy and has programmed every change that it has received"


def started(site: Site, node: str) -> tuple[float, float]:
    """Return when the process of kube-proxy was started: two Unix times of this machine, between which it was.

    :raises CommandFailed: when there is no such process
    """
    before = time.time()
    ticks, uptime = site.in_node(node, "sh", "-c", _AGE, "sh", PROCESS).split()
    age = float(uptime) - int(ticks) / _TICKS
    return before - age, time.time() - age


def by_label(metrics: str, name: str) -> dict[str, float]:
    """Return the values of one metric from the text of a metrics endpoint, by the text of their labels."""
    found = re.findall(rf"^{re.escape(name)}(\{{[^}}]*\}})? (\S+)$", metrics, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def _get(site: Site, node: str, address: str) -> str:
    return curl.get(site, node, f"http://127.0.0.1{address}")


_LOCAL = ("KUBE-SVL-", "KUBE-XLB-", "has no local endpoints", "goto local-")
_LOCAL_SETS = ("set nodeport-ips", "set hairpin-connections", "chain local-")
_LOCAL_DROP = re.compile(r"map no-endpoint-\w+: .* : drop")
_KUBE_ROUTER = ("KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-")
_JUMP = re.compile(r"-A [A-Z]+ .*-j KUBE-")
"""A rule by which a chain of the kernel leads to one of Kubernetes: without it, no packet gets there."""
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
        rules = list(_iptables(listing))
    return frozenset(rule for rule in rules if not any(name in rule for name in _LOCAL + _KUBE_ROUTER))


def _iptables(listing: str) -> Iterator[str]:
    """Yield the rules in chains of Kubernetes, and those that lead to them, which say in which table they are."""
    table = ""
    for line in _lines(listing):
        if line.startswith("*"):
            table = line.removeprefix("*")
        elif line.startswith("-A KUBE-"):
            yield line
        elif _JUMP.match(line):
            yield f"{table}: {line}"


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
