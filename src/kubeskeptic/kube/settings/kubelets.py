"""Settings in force in every kubelet: leases, status reports, crash-loop back-off, eviction thresholds, the DNS domain.

Defaults: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ and KEP-4603 for the back-off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kubeskeptic.durations import SETTING_READ
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.notation import go_duration, quantity
from kubeskeptic.kube.settings.per_node import Found, ask_each, of_nodes

NAMES = ("LEASE", "STATUS", "BACKOFF", "BACKOFF_MAX")
_FAST_BACKOFF = re.compile(r'^kubernetes_feature_enabled\{name="ReduceDefaultCrashLoopBackOffDecay"[^}]*\} 1', re.M)
_CONFIGZ = "the kubelet's /configz"


def read(kube: Kube, nodes: Iterable[str]) -> Found:
    """Yield the settings of every kubelet, and the nodes on which they could not be read."""
    configs, silent = ask_each(nodes, lambda node: config(kube, node))
    leases = {node: float(one.get("nodeLeaseDurationSeconds") or 40) / 4 for node, one in configs.items()}
    yield from of_nodes("LEASE", leases, silent, f"a quarter of nodeLeaseDurationSeconds in {_CONFIGZ}")
    reports = {node: go_duration(one.get("nodeStatusUpdateFrequency") or "10s") for node, one in configs.items()}
    yield from of_nodes("STATUS", reports, silent, f"nodeStatusUpdateFrequency in {_CONFIGZ}")
    delays, unknown = ask_each(configs, lambda node: _back_off(kube, node, configs[node]))
    first = {node: delay[0] for node, delay in delays.items()}
    most = {node: delay[1] for node, delay in delays.items()}
    yield from of_nodes(
        "BACKOFF", first, silent | unknown, "the kubelet's first back-off, by its feature gates and /configz"
    )
    yield from of_nodes(
        "BACKOFF_MAX", most, silent | unknown, f"crashLoopBackOff.maxContainerRestartPeriod in {_CONFIGZ}"
    )
    yield from _thresholds(configs, silent)


def config(kube: Kube, node: str) -> dict[str, Any]:
    """Return the configuration in force in a kubelet.

    :raises ClusterError: when the API server forbids the request or cannot reach the kubelet
    """
    answer = kube.get_raw(f"/api/v1/nodes/{node}/proxy/configz", timeout=SETTING_READ)
    return dict(json.loads(answer)["kubeletconfig"])


def versions(kube: Kube) -> dict[str, str]:
    """Return the version of each node's kubelet by node, from the Node objects.

    :raises Unanswered: when the API server does not answer
    """
    nodes = sorted(kube.list("Node")["items"], key=lambda node: str(node["metadata"]["name"]))
    return {str(node["metadata"]["name"]): str(node["status"]["nodeInfo"]["kubeletVersion"]) for node in nodes}


def domains(kube: Kube) -> set[str]:
    """Return the cluster domains that the kubelets write into pods; empty when no kubelet can be asked."""
    nodes = sorted(node["metadata"]["name"] for node in kube.list("Node")["items"])
    configs, _ = ask_each(nodes, lambda node: config(kube, node))
    return {str(one.get("clusterDomain") or "").strip(".").lower() for one in configs.values()} - {""}


def _back_off(kube: Kube, node: str, configured: Mapping[str, Any]) -> tuple[float, float]:
    """Return the first and the longest delay before a crashed container is restarted."""
    metrics = kube.get_raw(f"/api/v1/nodes/{node}/proxy/metrics", timeout=SETTING_READ).decode(errors="replace")
    first = 1.0 if _FAST_BACKOFF.search(metrics) else 10.0
    limit = (configured.get("crashLoopBackOff") or {}).get("maxContainerRestartPeriod")
    most = go_duration(limit) if limit else (60.0 if first == 1.0 else 300.0)
    return min(first, most), most


def _thresholds(configs: Mapping[str, Mapping[str, Any]], silent: Mapping[str, str]) -> Found:
    """Yield a setting for each hard eviction signal, such as ``EVICTION memory.available``, in bytes or percent."""
    signals = sorted({signal for one in configs.values() for signal in one.get("evictionHard") or {}})
    for signal in signals:
        texts = {node: one["evictionHard"][signal] for node, one in configs.items() if signal in one["evictionHard"]}
        for unit, some in (("%", True), ("B", False)):
            own = {node: _threshold(text) for node, text in texts.items() if text.endswith("%") is some}
            if own:
                yield from of_nodes(f"EVICTION {signal}", own, silent, f"evictionHard of {_CONFIGZ}", unit)


def _threshold(text: str) -> float:
    return float(text.removesuffix("%")) if text.endswith("%") else quantity(text)
