"""Where a writer of the journal's file goes on, and how several share it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal, file
from tests.journal.facts import lines, lines_of, seen, written


def test_a_writer_after_a_torn_line_loses_nothing(path: Path) -> None:
    whole = written(path, "a", "b")
    path.write_bytes(whole[:-5])
    written(path, "c")
    assert seen(path) == ["a", "damage", "c"]


def test_a_writer_after_a_line_without_its_newline_goes_on(path: Path) -> None:
    path.write_bytes(written(path, "a", "b")[:-1])
    written(path, "c")
    assert seen(path) == ["a", "b", "c"]


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
