"""What is measured of a change that is followed, and nodes that have a lag of their own in following it."""

from __future__ import annotations

from kubeskeptic.findings import Finding
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act

FIRST, LAST, FAILED = "first from the new", "last from the old", "last that failed or was late"


def per_node(act: Act, **sync: float) -> None:
    """Give each node a SYNC of its own."""
    one = Setting("SYNC", max(sync.values()), "kube-proxy", per_node=sync)
    act.recording.settings = Settings({"SYNC": one, "SYN_SENT": Setting("SYN_SENT", 2.0, "test")})


def value(found: Finding, name: str) -> tuple[float, float]:
    low, high = found.measured[name].interval
    return round(low, 3), round(high, 3)
