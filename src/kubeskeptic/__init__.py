"""kubeskeptic: claims about Kubernetes that you can run.

The words for claims of one's own are here: ``from kubeskeptic import Claim, Scenario, checks, claim``. They are loaded when
the first of them is used, so that importing the package costs nothing. ``docs/your-own-claims.md`` shows them at work.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubeskeptic.vocabulary import *  # noqa: F403

__version__ = "0.1.0"

# fmt: off
WORDS = (
    "BACKOFF", "BEFORE_EVICTION", "CACHE", "DEAD_ENDPOINT_WINDOW", "EVICT", "GRACE", "HPA", "KILLED_CONTAINER_WINDOW",
    "LEASE", "MONITOR", "PROGRAMMING_LAG", "STABLE", "START", "SYNC", "SYN_SENT", "TTL", "UNTIL_EVICTED", "Act",
    "ChangeServiceRule", "Claim", "ControllerOff", "CordonNode", "CrashNode", "CutOffNode", "CutPods", "DelayPackets",
    "DeletePod", "DrainNode", "DropPackets", "Finding", "FlushServiceRules", "FreezeKubeProxy", "FreezeNode", "HangContainer",
    "Holds", "KillContainer", "KillCoreDns", "LimitBandwidth", "MakeUnready",
    "MasqueradePods", "Measure", "Post", "Pressure", "RaiseEvictionThreshold", "RemoveCniConfig", "RemoveRoute",
    "RestartNode", "Risk", "Scenario", "ShutDownNode", "SlowDown", "Stage", "StaleCoreDns", "StopComponent",
    "StopContainerd", "StopCoreDns", "StopKubeProxy", "StopKubelet", "TaintNode", "Verdict", "check", "claim",
    "dns_tcp", "dns_udp", "http_kept", "http_new", "tcp_connect",
)
# fmt: on
"""The names of :mod:`kubeskeptic.vocabulary`. Modules of the package, such as ``checks``, need no mention."""


def __getattr__(name: str) -> Any:
    """A word of the vocabulary, loaded with all the others when the first is asked for."""
    if name not in WORDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("kubeskeptic.vocabulary"), name)
