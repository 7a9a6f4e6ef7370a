"""Batches of samples: each sample counts once, and one of the wrong shape is damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import RunEvidence, load
from tests.timeline.written import batch, scenario


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


@pytest.mark.parametrize("ticks", [[0, 2, 5], [5, 2, 0], [0, 1, 2], [7]])
def test_whatever_ticks_a_batch_has_again_it_counts_once(tmp_path: Path, ticks: list[int]) -> None:
    one = batch("a", ticks=range(len(ticks)), tick=ticks, sent=[100.0 + tick for tick in ticks])
    recording = sampled(tmp_path, one, one, one).scenarios["a"]
    assert (sorted(sample.tick for sample in recording.lanes["n1", "web"]), recording.copies) == (
        sorted(ticks),
        2 * len(ticks),
    )


@pytest.mark.parametrize(("off", "copies", "damaged"), [(0.5, 3, False), (-0.5, 3, False), (0.501, 0, True)])
def test_a_copy_was_sent_within_what_two_clocks_may_differ_by(
    tmp_path: Path, off: float, copies: int, damaged: bool
) -> None:
    recording = sampled(tmp_path, batch("a", offset=0.0), batch("a", offset=off)).scenarios["a"]
    assert (recording.copies, bool(recording.damage)) == (copies, damaged)


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
    assert evidence.scenarios["a"].damage == ("line 4 of the journal: it has another sample of tick 1 of “web” on n1",)


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
        ({"tick": [0, -1, 2]}, "its column “tick” has values out of range"),
        ({"tick": [0, 10_000_000, 2]}, "its column “tick” has values out of range"),
        ({"tick": [0, "1", 2]}, "cannot be read"),
        ({"tick": [0, 1.5, 2]}, "cannot be read"),
        ({"sent": [100.0, None, 102.0]}, "cannot be read"),
        ({"sent": [100.0, float("nan"), 102.0]}, "it has times that are not finite numbers"),
        ({"took": [0.1, float("inf"), 0.1]}, "it has times that are not finite numbers"),
        ({"took": [0.1, -0.1, 0.1]}, "it has answers that came before their requests"),
        ({"outcome": [0, 9, 0]}, "its column “outcome” has values out of range"),
        ({"by": [1, 3, 1]}, "its column “by” has values out of range"),
        ({"by": [1, -1, 1]}, "its column “by” has values out of range"),
        ({"port": [1, 65536, 1]}, "cannot be read"),
        ({"probe": [0, 1, 0]}, "it names probes that it does not list"),
        ({"probe": [0, -1, 0]}, "it names probes that it does not list"),
        ({"names": [1, 2]}, "the field “names” of its samples record is not a list of strings"),
        ({"error": None}, "the field “error” of its samples record is not a length of time"),
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
        tmp_path, batch("a", tick=[0, 1, 9_999_999], port=[0, 1, 65535], outcome=[0, 1, 8], by=[0, 1, 2],
                        sent=[100.0, 101.0, 100.0 + 9_999_999])
    )  # fmt: skip
    assert (evidence.damage, ticks(evidence)) == ((), [0, 1, 9_999_999])


def test_a_batch_without_samples_says_nothing(tmp_path: Path) -> None:
    evidence = sampled(tmp_path, batch("a"), batch("a", ticks=range(0)))
    assert (evidence.damage, ticks(evidence)) == ((), [0, 1, 2])
