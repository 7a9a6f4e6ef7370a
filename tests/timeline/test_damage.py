"""What is wrong with a journal counts for the scenarios that it may concern, and for no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal
from kubeskeptic.timeline import JournalFollower, RunEvidence, load
from tests.timeline.written import GRACE, batch, concerned, scenario

from ..journal.rewriting import rewritten

ORDER = [
    "run",
    "a start",
    "a probe",
    "a samples",
    "a end",
    "finding",
    "b start",
    "b probe",
    "b samples",
    "b end",
    "finding",
]
"""The lines of the journal, by number from 1."""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A run with the scenarios a and b, one after the other."""
    written = Journal(tmp_path / "journal.jsonl", run="r1")
    written.write("run", id="r1", settings=GRACE, nodes=["n1"])
    for name in ("a", "b"):
        scenario(written, name)
        written.write("finding", scenario=name, claim="c", verdict="holds")
    written.close()
    return written.path


def changed(journal: Path, change: Callable[[list[bytes]], list[bytes]]) -> RunEvidence:
    journal.write_bytes(b"".join(change(journal.read_bytes().splitlines(keepends=True))))
    return load(journal)


def test_a_whole_journal_has_no_damage(journal: Path) -> None:
    evidence = load(journal)
    assert (concerned(evidence), evidence.damage, evidence.torn, evidence.numbered) == ("", (), 0, True)


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        pytest.param("run", "ab", id="before all, it may be about the run: both"),
        pytest.param("a start", "ab", id="the start of a: nothing is under way yet"),
        pytest.param("a probe", "a", id="of a"),
        pytest.param("a samples", "a", id="of a, too"),
        pytest.param("a end", "a", id="the end of a: it is still under way"),
        pytest.param("finding", "b", id="between them: what follows"),
        pytest.param("b samples", "b", id="of b"),
        pytest.param("b end", "b", id="the end of b"),
    ],
)
@pytest.mark.parametrize("what", ["missing", "altered", "torn", "foreign"])
def test_damage_counts_for_what_is_under_way(journal: Path, line: str, hit: str, what: str) -> None:
    at = ORDER.index(line)

    def change(lines: list[bytes]) -> list[bytes]:
        new = {
            "missing": b"",
            "altered": lines[at].replace(b'"at":', b'"at":4'),
            "torn": lines[at][:-9] + b"\n",
            "foreign": lines[at].replace(b'"r1"', b'"r2"', 1),
        }[what]
        return [*lines[:at], new, *lines[at + 1 :]]

    evidence = changed(journal, change)
    assert evidence.damage
    assert concerned(evidence) == hit


def test_a_line_that_is_there_twice_counts_for_its_own_scenario(journal: Path) -> None:
    evidence = changed(journal, lambda lines: [*lines, lines[3]])
    assert concerned(evidence) == "a"
    assert evidence.scenarios["a"].damage == ("line 12 of the journal is a duplicate: number 4 appeared before",)
    assert evidence.scenarios["a"].copies == 0


def test_a_cut_end_is_said_and_is_no_damage(journal: Path) -> None:
    evidence = changed(journal, lambda lines: [*lines[:-1], lines[-1][:30]])
    assert (evidence.torn, evidence.damage) == (1, ())


def test_scenarios_that_are_under_way_at_once_share_what_cannot_be_told_apart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for name, phase in (("a", "start"), ("b", "start"), ("a", "end"), ("c", "start"), ("b", "end"), ("c", "end")):
        journal.write("scenario", id=name, phase=phase)
    journal.close()
    evidence = changed(journal.path, lambda lines: [*lines[:4], b"rubbish\n", *lines[4:]])
    assert concerned(evidence) == "bc"


def test_another_record_of_the_wrong_shape_is_damage_too(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    scenario(journal, "a")
    journal.write("act", scenario="a", act="forced", phase=7)
    journal.write("scenario", id="b", phase="start")
    journal.write("gap", source="probe", since="now", reason="r")
    journal.close()
    evidence = load(journal.path)
    assert evidence.scenarios["a"].damage == (
        "line 5 of the journal: the field “phase” of its act record is not a string",
    )
    assert evidence.scenarios["b"].damage == (
        "line 7 of the journal: the field “since” of its gap record is not a number",
    )
    assert evidence.scenarios["a"].acts == {}


# -- following ------------------------------------------------------------------------------------------------------------
def test_what_is_added_is_found_in_the_same_recordings(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    followed = JournalFollower(journal.path)
    journal.write("run", id="r1", settings=GRACE)
    scenario(journal, "a", batch("a", ticks=range(5, 8)))
    first = followed.evidence().scenarios["a"]
    journal.write("samples", **batch("a", ticks=range(3)))
    journal.write("gap", source="probe", node="n1", since=150.0, until=160.0, reason="late")
    scenario(journal, "b")
    journal.write("finding", scenario="a", claim="c", verdict="holds")
    evidence = followed.evidence()
    assert evidence.scenarios["a"] is first
    assert list(first.lanes["n1", "web"].ticks) == [0, 1, 2, 5, 6, 7]
    assert [gap.reason for gap in first.gaps] == ["late"]
    assert [gap.reason for gap in evidence.scenarios["b"].gaps] == ["late"]
    assert len(evidence.findings) == 1
    journal.close()
    assert [gap.reason for gap in followed.evidence().scenarios["a"].gaps] == ["late"]


def test_each_line_is_parsed_once(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    loads = json.loads

    def counted(line: bytes) -> Any:
        parsed.append(line)
        return loads(line)

    monkeypatch.setattr("kubeskeptic.journal.reading.json.loads", counted)
    followed = JournalFollower(journal)
    for _ in range(3):
        followed.evidence()
    assert len(parsed) == len(ORDER)


# -- what is no journal ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is an empty file"),
     (b"hello\n\n", "is not a journal"), (b'{"a": 1}\n[]\n', "is not a journal"), (b"\x7fELF\x00\n", "is not a journal")],
)  # fmt: skip
def test_what_is_no_journal_is_said_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        load(path)


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder, not a journal"):
        load(tmp_path)


def test_a_journal_of_an_old_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    records = [{"at": 1.0, "kind": "run", "id": "r"}, {"at": 2.0, "kind": "scenario", "id": "a", "phase": "start"},
               {"at": 3.0, "kind": "scenario", "id": "a", "phase": "end"}]  # fmt: skip
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    evidence = load(path)
    assert (evidence.numbered, evidence.damage, evidence.scenarios["a"].ended) == (False, (), 3.0)


def test_a_rewritten_journal_is_whole(journal: Path, tmp_path: Path) -> None:
    told = rewritten(journal, tmp_path / "lie.jsonl", lambda one: [one] if one["kind"] != "finding" else [])
    evidence = load(told)
    assert (evidence.damage, evidence.findings, len(evidence.scenarios)) == ((), [], 2)


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        ("EndpointSlice", {"metadata": {"name": "x", "labels": "odd"}}),
        ("Pod", {"metadata": {"name": "x"}, "status": "odd"}),
        ("Pod", {"metadata": {"name": "x"}, "status": {"conditions": [{}]}}),
    ],
)
def test_an_object_of_another_shape_is_damage_and_nothing_is_raised(
    tmp_path: Path, kind: str, odd: dict[str, Any]
) -> None:
    written = Journal(tmp_path / "journal.jsonl", run="r1")
    written.write("run", id="r1", settings=GRACE, nodes=["n1"])
    scenario(written, "a")
    written.write("scenario", id="b", phase="start")
    written.write("change", scenario="b", resource=kind, type="ADDED", seen=1.0, object=odd)
    evidence = load(written.path)
    assert concerned(evidence) == "b"
    assert "cannot be read" in evidence.scenarios["b"].damage[0]
    assert evidence.damage == evidence.scenarios["b"].damage
    assert [change.name for change in evidence.scenarios["b"].changes] == ["x"]
