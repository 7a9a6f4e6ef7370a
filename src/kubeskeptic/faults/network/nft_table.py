"""nftables tables of our own, in a node.

Each fault has one table with a unique name, created in one transaction and deleted as a whole: no other rule is touched,
moved or renumbered. Rules drop packets; packets that they let pass may still be dropped by other tables.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from abc import abstractmethod
from collections.abc import Iterable

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Fault, Site, Timer, UndoRecord
from kubeskeptic.waiting import NotYet

_DELETE = 'nft list table inet "$1" >/dev/null 2>&1 || exit 0; exec nft delete table inet "$1"'

PATTERN = "skeptic_" + "[0-9a-f]" * 12
"""A regular expression that matches every table's name, in a form that every awk understands."""


def name(run: str, *about: str) -> str:
    """Return a table's name: ``skeptic_`` and a hash of the run and of what identifies the fault in the run."""
    return "skeptic_" + hashlib.sha256("\0".join((run, *about)).encode()).hexdigest()[:12]


def addresses(peers: Iterable[str]) -> str:
    """Return a set of IPv4 addresses and networks in nft's notation.

    :raises BadInput: when one is not an IPv4 address or network, or the set is empty
    """
    found = sorted(peers)
    try:
        checked = [str(ipaddress.IPv4Network(peer)) for peer in found]
    except ValueError as wrong:
        raise BadInput(f"not an IPv4 address or network: {wrong}") from wrong
    if not checked:
        raise BadInput("there is no address to cut off")
    return "{ " + ", ".join(checked) + " }"


def script(
    table: str, arriving: Iterable[str] = (), leaving: Iterable[str] = (), exempt_ports: Iterable[int] = ()
) -> str:
    """Return the ``nft -f`` script that creates a table, or replaces it.

    :param arriving: rules for arriving packets, before their destination is translated
    :param leaving: rules for leaving packets, after their source is translated
    :param exempt_ports: TCP ports of the node to which no rule applies
    """
    ports = ", ".join(map(str, exempt_ports))
    lines = [f"table inet {table}", f"delete table inet {table}", f"table inet {table} {{"]
    for chain, hook, priority, side, rules in (
        ("arriving", "prerouting", -310, "dport", list(arriving)),
        ("leaving", "postrouting", 310, "sport", list(leaving)),
    ):
        if rules:
            rules = [f"tcp {side} {{ {ports} }} accept", *rules] if ports else rules
            lines += [f"  chain {chain} {{", f"    type filter hook {hook} priority {priority}; policy accept;"]
            lines += [f"    {rule}" for rule in rules] + ["  }"]
    return "\n".join([*lines, "}"]) + "\n"


def put(site: Site, node: str, text: str) -> None:
    """Create a table in a node, in one transaction."""
    site.in_node(node, "nft", "-f", "-", stdin=text)


def delete(table: str) -> tuple[str, ...]:
    """Return the command line that deletes a table of ours in its node; it succeeds if there is none.

    :raises BadInput: when the name is not one of ours, because undo records are kept where others can write as well
    """
    if not re.fullmatch(PATTERN, table):
        raise BadInput(f"{table!r} is not the name of a table of ours; it is not touched")
    return ("sh", "-c", _DELETE, "sh", table)


def there(site: Site, node: str, table: str) -> bool:
    """Return whether a node has a table."""
    return f"table inet {table}" in site.in_node(node, "nft", "list", "tables").splitlines()


def device(site: Site, node: str) -> str:
    """Return the device through which a node reaches others: that of its default route."""
    return site.in_node(node, "sh", "-c", "ip route show default | awk '{print $5; exit}'").strip()


class NftFault(Fault):
    """A fault made of one table; its undo record has ``node`` and ``table``, the table's name."""

    @staticmethod
    def switch(node: str, named: str) -> tuple[Timer, ...]:
        """Return the dead man's switch in the node."""
        return (Timer(node, delete(named)),)

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Delete the table, if it is there."""
        site.in_node(record["node"], *delete(record["table"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the table is gone, and packets get through again."""
        if there(site, record["node"], record["table"]):
            return NotYet("the table is still there")
        return cls.through(site, record)

    @classmethod
    @abstractmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that packets get through as before."""
