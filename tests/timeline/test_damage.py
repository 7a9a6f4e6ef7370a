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

from ..journal.rewriting import rewritten

GRACE = {"GRACE": {"value": 50, "unit": "s", "from": "default"}}
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


def batch(scenario: str, node: str = "n1", ticks: range = range(3), boot: str = "b1", **more: Any) -> dict[str, Any]:
    count = len(ticks)
    return {
        "node": node, "agent": f"agent-{node}", "boot": boot, "offset": 0.5, "error": 0.001,
        "probes": [{"name": "web", "scenario": scenario, "period": 1.0, "t0": 100.0}], "names": ["", "pod-a", "pod-b"],
        "probe": [0] * count, "tick": list(ticks), "sent": [100.0 + tick for tick in ticks], "took": [0.001] * count,
        "outcome": [0] * count, "by": [1] * count, "port": [40000 + tick for tick in ticks], **more,
    }  # fmt: skip


def scenario(journal: Journal, name: str, *batches: dict[str, Any]) -> None:
    journal.write("scenario", id=name, phase="start", at=100.0)
    journal.write("probe", scenario=name, probe="web", spec={}, nodes=["n1"])
    for one in batches or [batch(name)]:
        journal.write("samples", **one)
    journal.write("scenario", id=name, phase="end", at=200.0)


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


def concerned(evidence: RunEvidence) -> str:
    return "".join(name for name, recording in sorted(evidence.scenarios.items()) if recording.damage)


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
    assert evidence.scenarios["a"].damage == (
        "line 12 of the journal is there a second time: its number 4 was there before",
    )
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


# -- the run --------------------------------------------------------------------------------------------------------------
def test_a_later_record_of_the_run_may_add(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    start = {"START": {"value": 2.1, "unit": "s", "from": "calibrated"}}
    journal.write("run", id="r1", at=1.0, settings=GRACE, nodes=["n1"], roles={"n1": "worker"})
    journal.write("run", id="r1", at=9.0, settings=GRACE | start, nodes=["n1", "n2"], roles={"n1": "worker"}, seed=7)
    scenario(journal, "a")
    journal.close()
    evidence = load(journal.path)
    assert evidence.damage == ()
    assert (evidence.run["at"], evidence.run["nodes"], evidence.run["seed"]) == (1.0, ["n1", "n2"], 7)
    assert (evidence.settings["GRACE"], evidence.scenarios["a"].settings["START"]) == (50, 2.1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": "r2", "settings": {}}, "it describes the run r2, not r1"),
        ({"settings": {"GRACE": GRACE["GRACE"] | {"value": 62}}}, "it changes the run's settings GRACE from 50 to 62"),
        ({"nodes": ["n2"]}, "it changes the run's nodes from ['n1'] to ['n2']"),
        ({"kubernetes": "v1.38"}, "it changes the run's kubernetes from v1.37 to v1.38"),
    ],
)
def test_a_later_record_of_the_run_changes_nothing(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    known: dict[str, Any] = {"id": "r1", "settings": GRACE, "nodes": ["n1"], "kubernetes": "v1.37"}
    journal.write("run", **known)
    journal.write("scenario", id="a", phase="start")
    journal.write("run", **(known | more))
    journal.write("scenario", id="a", phase="end")
    scenario(journal, "b")
    journal.close()
    evidence = load(journal.path)
    assert evidence.damage == (f"line 3 of the journal: {said}",)
    assert concerned(evidence) == "ab"
    assert evidence.settings["GRACE"] == 50
    assert (evidence.run["nodes"], evidence.run["kubernetes"]) == (["n1"], "v1.37")


# -- samples --------------------------------------------------------------------------------------------------------------
def sampled(tmp_path: Path, *batches: dict[str, Any]) -> RunEvidence:
    journal = Journal(tmp_path / "journal.jsonl")
    scenario(journal, "a", *batches)
    journal.close()
    return load(journal.path)


def ticks(evidence: RunEvidence) -> list[int]:
    (lane,) = evidence.scenarios["a"].lanes.values()
    return list(lane.ticks)


def test_a_batch_that_was_delivered_twice_counts_once(tmp_path: Path) -> None:
    again = batch("a", offset=0.501, names=["", "pod-b", "pod-a"], by=[2, 2, 2])  # another clock reading, other indexes
    evidence = sampled(tmp_path, batch("a"), again)
    assert ticks(evidence) == [0, 1, 2]
    assert (evidence.scenarios["a"].copies, evidence.damage) == (3, ())


def test_batches_that_overlap_add_what_is_new(tmp_path: Path) -> None:
    evidence = sampled(tmp_path, batch("a", ticks=range(4)), batch("a", ticks=range(2, 6)))
    assert ticks(evidence) == [0, 1, 2, 3, 4, 5]
    assert (evidence.scenarios["a"].copies, evidence.damage) == (2, ())


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": [0, 3, 0]},
        {"by": [1, 2, 1]},
        {"took": [0.001, 0.002, 0.001]},
        {"port": [40000, 9, 40002]},
        {"sent": [100.0, 101.6, 102.0]},
    ],
)
def test_another_sample_of_the_same_tick_is_damage(tmp_path: Path, other: dict[str, Any]) -> None:
    evidence = sampled(tmp_path, batch("a"), batch("a", **other))
    assert ticks(evidence) == [0, 1, 2]
    assert evidence.scenarios["a"].copies == 2
    assert evidence.scenarios["a"].damage == (
        "line 4 of the journal: it has another sample of tick 1 of the probe “web” on n1",
    )


def test_several_other_samples_are_counted(tmp_path: Path) -> None:
    evidence = sampled(tmp_path, batch("a"), batch("a", by=[2, 2, 2]))
    (said,) = evidence.scenarios["a"].damage
    assert "tick 0 and 2 more" in said


def test_a_tick_that_is_there_twice_in_one_batch(tmp_path: Path) -> None:
    evidence = sampled(tmp_path, batch("a", tick=[0, 1, 1], sent=[100.0, 101.0, 101.0], port=[1, 2, 2]))
    assert (ticks(evidence), evidence.scenarios["a"].copies) == ([0, 1], 1)


@pytest.mark.parametrize("other", [{"node": "n2"}, {"boot": "b2"}, {"probes": [
    {"name": "web", "scenario": "a", "period": 1.0, "t0": 100.0, "number": 9}]}])  # fmt: skip
def test_ticks_of_another_node_boot_or_start_of_the_probe_are_others(tmp_path: Path, other: dict[str, Any]) -> None:
    evidence = sampled(tmp_path, batch("a"), batch("a", **({"by": [2, 2, 2]} | other)))
    assert sum(len(lane) for lane in evidence.scenarios["a"].lanes.values()) == 6
    assert evidence.damage == ()


def test_samples_of_several_probes_in_one_batch(tmp_path: Path) -> None:
    probes = [{"name": name, "scenario": "a", "period": 1.0, "t0": 100.0} for name in ("web", "dns")]
    journal = Journal(tmp_path / "journal.jsonl")
    for name in ("dns", "web"):
        journal.write("probe", scenario="a", probe=name, spec={})
    mixed = batch("a", ticks=range(4), probes=probes, probe=[0, 1, 1, 0], tick=[0, 0, 1, 1], by=[1, 2, 2, 0])
    journal.write("samples", **mixed)
    journal.write("samples", **mixed)
    journal.close()
    recording = load(journal.path).scenarios["a"]
    web, dns = recording.lanes["n1", "web"], recording.lanes["n1", "dns"]
    assert [(one.tick, one.sent, one.by) for one in web] == [(0, 100.5, "pod-a"), (1, 103.5, "")]
    assert [(one.tick, one.sent, one.by) for one in dns] == [(0, 101.5, "pod-b"), (1, 102.5, "pod-b")]
    assert recording.copies == 4


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tick": [0, 1]}, "its columns differ in length"),
        ({"tick": [0, -1, 2]}, "its column “tick” has values that are none"),
        ({"tick": [0, 10_000_000, 2]}, "its column “tick” has values that are none"),
        ({"tick": [0, "1", 2]}, "cannot be read"),
        ({"tick": [0, 1.5, 2]}, "cannot be read"),
        ({"sent": [100.0, None, 102.0]}, "cannot be read"),
        ({"sent": [100.0, float("nan"), 102.0]}, "it has times that are none"),
        ({"took": [0.1, float("inf"), 0.1]}, "it has times that are none"),
        ({"took": [0.1, -0.1, 0.1]}, "it has answers that came before their questions"),
        ({"outcome": [0, 9, 0]}, "its column “outcome” has values that are none"),
        ({"by": [1, 3, 1]}, "its column “by” has values that are none"),
        ({"by": [1, -1, 1]}, "its column “by” has values that are none"),
        ({"port": [1, 65536, 1]}, "cannot be read"),
        ({"probe": [0, 1, 0]}, "it names probes that it does not list"),
        ({"probe": [0, -1, 0]}, "it names probes that it does not list"),
        ({"names": [1, 2]}, "the field “names” of its samples record is not a list of texts"),
        ({"error": None}, "the field “error” of its samples record is not a number"),
    ],
)  # fmt: skip
def test_a_batch_of_the_wrong_shape_is_damage_of_its_scenario(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    evidence = sampled(tmp_path, batch("a", ticks=range(3, 6)), batch("a", **wrong))
    assert ticks(evidence) == [3, 4, 5]
    (damage,) = evidence.scenarios["a"].damage
    assert damage.startswith("line 4 of the journal: ")
    assert said in damage


def test_the_largest_values_that_are_some(tmp_path: Path) -> None:
    evidence = sampled(
        tmp_path, batch("a", tick=[0, 1, 9_999_999], port=[0, 1, 65535], outcome=[0, 1, 8], by=[0, 1, 2])
    )
    assert (evidence.damage, ticks(evidence)) == ((), [0, 1, 9_999_999])


def test_a_batch_without_samples_says_nothing(tmp_path: Path) -> None:
    evidence = sampled(tmp_path, batch("a"), batch("a", ticks=range(0)))
    assert (evidence.damage, ticks(evidence)) == ((), [0, 1, 2])


def test_another_record_of_the_wrong_shape_is_damage_too(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    scenario(journal, "a")
    journal.write("act", scenario="a", act="forced", phase=7)
    journal.write("scenario", id="b", phase="start")
    journal.write("gap", source="probe", since="now", reason="r")
    journal.close()
    evidence = load(journal.path)
    assert evidence.scenarios["a"].damage == (
        "line 5 of the journal: the field “phase” of its act record is not a text",
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
