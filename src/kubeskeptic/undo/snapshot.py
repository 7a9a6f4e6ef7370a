"""The state of a cluster, and how it differs from an earlier one.

A snapshot is taken at the start and at the end of a run. It holds nodes with their taints, labels and routes, service rules,
queueing disciplines, the control plane's manifests, kube-system's workloads and configuration, namespaces, and in a kind
cluster the other workloads. It leaves out what changes by itself in a healthy cluster, such as the addresses of pods and of
restarted nodes, and the namespaces of other runs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubeskeptic import objects
from kubeskeptic.errors import CommandFailed
from kubeskeptic.faults.components.kube_proxy import SHOW, normalised
from kubeskeptic.faults.undo_records import ANNOTATION
from kubeskeptic.node_access import EngineAccess
from kubeskeptic.objects import RUN

if TYPE_CHECKING:
    from kubeskeptic.faults import Site

Facts = dict[str, frozenset[str]]

_LOOK = f"""
echo '== manifests'; cd /etc/kubernetes/manifests 2>/dev/null && sha256sum -- * 2>/dev/null
echo '== routes'; ip route show
echo '== queues'; tc qdisc show 2>/dev/null | grep -v ' dev veth'
echo '== tables'; nft list tables 2>/dev/null
echo '== other rules'; iptables-save 2>/dev/null | grep '^-A' | grep -v -e '^-A KUBE-' -e '^-A DOCKER_'
echo '== units'; systemctl list-units --all --plain --no-legend 'skeptic-*'
echo '== rules'; {SHOW}
true
"""
_OURS = re.compile(r"\bskeptic-[a-z0-9-]+/")
_LASTING = ("-A KUBE-SERVICES", "-A KUBE-NODEPORTS", "-A KUBE-MARK", "-A KUBE-POSTROUTING", "chain ", "map service-ips")
_TO_PODS = re.compile(r"chain (service|local|endpoint)-[0-9A-Z]{8}-")
"""The beginning of a rule that leads to pods in nftables mode: it changes when a pod of the service gets another address."""
_UNALLOCATED = "Drop traffic to unallocated ClusterIPs"
"""In nftables mode, kube-proxy writes this rule only together with all others, at its start and once an hour, and only if it
knows the ServiceCIDR by then. After a restart of the node the rule may be missing (``OnServiceCIDRsChanged`` in Kubernetes'
pkg/proxy/nftables/proxier.go)."""
_TEMPORARY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


@dataclass(frozen=True)
class Snapshot:
    """Sets of facts by subject; each fact is a phrase."""

    facts: Mapping[str, frozenset[str]]


def take(site: Site) -> Snapshot:
    """Return a snapshot of the whole cluster. Changes nothing.

    :raises SkepticError: when the API server does not answer; if a node does not answer, that is a fact
    """
    facts: Facts = {}
    nodes = site.kube.list("Node")["items"]
    for node in nodes:
        facts |= _node_object(node)
    called = {objects.internal_ip(node): node["metadata"]["name"] for node in nodes}
    facts["namespaces"] = frozenset(_namespaces(site))
    facts["kube-system"] = frozenset(_system(site))
    facts["workloads"] = frozenset(_workloads(site))
    names = [node.name for node in site.cluster.nodes]
    with ThreadPoolExecutor(max(len(names), 1)) as pool:
        for inside in pool.map(lambda name: _inside(site, name, called), names):
            facts |= inside
    return Snapshot(facts)


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """Return the differences, one sentence each."""
    found = []
    for about in sorted({*before.facts, *after.facts}):
        was, now = before.facts.get(about, frozenset()), after.facts.get(about, frozenset())
        found += [f"{about}: {_some(was - now)} is gone"] if was - now else []
        found += [f"{about}: {_some(now - was)} is new"] if now - was else []
    return found


def _some(lines: frozenset[str]) -> str:
    first = min(lines)
    return f"“{first}”" if len(lines) == 1 else f"“{first}” (and {len(lines) - 1} more)"


def _node_object(node: Mapping[str, Any]) -> Facts:
    name = f"node {node['metadata']['name']}"
    taints = [t for t in node["spec"].get("taints", []) if t["key"] not in _TEMPORARY]
    return {
        f"{name} state": frozenset(
            {
                f"Ready is {objects.condition(node, 'Ready')}",
                f"unschedulable is {node['spec'].get('unschedulable', False)}",
            }
        ),
        f"{name} taints": frozenset(f"{t['key']}={t.get('value', '')}:{t['effect']}" for t in taints),
        f"{name} labels": frozenset(f"{k}={v}" for k, v in node["metadata"].get("labels", {}).items()),
        f"{name} annotations": frozenset(
            k for k in node["metadata"].get("annotations", {}) if k.startswith("kubeskeptic/")
        ),
    }


def _namespaces(site: Site) -> Iterator[str]:
    for item in site.kube.list("Namespace")["items"]:
        if item["metadata"].get("labels", {}).get(RUN, site.run) == site.run:
            yield item["metadata"]["name"]


def _system(site: Site) -> Iterator[str]:
    for kind, part in (("Deployment", "spec"), ("DaemonSet", "spec"), ("Service", "spec"), ("ConfigMap", "data")):
        for item in site.kube.list(kind, "kube-system")["items"]:
            yield _described(kind, item, part)


def _workloads(site: Site) -> Iterator[str]:
    """Yield the other workloads of a kind cluster; those of any other cluster may change at any time."""
    for kind in ("Deployment", "DaemonSet", "StatefulSet") if site.access.transport == EngineAccess.transport else ():
        for item in site.kube.list(kind)["items"]:
            namespace = item["metadata"]["namespace"]
            if namespace != "kube-system" and not namespace.startswith("skeptic-"):
                yield f"in {namespace}: {_described(kind, item, 'spec')}"


def _described(kind: str, item: Mapping[str, Any], part: str) -> str:
    ours = any(key.startswith(ANNOTATION) for key in item["metadata"].get("annotations", {}))
    marked = ", with an undo record" if ours else ""
    return f"{kind} {item['metadata']['name']} {_digest(item.get(part))}{marked}"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def by_name(text: str, called: Mapping[str, str]) -> str:
    """Return a text with node addresses replaced by node names, because a node may get another address when it starts."""
    addresses = "|".join(re.escape(address) for address in called if address)
    return re.sub(rf"(?<![\d.])({addresses})(?![\d.])", lambda hit: called[hit[0]], text) if addresses else text


def _inside(site: Site, node: str, called: Mapping[str, str]) -> Facts:
    try:
        seen = by_name(site.in_node(node, "sh", "-c", _LOOK), called)
    except CommandFailed:
        return {f"in {node}": frozenset({"cannot be inspected"})}
    sections = {part.partition("\n")[0]: part.partition("\n")[2] for part in seen.split("== ")[1:]}
    facts = {name: frozenset(filter(None, map(str.strip, text.splitlines()))) for name, text in sections.items()}
    facts["routes"] = frozenset(line for line in facts["routes"] if " via " in line)
    facts["rules"] = lasting(normalised(sections["rules"]))
    return {f"{about} in {node}": lines for about, lines in facts.items()}


def lasting(rules: frozenset[str]) -> frozenset[str]:
    """Return the rules that do not depend on pods, on services in our namespaces, or on when kube-proxy was started."""
    lead = (rule for rule in rules if rule.startswith(_LASTING) and not _TO_PODS.match(rule))
    return frozenset(rule for rule in lead if not _OURS.search(rule) and _UNALLOCATED not in rule)
