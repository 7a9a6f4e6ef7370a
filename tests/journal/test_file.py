"""How the journal's file is written and read, locked, and left as it was by a disk that is full."""

import errno
import fcntl
import json
import os
from pathlib import Path

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.journal import Journal, Torn, file, read
from tests.journal.facts import full_disk, lines, lines_of, seen, written


def test_what_is_written_is_read_in_order(path: Path) -> None:
    written(path, "a", "b")
    assert list(read(path)) == [
        {"at": 1.5, "kind": "fact", "name": "a", "value": "ä"},
        {"at": 1.5, "kind": "fact", "name": "b", "value": "ä"},
    ]


def test_a_line_carries_its_run_its_number_and_its_checksum(path: Path) -> None:
    written(path, "a", "b", run="r1")
    assert [(one["run"], one["n"], len(one["crc"])) for one in lines(path)] == [("r1", 1, 8), ("r1", 2, 8)]


def test_cut_at_any_byte_it_loses_at_most_the_last_record(path: Path) -> None:
    whole = written(path, "a", "b", "c")
    complete = [i for i, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        records = list(read(path))
        good = [r for r in records if not isinstance(r, Torn)]
        ends = sum(cut > end for end in complete)
        # A record whose line lost only its newline is whole.
        assert len(good) in (ends, ends + (cut in complete))
        assert len(records) - len(good) <= 1
        assert {r["kind"] for r in good} <= {"fact"}


def test_rubbish_in_the_middle_is_damage_not_fatal(path: Path) -> None:
    whole = written(path, "a", "b").splitlines()
    path.write_bytes(b"\n".join([whole[0], b"\xff\x00{]", b"[1]", whole[1], b""]))
    assert seen(path) == ["a", "damage", "damage", "b"]


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written(path, "a")
    journal = Journal(path)
    write, room = os.write, [10]

    def full(to: int, data: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(to, data[: room.pop()])

    with monkeypatch.context() as context:
        context.setattr("kubeskeptic.journal.file.os.write", full)
        with pytest.raises(OSError, match="No space"):
            journal.write("fact", name="b", value=1)
    assert path.read_bytes() == before
    journal.write("fact", name="c", value=1)
    journal.close()
    assert seen(path) == ["a", "c"]


def test_a_stopped_process_that_holds_the_lock_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "JOURNAL_LOCK", Patience(0.01))
    written(path, "a")
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        written(path, "b")
    assert seen(path) == ["a", "b"]


def test_a_file_system_without_locks_is_written_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("kubeskeptic.journal.file.fcntl.flock", none)
    written(path, "a", "b")
    assert seen(path) == ["a", "b"]


def test_the_time_of_a_record_is_taken_while_no_other_can_be_written(path: Path) -> None:
    def clock() -> float:
        with path.open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return 2.5

    assert Journal(path, clock=clock).write("fact", name="a")["at"] == 2.5


def test_secrets_never_reach_the_file(path: Path) -> None:
    journal = Journal(path)
    journal.write("change", object={"kind": "Secret", "data": {"password": "hunter2hunter2"}}, token="canary-token-123")
    journal.close()
    assert "hunter2" not in path.read_text()
    assert "canary" not in path.read_text()


def test_a_record_is_one_line_and_one_file_only_for_its_owner(path: Path) -> None:
    assert len(written(path, "a\nb").splitlines()) == 1
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["name"] == "a\nb"


# -- how it is written ------------------------------------------------------------------------------------------------------
def test_a_line_is_as_short_as_json_allows_and_readable(path: Path) -> None:
    start = '{"run":"r1","n":1,"at":1.5,"kind":"fact","name":"a","value":"ä","crc":"'
    assert written(path, "a", run="r1").startswith(start.encode())


def test_what_was_written_is_returned_without_what_proves_it(path: Path) -> None:
    journal = Journal(path, clock=lambda: 1.5)
    assert journal.write("fact", name="a", value=1) == {"at": 1.5, "kind": "fact", "name": "a", "value": 1}
    assert journal.write("fact", at=7.0)["at"] == 7.0, "a time that is given counts"
    journal.close()


def test_a_record_that_must_not_be_lost_is_on_disk_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("kubeskeptic.journal.file.os.fsync", synced.append)
    journal = Journal(path)
    journal.write("fact", name="a")
    assert len(synced) == 0
    journal.write("fact", name="b", sync=True)
    assert len(synced) == 1
    journal.close()
    assert len(synced) == 2
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.write("fact", name="c")


@pytest.mark.parametrize("at_once", [1, 7, 50])
def test_a_line_that_is_written_in_pieces_is_whole(path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    write = os.write
    monkeypatch.setattr("kubeskeptic.journal.file.os.write", lambda to, data: write(to, data[:at_once]))
    written(path, "a", "b", run="r1")
    assert [one["n"] for one in lines(path)] == [1, 2]
    assert seen(path) == ["a", "b"]


def test_a_lock_is_given_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    journal.write("fact", name="a", value=1)
    with path.open("ab") as other, monkeypatch.context() as context:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_UN)
        context.setattr("kubeskeptic.journal.file.os.write", full_disk)
        with pytest.raises(OSError, match="No space"):
            journal.write("fact", name="b", value=1)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    journal.close()


@pytest.mark.parametrize("held", [True, False])
def test_half_a_line_is_cut_off_by_a_writer_that_is_alone_and_stays_where_others_may_write(
    path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    written(path, "a")
    journal, write, room = Journal(path), os.write, [10]

    def filling(to: int, data: bytes) -> int:
        return write(to, data[: room.pop()]) if room else full_disk()

    with monkeypatch.context() as context:
        context.setattr("kubeskeptic.journal.file.os.write", filling)
        if not held:
            context.setattr("kubeskeptic.journal.file.fcntl.flock", full_disk)
        with pytest.raises(OSError, match="No space"):
            journal.write("fact", name="b", value=1)
    for name in "cd":
        journal.write("fact", name=name, value=1)
    journal.close()
    assert seen(path) == (["a", "c", "d"] if held else ["a", "damage", "c", "d"])
    assert [one["n"] for one in lines_of(path)] == [1, 2, 3]


def test_half_a_line_that_cannot_be_cut_off_hides_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, "a")
    journal, write, room = Journal(path), os.write, [10]
    with monkeypatch.context() as context:
        context.setattr(
            "kubeskeptic.journal.file.os.write",
            lambda to, data: write(to, data[: room.pop()]) if room else full_disk(),
        )
        context.setattr("kubeskeptic.journal.file.os.ftruncate", lambda *_: os.close(-1))
        with pytest.raises(OSError, match="No space"):
            journal.write("fact", name="b", value=1)
    journal.write("fact", name="c", value=1)
    journal.close()
    assert seen(path) == ["a", "damage", "c"]
