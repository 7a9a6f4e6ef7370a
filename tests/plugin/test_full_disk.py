"""A disk that fills in mid-run: inconclusive with one reason, exit status 10, and the session goes no further."""

from __future__ import annotations

import pytest

from .inner import suite

FILLS = """
import os
from kubeskeptic.runs.run_journal import RunJournal

def fill(run):
    device = os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, run.journal._file)
"""


def full(pytester: pytest.Pytester, *bodies: str) -> pytest.RunResult:
    suite(pytester, *bodies, more=FILLS)
    conftest = pytester.path / "conftest.py"
    text = conftest.read_text().replace("    folder.mkdir(parents=True)\n", "")
    text = text.replace('Journal(folder / "journal.jsonl")', "RunJournal(folder)")
    conftest.write_text(
        text.replace("from kubeskeptic.journal import Journal", "from kubeskeptic.runs.run_journal import RunJournal")
    )
    return pytester.runpytest_inprocess("-p", "no:cacheprovider")


def test_a_finding_that_cannot_be_written_down_is_not_believed(pytester: pytest.Pytester) -> None:
    told = full(pytester, "holds(FINE)", "fill(recording.run)\n    holds(FINE)", "holds(FINE)")
    assert told.ret == 10
