"""Tables of packet filter rules of our own, in a node.

Each fault has one nftables table with a name of its own, made whole in one transaction and deleted whole: no rule of anybody
else is ever touched, moved or renumbered. Rules drop; what they spare may still be dropped by somebody else's.
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
"""Every table's name, as a regular expression that every awk understands."""


def name(run: str, *about: str) -> str:
    """A table's name: ``skeptic_`` and what tells this fault of this run from every other."""
    return "skeptic_" + hashlib.sha256("\0".join((run, *about)).encode()).hexdigest()[:12]


def addresses(peers: Iterable[str]) -> str:
    """A set of IPv4 addresses and networks as nft reads it.

    :raises BadInput: when one is not an address, or there is none
    """
    found = sorted(peers)
    try:
        checked = [str(ipaddress.IPv4Network(peer)) for peer in found]
    except ValueError as wrong:
        raise BadInput(f"not an IPv4 address or network: {wrong}") from wrong
    if not checked:
        raise BadInput("there is nobody to cut off from")
    return "{ " + ", ".join(checked) + " }"


def script(
    table: str, arriving: Iterable[str] = (), leaving: Iterable[str] = (), exempt_ports: Iterable[int] = ()
) -> str:
    """What ``nft -f`` reads to make a table anew: rules for packets that arrive, before their destination is translated, and
    for packets that leave, after their source is.

    :param spared: TCP ports of the node that none of the rules is about
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
    """Make a table in a node, in one transaction."""
    site.in_node(node, "nft", "-f", "-", stdin=text)


def delete(table: str) -> tuple[str, ...]:
    """The command line that deletes a table of ours in its node; fine when there is none.

    :raises BadInput: when it is called as none of ours is: records come from where others may write, too
    """
    if not re.fullmatch(PATTERN, table):
        raise BadInput(f"no table of ours is called {table!r}; it is left alone")
    return ("sh", "-c", _DELETE, "sh", table)


def there(site: Site, node: str, table: str) -> bool:
    """Whether a node has a table."""
    return f"table inet {table}" in site.in_node(node, "nft", "list", "tables").splitlines()


def device(site: Site, node: str) -> str:
    """The device through which a node reaches the others: that of its default route."""
    return site.in_node(node, "sh", "-c", "ip route show default | awk '{print $5; exit}'").strip()


class NftFault(Fault):
    """Its record has ``node`` and ``table``, the table's name."""

    @staticmethod
    def switch(node: str, named: str) -> tuple[Timer, ...]:
        """The dead man's switch in the node."""
        return (Timer(node, delete(named)),)

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Delete the table; fine when it is gone."""
        site.in_node(record["node"], *delete(record["table"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that the table is gone, and what it kept away gets through again."""
        if there(site, record["node"], record["table"]):
            return NotYet("the table is still there")
        return cls.through(site, record)

    @classmethod
    @abstractmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that packets get through as before."""
