"""The record of the run: what a later one may add, what it would change, and settings that contradict themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline import load
from kubeskeptic.timeline.run_record import merged
from tests.timeline.written import GRACE, concerned, scenario


def test_a_record_of_the_run_may_add_and_not_change() -> None:
    known = {
        "at": 1.0,
        "kind": "run",
        "id": "r",
        "nodes": ["n1"],
        "roles": {"n1": "worker"},
        "seed": 1,
        "provider": None,
    }
    more = {
        "at": 9.0,
        "kind": "run",
        "id": "r",
        "nodes": ["n1", "n2"],
        "roles": {"n2": "worker"},
        "provider": "kind",
        "x": 0,
    }
    whole, wrong = merged(known, more)
    assert wrong == []
    assert whole == {
        **known,
        "nodes": ["n1", "n2"],
        "roles": {"n1": "worker", "n2": "worker"},
        "provider": "kind",
        "x": 0,
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"nodes": "n1"}, "it changes the run's nodes from ['n1'] to n1"),
        ({"nodes": []}, "it changes the run's nodes from ['n1'] to []"),
        (
            {"roles": {"n1": "control-plane", "n2": "worker"}},
            "it changes the run's roles n1 from worker to control-plane",
        ),
        ({"roles": ["n1"]}, "it changes the run's roles from {'n1': 'worker'} to ['n1']"),
        (
            {"kubelets": {"n1": "v1.37.2"}},
            "it changes the run's kubelets n1 from v1.36.3 to v1.37.2",
        ),
        ({"seed": 2}, "it changes the run's seed from 1 to 2"),
        ({"seed": [1]}, "it changes the run's seed from 1 to [1]"),
        ({"nodes": ["n2", "n1"]}, "it changes the run's nodes from ['n1'] to ['n2', 'n1']"),
    ],
)
def test_what_a_later_record_would_change_is_said_and_not_taken(more: dict[str, object], said: str) -> None:
    known = {"id": "r", "nodes": ["n1"], "roles": {"n1": "worker"}, "kubelets": {"n1": "v1.36.3"}, "seed": 1}
    whole, wrong = merged(known, {"id": "r", **more})
    assert wrong == [said]
    assert {**whole, "roles": {"n1": "worker"}} == known
    assert whole["roles"]["n1"] == "worker"


def test_a_setting_that_changes_is_told_by_its_value() -> None:
    before, after = ({"settings": {"GRACE": {"value": value, "unit": "s"}}} for value in (50, 40))
    whole, wrong = merged({"id": "r", **before}, {"id": "r", **after})
    assert (whole["settings"], wrong) == (before["settings"], ["it changes the run's settings GRACE from 50 to 40"])


def test_the_first_record_of_a_run_is_all_that_is_known_and_another_run_is_none_of_it() -> None:
    first = {"at": 1.0, "kind": "run", "id": "r"}
    assert merged({}, first) == (first, [])
    assert merged(first, {"id": "q", "seed": 2}) == (first, ["it describes the run q, not r"])
    assert merged(first, first) == (first, [])


def test_several_things_that_a_later_record_would_change_are_all_said() -> None:
    known = {"id": "r", "seed": 1, "roles": {"n1": "a", "n2": "b", "n3": "c"}}
    whole, wrong = merged(known, {"id": "r", "seed": 2, "roles": {"n1": "x", "n2": "b", "n3": "y"}, "more": 1})
    assert (whole, len(wrong)) == ({**known, "more": 1}, 3)


# -- in a journal ---------------------------------------------------------------------------------------------------------
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


@pytest.mark.parametrize(
    ("value", "said"), [(9.0, ""), (8.0, "its SYNC is 8.0, and the largest value on a node is 9.0")]
)
def test_a_setting_is_the_largest_of_those_on_the_nodes(tmp_path: Path, value: float, said: str) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    sync = {"SYNC": {"value": value, "unit": "s", "from": "kube-proxy", "per_node": {"n1": 1.0, "n2": 9.0}}}
    journal.write("run", id="r1", nodes=["n1", "n2"], settings=sync)
    scenario(journal, "a")
    journal.close()
    evidence = load(journal.path)
    assert evidence.damage == ((f"line 1 of the journal: {said}",) if said else ())
    assert concerned(evidence) == ("a" if said else "")


SYNC = {"value": 9.0, "unit": "s", "from": "kube-proxy", "per_node": {"n1": 1.0, "n2": 9.0}}
STRANGER = "its SYNC is also that of n2, which is not a node of the run"


@pytest.mark.parametrize(
    ("known", "more", "said"),
    [
        ([], ["n1", "n2"], []),
        (["n1", "n2"], ["n1", "n2"], []),
        (["n1"], ["n1", "n2"], []),
        ([], ["n1"], [STRANGER]),
        (["n1"], ["n1"], [STRANGER]),
        ([], [], ["it names no nodes"]),
    ],
)
def test_a_setting_is_that_of_nodes_of_the_run(known: list[str], more: list[str], said: list[str]) -> None:
    before = {"id": "r", "nodes": known} if known else {}
    assert merged(before, {"id": "r", "nodes": more, "settings": {"SYNC": SYNC}})[1] == said


@pytest.mark.parametrize(
    ("name", "unit", "said"),
    [
        ("GRACE", "s", []),
        ("GRACE", "ms", ["its GRACE is in ms, and has to be in s"]),
        ("GRACE", "", ["its GRACE is in no unit, and has to be in s"]),
        ("GRACE", "%", ["its GRACE is in %, and has to be in s"]),
        ("EVICTION memory.available", "%", []),
        ("EVICTION memory.available", "bytes", []),
    ],
)
def test_a_length_of_time_is_in_seconds(name: str, unit: str, said: list[str]) -> None:
    one = {"value": 50.0, "unit": unit, "from": "a default"}
    assert merged({}, {"id": "r", "nodes": ["n1"], "settings": {name: one}})[1] == said


def test_a_run_has_nodes() -> None:
    assert merged({}, {"id": "r1", "nodes": []})[1] == ["it names no nodes"]
    assert merged({}, {"id": "r1", "nodes": ["n1"]})[1] == []
    assert merged({}, {"id": "r1"})[1] == [], "some journals do not say"
