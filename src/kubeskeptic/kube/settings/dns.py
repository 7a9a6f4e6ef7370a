"""How long the cluster's DNS answers may be used, and are kept by CoreDNS itself: the live Corefile."""

from __future__ import annotations

import time
from datetime import datetime

from kubeskeptic.bounds import Setting
from kubeskeptic.durations import IN_FORCE
from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.notation import DnsTimes, dns_times
from kubeskeptic.kube.settings.per_node import Found
from kubeskeptic.kube.settings.proxies import changed

NAMES = ("TTL", "CACHE", "CACHE_DENIAL")


def read(kube: Kube) -> Found:
    """Yield TTL, CACHE (for how long a positive answer is kept at most) and CACHE_DENIAL (the same for a denial).

    :raises NotFound: when there is no Corefile, or no server of it answers for the cluster
    :raises ClusterError: when the Corefile was changed and may not be in force yet
    """
    found = kube.get("ConfigMap", "coredns", "kube-system")
    data = found.get("data") or {}
    if "Corefile" not in data:
        raise NotFound(f"the ConfigMap coredns has no key Corefile, only {', '.join(sorted(data)) or 'no data'}", 404)
    times = dns_times(str(data["Corefile"]))
    if times is None:
        raise NotFound("no server of the Corefile has the kubernetes plugin", 404)
    _in_force(kube, changed(found), times)
    yield Setting("TTL", times.ttl, "ttl of the kubernetes plugin in the Corefile")
    for name, kept, kind in (("CACHE", times.positive, "answers"), ("CACHE_DENIAL", times.denial, "denials")):
        cached = (
            f"the cache of the Corefile, for {kind}" if kept else f"the Corefile caches no {kind} of the cluster's zone"
        )
        yield Setting(name, kept, cached)


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
