"""Which faults of a journal were begun and are not done."""

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
"""Phases that are on disk before the work goes on."""


@dataclass(frozen=True)
class OpenFault:
    """A fault whose record ends somewhere between applying and done.

    :param undo: its undo record
    :param nodes: those that have a timer and a note
    :param objects: kind, namespace and name of those that have an annotation
    :param phase: the last phase that was written
    :param cluster: uid of the kube-system namespace of the cluster it was inflicted on
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
        """``RUN-ID``, with what is no good in the names of files and units replaced."""
        return plain(f"{self.run}-{self.id}")

    @property
    def unit(self) -> str:
        """The name of the timers in nodes that undo it: ``skeptic-RUN-ID``."""
        return f"skeptic-{self.key}"  # run_of is the way back

    def as_record(self) -> dict[str, Any]:
        """As JSON data; :meth:`from_record` is the way back."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> OpenFault:
        """The fault that :meth:`as_record` wrote down.

        :raises KeyError, TypeError: when it did not
        """
        lists = {key: tuple(record[key]) for key in ("targets", "nodes")}
        return cls(**{**record, **lists, "objects": _triples(record["objects"])})

    def write(self, journal: Journal, phase: str, **more: Any) -> float:
        """Add a record of this fault to a journal. Return when, in Unix seconds.

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
        """As :meth:`write`, as far as that is possible: undoing does not wait for it."""
        with best_effort(f"“{phase}” of {self.id}"):
            self.write(journal, phase, **more)


def open_faults(records: Iterable[Record]) -> list[OpenFault]:
    """The faults that were begun, have something to undo, and are not done; the last one first, as they have to be undone.

    Applying is on disk before anything is applied. What ends earlier has changed nothing: to undo it would be to undo what
    somebody else may have done to its target since.
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
    """A text with what is no good in the names of files, units and annotations replaced."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in text)


def run_of(unit: str) -> str:
    """The run that a timer in a node belongs to, by its name; empty when it does not say.

    A fault's id is its name, which has no dash, and a number in hexadecimal.
    """
    found = re.fullmatch(r"skeptic-(.+)-[a-z_]+-[0-9a-f]+(\.timer|\.service)?", unit)
    return found[1] if found else ""


class NullJournal(Journal):
    """Stands for a journal that cannot be written: what it is told is forgotten."""

    def __init__(self) -> None:
        self.path = Path(os.devnull)

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:  # noqa: ARG002
        """Forget it."""
        return {"kind": kind, **fields}

    def close(self) -> None:
        """There is nothing to close."""


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """The journal at ``path``, to add to it while something is undone; one that forgets when it cannot be opened."""
    journal: Journal = NullJournal()
    with best_effort(f"the journal {path}"):
        journal = Journal(path)
    try:
        yield journal
    finally:
        with best_effort(f"the end of the journal {path}"):
            journal.close()


def of_journal(path: Path) -> list[OpenFault]:
    """The open faults of the journal at ``path``."""
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
