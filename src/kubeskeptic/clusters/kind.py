"""The kind tool: choosing an installation, its configuration, and creating and deleting clusters with it.

A configuration has Kubernetes' defaults, a profile and a mode of kube-proxy, or is the user's own file. Options that it does
not set keep the defaults of kind and Kubernetes. No bound comes from here: bounds are computed from the settings read from the
running cluster.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kubeskeptic import process
from kubeskeptic.clusters.builds import components
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.cluster import CONFIGURATION
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.steps import Step
from kubeskeptic.durations import CLUSTER_CREATE
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement

OLDEST = (0, 33)
"""The oldest version that can configure a kubelet of 1.37 for cgroup version 1. With version 2 any is used."""
HOW_TO_GET_ONE = (
    "install kind (https://kind.sigs.k8s.io/docs/user/quick-start/#installation; `brew install kind` on macOS) and put it on "
    "the PATH"
)
_PINNED = re.compile(rb"kindest/node:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}")


class Kind:
    """The kind tool for one engine.

    :param program: the command, a name or a path
    """

    def __init__(self, program: str, engine: Engine) -> None:
        self._program = program
        self._engine = engine

    def pinned(self) -> str | None:
        """Return this kind's default node image, with its digest; None when its program does not contain one."""
        program = shutil.which(self._program)
        found = _PINNED.search(Path(program).read_bytes()) if program else None
        return found[0].decode() if found else None

    def create(self, name: str, kubeconfig: Path, config: str, image: str | None, step: Step) -> None:
        """Create a cluster, without waiting for its nodes to be Ready. A failed cluster is kept for its logs.

        :param config: the configuration; it is written beside the kubeconfig before any node exists, and from then on marks
            the cluster as ours, even if this process is killed
        :param image: the node image; None for the image that this kind pins
        :raises CommandFailed: when kind fails
        """
        file = kubeconfig.with_name(CONFIGURATION)
        file.write_text(config, encoding="utf-8")
        chosen = ["--image", image] if image else []
        step.run(
            [self._program, "create", "cluster", "--name", name, "--config", str(file), "--kubeconfig", str(kubeconfig),
             "--retain", *chosen],
            env=self._engine.environment(), patience=CLUSTER_CREATE,
        )  # fmt: skip
        kubeconfig.chmod(0o600)

    def delete(self, name: str, kubeconfig: Path) -> None:
        """Delete a cluster in any state. A cluster that does not exist is no error."""
        process.run(
            [self._program, "delete", "cluster", "--name", name, "--kubeconfig", str(kubeconfig)],
            env=self._engine.environment(), patience=CLUSTER_CREATE,
        )  # fmt: skip

    def export_logs(self, name: str, target: Path) -> None:
        """Export the nodes' logs into a folder."""
        process.run([self._program, "export", "logs", "--name", name, str(target)], env=self._engine.environment(),
                    patience=CLUSTER_CREATE)  # fmt: skip


def provide(builder: Builder, engine: Engine, *, cgroups: str = "2") -> Kind:
    """Return a usable kind: the one beside our engine, or else the machine's, or else one built from its module.

    :param cgroups: the cgroup version of the machine on which the nodes run, ``1`` or ``2``
    :raises MissingRequirement: when no usable kind is installed, nor Go to build one; says how to get one
    """
    program = usable(engine, cgroups)
    if program:
        return Kind(program, engine)
    if not shutil.which("go"):
        raise MissingRequirement(f"{lack(cgroups)}; {HOW_TO_GET_ONE}")
    return Kind(str(builder.go(components.kind()) / "kind"), engine)


def usable(engine: Engine, cgroups: str) -> str | None:
    """Return the installed kind program that works with this cgroup version, or None."""
    beside = Path(engine.client).with_name("kind")
    if engine.own and beside.exists():
        return str(beside)
    found = shutil.which("kind")
    return found if found and (cgroups != "1" or version(found) >= OLDEST) else None


def lack(cgroups: str) -> str:
    """Return why the machine's kind cannot be used, as the start of a sentence."""
    found = shutil.which("kind")
    if not found:
        return "kind is not on the PATH"
    seen, needed = (".".join(map(str, numbers)) for numbers in (version(found), OLDEST))
    return f"kind on the PATH ({found}) is version {seen}, but cgroups v{cgroups} need {needed} or later"


def version(program: str) -> tuple[int, int]:
    """Return the major and minor version of a kind program; (0, 0) when it prints none."""
    try:
        said = process.run([program, "version"])
    except (CommandFailed, MissingRequirement):
        return (0, 0)
    found = re.search(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


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
