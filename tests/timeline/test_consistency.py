"""Records that contradict what was recorded of the same thing, or the time at which they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline.consistency import Consistency
from tests.timeline.written import batch, concerned, loaded


def fault(scenario: str = "a", **more: Any) -> dict[str, Any]:
    return {"kind": "fault", "at": 1.0, "scenario": scenario, "id": "f", "phase": "bit", **more}


def fact(value: object, scenario: str = "a", name: str = "depth") -> dict[str, Any]:
    return {"kind": "fact", "at": 1.0, "scenario": scenario, "name": name, "value": value}


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (fault(targets=["pod/a"]), fault(targets=["pod/a"]), ""),
        (fault(targets=["pod/a"]), fault(), ""),
        (fault(), fault(targets=["pod/a"]), ""),
        (
            fault(targets=["pod/a"]),
            fault(targets=["pod/b"]),
            "its fault f has another targets: pod/b, and before pod/a",
        ),
        (fault(targets=["pod/a"]), fault(targets=[]), "its fault f has another targets: none, and before pod/a"),
        (fault(targets=["pod/a"]), fault("b", targets=["pod/b"]), ""),
        (fault(targets=["pod/a"]), fault(id="g", targets=["pod/b"]), ""),
        (fault(act="one"), fault(act="two"), "its fault f has another act: two, and before one"),
        (fault(fault="crash_node"), fault(fault="x"), "its fault f has another fault: x, and before crash_node"),
        (fact(1.0), fact(1.0), ""),
        (fact(1.0), fact(2.0), "it has another value of the fact “depth”"),
        (fact([[1.0, 2]]), fact([[1.0, 3]]), "it has another value of the fact “depth”"),
        (fact(1.0), fact(2.0, "b"), ""),
        (fact(1.0), fact(2.0, name="other"), ""),
        (fact({"act": "why"}), fact({"act": "why", "more": "why"}), ""),
        (fact("why"), fact("another"), ""),
        (fact([1.0, "why"]), fact([1.0, "another"]), ""),
    ],
)
def test_what_was_said_once_is_not_said_otherwise(first: dict[str, Any], then: dict[str, Any], said: str) -> None:
    records = Consistency()
    assert [records.wrong(first), records.wrong(then)] == ["", said]
    assert records.wrong(then) == said, "the first record counts"


@pytest.mark.parametrize(
    ("seen", "said"), [(10.0, ""), (10.5, ""), (11.0, "it was written 1.0 s before what it records")]
)
def test_nothing_is_recorded_before_it_happens(seen: float, said: str) -> None:
    change = {"kind": "change", "at": 10.0, "scenario": "a", "resource": "Pod", "seen": seen}
    samples = {
        "kind": "samples",
        "at": 10.0,
        "sent": [1.0, 2.0],
        "took": [3.0, 0.5],
        "offset": seen - 2.0,
        "error": 0.0,
    }
    for record in (change, samples):
        assert Consistency().wrong(record) == said
    assert Consistency().wrong(samples | {"error": 0.5}) == ""
    assert Consistency().wrong(samples | {"sent": [], "took": []}) == ""


def test_samples_of_a_time_to_come_are_damage_of_their_scenario(tmp_path: Path) -> None:
    written = Journal(tmp_path / "journal.jsonl", run="r1")
    written.write("run", id="r1", nodes=["n1"])
    for name, at in (("a", 90.0), ("b", 110.0)):
        written.write("scenario", id=name, phase="start", at=80.0)
        written.write("probe", scenario=name, probe="web", spec={}, nodes=["n1"])
        written.write("samples", **batch(name), at=at)
        written.write("scenario", id=name, phase="end", at=200.0)
    assert concerned(loaded(written)) == "a"
