"""Samples end up in the lane that they belong to, whose doubt, copies and contradictions are known."""

from __future__ import annotations

import pytest

from kubeskeptic.journal import Journal
from tests.timeline.written import batch, loaded, only


def test_a_lane_has_the_greatest_doubt_of_its_batches(journal: Journal) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    for number, error in enumerate((0.001, 0.3, 0.002)):
        journal.write("samples", **batch("a", ticks=range(3 * number, 3 * number + 3), error=error))
    lane = only(journal).lanes["n1", "web"]
    assert (lane.doubt, lane.period, len(lane)) == (0.3, 1.0, 9)


@pytest.mark.parametrize(("error", "kept"), [(0.5, 3), (0.501, 0)])
def test_a_clock_that_is_known_to_half_a_second_is_known_well_enough(journal: Journal, error: float, kept: int) -> None:
    journal.write("scenario", id="a", phase="start")
    journal.write("probe", scenario="a", probe="web", spec={})
    journal.write("samples", **batch("a", error=error))
    seen = only(journal)
    assert sum(map(len, seen.lanes.values())) == kept
    assert len(seen.gaps) == (not kept)


@pytest.mark.parametrize(("probe", "scenario"), [("another", "a"), ("web", "another")])
def test_samples_of_a_probe_or_scenario_that_was_not_announced_are_passed_over(
    journal: Journal, probe: str, scenario: str
) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    journal.write("samples", **batch(scenario, probes=[{"name": probe, "scenario": scenario, "period": 1.0}]))
    assert only(journal).lanes == {}


@pytest.mark.parametrize(("node", "late"), [("n1", 0.25), ("outside→n1", None)])
def test_how_late_questions_were_asked_is_told_of_the_agents(journal: Journal, node: str, late: float | None) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    journal.write("samples", **batch("a", node=node, sent=[100.25, 101.25, 102.25]))
    assert loaded(journal).tick_lag.p99 == late


@pytest.mark.parametrize(
    ("boots", "agents", "others"),
    [
        (("b1", "b1"), ("x", "x"), False),
        (("b1", "b1"), ("x", "y"), False),
        (("b1", "b2"), ("x", "x"), True),
        (("", ""), ("x", "x"), False),
        (("", ""), ("x", "y"), True),  # older journals do not say the boot
    ],
)
def test_ticks_are_counted_anew_by_each_boot_of_an_agent(
    journal: Journal, boots: tuple[str, str], agents: tuple[str, str], others: bool
) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    for boot, agent in zip(boots, agents, strict=True):
        journal.write("samples", **batch("a", boot=boot, agent=agent))
    seen = only(journal)
    assert (len(seen.lanes["n1", "web"]), seen.copies) == ((6, 0) if others else (3, 3))


@pytest.mark.parametrize(
    ("by", "said"), [([1, 2, 1], "tick 1 of"), ([1, 2, 2], "tick 1 and 1 more of"), ([2, 2, 2], "tick 0 and 2 more of")]
)
def test_samples_that_contradict_are_named_by_the_first(journal: Journal, by: list[int], said: str) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    journal.write("samples", at=200.0, **batch("a"))
    journal.write("samples", at=200.0, **batch("a", by=by))
    (damage,) = only(journal).damage
    assert said in damage


def test_copies_of_all_batches_are_counted(journal: Journal) -> None:
    journal.write("probe", scenario="a", probe="web", spec={})
    for _ in range(3):
        journal.write("samples", **batch("a"))
    assert only(journal).copies == 6


def test_one_batch_may_be_about_several_scenarios(journal: Journal) -> None:
    for name in "ab":
        journal.write("probe", scenario=name, probe="web", spec={})
    probes = [{"name": "web", "scenario": name, "period": 1.0, "number": 1} for name in "ab"]
    journal.write("samples", **batch("", probes=probes, probe=[0, 1, 0]))
    scenarios = loaded(journal).scenarios
    assert {name: list(one.lanes["n1", "web"].ticks) for name, one in scenarios.items()} == {"a": [0, 2], "b": [1]}


def test_a_batch_of_a_clock_in_doubt_that_holds_nothing_is_no_gap(journal: Journal) -> None:
    journal.write("scenario", id="a", phase="start")
    journal.write("samples", **batch("a", ticks=range(0), error=0.8))
    seen = only(journal)
    assert (seen.gaps, seen.damage) == ([], ())


def test_a_batch_of_a_clock_in_doubt_is_read_and_may_be_damage(journal: Journal) -> None:
    journal.write("scenario", id="a", phase="start")
    journal.write("samples", **batch("a", error=0.8, tick=[0, 1]))
    seen = only(journal)
    assert (seen.gaps, len(seen.damage)) == ([], 1)
