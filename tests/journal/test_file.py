import errno
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.journal import Journal, Torn, file, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def written(path: Path, *names: str, run: str = "") -> bytes:
    journal = Journal(path, clock=lambda: 1.5, run=run)
    for name in names:
        journal.write("fact", name=name, value="ä")
    journal.close()
    return path.read_bytes()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def seen(path: Path) -> list[str]:
    """What a reader makes of it: names of facts, and kinds of what is none."""
    return [str(record.get("name", record["kind"])) for record in read(path)]


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


def test_a_writer_after_a_torn_line_loses_nothing(path: Path) -> None:
    whole = written(path, "a", "b")
    path.write_bytes(whole[:-5])
    written(path, "c")
    assert seen(path) == ["a", "damage", "c"]


def test_a_writer_after_a_line_without_its_newline_goes_on(path: Path) -> None:
    path.write_bytes(written(path, "a", "b")[:-1])
    written(path, "c")
    assert seen(path) == ["a", "b", "c"]


def test_rubbish_in_the_middle_is_damage_not_fatal(path: Path) -> None:
    whole = written(path, "a", "b").splitlines()
    path.write_bytes(b"\n".join([whole[0], b"\xff\x00{]", b"[1]", whole[1], b""]))
    assert seen(path) == ["a", "damage", "damage", "b"]


def test_a_later_writer_continues_the_numbers_and_the_run(path: Path) -> None:
    written(path, "a", "b", run="r1")
    written(path, "c")
    assert [(one["run"], one["n"]) for one in lines(path)] == [("r1", 1), ("r1", 2), ("r1", 3)]


def test_two_writers_in_turn_share_the_numbers(path: Path) -> None:
    one, two = Journal(path, run="r1"), Journal(path)
    for at in range(6):
        (one, two)[at % 2].write("fact", name=str(at), value="x" * (at * 40_000))
    one.close()
    two.close()
    assert [line["n"] for line in lines(path)] == [1, 2, 3, 4, 5, 6]
    assert seen(path) == list("012345")


WRITER = """
import sys
from pathlib import Path
from kubeskeptic.journal import Journal
journal = Journal(Path(sys.argv[1]), run="r1")
for at in range(200):
    journal.write("fact", name=sys.argv[2] + str(at), value="x" * (at * 7))
journal.close()
"""


def test_processes_that_write_at_once_share_the_numbers(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert [line["n"] for line in lines(path)] == list(range(1, 601))
    names = seen(path)
    assert [name for name in names if name[0] == "b"] == [f"b{at}" for at in range(200)]
    assert "damage" not in names


def test_a_journal_without_numbers_stays_without(path: Path) -> None:
    path.write_text('{"at":1.0,"kind":"fact","name":"a","value":1}\n')
    written(path, "b")
    assert "n" not in lines(path)[1]
    assert seen(path) == ["a", "b"]


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


DEEP = b"[" * 100_000 + b"\n"
"""What no reader can parse without an end of its stack."""


# -- where a writer goes on ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("chunk", [1, 7, 64, 300, 1 << 16])
@pytest.mark.parametrize(
    "end", [b"", b"\n\n", b"rubbish\n", b"[1]\n", b'{"kind":"fact","n":"9"}\n', b'{"n":9', b"7", DEEP]
)
def test_a_writer_finds_the_last_whole_record_wherever_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, end: bytes
) -> None:
    path.write_bytes(written(path, "a", "b", run="r1") + end)
    monkeypatch.setattr(file, "_CHUNK", chunk)
    written(path, "c")
    last = lines_of(path)[-1]
    assert (last["run"], last["n"], last["name"]) == ("r1", 3, "c")
    assert [name for name in seen(path) if name != "damage"] == list("abc")


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The facts of a file with rubbish in it."""
    return [json.loads(line) for line in path.read_bytes().splitlines() if b'"name"' in line]


@pytest.mark.parametrize("rubbish", [b"rubbish", b"rubbish\n", b"\n", b"[]\n"])
def test_numbers_begin_at_one_after_nothing_but_rubbish(path: Path, rubbish: bytes) -> None:
    path.write_bytes(rubbish)
    written(path, "a", "b", run="r1")
    assert [(one["run"], one["n"]) for one in lines_of(path)] == [("r1", 1), ("r1", 2)]
    assert path.read_bytes().startswith(rubbish.strip() + b"\n")
    assert b"\n\n" not in path.read_bytes()


def test_a_writer_that_is_told_its_run_does_not_take_another(path: Path) -> None:
    written(path, "a", run="r1")
    written(path, "b", run="r2")
    assert [(one["run"], one["n"]) for one in lines(path)] == [("r1", 1), ("r2", 2)]


def test_a_writer_goes_on_after_the_lines_of_a_file_without_numbers(path: Path) -> None:
    path.write_text('{"at":1.0,"kind":"fact","name":"a","value":1}\n')
    written(path, "b", "c", run="r1")
    assert [set(one) & {"run", "n", "crc"} for one in lines(path)] == [set()] * 3
    path.write_bytes(path.read_bytes()[:-5])
    written(path, "d")
    assert seen(path) == ["a", "b", "damage", "d"]


def test_a_writer_that_is_alone_does_not_read_what_it_wrote(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_again: list[int] = []

    def last_record(_: int, size: int) -> tuple[dict[str, Any], bool]:
        read_again.append(size)
        return {}, False

    monkeypatch.setattr(file, "_last_record", last_record)
    written(path, "a", "b", "c")
    assert read_again == []


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


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


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
