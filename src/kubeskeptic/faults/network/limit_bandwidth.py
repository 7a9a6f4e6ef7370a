"""Limit the bandwidth at which a node sends to others.

Uses a token bucket filter on the device through which the node reaches them. Arriving packets are not limited, but their
acknowledgements are, so fast downloads slow down as well.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Plan, Site, UndoRecord
from kubeskeptic.faults.network.traffic_control import TrafficControlFault
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

SLACK = 2.0
"""Factor by which a measurement may exceed the limit, because the bucket is full at its start."""


@dataclass(frozen=True)
class LimitBandwidth(TrafficControlFault):
    """:param kilobits: per second, 64 to 100000"""

    node: str
    kilobits: int

    name: ClassVar[str] = "limit_bandwidth"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Check that the kernel has the queueing discipline, and that the device has only a default one."""
        if not 64 <= self.kilobits <= 100_000:
            raise BadInput(f"bandwidth is limited to 64 to 100000 kbit/s, not {self.kilobits}")
        node_of(site, self.node)
        words = ("tbf", "rate", f"{self.kilobits}kbit", "burst", "16kb", "latency", "400ms")
        return self.planned(site, self.node, f"a limit of {self.kilobits} kbit/s", words, {"kilobits": self.kilobits})

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the API server receives the kubelet's metrics no faster than the limit."""
        speed = _kilobits(site, plan.record["node"])
        said = f"the kubelet's metrics arrived at {speed:.0f} kbit/s"
        return said if speed < SLACK * plan.record["kilobits"] else NotYet(said)

    @classmethod
    def measured(cls, site: Site, record: UndoRecord) -> str:
        """Return how fast the kubelet's metrics arrive now."""
        return f"the kubelet's metrics arrived at {_kilobits(site, record['node']):.0f} kbit/s"


def _kilobits(site: Site, node: str) -> float:
    start = time.monotonic()
    got = site.kube.get_raw(f"/api/v1/nodes/{node}/proxy/metrics/cadvisor")
    return len(got) * 8 / 1000 / (time.monotonic() - start)
