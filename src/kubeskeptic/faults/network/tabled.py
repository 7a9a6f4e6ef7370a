"""Faults that are one table of packet filter rules in one node: how they are undone, and seen to be gone."""

from __future__ import annotations

from abc import abstractmethod

from kubeskeptic.faults.contract import Fault, Site, Timer, UndoRecord
from kubeskeptic.faults.network import table
from kubeskeptic.waiting import NotYet


class TableFault(Fault):
    """Its record has ``node`` and ``table``, the table's name."""

    @staticmethod
    def switch(node: str, named: str) -> tuple[Timer, ...]:
        """The dead man's switch in the node."""
        return (Timer(node, table.delete(named)),)

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Delete the table; fine when it is gone."""
        site.in_node(record["node"], *table.delete(record["table"]))

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """The table is gone, and what it kept away gets through again."""
        if table.there(site, record["node"], record["table"]):
            return NotYet("the table is still there")
        return cls.through(site, record)

    @classmethod
    @abstractmethod
    def through(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that packets get through as before."""
