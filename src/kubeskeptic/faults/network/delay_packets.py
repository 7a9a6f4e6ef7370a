"""Delay the packets that a node sends to others.

Uses the kernel's network emulator (netem). On a kernel without it, the plan is refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.curl import connect, kube_proxy_of
from kubeskeptic.faults.fault import Plan, Site, UndoRecord
from kubeskeptic.faults.network.traffic_control import TrafficControlFault
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class DelayPackets(TrafficControlFault):
    """:param milliseconds: 1 to 5000
    :param jitter: milliseconds by which the delay varies
    """

    node: str
    milliseconds: int
    jitter: int = 0

    name: ClassVar[str] = "delay_packets"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Check that the kernel has the queueing discipline, and that the device has only a default one."""
        if not 1 <= self.milliseconds <= 5000 or not 0 <= self.jitter <= self.milliseconds:
            raise BadInput("packets are delayed by 1 to 5000 ms, with a jitter no larger than the delay")
        node_of(site, self.node)
        peer = next(one.name for one in site.cluster.nodes if one.name != self.node)
        words = ("netem", "delay", f"{self.milliseconds}ms", f"{self.jitter}ms")
        what = f"a delay of {self.milliseconds} ms"
        return self.planned(site, self.node, what, words, {"peer": peer, "ms": self.milliseconds})

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that a new connection to another node takes as long as the delay."""
        took = _took(site, plan.record)
        said = f"a connection to another node took {took * 1000:.0f} ms"
        return said if took >= (plan.record["ms"] - self.jitter) / 1000 else NotYet(said)

    @classmethod
    def measured(cls, site: Site, record: UndoRecord) -> str:
        """Return how long a new connection takes now."""
        return f"a connection to another node took {_took(site, record) * 1000:.0f} ms"


def _took(site: Site, record: UndoRecord) -> float:
    took = connect(site, record["node"], kube_proxy_of(site, record["peer"]), patience=12.0)
    return 12.0 if took is None else took
