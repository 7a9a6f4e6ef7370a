"""How long the cluster's DNS answers are valid, and how long CoreDNS itself caches them, from the live Corefile."""

from __future__ import annotations

import time
from datetime import datetime

from kubeskeptic.durations import IN_FORCE
from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.notation import DnsTimes, dns_times
from kubeskeptic.kube.settings.kubelets import domains
from kubeskeptic.kube.settings.per_node import Found
from kubeskeptic.kube.settings.proxies import changed
from kubeskeptic.settings import Setting

NAMES = ("TTL", "CACHE", "CACHE_DENIAL")


def read(kube: Kube) -> Found:
    """Yield TTL, CACHE (the maximum time a positive answer is cached) and CACHE_DENIAL (the same for a denial).

    :raises NotFound: when there is no Corefile, or none of its servers answers for the cluster
    :raises ClusterError: when the Corefile was changed and may not be in force yet
    """
    written, times = _corefile(kube)
    _in_force(kube, written, times)
    yield Setting("TTL", times.ttl, "ttl of the kubernetes plugin in the Corefile")
    for name, kept, kind in (("CACHE", times.positive, "answers"), ("CACHE_DENIAL", times.denial, "denials")):
        cached = (
            f"the cache of the Corefile, for {kind}" if kept else f"the Corefile caches no {kind} of the cluster's zone"
        )
        yield Setting(name, kept, cached)


def cluster_domain(kube: Kube) -> str:
    """Return the domain of the cluster's names, such as ``cluster.local``.

    It is the domain that the kubelets write into pods, or the Corefile's zone when no kubelet can be asked.

    :raises ClusterError: when the kubelets disagree, or neither source has it
    """
    found = domains(kube)
    if len(found) > 1:
        raise ClusterError(f"the kubelets do not agree on the cluster's domain: {', '.join(sorted(found))}")
    return found.pop() if found else _corefile(kube)[1].zone


def _corefile(kube: Kube) -> tuple[str, DnsTimes]:
    """Return when the Corefile was last changed, and its times."""
    found = kube.get("ConfigMap", "coredns", "kube-system")
    data = found.get("data") or {}
    if "Corefile" not in data:
        raise NotFound(f"the ConfigMap coredns has no key Corefile, only {', '.join(sorted(data)) or 'no data'}", 404)
    times = dns_times(str(data["Corefile"]))
    if times is None:
        raise NotFound("no server of the Corefile has the kubernetes plugin", 404)
    return changed(found), times


def _in_force(kube: Kube, written: str, times: DnsTimes) -> None:
    """Raise ClusterError unless every CoreDNS pod was created after the Corefile's last change or has had time to reload it."""
    pods = kube.list("Pod", "kube-system", labels="k8s-app=kube-dns")["items"]
    if not written or all(written < pod["metadata"].get("creationTimestamp", "") for pod in pods):
        return
    age = time.time() - datetime.fromisoformat(written).timestamp()
    if not times.reloads:
        raise ClusterError("the Corefile was changed after CoreDNS was started, and it has no `reload`")
    if age < IN_FORCE:
        raise ClusterError(
            f"the Corefile was changed {age:.0f} s ago, and can take up to {IN_FORCE:g} s to take effect"
        )
