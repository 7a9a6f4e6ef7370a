"""Which scenario a record, a gap or damage belongs to, and what of a record is read that is there and empty."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline.sorting import Sorter
from tests.timeline.written import loaded, only


def lines_of_damage(journal: Journal) -> dict[str, list[int]]:
    """By scenario, the lines that are damage of it."""
    found = loaded(journal).scenarios.items()
    return {name: [int(one.split()[1]) for one in seen.damage] for name, seen in found}


def test_what_belongs_to_no_scenario_is_kept_apart(journal: Journal) -> None:
    journal.write("fact", name="kernel", value="5.15")
    journal.write("scenario", id="s", phase="start")
    journal.write("gap", source="watch", resource="Pod", since=0.0, until=9.0, reason="stray")
    evidence = loaded(journal)
    assert set(evidence.scenarios) == {"", "s"}
    assert evidence.scenarios[""].facts == {"kernel": "5.15"}
    assert {name: len(one.gaps) for name, one in evidence.scenarios.items()} == {"": 1, "s": 1}


def test_nothing_is_under_way_after_a_scenario_has_ended(journal: Journal) -> None:
    for name in ("s", "t"):
        journal.write("scenario", id=name, phase="start")
        journal.write("scenario", id=name, phase="end")
        journal.write("gap", source="watch", since="never", reason="wrong")
        journal.write("gap", source="watch", since="never", reason="wrong")
    journal.write("scenario", id="u", phase="start")
    assert lines_of_damage(journal) == {"s": [], "t": [3, 4], "u": [3, 4, 7, 8]}


def test_a_record_of_the_wrong_shape_is_damage_of_the_scenario_that_it_names(journal: Journal) -> None:
    for name in ("s", "t"):
        journal.write("scenario", id=name, phase="start")
    journal.write("fact", scenario="s", name=7, value=1)
    journal.write("fact", scenario=["t"], name="x", value=1)
    assert lines_of_damage(journal) == {"s": [3, 4], "t": [4]}


def test_a_scenario_that_is_told_of_by_something_else_first_is_under_way(journal: Journal) -> None:
    journal.write("fact", scenario="s", name="x", value=1)
    journal.write("gap", source="watch", since="never", reason="wrong")
    assert len(only(journal).damage) == 1


def test_the_same_damage_is_told_once_and_in_order() -> None:
    sorter = Sorter()
    sorter.take({"at": 1.0, "kind": "scenario", "id": "s", "phase": "start"}, 1)
    for why in ("b", "a", "b"):
        sorter.damaged(why, {})
    sorter.settle()
    assert sorter.evidence.torn == 0
    assert sorter.evidence.damage == sorter.evidence.scenarios["s"].damage == ("b", "a")


def test_damage_of_a_line_counts_for_its_own_scenario_beside_those_under_way() -> None:
    sorter = Sorter()
    for name, phase in (("s", "start"), ("s", "end"), ("t", "start"), ("u", "start"), ("u", "end")):
        sorter.take({"at": 1.0, "kind": "scenario", "id": name, "phase": phase}, 1)
    sorter.damaged("it was there before", {"kind": "fact", "scenario": "s"})
    sorter.settle()
    assert [name for name, seen in sorter.evidence.scenarios.items() if seen.damage] == ["s", "t"]


@pytest.mark.parametrize("field", [{"acts": []}, {"acts": ["a"]}])
def test_the_acts_that_were_asked_for_may_be_none(journal: Journal, field: dict[str, Any]) -> None:
    journal.write("scenario", id="s", phase="start", **field)
    assert only(journal).asked == tuple(field["acts"])


def test_fields_that_are_there_and_empty_are_read(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", namespace="", test="")
    journal.write(
        "change", scenario="s", resource="Pod", type="ADDED", seen=1.0, age=0, object={"metadata": {"name": "a"}}
    )
    journal.write("evidence", scenario="s", act="a", before="b", folder="f", files=0, missing=[])
    journal.write("act", scenario="s", act="a", phase="start", faults=["f"])
    journal.write("act", scenario="s", act="a", phase="end", faults=[])
    journal.write(
        "fault", id="f", scenario="s", act="", fault="", phase="intent", says="", targets=[], settings={}, evidence=""
    )
    journal.write("scenario", id="s", phase="end", why="")
    seen = only(journal)
    assert (seen.namespace, seen.test, seen.changes[0].age, seen.evidence[0].missing) == ("", "", 0.0, ())
    assert (seen.acts["a"].faults, seen.faults[0].evidence, seen.broke_off) == ([], {}, "")
    assert seen.damage == ("the fault  acted on nothing that was recorded",)


def test_a_change_of_the_scenario_s_namespace_or_of_none_is_no_damage(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start", namespace="ns")
    for scenario, namespace in (("s", "ns"), ("s", ""), ("t", ""), ("t", "anywhere")):  # t has no namespace of its own
        meta = {"name": "a", "namespace": namespace}
        journal.write("change", scenario=scenario, resource="Pod", type="ADDED", seen=1.0, object={"metadata": meta})
    assert loaded(journal).damage == ()


def test_a_run_says_of_every_scenario_which_nodes_it_had(journal: Journal) -> None:
    journal.write("scenario", id="s", phase="start")
    journal.write("scenario", id="s", phase="end")
    journal.write("run", id="r", nodes=["n1"], roles={"n1": "worker"})
    journal.write("scenario", id="t", phase="start")
    scenarios = loaded(journal).scenarios
    assert [(one.nodes, one.roles) for one in scenarios.values()] == [(("n1",), {"n1": "worker"})] * 2
