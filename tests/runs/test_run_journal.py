"""A disk that is full at the start or fills in mid-run: one sentence, and nothing is believed that was not written down."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import DiskFull, Inconclusive, LeftDirty
from kubeskeptic.journal import read
from kubeskeptic.runs.run_journal import RunJournal
from kubeskeptic.runs.snapshot_check import _end

FULL = (
    r"the journal in .*r1 cannot be written \(No space left on device\), so observations would be lost; free disk space"
)


def fill(journal: RunJournal) -> int:
    """Let every write fail as on a full disk; what brings the disk back."""
    before = os.dup(journal._file)
    device = os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, journal._file)
    os.close(device)
    return before


def make_room(journal: RunJournal, before: int) -> None:
    os.dup2(before, journal._file)
    os.close(before)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(DiskFull, match=r"the journal in .*r1 cannot be written \(Not a directory\)") as said:
        RunJournal(tmp_path / "reports" / "r1", "r1")
    assert isinstance(said.value, Inconclusive)
    assert said.value.exit_status == 10


def test_a_record_that_cannot_be_written_ends_what_goes_on(tmp_path: Path) -> None:
    journal = RunJournal(tmp_path / "r1", "r1")
    journal.write("act", phase="start")
    before = fill(journal)
    with pytest.raises(DiskFull, match=FULL):
        journal.write("samples", n=1)
    make_room(journal, before)
    journal.write("fault", phase="done")  # undoing is written down where there is room again
    with pytest.raises(DiskFull, match=FULL):
        journal.write("act", phase="end")
    journal.close()
    assert [one["kind"] for one in read(journal.path)] == ["act", "fault", "act"]


def test_undoing_takes_it_for_a_disk_that_is_full(tmp_path: Path) -> None:
    journal = RunJournal(tmp_path / "r1", "r1")
    fill(journal)
    with pytest.raises(OSError, match="No space"):
        journal.write("fault", phase="undoing")
    journal.close()  # fine on a full disk


def a_run(journal: RunJournal, *left: str) -> Any:
    """A run whose cluster is as it was at the start, but for what is left."""
    guard = SimpleNamespace(permit=lambda *_: None)
    return SimpleNamespace(journal=journal, site=SimpleNamespace(left=list(left), guard=guard))


def test_how_a_run_ended_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubeskeptic.runs.snapshot_check._look", lambda *_: ([], None))
    journal, nothing = RunJournal(tmp_path / "r1", "r1"), SimpleNamespace()
    fill(journal)
    with pytest.raises(DiskFull, match=FULL):
        _end(a_run(journal), nothing, None)  # type: ignore[arg-type]
    _end(a_run(journal), nothing, ValueError("what is under way is told"))  # type: ignore[arg-type]
    with pytest.raises(LeftDirty, match="a table is left"):
        _end(a_run(journal, "a table is left"), nothing, None)  # type: ignore[arg-type]
