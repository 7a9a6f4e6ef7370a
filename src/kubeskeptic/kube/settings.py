"""Reading the settings of a cluster live, from which the bounds are computed.

What cannot be read is left out, never guessed: a claim that needs it cannot be judged there. Defaults are taken only for
flags that a component whose command line *was* read does not set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml

from kubeskeptic.bounds import Setting, Settings
from kubeskeptic.errors import ClusterError, CommandFailed, NotFound
from kubeskeptic.kube.handle import Kube, Object
from kubeskeptic.kube.notation import command_line, dns_ttl, flag, go_duration

RunInNode = Callable[[str, list[str]], str]
"""Runs a command in a node and returns its standard output."""

_MANAGER = "kube-controller-manager's arguments"
_SYN_SENT = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_syn_sent"
_FAST_BACKOFF = re.compile(r'^kubernetes_feature_enabled\{name="ReduceDefaultCrashLoopBackOffDecay"[^}]*\} 1', re.M)


def read_settings(kube: Kube, run_in_node: RunInNode | None) -> Settings:
    """All settings that can be read of this cluster.

    :param run_in_node: None where the nodes are out of reach; then what only they know is left out
    :raises Unanswered: when the API server does not answer
    """
    nodes = kube.list("Node")["items"]
    readers: list[Callable[[], Iterable[Setting]]] = [
        lambda: _controllers(kube),
        lambda: _kubelets(kube, nodes),
        lambda: _proxy(kube),
        lambda: _dns(kube),
        lambda: _conntrack(nodes, run_in_node) if run_in_node else (),
    ]
    found: dict[str, Setting] = {}
    for reader in readers:
        try:
            found |= {setting.name: setting for setting in reader()}
        except (ClusterError, CommandFailed):
            continue  # not ours to see on this cluster
    return Settings(found)


def proxy_mode(kube: Kube) -> str:
    """How kube-proxy programs the nodes: ``iptables``, ``nftables`` or ``ipvs``; empty when its ConfigMap is not there."""
    config = _proxy_config(kube)
    return "" if config is None else str(config.get("mode") or "iptables")


def pod_ranges(kube: Kube) -> list[str]:
    """The address ranges from which pods get their IPs, as CIDRs: the cluster's, or else the nodes' own."""
    words = _manager_words(kube)
    cluster = flag(words, "cluster-cidr") if words else None
    if cluster:
        return cluster.split(",")
    nodes = kube.list("Node")["items"]
    return sorted({cidr for node in nodes for cidr in node["spec"].get("podCIDRs") or ()})


def minor_version(kube: Kube) -> int:
    """The minor version of the API server: 37 for v1.37.2."""
    answer: Object = json.loads(kube.get_raw("/version"))
    digits = re.match(r"\d+", str(answer["minor"]))
    return int(digits[0]) if digits else 0


def _controllers(kube: Kube) -> Iterator[Setting]:
    """Flags and defaults: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/"""
    words = _manager_words(kube)
    if words is None:
        return
    minor = minor_version(kube)
    # Raised from 40 s with 1.32, to outlast the HTTP/2 health check of kubelets (45 s): kubernetes/kubernetes#126287.
    flags = {
        "GRACE": ("node-monitor-grace-period", 50.0 if minor >= 32 else 40.0),
        "MONITOR": ("node-monitor-period", 5.0),
        "HPA": ("horizontal-pod-autoscaler-sync-period", 15.0),
        "STABLE": ("horizontal-pod-autoscaler-downscale-stabilization", 300.0),
    }
    for name, (option, default) in flags.items():
        text = flag(words, option)
        source = f"--{option} of {_MANAGER}" if text else f"default of v1.{minor}, --{option} is not among {_MANAGER}"
        yield Setting(name, go_duration(text) if text else default, source)


def _manager_words(kube: Kube) -> list[str] | None:
    pods = kube.list("Pod", "kube-system", labels="component=kube-controller-manager")["items"]
    return command_line(pods[0]) if pods else None


def _kubelets(kube: Kube, nodes: list[Object]) -> Iterator[Setting]:
    """LEASE and BACKOFF of the first kubelet that answers; a cluster's kubelets are configured alike.

    Defaults: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ and KEP-4603 for the back-off.
    """
    node, config = _configz(kube, nodes)
    where = f"kubelet /configz of {node}"
    duration = float(config.get("nodeLeaseDurationSeconds") or 40)
    yield Setting("LEASE", duration / 4, f"a quarter of nodeLeaseDurationSeconds {duration:g}, {where}")
    metrics = kube.get_raw(f"/api/v1/nodes/{node}/proxy/metrics").decode(errors="replace")
    first = 1.0 if _FAST_BACKOFF.search(metrics) else 10.0
    limit = (config.get("crashLoopBackOff") or {}).get("maxContainerRestartPeriod")
    most = go_duration(limit) if limit else (60.0 if first == 1.0 else 300.0)
    yield Setting(
        "BACKOFF", min(first, most), f"the kubelet's first back-off, at most maxContainerRestartPeriod, {where}"
    )
    yield Setting("BACKOFF_MAX", most, f"crashLoopBackOff.maxContainerRestartPeriod, {where}")


def _configz(kube: Kube, nodes: list[Object]) -> tuple[str, dict[str, Any]]:
    refusal: ClusterError | None = None
    for node in sorted(node["metadata"]["name"] for node in nodes):
        try:
            return node, json.loads(kube.get_raw(f"/api/v1/nodes/{node}/proxy/configz"))["kubeletconfig"]
        except ClusterError as refused:
            refusal = refused
    raise refusal or NotFound("the cluster has no node")


def _proxy(kube: Kube) -> Iterator[Setting]:
    """An unset or zero period means 1 s: https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/"""
    config = _proxy_config(kube)
    if config is None:
        return
    mode = config.get("mode") or "iptables"
    text = str((config.get(mode) or {}).get("minSyncPeriod") or "0s")
    named = f"{mode}.minSyncPeriod {text}"
    where = f"{named}{'' if go_duration(text) else ' (which means 1 s)'} of kube-proxy's ConfigMap"
    yield Setting("SYNC", go_duration(text) or 1.0, where)


def _proxy_config(kube: Kube) -> dict[str, Any] | None:
    try:
        data = kube.get("ConfigMap", "kube-proxy", "kube-system")["data"]
        config: dict[str, Any] = yaml.safe_load(data["config.conf"])
    except (NotFound, KeyError):
        return None
    return config


def _dns(kube: Kube) -> Iterator[Setting]:
    read = dns_ttl(kube.get("ConfigMap", "coredns", "kube-system")["data"]["Corefile"])
    if read is None:
        return
    yield Setting("TTL", read[0], "ttl of the kubernetes plugin in the Corefile")
    cached = "the cache plugin of the Corefile" if read[1] else "no cache for the cluster's zone in the Corefile"
    yield Setting("CACHE", read[1], cached)


def _conntrack(nodes: list[Object], run_in_node: RunInNode) -> Iterator[Setting]:
    """The longest of all nodes: any of them may hold the stale entry."""
    found = {
        node["metadata"]["name"]: float(run_in_node(node["metadata"]["name"], ["cat", _SYN_SENT])) for node in nodes
    }
    longest = max(found, key=lambda name: found[name])
    yield Setting("SYN_SENT", found[longest], f"nf_conntrack_tcp_timeout_syn_sent of {longest}")
