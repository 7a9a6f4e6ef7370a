"""Faults that a journal records as begun but not as done."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kubeskeptic.best_effort import best_effort
from kubeskeptic.journal import Journal, Record, read

SYNCED = frozenset({"intent", "applying", "done", "failed"})
"""Phases that must be on disk before work continues."""


@dataclass(frozen=True)
class OpenFault:
    """A fault that is not done, with what another process needs to undo it.

    :param undo: its undo record
    :param nodes: nodes with a timer and an undo record
    :param objects: kind, namespace and name of annotated objects
    :param phase: the last phase that was written
    :param cluster: uid of the kube-system namespace of the cluster on which it was inflicted
    :param where: scenario and act
    """

    id: str
    fault: str
    run: str
    targets: tuple[str, ...]
    undo: Mapping[str, Any]
    phase: str
    undoes: str = ""
    cluster: str = ""
    nodes: tuple[str, ...] = ()
    objects: tuple[tuple[str, str, str], ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """``RUN-ID``, with characters replaced that are invalid in names of files and units."""
        return plain(f"{self.run}-{self.id}")

    @property
    def unit(self) -> str:
        """The name of the timers in nodes that undo it: ``skeptic-RUN-ID``."""
        return f"skeptic-{self.key}"  # run_of is the inverse

    def as_record(self) -> dict[str, Any]:
        """Return the fault as JSON data, for :meth:`from_record`."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> OpenFault:
        """Return the fault that :meth:`as_record` wrote.

        :raises KeyError, TypeError: when the record is something else
        """
        lists = {key: tuple(record[key]) for key in ("targets", "nodes")}
        return cls(**{**record, **lists, "objects": _triples(record["objects"])})

    def write(self, journal: Journal, phase: str, **more: Any) -> float:
        """Add a record of this fault to a journal, and return its time in Unix seconds.

        :raises OSError: when the journal cannot be written
        """
        record = journal.write(
            "fault",
            sync=phase in SYNCED,
            id=self.id,
            fault=self.fault,
            targets=list(self.targets),
            phase=phase,
            **self.where,
            **more,
        )
        return float(record.get("at", time.time()))

    def mark(self, journal: Journal, phase: str, **more: Any) -> None:
        """Call :meth:`write` on a best-effort basis: undoing does not depend on it."""
        with best_effort(f"“{phase}” of {self.id}"):
            self.write(journal, phase, **more)


def open_faults(records: Iterable[Record]) -> list[OpenFault]:
    """Return the faults that were begun, have an undo and are not done, in the order to undo them: last first.

    ``applying`` is on disk before a fault is applied. A fault without it has changed nothing, and undoing it could revert
    changes that others have made to its target since.
    """
    begun: dict[str, Record] = {}
    last: dict[str, str] = {}
    run = ""
    for record in records:
        if record["kind"] == "run":
            run = str(record["id"])
        elif record["kind"] == "fault":
            if record["phase"] == "intent":
                begun[record["id"]] = record
            last[record["id"]] = record["phase"]
    closed = ("intent", "armed", "done")
    waiting = [(one, last[one]) for one, intent in begun.items() if intent.get("undoes") and last[one] not in closed]
    return [_open(begun[one], phase, run) for one, phase in reversed(waiting)]


def plain(text: str) -> str:
    """Return a text with characters replaced that are invalid in names of files, units and annotations."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in text)


def run_of(unit: str) -> str:
    """Return the run to which a node's timer belongs, from the timer's name; empty when the name has another form.

    A fault's id is its name, which has no dash, and a number in hexadecimal.
    """
    found = re.fullmatch(r"skeptic-(.+)-[a-z_]+-[0-9a-f]+(\.timer|\.service)?", unit)
    return found[1] if found else ""


class NullJournal(Journal):
    """Replaces a journal that cannot be written: records are discarded."""

    def __init__(self) -> None:
        self.path = Path(os.devnull)

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:  # noqa: ARG002
        """Discard the record."""
        return {"kind": kind, **fields}

    def close(self) -> None:
        """Do nothing: there is no file to close."""


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """Yield the journal at ``path`` for appending, or a :class:`NullJournal` when it cannot be opened."""
    journal: Journal = NullJournal()
    with best_effort(f"the journal {path}"):
        journal = Journal(path)
    try:
        yield journal
    finally:
        with best_effort(f"the end of the journal {path}"):
            journal.close()


def of_journal(path: Path) -> list[OpenFault]:
    """Return the open faults of the journal at ``path``."""
    return open_faults(read(path))


def _open(intent: Record, phase: str, run: str) -> OpenFault:
    return OpenFault(
        id=intent["id"],
        fault=intent["fault"],
        run=run,
        targets=tuple(intent["targets"]),
        undo=intent["undo"],
        phase=phase,
        undoes=intent["undoes"],
        cluster=intent.get("cluster", ""),
        nodes=tuple(intent.get("nodes", ())),
        objects=_triples(intent.get("objects", ())),
        where={key: intent[key] for key in ("scenario", "act") if key in intent},
    )


def _triples(lists: Iterable[Iterable[str]]) -> tuple[tuple[str, str, str], ...]:
    return tuple((kind, namespace, name) for kind, namespace, name in lists)
