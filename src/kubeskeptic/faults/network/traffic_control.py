"""The queueing discipline of the device through which a node reaches others.

``tc`` replaces the kernel's default discipline, which returns when ours is deleted. Other disciplines are never touched.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.network.nft_table import device
from kubeskeptic.faults.targets import Target
from kubeskeptic.waiting import NotYet

DEFAULTS = ("noqueue", "pfifo_fast", "fq_codel", "mq", "fq")
HANDLE = "5e9c:"
"""The handle that identifies our discipline."""

_TRY = 'exec unshare --net "$(command -v tc)" qdisc add dev lo root "$@"'
"""Tries a discipline in a new network namespace. tc is called by its path, because busybox would run its own applet by name."""
_DELETE = 'tc qdisc show dev "$1" | grep -q "^qdisc [a-z]* $2 root" || exit 0; exec tc qdisc del dev "$1" root'


def check(site: Site, node: str, *words: str) -> str:
    """Check that the discipline can be set. Return the device.

    :raises BadInput: when the device has a discipline that is not the kernel's default
    :raises MissingRequirement: when the kernel does not have the discipline
    """
    on = device(site, node)
    root = [one for one in json.loads(site.in_node(node, "tc", "-json", "qdisc", "show", "dev", on)) if one.get("root")]
    if any(one["kind"] not in DEFAULTS for one in root):
        raise BadInput(f"{node} has a queueing discipline on {on} that is not the kernel's default; remove it first")
    try:
        site.in_node(node, "sh", "-c", _TRY, "sh", *words)
    except CommandFailed as lacking:
        raise MissingRequirement(
            f"the kernel of {node} has no {words[0]} ({lacking.output.strip()}); use a kernel with sch_{words[0]}"
        ) from lacking
    return on


def put(site: Site, node: str, on: str, *words: str) -> None:
    """Set the discipline; ``words`` as in tc(8)."""
    site.in_node(node, "tc", "qdisc", "replace", "dev", on, "root", "handle", HANDLE, *words)


def delete(on: str) -> tuple[str, ...]:
    """Return the command line that removes our discipline in its node; it succeeds if there is none."""
    return ("sh", "-c", _DELETE, "sh", on, HANDLE)


def there(site: Site, node: str, on: str) -> bool:
    """Return whether our discipline is set."""
    return f" {HANDLE} root" in site.in_node(node, "tc", "qdisc", "show", "dev", on)


class TrafficControlFault(Fault):
    """A fault made of one discipline; its undo record has ``node``, ``device`` and ``words``, the discipline as in tc(8)."""

    @staticmethod
    def planned(site: Site, node: str, what: str, words: tuple[str, ...], record: Mapping[str, Any]) -> Plan:
        """Check that the discipline can be set. Return the plan.

        :param what: the fault as a noun: "a delay of 100 ms"
        """
        device = check(site, node, *words)
        return Plan(
            (Target("network", node),),
            f"put {what} on packets that {node} sends",
            f"remove {what} from {node}",
            {**record, "node": node, "device": device, "words": list(words)},
            timers=(Timer(node, delete(device)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Set the discipline."""
        put(site, plan.record["node"], plan.record["device"], *plan.record["words"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Remove the discipline, if it is set."""
        site.in_node(record["node"], *delete(record["device"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the discipline is gone."""
        if there(site, record["node"], record["device"]):
            return NotYet("the queueing discipline is still set")
        return f"the queueing discipline is gone; {cls.measured(site, record)}"

    @classmethod
    @abstractmethod
    def measured(cls, site: Site, record: UndoRecord) -> str:
        """Return how fast the node is now, as a sentence."""
