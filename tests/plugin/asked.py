"""One test about a claim, without an inner run, and findings that it may pass on."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kubeskeptic.bounds import Bound
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, inconclusive, skipped
from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.plugin.judging import Judge, Violated
from kubeskeptic.plugin.state import STATE, SessionState
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.timeline import Change, Recording
from tests.drawn import recording

FORCED = Case("service.pod-killed", "forced", ("forced",), broken_by=("frozen",))
NONE = {"failed": Measure(0, "requests")}, {"failed": Bound(0, "requests", "none may")}
FINE, ALSO = Finding(Verdict.HOLDS, "None failed.", *NONE), Finding(Verdict.HOLDS, "None failed again.", *NONE)
NINE = {"failing": Measure(9, "s")}, {"failing": Bound(3, "s", "SYNC 1 + margin 2")}
BROKEN = Finding(Verdict.VIOLATED, "Requests failed for 9 s.", *NINE, probes=("web",))
GAP, ELSEWHERE = inconclusive("a gap", probes=("web",)), skipped("not here")


def seen(*changes: Change, **more: Any) -> Recording:
    return recording(*changes, **more)


class Asked:
    """One test about a claim, its run's folder, and what is written into the journal of it."""

    def __init__(self, folder: Path, case: Case | None = FORCED, *, nodeid: str = "test_x.py::test_it") -> None:
        self.state = SessionState(RunOptions(reports=folder, id="r1"), replay=None)
        self.state.options.folder.mkdir(exist_ok=True)
        self.path = self.state.options.folder / "journal.jsonl"
        self.item: Any = SimpleNamespace(
            nodeid=nodeid, stash=pytest.Stash(), config=SimpleNamespace(stash=pytest.Stash()),
            get_closest_marker=lambda name: SimpleNamespace(args=(case,), kwargs={}) if case else None,
        )  # fmt: skip
        self.item.config.stash[STATE] = self.state

    def judge(self, of: Recording | None = None, journal: Journal | None = None) -> Judge:
        return Judge(cast(pytest.Item, self.item), of, journal)

    def finds(self, *findings: Finding, of: Recording | None = None) -> list[Record]:
        """The records of findings that a test passes on one after the other, as of a run that goes on."""
        with closing(Journal(self.path)) as journal:
            judge = self.judge(of, journal)
            for finding in findings:
                with suppress(Violated, Inconclusive, pytest.skip.Exception):
                    judge(finding)
        return list(read(self.path))
