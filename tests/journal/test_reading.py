"""A reader sees each record once, and every line that is not as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Damage, JournalReader, read
from tests.journal.five_facts import damage, five_facts, lines, names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return five_facts(tmp_path)


def test_a_journal_as_written_has_no_damage(path: Path) -> None:
    assert damage(path) == []
    assert names(path) == "abcde"


@pytest.mark.parametrize(
    ("order", "said", "left"),
    [
        ([0, 1, 3, 4], "line 3 of the journal follows a gap: number 3 is missing", "abde"),
        ([0, 4], "line 2 of the journal follows a gap: numbers 2 to 4 are missing", "ae"),
        ([1, 2, 3, 4], "line 1 of the journal follows a gap: number 1 is missing", "bcde"),
        ([0, 1, 2, 2, 3, 4], "line 4 of the journal is a duplicate: number 3 appeared before", "abcde"),
        ([0, 1, 2, 3, 4, 0], "line 6 of the journal is a duplicate: number 1 appeared before", "abcde"),
    ],
)
def test_lines_that_are_missing_or_doubled(path: Path, order: list[int], said: str, left: str) -> None:
    whole = lines(path)
    path.write_bytes(b"".join(whole[at] for at in order))
    assert damage(path) == [said]
    assert names(path) == left


def test_lines_in_another_order_are_read_and_said(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join(whole[at] for at in (0, 2, 1, 3, 1, 4)))
    assert names(path) == "acbde"
    assert damage(path) == [
        "line 2 of the journal follows a gap: number 2 is missing",
        "line 3 of the journal is out of order: number 2 after number 3",
        "line 5 of the journal is a duplicate: number 2 appeared before",
    ]


@pytest.mark.parametrize("rubbish", [b"\n", b"\n\n"])
def test_empty_lines_are_passed_over(path: Path, rubbish: bytes) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([*whole[:2], rubbish, *whole[2:]]))
    assert damage(path) == []
    assert names(path) == "abcde"


def test_each_line_is_read_once_while_the_file_grows(path: Path) -> None:
    whole, reader = path.read_bytes(), JournalReader(path)
    found = []
    for cut in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:cut])
        found += [record["name"] for record in reader.new()]
        assert reader.unfinished == len(whole[:cut].rpartition(b"\n")[2]) or reader.unfinished == 0
    path.write_bytes(whole)
    found += [record["name"] for record in reader.new()]
    assert found == list("abcde")
    assert (reader.unfinished, reader.line) == (0, 5)


def test_a_line_that_is_read_before_its_newline_is_not_torn_later(path: Path) -> None:
    whole, reader = path.read_bytes(), JournalReader(path)
    cut = whole.index(b"\n", 300)
    path.write_bytes(whole[:cut])
    found = [record["name"] for record in reader.new()]
    path.write_bytes(whole)
    assert [*found, *(record.get("name") for record in reader.new())] == list("abcde")


def test_a_file_that_becomes_shorter_is_said(path: Path) -> None:
    reader = JournalReader(path)
    assert len(list(reader.new())) == 5
    path.write_bytes(b"")
    assert [record["why"] for record in reader.new()] == [
        "line 5 of the journal is gone: the file is shorter than it was"
    ]


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no journal at .*nothing"):
        list(read(tmp_path / "nothing"))
    with pytest.raises(BadInput, match="is a folder, not a journal"):
        list(read(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be read: Not a directory"):
        list(read(tmp_path / "file" / "journal.jsonl"))


# -- what is said of a line, field by field ---------------------------------------------------------------------------------
def test_what_a_reader_says_of_a_line_that_is_cut_or_torn(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([*whole[:2], b"rubbish\n", *whole[2:4], whole[4][:20]]))
    records = list(read(path))
    assert records[-1] == {"kind": "torn", "at": 0.0, "line": 6, "bytes": 20}
    assert records[2] == {
        "kind": "damage", "at": 0.0, "line": 3, "why": "line 3 of the journal is not a complete record", "about": {},
    }  # fmt: skip


def test_a_line_that_is_there_twice_or_late_is_told_with_what_it_says(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join(whole[at] for at in (0, 2, 1, 1)))
    about = [record["about"].get("name") for record in read(path) if isinstance(record, Damage)]
    assert about == [None, "b", "b"]


@pytest.mark.parametrize(
    ("order", "said", "left"),
    [
        ([0, 3, 4], "numbers 2 to 3 are missing", "ade"),
        ([0, 2, 4, 1, 3], "number 2 is missing", "acebd"),
        ([4, 0, 1, 2, 3], "numbers 1 to 4 are missing", "eabcd"),
        ([1, 0, 0], "number 1 is missing", "ba"),
    ],
)
def test_lines_that_come_late_were_missing_and_are_read(path: Path, order: list[int], said: str, left: str) -> None:
    whole = lines(path)
    path.write_bytes(b"".join(whole[at] for at in order))
    assert said in damage(path)[0]
    assert names(path) == left


@pytest.mark.parametrize("line", [b'{"kind": 7}', b'{"at": 1}', b"[1]", b"7", b"null", b'"kind"', b"{", b"[" * 100_000])
def test_what_is_no_record_is_torn(path: Path, line: bytes) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([whole[0], line, b"\n", *whole[1:]]))
    assert (names(path), damage(path)) == ("abcde", ["line 2 of the journal is not a complete record"])


def test_whether_a_journal_is_numbered_is_known_from_its_first_record(path: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(b'rubbish\n{"kind": "fact", "name": "a", "n2": 1}\n{"kind": "fact", "name": "b"}\n')
    numbered, unnumbered = JournalReader(path), JournalReader(plain)
    assert (numbered.numbered, unnumbered.numbered) == (None, None)
    found = [list(numbered.new()), list(unnumbered.new())]
    assert (numbered.numbered, unnumbered.numbered) == (True, False)
    assert [len(one) for one in found] == [5, 3]
    assert found[1][1] == {"kind": "fact", "name": "a", "n2": 1}


def test_a_last_line_that_lost_only_its_newline_is_read(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    assert [record["name"] for record in read(path)] == list("abcde")


def test_a_file_that_holds_nothing_or_nothing_more_says_nothing(path: Path) -> None:
    reader = JournalReader(path)
    assert (reader.line, reader.unfinished) == (0, 0)
    assert len(list(reader.new())) == 5
    assert list(reader.new()) == []
    path.write_bytes(path.read_bytes()[:-1])
    assert [record["why"] for record in reader.new()] == [
        "line 5 of the journal is gone: the file is shorter than it was"
    ]
    path.write_bytes(b"")
    assert list(read(path)) == []


def test_a_line_that_is_cut_is_counted_when_it_is_whole(path: Path) -> None:
    whole, reader = lines(path), JournalReader(path)
    path.write_bytes(whole[0] + whole[1][:10])
    assert [record["name"] for record in reader.new()] == ["a"]
    assert (reader.line, reader.unfinished) == (1, 10)
    assert list(reader.new()) == []
    assert (reader.line, reader.unfinished) == (1, 10)
    path.write_bytes(whole[0] + whole[1])
    assert [record["name"] for record in reader.new()] == ["b"]
    assert (reader.line, reader.unfinished) == (2, 0)
