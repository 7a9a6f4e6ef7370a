"""The configuration for kind: Kubernetes' defaults, a profile, a mode of kube-proxy, or the user's own file.

Options that a configuration does not set keep the defaults of kind and Kubernetes. No bound comes from here: bounds are
computed from the settings read from the running cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kubeskeptic.configuration import PROFILES as PROFILES
from kubeskeptic.errors import BadInput

Configuration = dict[str, Any]
PROXY_MODES = ("iptables", "nftables")
SINCE_LISTS = 36
"""The minor version from which on kind writes kubeadm's v1beta4, where extra arguments are a list of names and values."""

QUICK_MANAGER = {
    "node-monitor-grace-period": "20s",
    "node-monitor-period": "2s",
    "horizontal-pod-autoscaler-sync-period": "5s",
    "horizontal-pod-autoscaler-downscale-stabilization": "30s",
}
"""Arguments of the kube-controller-manager in the profile ``quick``."""
QUICK_API_SERVER = {"default-not-ready-toleration-seconds": "20", "default-unreachable-toleration-seconds": "20"}
"""Arguments of the API server in the profile ``quick``: how long pods stay on a lost node."""
QUICK_KUBELET = {"nodeLeaseDurationSeconds": 16}
"""Leases are renewed every 4 s, so that a grace of 20 s covers five renewals, like the defaults of 50 s and 10 s."""


def default(workers: int) -> Configuration:
    """Return a configuration with one control plane and ``workers`` workers."""
    nodes = [{"role": "control-plane"}, *({"role": "worker"} for _ in range(workers))]
    return {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": nodes}


def of_file(file: Path) -> Configuration:
    """Return the user's configuration.

    :raises BadInput: when the file is not a kind configuration, or requests what kubeskeptic's own clusters do not support
    """
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadInput(f"the kind configuration {file} cannot be read: {error}") from error
    if not isinstance(config, dict) or config.get("kind") != "Cluster":
        raise BadInput(f"{file} is not a kind configuration: it has no line `kind: Cluster`")
    roles = [node.get("role", "control-plane") for node in config.get("nodes") or [{}]]
    if roles.count("control-plane") != 1 or len(roles) < 2:
        raise BadInput(f"{file} must list one control plane and at least one worker, not {roles}")
    return config


def workers(config: Configuration) -> int:
    """Return the number of workers in a configuration."""
    return sum(node.get("role") == "worker" for node in config["nodes"])


def minor(version: str | None) -> int:
    """Return the minor version in ``v1.37.2``; None, a version that kind chooses, counts as new."""
    return int(version.split(".")[1]) if version else SINCE_LISTS


def render(
    config: Configuration,
    *,
    own_network: bool,
    cgroups: str,
    version: str | None = None,
    profile: str = "default",
    proxy_mode: str = "iptables",
) -> str:
    """Return the configuration as YAML, with the requested options and what the machine needs.

    :param own_network: whether the nodes bring their own pod network instead of kind's daemon
    :param cgroups: the cgroup version of the machine, ``1`` or ``2``
    :raises BadInput: when the configuration requests a network that our own nodes do not support
    """
    merged = dict(config)
    networking = dict(config.get("networking") or {})
    if own_network:
        if networking.get("ipFamily", "ipv4") != "ipv4":
            raise BadInput(
                "the pod network of built node images is IPv4 only; leave ipFamily out, or use --images pull"
            )
        networking["disableDefaultCNI"] = True
    if proxy_mode != networking.get("kubeProxyMode", "iptables"):
        networking["kubeProxyMode"] = proxy_mode
    if networking:
        merged["networking"] = networking
    patches = [*(config.get("kubeadmConfigPatches") or ()), *_patches(cgroups, profile, minor(version))]
    if patches:
        merged["kubeadmConfigPatches"] = patches
    return yaml.safe_dump(merged, sort_keys=False)


def _patches(cgroups: str, profile: str, minor_version: int) -> list[str]:
    found = []
    # since 1.35 the kubelet refuses version 1 by default (KubeletConfiguration.failCgroupV1)
    kubelet: dict[str, Any] = {"failCgroupV1": False} if cgroups == "1" else {}
    if profile == "quick":
        kubelet |= QUICK_KUBELET
        arguments = {"controllerManager": QUICK_MANAGER, "apiServer": QUICK_API_SERVER}
        parts = {part: {"extraArgs": _arguments(values, minor_version)} for part, values in arguments.items()}
        found.append(yaml.safe_dump({"kind": "ClusterConfiguration", **parts}, sort_keys=False))
    if kubelet:
        found.append(yaml.safe_dump({"kind": "KubeletConfiguration", **kubelet}, sort_keys=False))
    return found


def _arguments(values: Mapping[str, str], minor_version: int) -> dict[str, str] | list[dict[str, str]]:
    if minor_version < SINCE_LISTS:
        return dict(values)
    # this list replaces kind's, which sets this argument and, for the API server, an empty runtime-config
    kept = {"enable-hostpath-provisioner": "true"} if "node-monitor-period" in values else {}
    return [{"name": name, "value": value} for name, value in (kept | dict(values)).items()]
