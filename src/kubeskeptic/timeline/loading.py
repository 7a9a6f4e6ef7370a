"""Loads recordings from a journal's file: the file is parsed once and then followed."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Damage, JournalReader
from kubeskeptic.timeline.run_evidence import RunEvidence
from kubeskeptic.timeline.sorting import Sorter

UNNUMBERED = "its lines are not numbered, so a missing line would not be noticed"


class JournalFollower:
    """Reads a journal while it grows. Each line is parsed once, however often the evidence is requested.

    :param path: the journal's file
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = JournalReader(path)
        self._sorter = Sorter()

    def evidence(self) -> RunEvidence:
        """Return what the journal contains so far. Each call returns the same recording objects, with new records added.

        :raises BadInput: if the file does not exist or cannot be read
        """
        for record in self._reader.new():
            if isinstance(record, Damage):
                self._sorter.damaged(record["why"], record["about"])
            else:
                self._sorter.take(record, self._reader.line)
        evidence = self._sorter.evidence
        evidence.torn = int(self._reader.unfinished > 0)
        evidence.numbered = self._reader.numbered is not False
        self._sorter.settle()
        for recording in evidence.scenarios.values() if not evidence.numbered else ():
            recording.damage += (UNNUMBERED,)
        return evidence

    @property
    def began(self) -> bool:
        """Whether the journal contained a record when it was last read."""
        return self._reader.numbered is not None


def load(path: Path) -> RunEvidence:
    """Return everything that a journal contains, by scenario.

    :raises BadInput: if the file does not exist, cannot be read, or is not a journal
    """
    follower = JournalFollower(path)
    evidence = follower.evidence()
    if not follower.began:
        empty = path.stat().st_size == 0
        raise BadInput(
            f"{path} is {'an empty file' if empty else 'not a journal'}: none of its lines is a record of a run"
        )
    return evidence
