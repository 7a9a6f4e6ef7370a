"""Kubernetes versions, and which upgrades kubeadm performs (Kubernetes documentation, Version Skew Policy). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kubeskeptic.errors import BadInput


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
        raise BadInput(f"{text!r} is not a Kubernetes version to upgrade to; use the form v1.37.2")
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
