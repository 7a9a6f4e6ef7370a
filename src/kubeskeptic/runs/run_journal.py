"""A run's journal and folder, on a disk that may be full at the start or fill up during the run.

A run whose evidence cannot be written goes no further: every later claim is inconclusive for this one reason. Undoing goes
on, and its records are written once there is room again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubeskeptic.best_effort import best_effort
from kubeskeptic.errors import DiskFull
from kubeskeptic.journal import Journal, Record

STORY = ("scenario", "act")
"""Kinds of records that begin or end something: what follows them is worthless when others were lost."""


class RunJournal(Journal):
    """A journal that remembers a failed write.

    :param folder: the run's own folder, which is created
    :param run: the run's id
    :raises DiskFull: when the folder or the journal cannot be created
    """

    def __init__(self, folder: Path, run: str) -> None:
        self.full = ""
        """Why a write failed, as a sentence; empty while none has."""
        try:
            folder.mkdir(parents=True)
            super().__init__(folder / "journal.jsonl", run=run)
        except OSError as error:
            raise DiskFull(_words(folder, error)) from error

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        """Append one record.

        :raises DiskFull: when it cannot be written, or begins or ends something after another write failed
        """
        try:
            record = super().write(kind, sync=sync, **fields)
        except OSError as error:
            self.full = self.full or _words(self.path.parent, error)
            raise DiskFull(self.full) from error
        if self.full and kind in STORY:
            raise DiskFull(self.full)
        return record

    def close(self) -> None:
        """Flush to disk as far as possible, and close."""
        with best_effort("the end of the journal"):
            super().close()


def _words(folder: Path, error: OSError) -> str:
    why = error.strerror or error
    return f"the journal in {folder} cannot be written ({why}), so observations would be lost; free disk space and run again"
