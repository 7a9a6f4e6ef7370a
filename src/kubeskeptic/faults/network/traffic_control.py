"""The queueing discipline of the device through which a node reaches the others.

``tc`` replaces the kernel's default one, which comes back when ours is deleted. Somebody else's is never touched.
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
"""The handle that ours has, by which it is known."""

_TRY = 'exec unshare --net "$(command -v tc)" qdisc add dev lo root "$@"'
"""In a network of its own; tc by its path, as a busybox takes its own one by name."""
_DELETE = 'tc qdisc show dev "$1" | grep -q "^qdisc [a-z]* $2 root" || exit 0; exec tc qdisc del dev "$1" root'


def check(site: Site, node: str, *words: str) -> str:
    """See that the discipline can be set; the device.

    :raises BadInput: when somebody has set one
    :raises MissingRequirement: when the kernel has not got it
    """
    on = device(site, node)
    root = [one for one in json.loads(site.in_node(node, "tc", "-json", "qdisc", "show", "dev", on)) if one.get("root")]
    if any(one["kind"] not in DEFAULTS for one in root):
        raise BadInput(f"{node} has a queueing discipline on {on} that is not the kernel's own; take it away first")
    try:
        site.in_node(node, "sh", "-c", _TRY, "sh", *words)
    except CommandFailed as lacking:
        raise MissingRequirement(
            f"the kernel of {node} has no {words[0]} ({lacking.output.strip()}); use one that has sch_{words[0]}"
        ) from lacking
    return on


def put(site: Site, node: str, on: str, *words: str) -> None:
    """Set the discipline, ``words`` as tc(8) wants them."""
    site.in_node(node, "tc", "qdisc", "replace", "dev", on, "root", "handle", HANDLE, *words)


def delete(on: str) -> tuple[str, ...]:
    """The command line that takes ours away in its node; fine when it is gone."""
    return ("sh", "-c", _DELETE, "sh", on, HANDLE)


def there(site: Site, node: str, on: str) -> bool:
    """Whether ours is set."""
    return f" {HANDLE} root" in site.in_node(node, "tc", "qdisc", "show", "dev", on)


class TrafficControlFault(Fault):
    """Its record has ``node``, ``device`` and ``words``, the discipline as tc(8) wants it."""

    @staticmethod
    def planned(site: Site, node: str, what: str, words: tuple[str, ...], record: Mapping[str, Any]) -> Plan:
        """See that the kernel can, and that nobody else does; the plan.

        :param what: the fault in a noun: "the delay"
        """
        device = check(site, node, *words)
        return Plan(
            (Target("network", node),),
            f"put {what} on what {node} sends",
            f"take {what} from {node}",
            {**record, "node": node, "device": device, "words": list(words)},
            timers=(Timer(node, delete(device)),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Set the discipline."""
        put(site, plan.record["node"], plan.record["device"], *plan.record["words"])

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Take it away; fine when it is gone."""
        site.in_node(record["node"], *delete(record["device"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that it is gone."""
        if there(site, record["node"], record["device"]):
            return NotYet("it is still there")
        return f"it is gone; {cls.measured(site, record)}"

    @classmethod
    @abstractmethod
    def measured(cls, site: Site, record: UndoRecord) -> str:
        """How quick the node is now, for people."""
