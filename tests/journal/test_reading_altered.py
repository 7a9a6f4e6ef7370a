"""A line of a journal is believed as its run wrote it: with its content, its number and its run."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from kubeskeptic.journal import Damage, Journal, read
from kubeskeptic.journal.file import sealed
from tests.journal.five_facts import damage, five_facts, lines, names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return five_facts(tmp_path)


def test_an_altered_line_is_not_believed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"name":"c"', b'"name":"x"'))
    assert names(path) == "abde"
    assert damage(path) == [
        "line 3 of the journal was altered: its checksum is wrong or missing",
        "line 4 of the journal follows a gap: number 3 is missing",
    ]


def test_numbers_cannot_be_taken_off_by_altering_the_first_line(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([b'{"at":1.5,"kind":"fact","name":"x","value":1}\n', *whole[1:]]))
    assert names(path) == "xbcde"
    assert damage(path) == [
        "line 2 of the journal is numbered, unlike the lines before it",
        "line 2 of the journal follows a gap: number 1 is missing",
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
    assert damage(path)[0] == "line 3 of the journal belongs to run r2, not to run r1"


def test_another_layout_of_the_same_content_is_believed(path: Path) -> None:
    path.write_text("".join(json.dumps(json.loads(line), indent=None) + "\n" for line in lines(path)))
    assert damage(path) == []
    assert names(path) == "abcde"


def of_run(path: Path, run: str, *numbers: object) -> list[bytes]:
    """Lines with these numbers as a writer of that run seals them."""
    return [sealed({"at": 1.5, "kind": "fact", "name": str(at)}, run, at) + b"\n" for at in numbers]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("", "r2", "belongs to run r2, not to run unknown"), ("r1", "", "belongs to run unknown, not to run r1")],
)
def test_a_run_without_an_id_is_another_run(path: Path, first: str, second: str, said: str) -> None:
    path.write_bytes(b"".join(of_run(path, first, 1) + of_run(path, second, 2)))
    assert (names(path), damage(path)) == ("1", [f"line 2 of the journal {said}"])
    path.write_bytes(b"".join(of_run(path, first, 1) + of_run(path, first, 2)))
    assert (names(path), damage(path)) == ("12", [])


@pytest.mark.parametrize("number", ["2", 2.5, None, [2]])
def test_a_line_whose_number_is_none_is_not_believed(path: Path, number: object) -> None:
    path.write_bytes(b"".join(of_run(path, "r1", 1, number, 3)))
    assert names(path) == "13"
    assert damage(path)[0] == "line 2 of the journal was altered: its checksum is wrong or missing"


def test_a_line_without_a_number_among_numbered_ones_is_not_believed(path: Path) -> None:
    whole = lines(path)
    path.write_bytes(b"".join([*whole, b'{"at": 1.5, "kind": "fact", "name": "x"}\n']))
    assert names(path) == "abcde"
    assert damage(path) == ["line 6 of the journal was altered: its checksum is wrong or missing"]


def test_another_layout_of_other_content_is_not_believed(path: Path) -> None:
    records = [json.loads(line) for line in lines(path)]
    records[2]["name"] = "x"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert names(path) == "abde"
    assert "was altered" in damage(path)[0]


@pytest.mark.parametrize("field", ["run", "n"])
def test_another_run_or_number_in_front_of_the_same_content_is_not_believed(path: Path, field: str) -> None:
    records = [json.loads(line) for line in lines(path)]
    records[2][field] = "r2" if field == "run" else 4
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert names(path) == "abde"
    assert damage(path)[0] == "line 3 of the journal was altered: its checksum is wrong or missing"


def test_a_record_is_handed_out_without_what_proves_it(path: Path) -> None:
    assert {frozenset(record) for record in read(path)} == {frozenset({"at", "kind", "name", "value"})}


@pytest.mark.parametrize(("id_", "run", "foreign"), [("r1", "r1", False), ("r2", "r1", True), ("r2", "", False)])
def test_a_run_describes_itself(tmp_path: Path, id_: str, run: str, foreign: bool) -> None:
    with closing(Journal(tmp_path / "journal.jsonl", run=run)) as journal:
        journal.write("run", id=id_)
        journal.write("fact", name="one")
    said = [one["why"] for one in read(journal.path) if isinstance(one, Damage)]
    assert said == ([f"line 1 of the journal describes the run {id_}, and belongs to run {run}"] if foreign else [])
    assert [one["kind"] for one in read(journal.path) if not isinstance(one, Damage)] == ["run", "fact"]
