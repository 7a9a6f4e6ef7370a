"""A disk that fills in mid-run: inconclusive with one reason, exit status 10, and the session goes no further."""

from __future__ import annotations

import pytest

from .inner import suite
from .test_plugin import run

FULL = """
import os

def fill(request):
    journal = request.getfixturevalue("run").journal
    device = os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, journal._file)

@pytest.fixture
def full(request):
    fill(request)
"""
SENTENCE = "*the journal in * cannot be written (*), so observations would be lost; free disk space and run again"


def filling(pytester: pytest.Pytester, *bodies: str) -> pytest.RunResult:
    """The suite on a run whose journal is the real one; ``fill(request)`` in a body fills the disk."""
    suite(pytester, *bodies, more=FULL)
    module = next(pytester.path.glob("test_*.py"))
    module.write_text(module.read_text().replace("(recording, holds)", "(request, recording, holds)"))
    conftest = pytester.path / "conftest.py"
    text = conftest.read_text().replace("    folder.mkdir(parents=True)\n", "")
    text = text.replace('journal = Journal(folder / "journal.jsonl")', "journal = RunJournal(folder, folder.name)")
    text = text.replace("import Journal\n", "import Journal\nfrom kubeskeptic.runs.run_journal import RunJournal\n")
    conftest.write_text(text.replace("    write_all(folder)\n", ""))
    return run(pytester)


def test_a_disk_that_fills_in_mid_run(pytester: pytest.Pytester) -> None:
    result = filling(pytester, "holds(FINE)", "fill(request)\n    holds(FINE)", "holds(FINE)")
    assert result.ret == 10
    result.stdout.fnmatch_lines([SENTENCE])
    result.stdout.fnmatch_lines(["report   could not be written"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    lines = ["? inconclusive heal.crash *", "● holds * service.stable *", "? inconclusive service.pod-killed *"]
    result.stdout.fnmatch_lines(lines)
