"""Versions that an upgrade can lead to, and its steps, in the order of the Kubernetes documentation. Pure.

Source: "Upgrading kubeadm clusters".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kubeskeptic.errors import BadInput
from kubeskeptic.upgrading.state import UpgradeStep

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
) -> list[UpgradeStep]:
    """Return the steps that are needed, without those that are done already.

    The new kube-proxy runs on every node as soon as the control plane is upgraded. Images are therefore brought first, also
    to the node that keeps its version.

    :param server: the API server's version
    :param skew: the worker whose kubelet keeps its version; empty for none
    """  # fmt: skip
    behind = {node for node, version in kubelets.items() if parse(version) < to and node != skew}
    found = [UpgradeStep(BRING, node) for node in (control_plane, *workers)]
    if parse(server) < to:
        found.append(UpgradeStep(APPLY, control_plane))
    if control_plane in behind:
        found += [UpgradeStep(what, control_plane) for what in (DRAIN, KUBELET, UNCORDON)]
    for worker in workers:
        found += [UpgradeStep(what, worker) for what in (DRAIN, NODE, KUBELET, UNCORDON) if worker in behind]
    return [UpgradeStep(BEFORE), *found, UpgradeStep(AFTER)] if runs else found


class Version(NamedTuple):
    """A released version, such as v1.37.2."""

    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v1.{self.minor}.{self.patch}"


def parse(text: str) -> Version:
    """Return the version that a text names, with or without the ``v``.

    :raises BadInput: when the text does not name a released version
    """
    found = re.fullmatch(r"v?1\.(\d{1,3})\.(\d{1,3})", text)
    if not found:
        raise BadInput(f"“{text}” is not a Kubernetes version to upgrade to; use the form v1.37.2")
    return Version(int(found[1]), int(found[2]))


def check(cluster: str, server: str, kubelets: Mapping[str, str], to: str, skew: str = "") -> Version:
    """Return the version to upgrade to.

    :param server: the API server's version
    :param kubelets: version by node
    :param skew: the worker that keeps its version; empty for none
    :raises BadInput: when kubeadm does not support this upgrade, or there is nothing to upgrade
    """
    now, wanted = parse(server), parse(to)
    if wanted < now:
        raise BadInput(f"cluster {cluster} runs {now}, and {wanted} is older: Kubernetes has no downgrade")
    if wanted.minor > now.minor + 1:
        between = f"v1.{now.minor + 1}"
        raise BadInput(
            f"from {now} to {wanted} skips {between}: kubeadm upgrades one minor version at a time; upgrade to a release "
            f"of {between} first"
        )
    behind = [node for node, version in kubelets.items() if parse(version) < wanted and node != skew]
    if wanted == now and not behind:
        raise BadInput(f"cluster {cluster} already runs {now} on every node to be upgraded")
    return wanted
