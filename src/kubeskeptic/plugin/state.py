"""What one pytest session knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput, DiskFull, LeftDirty, MissingRequirement, Refused
from kubeskeptic.findings import Verdict
from kubeskeptic.runs.options import RunOptions

NO_CLUSTER = "there is no cluster to be asked"
"""Why a session ends of which no run was opened; what its claims came to needs no table then."""


@dataclass(frozen=True)
class Judged:
    """One test's verdict."""

    claim: str
    case: str
    verdict: Verdict
    why: str


@dataclass
class State:
    """Of one session: what was asked, what was judged, and how it may have to end.

    :param replay: the run whose journal is judged again; None for a live run
    :param judged: the last finding of each test, by its node id
    :param exit_status: ours, when it outranks pytest's: 20 left dirty, 21 refused, 4 the run that was asked for makes no sense
    :param begun: the first test has
    :param undecided: how many of pytest's failures and errors are claims of which nothing can be said, and nothing else
    """

    options: RunOptions
    replay: Path | None
    judged: dict[str, Judged] = field(default_factory=dict)
    exit_status: int = 0
    begun: bool = False
    undecided: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    """The test that tells why a scenario broke off, by the scenario's id."""
    late: bool = False
    """A finding was written after the run's reports were."""
    trouble: str = ""
    """What went wrong when the run was closed after all tests."""

    def ended_by(self, error: BaseException, *, opening: bool = False) -> None:
        """Remember how the session has to end when an error, or what it came of, says that the cluster was left dirty, or
        refused.

        :param opening: the error kept the run from being opened
        """
        for one in _chain(error):
            if isinstance(one, LeftDirty | Refused) or (opening and one is error and isinstance(one, BadInput)):
                self.exit_status = max(self.exit_status, one.exit_status)

    def stop(self, session: pytest.Session, error: BaseException, *, opening: bool = False) -> None:
        """Let no further test touch the cluster when an error, or what it came of, is a refusal, a full disk or an interrupt,
        and no further one say that there is none.

        :param opening: the error kept the run from being opened
        """
        if opening and isinstance(error, BadInput | MissingRequirement):
            session.shouldfail = NO_CLUSTER
        for one in _chain(error):
            if isinstance(one, Refused):
                session.shouldfail = "the cluster is refused: nothing more is asked of it"
            if isinstance(one, DiskFull):
                session.shouldfail = str(one)
            if isinstance(one, KeyboardInterrupt):
                session.shouldstop = str(one) or "from the keyboard"

    @property
    def journal(self) -> Path | None:
        """The journal of this session's run; None when there is none, as before a cluster was found."""
        path = self.options.folder / "journal.jsonl"
        return path if self.replay is None and path.exists() else None

    @property
    def evidence(self) -> Path | None:
        """The journal that findings rest on: this session's, or the one that is judged again; None when there is none."""
        if self.replay is None:
            return self.journal
        return self.replay if self.replay.is_file() else self.replay / "journal.jsonl"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it was raised from."""
    one: BaseException | None = error
    while one:
        yield one
        one = one.__cause__


STATE = pytest.StashKey[State]()
