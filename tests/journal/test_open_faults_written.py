"""What is written of a fault and read of it again, and the open faults of a journal."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.journal.open_faults import NullJournal, OpenFault, of_journal, opened
from tests.journal.faults import CUP, WHOLE, records


# -- records ------------------------------------------------------------------------------------------------------------------
def test_a_fault_that_was_written_as_a_record_is_read_from_it() -> None:
    whole = OpenFault(
        "i", "f", "r", ("a", "b"), {"x": [1]}, "armed", "mend", "u", ("n1",), (("Node", "", "n1"),), {"act": "a"}
    )
    lists: dict[str, Any] = {"targets": ["a", "b"], "nodes": ["n1"], "objects": [["Node", "", "n1"]]}
    assert OpenFault.from_record(whole.as_record() | lists) == whole
    for missing in ("targets", "nodes", "objects", "id"):
        with pytest.raises((KeyError, TypeError)):
            OpenFault.from_record({name: value for name, value in whole.as_record().items() if name != missing})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_a_phase_is_written_with_all_that_says_which_fault_it_is_of(path: Path) -> None:
    with opened(path) as journal:
        at = CUP.write(journal, "bit", evidence="it is in pieces")
    assert list(read(path)) == [
        {
            "at": at, "kind": "fault", "id": "cup-1", "fault": "break", "targets": ["thing/cup"], "phase": "bit",
            "scenario": "s", "act": "a", "evidence": "it is in pieces",
        }
    ]  # fmt: skip
    assert CUP.write(NullJournal(), "bit") > at, "where nothing is written it is the time of the attempt"


@pytest.mark.parametrize("phase", [*WHOLE, "failed"])
def test_phases_that_others_have_to_know_of_are_on_disk_before_the_work_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    synced: list[int] = []
    with opened(path) as journal:
        monkeypatch.setattr(os, "fsync", synced.append)
        CUP.write(journal, phase)
    assert len(synced) - 1 == (phase in ("intent", "applying", "done", "failed")), "closing it is another"


class Full(NullJournal):
    """A journal on a full disk."""

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


def test_undoing_does_not_wait_for_its_record(path: Path) -> None:
    CUP.mark(Full(), "undoing")
    with pytest.raises(OSError, match="No space"):
        CUP.write(Full(), "undoing")
    with opened(path) as journal:
        CUP.mark(journal, "undone", evidence="it is whole")
    (record,) = read(path)
    assert (record["phase"], record["evidence"]) == ("undone", "it is whole")


# -- journals -----------------------------------------------------------------------------------------------------------------
def test_the_open_faults_of_a_journal(path: Path) -> None:
    with opened(path) as journal:
        journal.write("run", id="r1")
        for record in records("cup", *WHOLE[:4]):
            journal.write(**record)
    assert [(one.id, one.run, one.undo) for one in of_journal(path)] == [("cup", "r1", {"thing": "cup"})]


def test_a_journal_that_cannot_be_opened_is_done_without(path: Path) -> None:
    with opened(path / "nowhere") as journal:
        assert isinstance(journal, NullJournal)
        assert journal.write("fault", sync=True, id="cup") == {"kind": "fault", "id": "cup"}
    assert str(NullJournal().path) == os.devnull


def test_a_journal_is_closed_behind_those_who_use_it_and_whoever_cannot_do_so_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as journal:
        assert type(journal) is Journal
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.write("fault", id="cup")
    with pytest.raises(KeyError), opened(path) as broken:
        raise KeyError("cup")
    with pytest.raises(OSError, match="Bad file descriptor"):
        broken.write("fault", id="cup")
    monkeypatch.setattr("kubeskeptic.journal.open_faults.Journal", lambda path: Full())
    with opened(path) as full:
        assert isinstance(full, Full)
