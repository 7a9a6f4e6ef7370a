"""What one pytest session knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.runs.options import RunOptions


@dataclass(frozen=True)
class Judged:
    """One test's verdict."""

    claim: str
    case: str
    verdict: Verdict
    why: str
    nodeid: str


@dataclass
class State:
    """Of one session: what was asked, what was judged, and how it may have to end.

    :param replay: the run whose journal is judged again; None for a live run
    :param exit_status: ours, when it outranks pytest's: 20 left dirty, 21 refused
    """

    options: RunOptions
    replay: Path | None
    judged: list[Judged] = field(default_factory=list)
    exit_status: int = 0
    late: bool = False
    """A finding was written after the run's reports were."""

    @property
    def journal(self) -> Path | None:
        """The journal of this session's run; None when there is none, as before a cluster was found."""
        path = self.options.folder / "journal.jsonl"
        return path if self.replay is None and path.exists() else None


STATE = pytest.StashKey[State]()
