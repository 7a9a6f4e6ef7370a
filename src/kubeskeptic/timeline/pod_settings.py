"""Settings that pods carry themselves, from which bounds are computed: how long they tolerate a dead node, and how soon
their probes are believed.

A probe that fails at once, as one that is answered with 503, has failed ``failureThreshold`` times after at most
``periodSeconds`` × ``failureThreshold``; one that is never answered takes ``timeoutSeconds`` longer. A container that hangs
does not react to SIGTERM: it is killed once the grace period has passed (Kubernetes documentation, "Configure Liveness,
Readiness and Startup Probes", "Pod Lifecycle"). What a pod leaves out is the API server's default, which it fills in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubeskeptic.settings import Setting
from kubeskeptic.timeline.objects import eviction_delay, labelled
from kubeskeptic.timeline.recording import Change

Object = Mapping[str, Any]


def pod_settings(pods: Iterable[Change], app: str = "") -> list[Setting]:
    """Return EVICT, where the pods have it, and UNREADY, READY and HANG in seconds: the longest of them; 0 without a probe.

    :param app: only pods with this label; all when empty
    """
    listed = list(labelled(pods, app) if app else pods)
    evict = eviction_delay(listed)
    own = [
        _longest("UNREADY", "readinessProbe", _failing, listed),
        _longest("READY", "readinessProbe", _succeeding, listed),
        _longest("HANG", "livenessProbe", _killed, listed),
    ]
    return [*([evict] if evict else []), *own]


def _longest(name: str, probe: str, seconds: Callable[[Object, Object], float], pods: Iterable[Change]) -> Setting:
    """Return a setting of the containers' probes: the longest of all pods."""
    found = {
        seconds(container[probe], change.object["spec"])
        for change in pods
        for container in change.object.get("spec", {}).get("containers") or ()
        if probe in container
    }
    return Setting(name, max(found, default=0.0), f"{probe} of the pods" if found else f"the pods have no {probe}")


def _failing(probe: Object, _: Object) -> float:
    return float(probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3))


def _succeeding(probe: Object, _: Object) -> float:
    return float(probe.get("periodSeconds", 10) * probe.get("successThreshold", 1))


def _killed(probe: Object, pod: Object) -> float:
    """Return after how many seconds a container that answers nothing has been killed."""
    grace = probe.get("terminationGracePeriodSeconds", pod.get("terminationGracePeriodSeconds", 30))
    return _failing(probe, pod) + float(probe.get("timeoutSeconds", 1) + grace)
