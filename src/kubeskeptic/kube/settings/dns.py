"""How long the cluster's DNS answers may be used, and are kept by CoreDNS itself: the live Corefile."""

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
    """Yield TTL, CACHE (for how long a positive answer is kept at most) and CACHE_DENIAL (the same for a denial).

    :raises NotFound: when there is no Corefile, or no server of it answers for the cluster
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
    """Return the domain of the cluster's names, such as ``cluster.local``, as its kubelets write it into pods; where none of
    them can be asked, the zone of the Corefile.

    :raises ClusterError: when the kubelets do not agree, or neither says it
    """
    found = domains(kube)
    if len(found) > 1:
        raise ClusterError(f"the kubelets do not agree on the cluster's domain: {', '.join(sorted(found))}")
    return found.pop() if found else _corefile(kube)[1].zone


def _corefile(kube: Kube) -> tuple[str, DnsTimes]:
    """Return when the Corefile was changed last, and what it says."""
    found = kube.get("ConfigMap", "coredns", "kube-system")
    data = found.get("data") or {}
    if "Corefile" not in data:
        raise NotFound(f"the ConfigMap coredns has no key Corefile, only {', '.join(sorted(data)) or 'no data'}", 404)
    times = dns_times(str(data["Corefile"]))
    if times is None:
        raise NotFound("no server of the Corefile has the kubernetes plugin", 404)
    return changed(found), times


def _in_force(kube: Kube, written: str, times: DnsTimes) -> None:
    """Raise ClusterError unless every CoreDNS has the Corefile as it is now: made after it, or had the time to reload it."""
    pods = kube.list("Pod", "kube-system", labels="k8s-app=kube-dns")["items"]
    if not written or all(written < pod["metadata"].get("creationTimestamp", "") for pod in pods):
        return
    age = time.time() - datetime.fromisoformat(written).timestamp()
    if not times.reloads:
        raise ClusterError("the Corefile was changed after CoreDNS was started, and it has no `reload`")
    if age < IN_FORCE:
        raise ClusterError(f"the Corefile was changed {age:.0f} s ago, and may not be in force before {IN_FORCE:g} s")
