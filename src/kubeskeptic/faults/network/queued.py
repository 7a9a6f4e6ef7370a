"""Faults that are one queueing discipline on the device of one node: how they are applied, undone, and seen to be gone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from kubeskeptic.faults.contract import Fault, Plan, Site, Target, Timer, UndoRecord
from kubeskeptic.faults.network import queue
from kubeskeptic.waiting import NotYet


class QueueFault(Fault):
    """Its record has ``node``, ``device`` and ``words``, the discipline as tc(8) wants it."""

    @staticmethod
    def planned(site: Site, node: str, what: str, words: tuple[str, ...], record: Mapping[str, Any]) -> Plan:
        """See that the kernel can, and that nobody else does; the plan.

        :param what: the fault in a noun: "the delay"
        """
        device = queue.check(site, node, *words)
        return Plan(
            (Target("network", node),),
            f"put {what} on what {node} sends",
            f"take {what} from {node}",
            {**record, "node": node, "device": device, "words": list(words)},
            timers=(Timer(node, queue.delete(device)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Set the discipline."""
        queue.put(site, plan.record["node"], plan.record["device"], *plan.record["words"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Take it away; fine when it is gone."""
        site.in_node(record["node"], *queue.delete(record["device"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """It is gone."""
        if queue.there(site, record["node"], record["device"]):
            return NotYet("it is still there")
        return f"it is gone; {cls.measured(site, record)}"

    @classmethod
    @abstractmethod
    def measured(cls, site: Site, record: UndoRecord) -> str:
        """How quick the node is now, for people."""
