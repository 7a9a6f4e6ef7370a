from __future__ import annotations

import json
from typing import Any

import pytest

from kubeskeptic.errors import Unanswered
from kubeskeptic.probes.batches import joined, parse
from kubeskeptic.probes.recent_samples import LaneKey, Look


def gap(since: float, until: float, ticks: int = 1, probe: str = "web", reason: str = "stalled") -> dict[str, Any]:
    return {"scenario": "s", "probe": probe, "since": since, "until": until, "ticks": ticks, "reason": reason}


def answer(**changed: Any) -> dict[str, Any]:
    probes = [
        {"name": "a", "scenario": "s", "period": 0.02, "t0": 100.0},
        {"name": "b", "scenario": "s", "period": 0.1, "t0": 100.01},
    ]
    whole: dict[str, Any] = {
        "agent": "agent-1",
        "boot": "x",
        "first": 10,
        "cursor": 12,
        "recorded": 20,
        "questions": 23,
    }
    whole |= {"probes": probes, "names": ["", "web-1"], "unknowns": {}, "gaps": [], "wall": 101.0}
    whole |= {"probe": [1, 0], "tick": [3, 7], "sent": [100.31, 100.14], "took": [0.1, 0.1]}
    whole |= {"outcome": [0, 3], "by": [1, 0], "port": [1, 2]}
    return whole | changed


def test_stretches_that_are_close_are_one_and_no_question_is_forgotten() -> None:
    found = joined([gap(2.0, 2.04, 2), gap(1.0, 1.02), gap(1.3, 1.34, 2), gap(1.0, 1.1, 1, "other"), gap(9.0, 9.02)])
    assert [(one["probe"], one["since"], one["until"], one["ticks"]) for one in found] == [
        ("web", 1.0, 1.34, 3),
        ("other", 1.0, 1.1, 1),
        ("web", 2.0, 2.04, 2),
        ("web", 9.0, 9.02, 1),
    ]


def test_reasons_are_not_mixed() -> None:
    assert len(joined([gap(1.0, 1.02), gap(1.1, 1.12, reason="overflow")])) == 2


def test_a_batch_as_a_record_and_by_lane() -> None:
    batch = parse(json.dumps(answer()).encode(), "agent-1")
    record = batch.record("n1", 0.5, 0.001)
    assert (record["node"], record["agent"], record["boot"], record["offset"], record["error"]) == (
        "n1",
        "agent-1",
        "x",
        0.5,
        0.001,
    )
    assert record["tick"] == [3, 7]
    assert "unknowns" not in record
    lanes = dict(batch.looks("n1", 0.5))
    assert lanes == {
        LaneKey("s", "n1", "a"): [Look(7, 100.64, True)],
        LaneKey("s", "n1", "b"): [Look(3, 100.81, False)],
    }
    assert (batch.in_flight, batch.drained) == (3, False)


@pytest.mark.parametrize(("took", "failed"), [(0.9, False), (0.91, True)])
def test_a_late_answer_leaves_a_baseline_unsettled(took: float, failed: bool) -> None:
    raw = answer()
    batch = parse(json.dumps(raw | {"took": [took for _ in raw["took"]]}).encode(), "agent-1")
    assert dict(batch.looks("n1", 0.5))[LaneKey("s", "n1", "b")][0].failed is failed


def test_reasons_of_unknown_outcomes_are_kept() -> None:
    batch = parse(json.dumps(answer(unknowns={"EMFILE": 2})).encode(), "agent-1")
    assert batch.record("n1", 0.0, 0.0)["unknowns"] == {"EMFILE": 2}


@pytest.mark.parametrize(("since", "first"), [(100.2, 10), (100.199999, 10), (100.2139, 10), (100.22, 11)])
def test_which_ticks_a_gap_is_about(since: float, first: int) -> None:
    batch = parse(json.dumps(answer()).encode(), "agent-1")
    assert batch.ticks_of(gap(since, since + 0.06, 3, "a")) == range(first, first + 3)
    assert batch.ticks_of(gap(since, since + 0.12, 3, "a")) == range(first, first + 6, 2)  # of one asker of two
    assert len(batch.ticks_of(gap(since, 101.0, 3, "gone"))) == 0


@pytest.mark.parametrize(
    "strange",
    [b"", b"<html>", b"[]", b'{"pod": "web-1"}', json.dumps(answer(agent="agent-2")).encode(),
     json.dumps(answer(tick=[1])).encode(), json.dumps(answer(cursor=13)).encode()],
)  # fmt: skip
def test_what_is_no_batch_of_this_agent_is_no_answer(strange: bytes) -> None:
    with pytest.raises(Unanswered):
        parse(strange, "agent-1")
