"""The state of one pytest session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput, DiskFull, LeftDirty, Refused, Untestable
from kubeskeptic.findings import Verdict
from kubeskeptic.runs.model import RunOptions

NO_CLUSTER = "no cluster to test"
"""The reason for ending a session that could not open a run; its claims then need no table."""


@dataclass(frozen=True)
class Judged:
    """One test's verdict."""

    claim: str
    case: str
    verdict: Verdict
    why: str


@dataclass
class SessionState:
    """State of one session: its options, its verdicts, and how it must end.

    :param replay: the run whose journal is judged again; None for a live run
    :param judged: the last finding of each test, by node id
    :param exit_status: ours, when it overrides pytest's: 20 left dirty, 21 refused, 4 the requested run is invalid
    :param begun: whether the first test has begun
    :param undecided: how many of pytest's failures and errors are inconclusive claims and nothing else
    """

    options: RunOptions
    replay: Path | None
    judged: dict[str, Judged] = field(default_factory=dict)
    exit_status: int = 0
    begun: bool = False
    undecided: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    """The test whose finding explains why a scenario broke off, by scenario id."""
    late: bool = False
    """Whether a finding was written after the run's reports."""
    trouble: str = ""
    """The error raised when the run was closed after all tests."""

    def ended_by(self, error: BaseException, *, opening: bool = False) -> None:
        """Set the exit status when an error, or one of its causes, reports a cluster that was left dirty or refused.

        :param opening: whether the error prevented the run from opening; invalid input then sets the status, too
        """
        for one in _chain(error):
            if isinstance(one, LeftDirty | Refused) or (opening and one is error and isinstance(one, BadInput)):
                self.exit_status = max(self.exit_status, one.exit_status)

    def stop(self, session: pytest.Session, error: BaseException, *, opening: bool = False) -> None:
        """Stop the session when an error, or one of its causes, is a refusal, a full disk or an interrupt, or when there is no
        cluster to test. No further test then touches the cluster, or reports that it is missing.

        :param opening: whether the error prevented the run from opening
        """
        if opening and isinstance(error, BadInput | Untestable):
            session.shouldfail = NO_CLUSTER
        for one in _chain(error):
            if isinstance(one, Refused) and session.shouldfail != NO_CLUSTER:
                session.shouldfail = "access to the cluster was refused; no further test runs on it"
            if isinstance(one, DiskFull):
                session.shouldfail = str(one)
            if isinstance(one, KeyboardInterrupt):
                session.shouldstop = str(one) or "from the keyboard"

    @property
    def journal(self) -> Path | None:
        """The journal of this session's run; None when there is none, for example before a cluster was found."""
        path = self.options.folder / "journal.jsonl"
        return path if self.replay is None and path.exists() else None

    @property
    def evidence(self) -> Path | None:
        """The journal on which findings are based: this session's, or the one that is judged again; None when there is none."""
        if self.replay is None:
            return self.journal
        return self.replay if self.replay.is_file() else self.replay / "journal.jsonl"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and the chain of its causes."""
    one: BaseException | None = error
    while one:
        yield one
        one = one.__cause__


STATE = pytest.StashKey[SessionState]()
