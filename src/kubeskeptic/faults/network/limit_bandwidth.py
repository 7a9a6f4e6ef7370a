"""Limit the bandwidth with which a node sends to others.

A token bucket filter on the device through which it reaches them. What arrives is not limited, but its acknowledgements are
sent, so that fast downloads suffer, too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.contract import Fault, Plan, Site, Target, Timer, UndoRecord
from kubeskeptic.faults.network import queue
from kubeskeptic.faults.nodes.back import node_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

SLACK = 2.0
"""A bucket that is full when a measurement begins lets it be this much faster than the limit."""


@dataclass(frozen=True)
class LimitBandwidth(Fault):
    """:param kilobits: per second, 64 to 100000"""

    node: str
    kilobits: int

    name: ClassVar[str] = "limit_bandwidth"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """See that the kernel can, and that nobody else does."""
        if not 64 <= self.kilobits <= 100_000:
            raise BadInput(f"bandwidth is limited to 64 to 100000 kbit/s, not {self.kilobits}")
        node_of(site, self.node)
        device = queue.check(site, self.node, *_words(self.kilobits))
        return Plan(
            (Target("network", self.node),),
            f"limit what {self.node} sends to {self.kilobits} kbit/s",
            f"take the limit from {self.node}",
            {"node": self.node, "device": device, "kilobits": self.kilobits},
            timers=(Timer(self.node, queue.delete(device)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Set the filter."""
        queue.put(site, plan.record["node"], plan.record["device"], *_words(plan.record["kilobits"]))

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """The API server gets the kubelet's metrics no faster than that."""
        speed = _kilobits(site, plan.record["node"])
        said = f"the kubelet's metrics came with {speed:.0f} kbit/s"
        return said if speed < SLACK * plan.record["kilobits"] else NotYet(said)

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Take the filter away; fine when it is gone."""
        site.in_node(record["node"], *queue.delete(record["device"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """The filter is gone."""
        if queue.there(site, record["node"], record["device"]):
            return NotYet("the limit is still there")
        return f"the limit is gone; the kubelet's metrics came with {_kilobits(site, record['node']):.0f} kbit/s"


def _words(kilobits: int) -> tuple[str, ...]:
    return ("tbf", "rate", f"{kilobits}kbit", "burst", "16kb", "latency", "400ms")


def _kilobits(site: Site, node: str) -> float:
    start = time.monotonic()
    got = site.kube.get_raw(f"/api/v1/nodes/{node}/proxy/metrics/cadvisor")
    return len(got) * 8 / 1000 / (time.monotonic() - start)
