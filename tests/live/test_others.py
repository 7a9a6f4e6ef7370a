"""What is not ours is left as it is, byte for byte; what somebody changed behind our back is seen and named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import CLEANUP_GONE
from kubeskeptic.faults import Fault, Site, inflict
from kubeskeptic.faults.components.flush_service_rules import FlushServiceRules
from kubeskeptic.faults.components.pressure import Pressure
from kubeskeptic.faults.components.stop_kubelet import StopKubelet
from kubeskeptic.faults.network.cut_off_node import CutOffNode
from kubeskeptic.faults.nodes.cordon_node import CordonNode
from kubeskeptic.faults.nodes.taint_node import TaintNode
from kubeskeptic.undo import leftovers
from kubeskeptic.undo.cleanup import cleanup
from kubeskeptic.undo.snapshot import differences, take
from kubeskeptic.waiting import until

from .switches import defeat
from .victims import Victims
from .workload import gone

pytestmark = pytest.mark.live

NAMESPACE = "skeptic-but-not-ours"
MAKE = """
nft add table inet skeptics_table
nft add chain inet skeptics_table mine '{ type filter hook input priority 5; policy accept; }'
nft add rule inet skeptics_table mine ip saddr 192.0.2.1 counter drop
iptables -N SKEPTIC-OTHERS && iptables -A SKEPTIC-OTHERS -s 192.0.2.2/32 -j DROP
mkdir -p /var/lib/others && echo kept > /var/lib/others/note.json
mkdir -p /var/lib/kubeskeptic && echo 'no note of ours' > /var/lib/kubeskeptic/others.txt
systemd-run --quiet --unit=others-skeptic --on-active=3600 true
ip link add others0 type veth peer name others1
tc qdisc add dev others0 root tbf rate 1mbit burst 16kb latency 50ms
"""
LOOK = """
nft --stateless list table inet skeptics_table
iptables -S SKEPTIC-OTHERS
cat /var/lib/others/note.json /var/lib/kubeskeptic/others.txt
systemctl list-units --all --plain --no-legend 'others-skeptic*' | awk '{print $1, $2, $3, $4}'
tc qdisc show dev others0 root
"""
UNMAKE = """
nft delete table inet skeptics_table
iptables -F SKEPTIC-OTHERS; iptables -X SKEPTIC-OTHERS
rm -rf /var/lib/others /var/lib/kubeskeptic/others.txt
systemctl stop others-skeptic.timer
ip link delete others0
"""


@pytest.fixture(scope="module")
def node(site: Site) -> str:
    """The worker that is broken."""
    return site.cluster.workers[-1].name


@pytest.fixture
def look(site: Site, node: str) -> Iterator[Callable[[], str]]:
    """Somebody else's things everywhere, with names close to ours; gives everything that they are, as text."""
    labels = {"app.kubernetes.io/managed-by": "kubeskeptics", "kubeskeptic": "others"}
    site.in_node(node, "sh", "-ec", MAKE)
    site.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}})
    config = {"name": "kubeskeptic-like", "namespace": NAMESPACE, "annotations": {"kubeskeptic/undone": "no note"}}
    site.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": config, "data": {"a": "b"}})
    taint = {"key": "kubeskeptic.example/others", "value": "x", "effect": "PreferNoSchedule"}
    meta = {"labels": {"kubeskeptic.example/others": "yes"}, "annotations": {"kubeskeptic/undone": "others"}}
    site.kube.patch("Node", node, None, {"metadata": meta, "spec": {"taints": [taint]}})
    yield lambda: _all(site, node)
    nothing = dict.fromkeys(meta["labels"])
    gone_meta = {"labels": nothing, "annotations": {"kubeskeptic/undone": None}}
    site.kube.patch("Node", node, None, {"metadata": gone_meta, "spec": {"taints": None}})
    site.kube.delete("Namespace", NAMESPACE)
    site.in_node(node, "sh", "-c", UNMAKE)
    until(lambda: gone(site, NAMESPACE), CLEANUP_GONE, what="the namespace to go")


def _all(site: Site, node: str) -> str:
    """Everything of somebody else's, in one text; the versions of objects are left out where their kubelet writes them."""
    seen: list[Any] = [site.in_node(node, "sh", "-c", LOOK)]
    for kind, name, namespace in (("Namespace", NAMESPACE, None), ("ConfigMap", "kubeskeptic-like", NAMESPACE)):
        seen.append(site.kube.get(kind, name, namespace))
    found = site.kube.get("Node", node)
    seen.append([found["spec"].get("taints"), found["metadata"]["labels"], found["metadata"]["annotations"]])
    return json.dumps(seen, indent=1, sort_keys=True)


def faults(node: str) -> list[Fault]:
    """One of each way of leaving something behind: rules, taints, fields, files, units, processes."""
    return [
        TaintNode(node, "kubeskeptic/others"),
        CordonNode(node),
        CutOffNode(node, "workers"),
        FlushServiceRules(node),
        StopKubelet(node),
    ]


def test_faults_leave_what_is_not_ours_as_it_is(site: Site, node: str, look: Callable[[], str]) -> None:
    before = look()
    with ExitStack() as stack:
        for fault in faults(node):
            stack.enter_context(inflict(fault, site, scenario="live", lasts=240))
    with inflict(Pressure(node, "disk"), site, scenario="live", lasts=240):
        pass
    site.close()
    assert look() == before


@pytest.mark.parametrize("journal", ["kept", "lost"])
def test_cleanup_leaves_what_is_not_ours_as_it_is(
    site: Site, node: str, look: Callable[[], str], tmp_path: Path, journal: str
) -> None:
    before = look()
    victims = Victims(site, tmp_path)
    cut = victims.start("cut_off_node", {"node": node, "whom": "workers"})
    assert cut.reaches("bit")
    taint = victims.start("taint_node", {"node": node, "key": "kubeskeptic/others"})
    assert taint.reaches("bit")
    defeat(site)
    victims.close()
    journals = [cut.journal, taint.journal]
    if journal == "lost":
        for path in journals:
            path.unlink()
        journals = []
    assert cleanup(site, journals, say=print) > 0
    assert leftovers.find(site, journals) == []
    assert look() == before


CHANGES: dict[str, tuple[str, str, str]] = {
    "a packet filter table": ("nft add table inet left_over", "nft delete table inet left_over", "tables in"),
    "a packet filter rule": (
        "iptables -A FORWARD -s 192.0.2.9/32 -j DROP",
        "iptables -D FORWARD -s 192.0.2.9/32 -j DROP",
        "other rules in",
    ),
    "a route": (
        "ip route add 192.0.2.0/24 via $(ip route show default | awk '{print $3; exit}')",
        "ip route delete 192.0.2.0/24",
        "routes in",
    ),
    "a manifest": (
        "echo '# nothing' > /etc/kubernetes/manifests/left",
        "rm /etc/kubernetes/manifests/left",
        "manifests in",
    ),
    "a unit of ours": (
        "systemd-run --quiet --unit=skeptic-left --on-active=3600 true",
        "systemctl stop skeptic-left.timer",
        "units in",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_in_a_node_is_named(site: Site, node: str, what: str) -> None:
    make, unmake, about = CHANGES[what]
    before = take(site)
    site.in_node(node, "sh", "-ec", make)
    try:
        (difference,) = differences(before, take(site))
    finally:
        site.in_node(node, "sh", "-c", unmake)
    assert difference.startswith(f"{about} {node}: ")
    assert differences(before, take(site)) == []


OBJECT_CHANGES: dict[str, dict[str, Any]] = {
    "taints": {"spec": {"taints": [{"key": "left", "effect": "PreferNoSchedule"}]}},
    "labels": {"metadata": {"labels": {"left": "here"}}},
    "state": {"spec": {"unschedulable": True}},
}


@pytest.mark.parametrize("what", OBJECT_CHANGES)
def test_what_changed_about_a_node_is_named(site: Site, node: str, what: str) -> None:
    back = {"spec": {"taints": None, "unschedulable": None}, "metadata": {"labels": {"left": None}}}
    before = take(site)
    site.kube.patch("Node", node, None, OBJECT_CHANGES[what])
    try:
        found = differences(before, take(site))
    finally:
        site.kube.patch("Node", node, None, back)
    assert any(one.startswith(f"node {node} {what}: ") for one in found)


def test_what_changed_in_kube_system_is_named(site: Site) -> None:
    before = take(site)
    meta = {"name": "left-over", "namespace": "kube-system"}
    site.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "b"}})
    try:
        found = differences(before, take(site))
    finally:
        site.kube.delete("ConfigMap", "left-over", "kube-system")
    assert any("ConfigMap left-over" in one for one in found)
