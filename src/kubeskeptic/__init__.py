"""kubeskeptic: claims about Kubernetes that you can run.

This package exports the names needed to write your own claims: ``from kubeskeptic import Claim, Scenario, checks, claim``. They
are loaded when the first of them is used, so that importing the package costs nothing. ``docs/your-own-claims.md`` shows them
in use.
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
"""The names exported by :mod:`kubeskeptic.vocabulary`. Modules of the package, such as ``checks``, need not be listed."""


def __getattr__(name: str) -> Any:
    """Return a name of the vocabulary. All names are loaded when the first one is used."""
    if name not in WORDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("kubeskeptic.vocabulary"), name)
