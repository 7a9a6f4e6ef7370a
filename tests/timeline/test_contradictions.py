"""What contradicts what the journal said before, or the scenario that it says it is of."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import Act, ActSpan, load
from tests.drawn import recording
from tests.timeline.test_damage import concerned


def test_a_cell_of_a_table_is_seen_once(tmp_path: Path) -> None:
    written = Journal(tmp_path / "cells.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    for name, values in (("a", (False, True)), ("b", (True, True))):
        written.write("scenario", id=name, phase="start")
        for value in values:
            written.write("seen", scenario=name, table="t", cells={"c": value})
        written.write("scenario", id=name, phase="end")
    written.close()
    evidence = load(written.path)
    assert concerned(evidence) == "a"
    assert evidence.scenarios["a"].tables == {"t": {"c": False}}
    assert "another value of “c” in the table “t”" in evidence.damage[0]


def test_an_object_of_another_namespace_is_none_of_the_scenario(tmp_path: Path) -> None:
    written = Journal(tmp_path / "objects.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    for name, namespace in (("a", "ns-b"), ("b", "ns-b"), ("c", None)):
        written.write("scenario", id=name, phase="start", namespace=f"ns-{name}")
        meta = {"name": "web-1"} | ({"namespace": namespace} if namespace else {})
        written.write("change", scenario=name, resource="Pod", type="ADDED", seen=1.0, object={"metadata": meta})
    written.close()
    assert concerned(load(written.path)) == "a"


def test_what_was_seen_last_of_an_act_that_was_broken_off_belongs_to_it() -> None:
    broken_off = recording(acts={"act": ActSpan("act", 2.0, 3.0)})
    broken_off.see("table", {"cell": "no"}, at=5.0)
    act = Act(broken_off, ["act"])
    assert act.end == 5.0
    assert act.table("table") == {"cell": "no"}
