"""Times of the records of one writer, in the order in which they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline.writing_order import WritingOrder
from tests.timeline.written import concerned, loaded


def change(seen: float, resource: str = "Pod", scenario: str = "a") -> dict[str, Any]:
    return {"kind": "change", "at": 0.0, "scenario": scenario, "resource": resource, "seen": seen}


def of(kind: str, at: float, scenario: str = "a", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "at": at, **({"id": scenario} if kind == "scenario" else {"scenario": scenario}), **more}


@pytest.mark.parametrize(
    ("first", "then", "back"),
    [
        (change(10.0), change(9.5), 0),
        (change(10.0), change(9.4), 0.6),
        (change(10.0), change(1.0, "Node"), 0),
        (change(10.0), change(1.0, scenario="b"), 0),
        (of("act", 10.0), of("act", 9.5), 0),
        (of("act", 10.0), of("act", 9.4), 0.6),
        (of("act", 10.0), of("act", 6.5, phase="baseline"), 0),
        (of("act", 10.0), of("act", 6.4, phase="baseline"), 3.6),
        (of("act", 10.0, phase="baseline"), of("act", 6.6, phase="start"), 3.4),
        (of("scenario", 10.0), of("fault", 1.0), 9.0),
        (of("fault", 10.0), of("seen", 1.0), 9.0),
        (of("seen", 10.0), of("scenario", 1.0), 9.0),
        (of("act", 10.0), of("act", 1.0, "b"), 0),
        (of("act", 10.0), change(1.0), 0),
        (of("samples", 10.0), of("samples", 1.0), 0),
        (of("gap", 10.0), of("gap", 1.0), 0),
    ],
)
def test_each_writer_writes_in_order(first: dict[str, Any], then: dict[str, Any], back: float) -> None:
    order = WritingOrder()
    assert order.wrong(first) == ""
    assert order.wrong(then) == (f"its time is {back:.1f} s before that of an earlier line" if back else "")
    assert order.wrong(first) == "", "the latest time counts, not the last"


def test_a_clock_that_was_set_back_is_damage_of_the_scenario(tmp_path: Path) -> None:
    for back, damaged in ((0.4, ""), (0.6, "a")):
        written = Journal(tmp_path / f"{back}.jsonl", run="r1")
        written.write("run", id="r1", nodes=["n1"])
        for name in "ab":
            written.write("scenario", id=name, phase="start", at=100.0)
            written.write("scenario", id=name, phase="end", at=100.0 - (back if name == "a" else 0.0))
        assert concerned(loaded(written)) == damaged
