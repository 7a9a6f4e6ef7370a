"""Arguments and version of the leading kube-controller-manager: several may run, but only the leader acts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubeskeptic.bounds import election
from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.kube.handle import Kube, Object
from kubeskeptic.kube.notation import command_line, flag, go_duration
from kubeskeptic.settings import Setting

NAMES = ("GRACE", "MONITOR", "HPA", "STABLE", "ELECTION")
MANAGER, SYSTEM = "kube-controller-manager", "kube-system"


def read(kube: Kube) -> Iterator[Setting]:
    """Yield the settings on the leader's command line, or its version's defaults.

    Flags: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
    """
    pod = leader(kube)
    name, words, minor = pod["metadata"]["name"], command_line(pod), version(kube, pod)
    # Raised from 40 s in 1.32, to outlast the kubelets' HTTP/2 health check (45 s): kubernetes/kubernetes#126287.
    flags = {
        "GRACE": ("node-monitor-grace-period", 50.0 if minor >= 32 else 40.0),
        "MONITOR": ("node-monitor-period", 5.0),
        "HPA": ("horizontal-pod-autoscaler-sync-period", 15.0),
        "STABLE": ("horizontal-pod-autoscaler-downscale-stabilization", 300.0),
    }
    for setting, (option, default) in flags.items():
        text = flag(words, option)
        source = f"--{option} of {name}" if text else f"default of v1.{minor}, --{option} is not set by {name}"
        yield Setting(setting, go_duration(text) if text else default, source)
    lease, retry = (flag(words, f"leader-elect-{one}") for one in ("lease-duration", "retry-period"))
    took = election(go_duration(lease) if lease else 15.0, go_duration(retry) if retry else 2.0)
    yield Setting(
        "ELECTION", took, f"--leader-elect-lease-duration {lease or '15s'}, --leader-elect-retry-period {retry or '2s'}"
    )


def leader(kube: Kube) -> Object:
    """Return the pod of the kube-controller-manager that holds the lease.

    The lease's holder is ``<host name>_<random>``, and kubeadm's static pod runs on the node of that name. Without
    permission to read the lease, a single pod is assumed to be the leader.

    :raises ClusterError: when the leader cannot be determined
    """
    pods = kube.list("Pod", SYSTEM, labels=f"component={MANAGER}")["items"]
    if not pods:
        raise NotFound(f"no pod of {SYSTEM} has the label component={MANAGER}", 404)
    try:
        holder = str(kube.get("Lease", MANAGER, SYSTEM)["spec"].get("holderIdentity") or "")
    except ClusterError:
        if len(pods) > 1:
            raise
        return dict(pods[0])
    host = holder.rpartition("_")[0]
    led = [pod for pod in pods if _same_host(pod["spec"].get("nodeName", ""), host)]
    if len(led) != 1:
        names = ", ".join(sorted(pod["metadata"]["name"] for pod in pods))
        raise ClusterError(f"the {MANAGER} that leads ({holder or 'none holds the lease'}) is not one of {names}")
    return dict(led[0])


def version(kube: Kube, pod: Object) -> int:
    """Return the minor version of a component's pod, from its image's tag or else from its binary's ``--version``."""
    found = re.search(r":v?1\.(\d+)", pod["spec"]["containers"][0].get("image", ""))
    if not found:
        name = pod["metadata"]["name"]
        said = kube.exec(SYSTEM, name, pod["spec"]["containers"][0]["name"], [MANAGER, "--version"])
        found = re.search(r"v1\.(\d+)", said)
    if not found:
        raise ClusterError(f"the version of {pod['metadata']['name']} is given neither by its image nor by --version")
    return int(found[1])


def _same_host(node: str, host: str) -> bool:
    """Return whether a node's name and a host name match, even if only one of them includes its domain."""
    return bool(node and host) and (node == host or node.startswith(f"{host}.") or host.startswith(f"{node}."))
