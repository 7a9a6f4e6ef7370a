"""A reader sees each record once, and every line that is not as it was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Damage, Journal, JournalReader, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of five facts."""
    journal = Journal(tmp_path / "journal.jsonl", clock=lambda: 1.5, run="r1")
    for name in "abcde":
        journal.write("fact", name=name, value="ä")
    journal.close()
    return journal.path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def damage(path: Path) -> list[str]:
    return [record["why"] for record in read(path) if isinstance(record, Damage)]


def names(path: Path) -> str:
    return "".join(record["name"] for record in read(path) if record["kind"] == "fact")


def test_a_journal_as_written_has_no_damage(path: Path) -> None:
    assert damage(path) == []
    assert names(path) == "abcde"


@pytest.mark.parametrize(
    ("order", "said", "left"),
    [
        ([0, 1, 3, 4], "line 3 of the journal shows that number 3 is missing in front of it", "abde"),
        ([0, 4], "line 2 of the journal shows that numbers 2 to 4 are missing in front of it", "ae"),
        ([1, 2, 3, 4], "line 1 of the journal shows that number 1 is missing in front of it", "bcde"),
        ([0, 1, 2, 2, 3, 4], "line 4 of the journal is there a second time: its number 3 was there before", "abcde"),
        ([0, 1, 2, 3, 4, 0], "line 6 of the journal is there a second time: its number 1 was there before", "abcde"),
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
        "line 2 of the journal shows that number 2 is missing in front of it",
        "line 3 of the journal has number 2 and comes after number 3",
        "line 5 of the journal is there a second time: its number 2 was there before",
    ]


def test_an_altered_line_is_not_believed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"name":"c"', b'"name":"x"'))
    assert names(path) == "abde"
    assert damage(path) == [
        "line 3 of the journal was altered: its checksum is wrong or missing",
        "line 4 of the journal shows that number 3 is missing in front of it",
    ]


def test_numbers_cannot_be_taken_off_by_altering_the_first_line(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([b'{"at":1.5,"kind":"fact","name":"x","value":1}\n', *whole[1:]]))
    assert names(path) == "xbcde"
    assert damage(path) == [
        "line 2 of the journal is the first with a number",
        "line 2 of the journal shows that number 1 is missing in front of it",
    ]


def test_the_first_whole_line_says_the_run(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"run":"r1"', b'"run":"r2"', 1))
    assert names(path) == "bcde"


@pytest.mark.parametrize("field", ["crc", "n"])
def test_a_line_without_its_proof_is_not_believed(path: Path, field: str) -> None:
    whole = lines(path)
    record = json.loads(whole[2])
    del record[field]
    path.write_bytes(b"".join([*whole[:2], json.dumps(record).encode() + b"\n", *whole[3:]]))
    assert names(path) == "abde"
    assert damage(path)[0] == "line 3 of the journal was altered: its checksum is wrong or missing"


def test_a_line_of_another_run_is_not_believed(path: Path, tmp_path: Path) -> None:
    other = Journal(tmp_path / "other.jsonl", run="r2")
    for name in "vwxyz":
        other.write("fact", name=name, value=1)
    other.close()
    whole = lines(path)
    path.write_bytes(b"".join([*whole[:2], lines(other.path)[2], *whole[3:]]))
    assert names(path) == "abde"
    assert damage(path)[0] == "line 3 of the journal is of run r2, not of run r1"


def test_another_layout_of_the_same_content_is_believed(path: Path) -> None:
    path.write_text("".join(json.dumps(json.loads(line), indent=None) + "\n" for line in lines(path)))
    assert damage(path) == []
    assert names(path) == "abcde"


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
