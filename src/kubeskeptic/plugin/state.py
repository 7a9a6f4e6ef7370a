"""What one pytest session knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubeskeptic.errors import LeftDirty, Refused
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
    trouble: str = ""
    """What went wrong when the run was closed after all tests."""

    def ended_by(self, error: BaseException) -> None:
        """Remember how the session has to end when an error says that the cluster was left dirty, or refused."""
        if isinstance(error, LeftDirty | Refused):
            self.exit_status = max(self.exit_status, error.exit_status)

    @property
    def journal(self) -> Path | None:
        """The journal of this session's run; None when there is none, as before a cluster was found."""
        path = self.options.folder / "journal.jsonl"
        return path if self.replay is None and path.exists() else None


STATE = pytest.StashKey[State]()
