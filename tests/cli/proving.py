"""`skeptic prove` with a pytest that only writes a journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubeskeptic.cli import main
from kubeskeptic.journal import Journal
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import attempts
from kubeskeptic.proving.performing import Processes
from kubeskeptic.proving.suites import asked_by

FILE = checkout() / "suites" / "services" / "test_readiness.py"
READINESS = attempts(asked_by(FILE))
NUMBER = count(1)
LOCK = threading.Lock()


class Pytest:
    """What becomes of each attempt: every case is violated, unless it is said otherwise.

    :param refuses: the clusters on which no run comes of any attempt
    :param cannot: the clusters of which nothing can be asked
    :param ends: the exit status of the runs on a cluster, if it is not 1
    """

    def __init__(
        self, refuses: Sequence[str] = (), cannot: Sequence[str] = (), ends: Mapping[str, int] | None = None
    ) -> None:
        self.refuses = refuses
        self.cannot = cannot
        self.ends = ends or {}
        self.performed: list[tuple[str, str]] = []

    def run(self, words: Sequence[str], output: Path | None = None) -> int:
        cluster = words[words.index("--cluster") + 1]
        sabotages = [word.partition("=")[2] for word in words if word.startswith("--sabotage=")]
        with LOCK:
            self.performed += [(cluster, id_) for id_ in sabotages]
            number = next(NUMBER)
        if output:
            output.write_text(f"first line of {cluster}\nlast line of {cluster}\n")
        status = self.ends.get(cluster, 1)
        if cluster in self.refuses:
            return status
        folder = Path(words[words.index("--reports") + 1]) / f"20260101-{number:06}-abcd"
        folder.mkdir()
        journal = Journal(folder / "journal.jsonl", run=folder.name)
        journal.write("run", id=folder.name, kubernetes="v1.37.2", sabotages=sabotages)
        journal.write("scenario", id="services/readiness", phase="start")
        tests = {word.rpartition("::")[2] for word in words if "::" in word}
        for one in asked_by(FILE) if cluster not in self.cannot else ():
            if one.test.__name__ in tests:
                journal.write("finding", claim=one.case.claim, case=one.case.name, verdict="violated", why="w")
        journal.close()
        return status


def prove(monkeypatch: pytest.MonkeyPatch, fake: Pytest, *words: str) -> Result:
    monkeypatch.setattr(Processes, "run", lambda _, words, output=None: fake.run(words, output))
    return CliRunner().invoke(main, ["prove", "--suites", str(FILE), *words])


ALL_CASES = sum(len(one.cases) for one in READINESS)
BOTH = ("--cluster", "one", "--cluster", "two")


def proven(here: Path) -> int:
    return len(json.loads((here / "proofs.json").read_text()))
