"""The configuration of the kube-proxy on each node, and from it the minimum time between two rule updates.

A kube-proxy serves its configuration in force at ``/configz`` beside its metrics, by default only on the node's loopback. Where
that cannot be read, its ConfigMap counts, but only for a pod created after the ConfigMap's last change: a later edit is not in
force yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from kubeskeptic.durations import SETTING_READ
from kubeskeptic.errors import ClusterError, NotFound, SkepticError
from kubeskeptic.kube.handle import Kube, Object
from kubeskeptic.kube.notation import go_duration
from kubeskeptic.kube.settings.per_node import MALFORMED, Found, IntoNodes, ask_each, in_words, of_nodes

NAMES = ("SYNC",)
PROXY, SYSTEM = "kube-proxy", "kube-system"
METRICS_PORT = 10249
"""Default of metricsBindAddress: https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/"""


def read(kube: Kube, nodes: Iterable[str], access: IntoNodes) -> Found:
    """Yield SYNC of every node that has a kube-proxy.

    :raises NotFound: when no node has one
    """
    configs, silent = configurations(kube, nodes, access)
    found, unclear = ask_each(configs, lambda node: period(configs[node]))
    modes = sorted({mode for mode, _ in found.values()})
    periods = {node: period for node, (_, period) in found.items()}
    named = " or ".join(f"{mode}.minSyncPeriod" for mode in modes) or "minSyncPeriod"
    yield from of_nodes("SYNC", periods, silent | unclear, f"{named} of the running kube-proxy")


def configurations(
    kube: Kube, nodes: Iterable[str], access: IntoNodes
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return each kube-proxy's configuration in force by node, with keys in lower case, and by node why one is not known.

    Until 1.32 /configz had the internal form, with capitalized keys.

    :raises NotFound: when no node has a kube-proxy
    """
    pods = {pod["spec"].get("nodeName"): pod for pod in kube.list("Pod", SYSTEM, labels=f"k8s-app={PROXY}")["items"]}
    if not pods:
        raise NotFound(f"no pod of {SYSTEM} has the label k8s-app={PROXY}", 404)
    written = _config_map(kube)
    return ask_each(nodes, lambda node: _lower(_config(kube, node, pods.get(node), access, written)))


def node_ports(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a configuration that decide on which addresses of its node a kube-proxy serves NodePorts.

    An unset localhostNodePorts means true (``SetDefaults_KubeProxyConfiguration`` in pkg/proxy/apis/config).
    """
    own = _lower(config.get("iptables") or {})
    return {
        "mode": str(config.get("mode") or "iptables"),
        "nodePortAddresses": list(config.get("nodeportaddresses") or ()),
        "localhostNodePorts": own.get("localhostnodeports") is not False,
        "featureGates": dict(config.get("featuregates") or {}),
    }


def _config(
    kube: Kube, node: str, pod: Object | None, access: IntoNodes, written: tuple[str, dict[str, Any]] | None
) -> dict[str, Any]:
    """Return the configuration of a node's kube-proxy.

    :raises ClusterError: when neither the kube-proxy nor a ConfigMap in force provides them
    """
    if pod is None:
        raise NotFound("no kube-proxy runs on it", 404)
    port = _metrics_port(written[1]) if written else METRICS_PORT
    through_api = f"/api/v1/namespaces/{SYSTEM}/pods/{pod['metadata']['name']}:{port}/proxy/configz"
    curl = [*access.curl, "--silent", "--fail", "--max-time", "5", f"http://127.0.0.1:{port}/configz"]
    reasons = []
    for ask in (lambda: access.run(node, curl), lambda: kube.get_raw(through_api, timeout=SETTING_READ)):
        try:
            return dict(json.loads(ask())["kubeproxy.config.k8s.io"])
        except (SkepticError, *MALFORMED) as why:
            reasons.append(in_words(why))
    if written is None:
        raise ClusterError("; ".join(reasons))
    if written[0] >= pod["metadata"].get("creationTimestamp", ""):
        raise ClusterError(f"{'; '.join(reasons)}; its ConfigMap was changed after {pod['metadata']['name']} was made")
    return written[1]


def period(config: Mapping[str, Any]) -> tuple[str, float]:
    """Return a configuration's mode and its minSyncPeriod in seconds.

    An unset or zero period means 1 s, except for ipvs (``SetDefaults_KubeProxyConfiguration`` in pkg/proxy/apis/config).
    Until 1.32 /configz had the active mode's period at the top level.

    :param config: with keys in lower case
    """
    mode = str(config.get("mode") or "iptables")
    own = _lower(config.get(mode) or {})
    seconds = go_duration(str(own.get("minsyncperiod") or config.get("minsyncperiod") or "0s"))
    return mode, seconds or (0.0 if mode == "ipvs" else 1.0)


def _lower(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in config.items()}


def _config_map(kube: Kube) -> tuple[str, dict[str, Any]] | None:
    """Return when the ConfigMap was last changed, and its configuration; None when none can be read."""
    try:
        found = kube.get("ConfigMap", PROXY, SYSTEM)
        config = yaml.safe_load(found["data"]["config.conf"])
    except (ClusterError, KeyError, yaml.YAMLError):
        return None
    return (changed(found), config) if isinstance(config, dict) else None


def changed(thing: Object) -> str:
    """Return when an object was last changed, in Kubernetes' time format, which sorts as text."""
    meta = thing["metadata"]
    times = [one["time"] for one in meta.get("managedFields") or () if one.get("time")]
    return str(max([*times, meta.get("creationTimestamp") or ""]))


def _metrics_port(config: Mapping[str, Any]) -> int:
    port = str(config.get("metricsBindAddress") or "").rpartition(":")[2]
    return int(port) if port.isdigit() else METRICS_PORT
