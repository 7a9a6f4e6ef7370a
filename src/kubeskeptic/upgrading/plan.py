"""The steps of an upgrade, in the order of the Kubernetes documentation ("Upgrading kubeadm clusters"). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubeskeptic.upgrading.state import Step
from kubeskeptic.upgrading.versions import Version, parse

BEFORE, AFTER = "run before", "run after"
BRING, APPLY, DRAIN, NODE, KUBELET, UNCORDON = (
    "bring images to", "kubeadm upgrade apply", "drain", "kubeadm upgrade node", "kubelet", "uncordon",
)  # fmt: skip


def steps(
    control_plane: str,
    workers: Sequence[str],
    kubelets: Mapping[str, str],
    server: str,
    to: Version,
    *,
    skew: str = "",
    runs: bool = True,
) -> list[Step]:
    """Return the steps that are needed, without those that are done already.

    The new kube-proxy runs on every node as soon as the control plane is upgraded. Images are therefore brought first, also
    to the node that keeps its version.

    :param server: the API server's version
    :param skew: the worker whose kubelet keeps its version; empty for none
    """  # fmt: skip
    behind = {node for node, version in kubelets.items() if parse(version) < to and node != skew}
    found = [Step(BRING, node) for node in (control_plane, *workers)]
    if parse(server) < to:
        found.append(Step(APPLY, control_plane))
    if control_plane in behind:
        found += [Step(what, control_plane) for what in (DRAIN, KUBELET, UNCORDON)]
    for worker in workers:
        found += [Step(what, worker) for what in (DRAIN, NODE, KUBELET, UNCORDON) if worker in behind]
    return [Step(BEFORE), *found, Step(AFTER)] if runs else found
