"""Settings in the pods themselves from which bounds are computed: how long they tolerate a dead node, and how soon their probes
take effect.

A probe that fails at once, for example with 503, has failed ``failureThreshold`` times after at most
``periodSeconds`` × ``failureThreshold``; a probe without an answer takes ``timeoutSeconds`` longer. A container that hangs
does not react to SIGTERM: it is killed once the grace period has passed (Kubernetes documentation, "Configure Liveness,
Readiness and Startup Probes", "Pod Lifecycle"). The API server fills in its defaults for fields that a pod leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubeskeptic.settings import Setting
from kubeskeptic.timeline.objects import eviction_delay, labelled
from kubeskeptic.timeline.recording import Change

Object = Mapping[str, Any]


def pod_settings(pods: Iterable[Change], app: str = "") -> list[Setting]:
    """Return EVICT, if the pods set it, and UNREADY, READY and HANG, in seconds: the longest of all pods, or 0 without a probe.

    :param app: only pods whose label ``app`` has this value; all pods if empty
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
    """Return a setting of the containers' probes: the longest time of all pods."""
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
    """Return the seconds after which a container that does not answer has been killed."""
    grace = probe.get("terminationGracePeriodSeconds", pod.get("terminationGracePeriodSeconds", 30))
    return _failing(probe, pod) + float(probe.get("timeoutSeconds", 1) + grace)
